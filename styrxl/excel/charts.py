"""Charts as Excel's own: bars that say their figures themselves, one message each, with the figures kept inside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from openpyxl.chart import BarChart
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.legend import Legend
from openpyxl.chart.marker import DataPoint
from openpyxl.chart.series import Series as Bars
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.utils import get_column_letter

from styrxl.excel import look
from styrxl.excel.pages import Chart, Series, cell_address

_BAR, _AROUND, _LEAST = (0.7, 1.0), 1.4, 5.0  # with names on one line, on two
_LEGEND = 0.9
_LONG = 40  # letters of a category's name
_BELOW = 0.28  # of the whole span
_ROOM = (0.4, 0.48)  # of the width, for names that are short or long
_FRAME, _DIGIT = 0.3, 0.22  # centimetres that a figure takes in a bar: around it, and for each of its digits
_NOTHING_SHOWN = dict.fromkeys(("showVal", "showSerName", "showCatName", "showLegendKey", "showPercent", "showBubbleSize"), False)
# What tells the parts of a whole apart on paper without colour; those that are not named are plain.
_PATTERNS: Mapping[str, Literal["wdUpDiag", "dkDnDiag", "pct20", "ltHorz", "smGrid"]] = {
    look.WATCH.fill: "wdUpDiag",
    look.MEND.fill: "dkDnDiag",
    look.LOCKED: "pct20",
    look.INPUT: "ltHorz",
    look.LINE: "smGrid",
}


def chart_height(chart: Chart) -> float:
    """Return a chart's height in centimetres."""
    least = 0.0 if chart.shares else _LEAST
    return max(least, _AROUND + _BAR[_has_long_names(chart)] * len(chart.categories)) + (_LEGEND if chart.stacked else 0.0)


def _has_long_names(chart: Chart) -> bool:
    return max((len(c) for c in chart.categories), default=0) > _LONG


def draw_chart(chart: Chart, sheet: str, rows: tuple[int, int]) -> BarChart:
    """Return a chart whose figures stand on a sheet, in rows from and to, in the chart's columns (counted from 0)."""
    bars = BarChart()
    bars.type = "bar"
    bars.grouping = "percentStacked" if chart.shares else "stacked" if chart.stacked else "clustered"
    bars.overlap = 100 if len(chart.series) > 1 else None
    bars.gapWidth = 45
    bars.varyColors = False
    bars.legend = _legend() if chart.stacked else None  # small parts have no room for more than their figure
    bars.width = chart.width  # type: ignore[assignment]  # the stubs know whole ones alone
    bars.height = chart_height(chart)
    bars.title = Title(tx=Text(rich=_text(chart.title, look.SECTION, bold=True, colour=look.INK)), overlay=False)
    bars.graphical_properties = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
    bars.roundedCorners = False
    for n, (series, column) in enumerate(zip(chart.series, chart.columns, strict=True)):
        bars.series.append(_series(chart, series, _range(sheet, column, rows), _range(sheet, 0, rows)))
        bars.series[-1].idx = bars.series[-1].order = n
    _axes(bars, chart)
    return bars


def _range(sheet: str, column: int, rows: tuple[int, int]) -> str:
    letter = get_column_letter(column + 1)
    return cell_address(sheet, rows[0], f"${letter}$") + f":${letter}${rows[1]}"


def _series(chart: Chart, series: Series, figures: str, names_at: str) -> Bars:
    points = [NumVal(idx=n, v=f"{value:.10g}") for n, value in enumerate(series.values)]
    cache = NumData(formatCode="General", ptCount=len(points), pt=points)
    names = [StrVal(idx=n, v=name) for n, name in enumerate(chart.categories)]
    bars = Bars(
        tx=SeriesLabel(v=series.name),
        cat=AxDataSource(strRef=StrRef(f=names_at, strCache=StrData(ptCount=len(names), pt=names))),
        val=NumDataSource(numRef=NumRef(f=figures, numCache=cache)),
    )
    bars.invertIfNegative = False
    bars.graphicalProperties = _filled(series.colour)
    below = [n for n, value in enumerate(series.values) if chart.signed and value < 0]
    bars.dPt = [DataPoint(idx=n, invertIfNegative=False, spPr=_filled(look.WATCH.ink)) for n in below]
    # A part says its figure inside the whole, in letters dark enough to be read where the bar is shorter than they are.
    part = len(chart.series) > 1 and series is chart.series[-1] and not chart.stacked
    bars.dLbls = DataLabelList(
        numFmt=series.labels,
        showVal=True,
        showSerName=False,
        showCatName=False,
        showLegendKey=False,
        showPercent=False,
        dLblPos="ctr" if chart.stacked else "inBase" if part else "outEnd",
        txPr=_text(None, look.BODY, colour=look.WHITE if series.colour == look.GOOD.fill else look.INK),
    )
    if chart.stacked:
        bars.dLbls.spPr = GraphicalProperties(solidFill=look.WHITE) if series.colour in _PATTERNS else None
        bars.dLbls.dLbl = [DataLabel(idx=n, **_NOTHING_SHOWN) for n in _list_narrow_parts(chart, series)]
    return bars


def _list_narrow_parts(chart: Chart, series: Series) -> list[int]:
    """Return the places of the parts that are too narrow for their figures, which would lie on those of their neighbours."""
    wholes = [sum(values) for values in zip(*(s.values for s in chart.series), strict=True)]
    room = chart.width * (0.92 - _ROOM[_has_long_names(chart)])
    scales = [room / ((whole if chart.shares else max(wholes)) or 1.0) for whole in wholes]
    parts = enumerate(zip(series.values, scales, strict=True))
    return [n for n, (value, scale) in parts if value and value * scale < _FRAME + _DIGIT * len(f"{value:g}")]


def _legend() -> Legend:
    legend = Legend()
    legend.position, legend.overlay = "b", False
    legend.txPr = _text(None, look.BODY, colour=look.INK)
    return legend


def _axes(bars: BarChart, chart: Chart) -> None:
    names, values = bars.x_axis, bars.y_axis
    names.delete, values.delete = False, True  # the bars say their figures themselves
    names.scaling.orientation = "maxMin"  # the first one at the top
    names.tickLblPos = "low"  # beside bars that go below zero, not on them
    names.majorTickMark = names.minorTickMark = "none"
    names.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=look.LINE))
    names.txPr = _text(None, look.BODY, colour=look.INK)
    names.noMultiLvlLbl = True
    names.tickLblSkip = 1  # every one is named
    values.majorGridlines = None
    if chart.signed:  # room for the figures of bars below zero, which would else stand on the names
        low, high = (pick((0.0, *(v for s in chart.series for v in s.values))) for pick in (min, max))
        values.scaling.min, values.scaling.max = (low - _BELOW * (high - low) if low < 0 else 0.0), high + _BELOW * (high - low or 1.0)
    tall, room = chart_height(chart), _ROOM[_has_long_names(chart)]
    below = 1.3 + (_LEGEND if chart.stacked else 0.0)
    inner = ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=room, y=1.1 / tall, w=0.92 - room, h=1 - below / tall)
    bars.layout = Layout(manualLayout=inner)


def _filled(colour: str) -> GraphicalProperties:
    """Return a fill; a pale one has a line around it, or it would not be seen on white."""
    lines = dict.fromkeys((look.WHITE, look.LOCKED, look.LINE, look.INPUT), look.GREY)
    lines |= {tone.fill: tone.ink for tone in (look.GOOD, look.WATCH, look.MEND)}
    line = LineProperties(solidFill=lines[colour]) if colour in lines else LineProperties(noFill=True)
    if (pattern := _PATTERNS.get(colour)) is None:  # what went well is dark, what is under way is white
        return GraphicalProperties(solidFill=look.GOOD.ink if colour == look.GOOD.fill else colour, ln=line)
    ink, paper = (ColorChoice(srgbClr=rgb) for rgb in (lines[colour], colour))  # type: ignore[arg-type]  # the stubs know no such colours
    hatch = PatternFillProperties(prst=pattern, fgClr=ink, bgClr=paper)
    return GraphicalProperties(pattFill=hatch, ln=line)


def _text(words: str | None, size: int, *, bold: bool = False, colour: str) -> RichText:
    font = CharacterProperties(sz=size * 100, b=bold, solidFill=colour, latin=Font(typeface=look.FONT))
    runs: Sequence[RegularTextRun] = [RegularTextRun(rPr=font, t=words)] if words is not None else []
    end = None if words is not None else font
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=font), r=list(runs), endParaRPr=end)])
