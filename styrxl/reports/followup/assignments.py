"""The follow-up's page Uppdrag."""

from __future__ import annotations

from styrxl.excel.pages import Page
from styrxl.reports.assignment_page import make_assignment_page
from styrxl.reports.followup_view import FollowupView


def make_page(followup: FollowupView) -> Page | None:
    """Return the page: how the council's assignments stand; None where there are none."""
    return make_assignment_page(followup.view, "assignments")
