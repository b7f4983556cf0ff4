"""The plan's page Diagram, for the council: charts that each say one thing, with the same figures in a table."""

from __future__ import annotations

from styrxl.excel.pages import Page
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.plan.overview import list_chart_blocks
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the council's page of charts; None where there are none, and for a board, which has them on its first page."""
    blocks = list_chart_blocks(view) if view.board is None and view.about_plans else []
    return make_titled_page(view, "charts", blocks) if blocks else None
