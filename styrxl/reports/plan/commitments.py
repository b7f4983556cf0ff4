"""The plan's page Åtaganden."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from styrxl.excel.pages import Field, Page
from styrxl.model.goal_tree import natural_key
from styrxl.model.table_values import column
from styrxl.reports.columns import fill_columns, list_rows, owner_columns, report_columns
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View

_PRINTED = ("commitment_id", "text", "parent_id", "responsible", "start", "end", "expected_result")  # what paper has room for


def make_page(view: View) -> Page | None:
    """Return the page with all commitments, and the council's goal and focus area that each reaches; None where there are none."""
    frame = view.table("commitments")
    if not len(frame):
        return None
    frame = frame.iloc[_places_in_order(view, frame)]
    heading, areas = view.phrases.heading, {g.goal_id: g.focus_area for g in view.plan.goals}
    nodes = [view.by_node.get(str(code or "")) for code in column(frame, "commitment_id")]
    goals = [node.council_goal if node else None for node in nodes]
    council_goal = (Field(heading("council_goal_short"), "id", 9), goals)
    area = (Field(heading("focus_area"), width=24, screen=True), [areas.get(goal) if goal else None for goal in goals])
    columns = report_columns(view, "commitments")
    printed = [c for c in columns if c.column.field in _PRINTED]
    first = fill_columns(view, frame, printed)
    more = [(replace(f, screen=True), v) for f, v in fill_columns(view, frame, [c for c in columns if c not in printed])]
    # The id comes first; the council's goal stands beside the goal that the commitment serves.
    arranged = [*first[:1], *owner_columns(view, frame, units=True), *first[1:3], council_goal, *first[3:], area, *more]
    return make_titled_page(view, "commitments", [list_rows(view, "commitments", frame, arranged)])


def _places_in_order(view: View, frame: pd.DataFrame) -> list[int]:
    """Return the places of rows in the order of owners, and each owner's in that of their ids."""
    by_owner: dict[str, list[int]] = {}
    for place, owner in enumerate(frame["_owner"].tolist()):
        by_owner.setdefault(owner, []).append(place)
    ids = [str(code or "") for code in column(frame, "commitment_id")]
    owners = sorted(by_owner, key=view.rank.__getitem__)
    return [place for owner in owners for place in sorted(by_owner[owner], key=lambda place: natural_key(ids[place]))]
