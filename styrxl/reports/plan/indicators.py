"""The plan's page Indikatorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from styrxl.excel.pages import Page, Row
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
    rows = [row for row in view.plan.indicators if row["year"] == view.round.year]
    frame = pd.DataFrame(rows)
    values = [column_values(view, frame, replace(c, sources=None)) for c in columns] if rows else []
    owners = [view.phrases.word("council_indicator", board=view.name(row.get("board_id")) or "—") for row in rows]
    return [Row((*cells, None)) for cells in zip(owners, *values, strict=True)]
