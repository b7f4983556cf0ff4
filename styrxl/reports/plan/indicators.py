"""The plan's page on indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from styrxl.excel.pages import Page, Row
from styrxl.reports.columns import Spread, block, owners, page, spread, values
from styrxl.reports.view import View, plain


def make_page(view: View) -> Page | None:
    """List the council's indicators of the year, then the boards'."""
    mine = block(view, "indicators", owners(view, view.table("indicators"), units=False))
    if view.board is None:
        mine = replace(mine, rows=(*_council_indicators(view, spread(view, "indicators")), *mine.rows))
    return page(view, "indicators", [mine]) if mine.rows else None


def _council_indicators(view: View, spreads: Sequence[Spread]) -> list[Row]:
    frame = view.plan.indicators
    if not len(frame) or "year" not in frame:
        return []
    frame = frame[frame["year"] == view.scope.year]
    columns = [values(view, frame, replace(s, sources=None)) for s in spreads]
    who = [view.phrases.word("council_indicator", board=view.name(r.get("board_id")) or "—") for r in plain(frame)]
    return [Row((*cells, None)) for cells in zip(who, *columns, strict=True)]
