"""Pages for the tables of forms of one's own."""

from __future__ import annotations

from collections.abc import Collection

from styrxl.excel.pages import Page
from styrxl.model.forms import ASSIGNMENT_TABLES, PLAN_TABLES
from styrxl.model.naming.sheet_names import fold_sheet_name, free_sheet_name
from styrxl.prefill.financing import BUDGETED, FOLLOWED
from styrxl.reports.columns import find_sheets, owner_columns, table_block
from styrxl.reports.companies import COMPANY_TABLES
from styrxl.reports.view import View

_SHOWN = PLAN_TABLES | COMPANY_TABLES | {*ASSIGNMENT_TABLES, BUDGETED, FOLLOWED}  # on pages of their own


def make_own_pages(view: View, taken: Collection[str]) -> list[Page]:
    """Return a page for each table that no other page shows, a workspace's own; ``taken``: names that sheets have already."""
    pages = []
    names = {fold_sheet_name(name) for name in taken}
    for table, frame in sorted(view.tables.items()):
        sheets = find_sheets(view.forms, table)
        if table in _SHOWN or not len(frame) or not sheets:
            continue
        name = free_sheet_name(sheets[0][1].name[view.scope.language], names)
        names.add(fold_sheet_name(name))
        rows = table_block(view, table, owner_columns(view, frame, units=any(view.unit_name(owner) for owner in frame["_owner"].unique())))
        pages.append(Page(name, name, view.phrases.sheet("other", f"{view.audience}_help"), (rows,), "other"))
    return pages
