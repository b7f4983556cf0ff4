"""Bars as long as what they stand for."""

from __future__ import annotations

import pytest

from styrxl.excel import look
from styrxl.excel.pages import Chart, Series
from styrxl.web.report.chart_shapes import PAPER, WIDTH, Drawing, draw


def drawing(*series: Series, signed: bool = False, stacked: bool = False, shares: bool = False) -> Drawing:
    names = tuple(f"Nämnd {n}" for n in range(len(series[0].values)))
    return draw(Chart("Titel", "alt", names, series, (1,), signed=signed, stacked=stacked, shares=shares), "sv")


def test_bars_below_zero_go_to_the_left_of_those_above() -> None:
    made = drawing(Series("avvikelse", (10.0, -5.0, 0.0), look.GOOD.ink), signed=True)
    above, below, nothing = made.bars
    assert (above.x, nothing.width) == (made.zero, 0)
    assert below.x + below.width == pytest.approx(made.zero)
    assert above.width == pytest.approx(2 * below.width)
    assert (above.figure, below.figure, nothing.figure) == ("+10", "\N{MINUS SIGN}5", "0")
    assert (above.tone, below.tone) == ("good-ink", "watch-ink")
    assert 0 < below.at < above.at < WIDTH


def test_parts_of_a_whole_follow_each_other() -> None:
    made = drawing(Series("bra", (8.0, 0.0), look.GOOD.fill), Series("inte", (2.0, 5.0), look.MEND.fill), stacked=True)
    good, bad, alone = made.bars  # what is nothing has no bar
    assert (good.x, alone.x) == (made.zero, made.zero)
    assert bad.x == pytest.approx(good.x + good.width)
    assert good.width == pytest.approx(4 * bad.width)
    assert made.legend == (("good", "bra"), ("mend", "inte"))


def test_shares_of_wholes_are_as_long_as_each_other() -> None:
    made = drawing(Series("bra", (1.0, 50.0), look.GOOD.fill), Series("inte", (1.0, 150.0), look.MEND.fill), shares=True)
    ends = [made.bars[n].x + made.bars[n].width for n in (1, 3)]
    assert ends[0] == pytest.approx(ends[1])
    assert made.bars[0].width == pytest.approx(2 * made.bars[2].width)
    assert {bar.tone for bar in made.bars} <= PAPER.keys()


def test_a_figure_stands_only_where_it_has_room() -> None:
    made = drawing(Series("bra", (1000.0,), look.GOOD.fill), Series("inte", (1.0,), look.MEND.fill), stacked=True)
    assert [bar.figure for bar in made.bars] == ["1\N{NO-BREAK SPACE}000", ""]


def test_long_names_take_more_lines_and_the_drawing_more_height() -> None:
    long = draw(
        Chart("t", "a", ("Arbetsmarknads- och vuxenutbildningsnämnden i kommunen",), (Series("s", (1.0,), look.GOOD.ink),), (1,)), "sv"
    )
    short = drawing(Series("s", (1.0,), look.GOOD.ink))
    assert len(long.names[0].lines) > 1
    assert long.height > short.height
