"""The plan's page Investeringar."""

from __future__ import annotations

from dataclasses import replace

from styrxl.excel.pages import Block, Page
from styrxl.reports.board_frames import NO_PLAN, investment_frame_fields, investment_frame_rows
from styrxl.reports.columns import owner_columns, table_block
from styrxl.reports.page_parts import make_titled_page, sum_label, sum_row
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the page with the boards' investments, and what they leave of their frames; None where there are neither."""
    projects = table_block(view, "investments", owner_columns(view, view.table("investments"), units=False))
    projects = replace(projects, totals=(sum_row(projects.fields, projects.rows, sum_label(view)),))
    blocks = [block for block in (projects, _frames_block(view)) if block.rows]
    return make_titled_page(view, "investments", blocks) if blocks else None


def _frames_block(view: View) -> Block:
    fields = investment_frame_fields(view, "year_budget", state_width=30, money_width=16)
    rows = tuple(investment_frame_rows(view, "investments", "year_budget", NO_PLAN))
    totals = (sum_row(fields, rows, sum_label(view)),)
    return Block(fields, rows, heading=view.phrases.word("frames_title"), table="investment_frames", totals=totals)
