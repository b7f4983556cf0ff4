"""The plan's page Indikatorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from styrxl.excel.pages import Page, Row
from styrxl.model.frames import records
from styrxl.reports.columns import ReportColumn, column_values, owner_columns, report_columns, table_block
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the page with the council's indicators of the year, then the boards'; None where there are none."""
    block = table_block(view, "indicators", owner_columns(view, view.table("indicators"), units=False))
    if view.board is None:
        block = replace(block, rows=(*_council_rows(view, report_columns(view, "indicators")), *block.rows))
    return make_titled_page(view, "indicators", [block]) if block.rows else None


def _council_rows(view: View, columns: Sequence[ReportColumn]) -> list[Row]:
    frame = view.plan.indicators
    if not len(frame) or "year" not in frame:
        return []
    frame = frame[frame["year"] == view.scope.year]
    values = [column_values(view, frame, replace(c, sources=None)) for c in columns]
    owners = [view.phrases.word("council_indicator", board=view.name(row.get("board_id")) or "—") for row in records(frame)]
    return [Row((*cells, None)) for cells in zip(owners, *values, strict=True)]
