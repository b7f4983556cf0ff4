"""The plan's page Uppdrag."""

from __future__ import annotations

from styrxl.excel.pages import Page
from styrxl.reports.assignment_page import make_assignment_page
from styrxl.reports.view import View


def make_page(view: View) -> Page | None:
    """Return the page: how owners are to do what the council has given them to do; None where there is nothing of it."""
    return make_assignment_page(view, "assignment_plans")
