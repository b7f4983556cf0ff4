"""Pages for the tables of forms of one's own."""

from __future__ import annotations

import re
from collections.abc import Collection

from styrxl.excel.pages import Page
from styrxl.reports.columns import block, owners, sheets_of
from styrxl.reports.view import View

_PLANS = ("confirmation", "goal_responses", "goals", "commitments", "indicators", "budget", "unit_frames", "investments", "plan_elsewhere")
_FOLLOWUPS = ("report_status", "goal_assessments", "commitment_status", "added_commitments", "outcomes", "unit_outcomes")
_ELSEWHERE = frozenset((*_PLANS, *_FOLLOWUPS, "investment_outcomes", "indicator_outcomes"))


def others(view: View, taken: Collection[str]) -> list[Page]:
    """List the rows of tables that no other page shows: a workspace's own."""
    pages = []
    names = {name.casefold() for name in taken}
    for table, frame in sorted(view.tables.items()):
        sheets = sheets_of(view.forms, table)
        if table in _ELSEWHERE or not len(frame) or not sheets:
            continue
        name = sheet_name(sheets[0][1].name[view.scope.language], names)
        names.add(name.casefold())
        rows = block(view, table, owners(view, frame, units=True))
        pages.append(Page(name, name, view.phrases.sheet("other", f"{view.audience}_help"), (rows,)))
    return pages


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that Excel allows for a sheet and that no other sheet has."""
    base = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip("' ")[:31] or "?"
    name, n = base, 1
    while name.casefold() in taken:
        n += 1
        name = f"{base[: 31 - len(f' ({n})')]} ({n})"
    return name
