"""The plan's page on commitments."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from styrxl.excel.pages import Field, Page
from styrxl.model.goal_tree import natural_key
from styrxl.reports.columns import filled, listed, owners, page, spread
from styrxl.reports.view import View, column

_PRINTED = ("commitment_id", "text", "parent_id", "responsible", "start", "end", "expected_result")  # what paper has room for


def make_page(view: View) -> Page | None:
    """List all commitments, with the council's goal and focus area that each reaches."""
    frame = view.table("commitments")
    if not len(frame):
        return None
    frame = frame.iloc[_in_order(view, frame, "commitment_id")]
    heading, areas = view.phrases.heading, {g.goal_id: g.focus_area for g in view.plan.goals}
    nodes = [view.by_node[i] if (i := str(own or "")) in view.by_node else None for own in column(frame, "commitment_id")]
    goals = [n.council_goal if n else None for n in nodes]
    reached = (Field(heading("council_goal_short"), "id", 9), goals)
    area = (Field(heading("focus_area"), width=24, screen=True), [areas.get(g) if g else None for g in goals])
    spreads = spread(view, "commitments")
    first = [s for s in spreads if s.column.field in _PRINTED]
    told = filled(view, frame, first)
    more = [(replace(f, screen=True), v) for f, v in filled(view, frame, [s for s in spreads if s not in first])]
    # The id comes first; what is reached stands beside the goal that it serves.
    columns = [*told[:1], *owners(view, frame, units=True), *told[1:3], reached, *told[3:], area, *more]
    return page(view, "commitments", [listed(view, "commitments", frame, columns)])


def _in_order(view: View, frame: pd.DataFrame, name: str) -> list[int]:
    """Return the places of rows in the order of owners, and each owner's in that of their ids."""
    mine: dict[str, list[int]] = {}
    for at, owner in enumerate(frame["_owner"].tolist()):
        mine.setdefault(owner, []).append(at)
    ids = [str(own or "") for own in column(frame, name)]
    return [at for owner in sorted(mine, key=view.rank.__getitem__) for at in sorted(mine[owner], key=lambda at: natural_key(ids[at]))]
