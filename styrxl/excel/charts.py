"""Charts as Excel's own: bars that say their figures themselves, one message each, with the figures kept inside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart_bar import ChartBar

from styrxl.excel import look
from styrxl.excel.pages import Chart, Series

_BAR, _AROUND, _LEAST = (0.7, 1.0), 1.4, 5.0  # with names on one line, on two
_LEGEND = 0.9
_LONG = 40  # letters of a category's name
_BELOW = 0.28  # of the whole span
_ROOM = (0.4, 0.48)  # of the width, for names that are short or long
_FRAME, _DIGIT = 0.3, 0.22  # centimetres that a figure takes in a bar: around it, and for each of its digits
_PIXELS = 96 / 2.54  # of a centimetre
# What tells the parts of a whole apart on paper without colour; those that are not named are plain.
_PATTERNS: Mapping[str, str] = {
    look.WATCH.fill: "wide_upward_diagonal",
    look.MEND.fill: "dark_downward_diagonal",
    look.LOCKED: "percent_20",
    look.INPUT: "light_horizontal",
    look.LINE: "small_grid",
}


def chart_height(chart: Chart) -> float:
    """Return a chart's height in centimetres."""
    least = 0.0 if chart.shares else _LEAST
    return max(least, _AROUND + _BAR[_has_long_names(chart)] * len(chart.categories)) + (_LEGEND if chart.stacked else 0.0)


def _has_long_names(chart: Chart) -> bool:
    return max((len(c) for c in chart.categories), default=0) > _LONG


def draw_chart(workbook: Workbook, chart: Chart, sheet: str, rows: tuple[int, int]) -> ChartBar:
    """Return a chart whose figures stand on a sheet, in rows from and to, in the chart's columns (all counted from 0)."""
    subtype = {"subtype": "percent_stacked" if chart.shares else "stacked"} if chart.shares or chart.stacked else {}
    bars = workbook.add_chart({"type": "bar", **subtype})
    for series, column in zip(chart.series, chart.columns, strict=True):
        bars.add_series(_series(chart, series, sheet, column, rows))
    bars.set_size({"width": chart.width * _PIXELS, "height": chart_height(chart) * _PIXELS})
    bars.set_title({"name": chart.title, "name_font": _font(look.SECTION, bold=True), "overlay": False})
    bars.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    # Small parts have no room for more than their figure.
    bars.set_legend({"position": "bottom", "font": _font()} if chart.stacked else {"none": True})
    _set_axes(bars, chart)
    return bars


def _series(chart: Chart, series: Series, sheet: str, column: int, rows: tuple[int, int]) -> dict[str, Any]:
    several = len(chart.series) > 1
    below = [{"fill": {"color": f"#{look.WATCH.ink}"}, "border": {"none": True}} if value < 0 else None for value in series.values]
    return {
        "name": series.name,
        "categories": [sheet, rows[0], 0, rows[1], 0],
        "values": [sheet, rows[0], column, rows[1], column],
        "gap": 45,
        **({"overlap": 100} if several else {}),
        **_filled(series.colour),
        **({"points": below} if chart.signed and any(below) else {}),
        # A part says its figure inside the whole, in letters dark enough to be read where the bar is shorter than they are.
        "data_labels": _labels(chart, series, part=several and series is chart.series[-1]),
    }


def _labels(chart: Chart, series: Series, *, part: bool) -> dict[str, Any]:
    colour = look.WHITE if series.colour == look.GOOD.fill else look.INK
    labels = {"value": True, "num_format": series.labels, "font": _font(colour=colour)}
    if not chart.stacked:
        return {**labels, "position": "inside_base" if part else "outside_end"}
    narrow = _list_narrow_parts(chart, series)
    hidden = {"custom": [{"delete": True} if n in narrow else None for n in range(len(series.values))]} if narrow else {}
    paper = {"fill": {"color": f"#{look.WHITE}"}} if series.colour in _PATTERNS else {}
    return {**labels, **hidden, **paper, "position": "center"}


def _list_narrow_parts(chart: Chart, series: Series) -> list[int]:
    """Return the places of the parts that are too narrow for their figures, which would lie on those of their neighbours."""
    wholes = [sum(values) for values in zip(*(s.values for s in chart.series), strict=True)]
    room = chart.width * (0.92 - _ROOM[_has_long_names(chart)])
    scales = [room / ((whole if chart.shares else max(wholes)) or 1.0) for whole in wholes]
    parts = enumerate(zip(series.values, scales, strict=True))
    return [n for n, (value, scale) in parts if value and value * scale < _FRAME + _DIGIT * len(f"{value:g}")]


def _set_axes(bars: ChartBar, chart: Chart) -> None:
    """Name the bars, the first at the top, and show no axis of values: the bars say them. In XlsxWriter ``x`` is the one across."""
    names = {"label_position": "low", "interval_unit": 1}  # beside bars that go below zero, not on them; every one is named
    marks = {"major_tick_mark": "none", "minor_tick_mark": "none", "line": {"color": f"#{look.LINE}"}, "num_font": _font()}
    bars.set_y_axis({"reverse": True, **names, **marks})
    room: dict[str, float] = {}
    if chart.signed:  # room for the figures of bars below zero, which would else stand on the names
        low, high = (pick((0.0, *(v for s in chart.series for v in s.values))) for pick in (min, max))
        room = {"min": low - _BELOW * (high - low) if low < 0 else 0.0, "max": high + _BELOW * (high - low or 1.0)}
    bars.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, **room})
    tall, left = chart_height(chart), _ROOM[_has_long_names(chart)]
    below = 1.3 + (_LEGEND if chart.stacked else 0.0)
    bars.set_plotarea({"layout": {"x": left, "y": 1.1 / tall, "width": 0.92 - left, "height": 1 - below / tall}})


def _filled(colour: str) -> dict[str, Any]:
    """Return a fill; a pale one has a line around it, or it would not be seen on white."""
    lines = dict.fromkeys((look.WHITE, look.LOCKED, look.LINE, look.INPUT), look.GREY)
    lines |= {tone.fill: tone.ink for tone in (look.GOOD, look.WATCH, look.MEND)}
    border = {"border": {"color": f"#{lines[colour]}"} if colour in lines else {"none": True}}
    if (pattern := _PATTERNS.get(colour)) is None:  # what went well is dark, what is under way is white
        return {"fill": {"color": f"#{look.GOOD.ink if colour == look.GOOD.fill else colour}"}, **border}
    return {"pattern": {"pattern": pattern, "fg_color": f"#{lines[colour]}", "bg_color": f"#{colour}"}, **border}


def _font(size: int = look.BODY, *, bold: bool = False, colour: str = look.INK) -> dict[str, Any]:
    return {"name": look.FONT, "size": size, "bold": bold, "color": f"#{colour}"}
