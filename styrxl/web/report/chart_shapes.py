"""Where the bars, names and figures of a chart stand, as plain numbers; the template draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from styrxl.excel import look
from styrxl.excel.measure import text_width, wrap
from styrxl.excel.pages import Chart, Series
from styrxl.web.report.cell_texts import write_cell

WIDTH = 720  # of the drawing, in its own units
_NAMES, _RIGHT = 250, 90  # room for names at the left, for figures at the right
_BAR, _LINE, _AROUND = 20, 18, 12  # heights: of a bar, of a line of a name, around it
_LETTER = 7.6  # width of a digit
_GAP = 6
_TONES = {
    look.GOOD.fill: "good",
    look.GOOD.ink: "good",
    look.WATCH.fill: "watch",
    look.MEND.fill: "mend",
    look.LOCKED: "unknown",
    look.LINE: "silent",
    look.INPUT: "new",
    look.WHITE: "plain",
}


# Fill and line of each look on paper; on a screen the style sheet says it again, light and dark.
PAPER: Mapping[str, tuple[str, str]] = {
    "good": (look.GOOD.ink, look.GOOD.ink),
    "good-ink": (look.GOOD.ink, look.GOOD.ink),
    "watch": (look.WATCH.fill, look.WATCH.ink),
    "watch-ink": (look.WATCH.ink, look.WATCH.ink),
    "mend": (look.MEND.fill, look.MEND.ink),
    "unknown": (look.LOCKED, look.GREY),
    "new": (look.INPUT, look.GREY),
    "silent": (look.LINE, look.GREY),
    "plain": (look.WHITE, look.GREY),
    "accent": (look.ACCENT, look.ACCENT),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and the figure that it says; ``tone`` names its look, ``at`` is where the figure's text begins, ends or is centred."""

    x: float
    y: float
    width: float
    tone: str
    figure: str = ""
    at: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Name:
    """A category's name, line by line, from a height on."""

    y: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as shapes; ``legend``: look and name of each part of a whole; ``zero``: where bars begin."""

    height: float
    names: tuple[Name, ...]
    bars: tuple[Bar, ...]
    legend: tuple[tuple[str, str], ...]
    zero: float
    width: int = WIDTH
    bar: int = _BAR
    line: int = _LINE


def draw(chart: Chart, language: str) -> Drawing:
    """Return a chart's shapes: a bar for each category, parts of a whole one after the other."""
    lines = [tuple(wrap(name, (_NAMES - _GAP) / _LETTER)) for name in chart.categories]
    tops, top = [], _AROUND / 2
    for of in lines:
        tops.append(top)
        top += max(_BAR, len(of) * _LINE) + _AROUND
    low, scale = _find_scale(chart)
    zero = _NAMES - low * scale
    make = _stack if chart.stacked or chart.shares else _stand
    bars = tuple(bar for n, y in enumerate(tops) for bar in make(chart, n, y, zero, scale, language))
    legend = tuple((_tone(chart, series), series.name) for series in chart.series) if len(chart.series) > 1 else ()
    return Drawing(top, tuple(Name(y, of) for y, of in zip(tops, lines, strict=True)), bars, legend, zero)


def _find_scale(chart: Chart) -> tuple[float, float]:
    """Return the lowest value that has room, and how wide one is."""
    room = WIDTH - _NAMES - _RIGHT
    if chart.shares:
        return 0.0, float(room)
    wholes = [sum(values) for values in _by_category(chart)] if chart.stacked else [v for s in chart.series for v in s.values]
    low, high = min((0.0, *wholes)), max((0.0, *wholes))
    below = _RIGHT if low < 0 else 0
    return low - below / (room / ((high - low) or 1.0)), (room - below) / ((high - low) or 1.0)


def _by_category(chart: Chart) -> list[tuple[float, ...]]:
    return [*zip(*(series.values for series in chart.series), strict=True)]


def _stack(chart: Chart, n: int, y: float, zero: float, scale: float, language: str) -> Iterator[Bar]:
    """Yield the parts of a whole, each with its figure where there is room for it."""
    whole = sum(series.values[n] for series in chart.series)
    unit, x = (scale / (whole or 1.0) if chart.shares else scale), zero
    for series in chart.series:
        value = series.values[n]
        wide = value * unit
        figure = write_cell(value, "count", language)
        fits = wide > text_width(figure) * _LETTER + _GAP
        if value:
            yield Bar(x, y, wide, _tone(chart, series), figure if fits else "", x + wide / 2, "middle")
        x += wide


def _stand(chart: Chart, n: int, y: float, zero: float, scale: float, language: str) -> Iterator[Bar]:
    """Yield the bars of a category, the later ones in front of the first, of which they are parts; each says its figure at its end."""
    for place, series in enumerate(chart.series):
        value = series.values[n]
        wide = abs(value) * scale
        figure = write_cell(value, "million_change" if "+" in series.labels and "." in series.labels else "count", language)
        figure = f"+{figure}" if chart.signed and value > 0 and not figure.startswith("+") else figure
        tone = "watch-ink" if chart.signed and value < 0 else _tone(chart, series)
        if place:  # a part says its figure inside the whole
            yield Bar(zero, y, wide, tone, figure, zero + _GAP, "start")
        elif value < 0:
            yield Bar(zero - wide, y, wide, tone, figure, zero - wide - _GAP, "end")
        else:
            yield Bar(zero, y, wide, tone, figure, zero + wide + _GAP, "start")


def _tone(chart: Chart, series: Series) -> str:
    tone = _TONES.get(series.colour, "accent")
    return "good-ink" if tone == "good" and chart.signed else tone
