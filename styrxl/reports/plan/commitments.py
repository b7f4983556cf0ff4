"""The plan's page Åtaganden."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from styrxl.excel.pages import Field, Page
from styrxl.model.goal_tree import natural_key
from styrxl.model.table_values import column
from styrxl.reports.columns import FilledColumn, fill_columns, list_rows, report_columns
from styrxl.reports.page_parts import make_titled_page
from styrxl.reports.view import View

# What paper has room for, beside whose it is and which goals it serves.
_WIDTHS_OF_NEW = {"commitment_id": 17.0, "text": 58.0, "expected_result": 42.0, "responsible": 22.0}
_WIDTHS = {**_WIDTHS_OF_NEW, "text": 52.0, "expected_result": 37.0, "carried": 11.0}  # where some go on from last year
_ON_SCREEN = 40.0  # what is not printed makes no row higher


def make_page(view: View) -> Page | None:
    """Return the page with all commitments, and the council's goal and focus area that each reaches; None where there are none."""
    frame = view.table("commitments")
    if not len(frame):
        return None
    frame = frame.iloc[_places_in_order(view, frame)]
    columns = report_columns(view, "commitments")
    by_field = dict(zip((c.column.field for c in columns), fill_columns(view, frame, columns), strict=True))
    widths = _WIDTHS if any(column(frame, "carried")) else _WIDTHS_OF_NEW
    printed = {name: by_field.pop(name) for name in widths if name in by_field}
    code, text, *rest = [(replace(f, width=widths[name]), values) for name, (f, values) in printed.items()]
    goals = _goal_columns(view, frame, by_field.pop("parent_id", None))
    owner, *board = _owner_columns(view, frame)
    own = [(replace(f, width=max(f.width, _ON_SCREEN)) if f.kind == "text" else f, values) for f, values in by_field.values()]
    more = [(replace(f, screen=True), values) for f, values in (*board, *goals[2:], *own)]
    return make_titled_page(view, "commitments", [list_rows(view, "commitments", frame, [code, owner, text, *goals[:2], *rest, *more])])


def _owner_columns(view: View, frame: pd.DataFrame) -> list[FilledColumn]:
    """Return the column that says whose a commitment is, and for the council which board that belongs to."""
    owners = frame["_owner"].tolist()
    heading = view.phrases.heading
    if view.board is not None:
        return [(Field(heading("unit"), "name", 20), [view.unit_name(o) for o in owners])]
    names = [view.name(o) for o in owners]
    return [
        (Field(heading("board_or_unit"), "name", 20), names),
        (Field(heading("board"), "name", 40), [view.board_name(o) for o in owners]),
    ]


def _goal_columns(view: View, frame: pd.DataFrame, parent: FilledColumn | None) -> list[FilledColumn]:
    """Return the columns of goals: the commitment's and the council's by id, the former in words, the latter's area and dimension."""
    heading = view.phrases.heading
    nodes = [view.by_node.get(str(code or "")) for code in column(frame, "commitment_id")]
    council_goals = [node.council_goal if node else None for node in nodes]
    found = [view.council_goal(goal) if goal else None for goal in council_goals]
    ids = column(frame, "parent_id")
    return [
        (Field(parent[0].heading if parent else heading("goal"), width=14), ids),
        (Field(heading("council_goal_short"), "id", 8), council_goals),
        (Field(heading("goal_text"), width=90), parent[1] if parent else ids),
        (Field(heading("focus_area"), width=40), [goal.focus_area if goal else None for goal in found]),
        (Field(heading("dimension"), width=14), [view.dimension_name(goal.dimension) if goal else None for goal in found]),
    ]


def _places_in_order(view: View, frame: pd.DataFrame) -> list[int]:
    """Return the places of rows in the order of owners, and each owner's in that of their ids."""
    by_owner: dict[str, list[int]] = {}
    for place, owner in enumerate(frame["_owner"].tolist()):
        by_owner.setdefault(owner, []).append(place)
    ids = [str(code or "") for code in column(frame, "commitment_id")]
    owners = sorted(by_owner, key=view.rank.__getitem__)
    return [place for owner in owners for place in sorted(by_owner[owner], key=lambda place: natural_key(ids[place]))]
