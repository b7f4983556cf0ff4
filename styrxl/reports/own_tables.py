"""Pages for the tables of forms of one's own."""

from __future__ import annotations

import re
from collections.abc import Collection

from styrxl.excel.pages import Page
from styrxl.model.forms import ASSIGNMENT_TABLES, PLAN_TABLES
from styrxl.prefill.financing import BUDGETED, FOLLOWED
from styrxl.reports.columns import find_sheets, owner_columns, table_block
from styrxl.reports.companies import COMPANY_TABLES
from styrxl.reports.view import View

_SHOWN = PLAN_TABLES | COMPANY_TABLES | {*ASSIGNMENT_TABLES, BUDGETED, FOLLOWED}  # on pages of their own


def make_own_pages(view: View, taken: Collection[str]) -> list[Page]:
    """Return a page for each table that no other page shows, a workspace's own; ``taken``: names that sheets have already."""
    pages = []
    names = {name.casefold() for name in taken}
    for table, frame in sorted(view.tables.items()):
        sheets = find_sheets(view.forms, table)
        if table in _SHOWN or not len(frame) or not sheets:
            continue
        name = free_sheet_name(sheets[0][1].name[view.scope.language], names)
        names.add(name.casefold())
        rows = table_block(view, table, owner_columns(view, frame, units=any(view.unit_name(owner) for owner in frame["_owner"].unique())))
        pages.append(Page(name, name, view.phrases.sheet("other", f"{view.audience}_help"), (rows,), "other"))
    return pages


def free_sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that Excel allows for a sheet and that no other sheet has (``taken``: theirs, casefolded)."""
    base = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip("' ")[:31].rstrip("' ") or "?"
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: 31 - len(f' ({n})')]} ({n})"
    return name
