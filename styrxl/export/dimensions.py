"""What the facts are about, once each: owners, goals, rounds, indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from styrxl.export.indicators import list_indicators
from styrxl.export.resource import REFERENCE, TEXT, DataField, Reference, Resource
from styrxl.export.values import plain_value
from styrxl.model.goal_tree import COMMITMENTS
from styrxl.model.rounds import Round
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.view import View

_REQUIRED = {"required": True}


def make_owners(view: View, named: Iterable[str]) -> Resource:
    """Return the owners of a round as they are on its day; ``named``: others that a fact names, who are there besides."""
    fields = (
        DataField("owner", "string", "Id.", _REQUIRED),
        DataField("name", "string", "Name."),
        DataField("kind", "string", "What it is: board, unit, company …"),
        DataField("board", "string", "The board that it answers to; its own id for a board."),
        DataField("administration", "string", "The administration that it belongs to."),
        DataField("expected", "boolean", "Whether it has something to hand in in the round."),
    )
    rows = [(o.id, plain_value(o.name, "string"), o.kind, o.board, o.administration, o.expected) for o in view.owners]
    others = [_other(view, owner) for owner in sorted({*named} - view.by_id.keys())]
    description = "Boards, units and all others that a row may belong to, as they are on the round's day."
    return Resource("dim_owners", description, fields, [*rows, *others], (("owner",),))


def _other(view: View, owner: str) -> tuple[Any, ...]:
    o = view.plan.find(owner, view.round.day)
    return (
        (owner, plain_value(o.name, "string"), o.kind, o.board_id or owner, o.administration_id, False)
        if o
        else (owner, *[None] * 4, False)
    )


def make_goals(view: View) -> Resource:
    """Return the council's goals, and those of boards and units under them."""
    fields = (
        DataField("goal", "string", "Id.", _REQUIRED),
        DataField("kind", "string", "Whose goal it is.", {"enum": ["council_goal", "board_goal", "unit_goal"]}),
        DataField("owner", "string", "The board or unit; empty for the council's."),
        DataField("council_text", "string", "The council's goal in words."),
        DataField("text", "string", "A board's or unit's goal in words.", content=TEXT),
        DataField("parent", "string", "The goal that it hangs under."),
        DataField("council_goal", "string", "The council's goal that is reached through the chain; its own id for one of the council's."),
        DataField("focus_area", "string", "The council's focus area."),
        DataField("dimension", "string", "A code of the list dimension."),
        DataField("sound_management", "boolean", "Whether it is one of those that the law asks for."),
    )
    references = (Reference("owner", "dim_owners", "owner"),)
    return Resource("dim_goals", "The council's goals and those under them.", fields, [*_list_goals(view)], (("goal",),), references)


def _list_goals(view: View) -> Iterator[tuple[Any, ...]]:
    for goal in {g.goal_id: g for g in view.plan.goals}.values():
        text, area = plain_value(goal.text, "string"), plain_value(goal.focus_area, "string")
        yield (goal.goal_id, "council_goal", None, text, None, None, goal.goal_id, area, goal.dimension, goal.sound_management)
    known = {goal.goal_id for goal in view.plan.goals}
    for node in view.by_node.values():
        if node.kind not in COMMITMENTS and node.id not in known:
            text = plain_value(node.text, "string")
            yield (node.id, node.kind, node.owner, None, text, node.parent, node.council_goal, None, None, None)


def make_rounds(view: View, named: Iterable[str], names: Mapping[str, str]) -> Resource:
    """Return the rounds that facts are of (``named``: their ids), the first one first; ``names``: what they are called."""
    fields = (
        DataField("round", "string", "Id.", _REQUIRED),
        DataField("name", "string", "Name."),
        DataField("year", "integer", "Year.", _REQUIRED),
        DataField("kind", "string", "The kind's key.", _REQUIRED),
        DataField("number", "integer", "The kind's place in the year.", _REQUIRED),
        DataField("follows_up", "boolean", "Whether it follows a plan up."),
        DataField("final", "boolean", "Whether it says how the year ended."),
        DataField("day", "date", "The day whose organisation and frames hold."),
    )
    rounds = sorted({view.scope.forms.rounds.parse(id_) for id_ in named} | {view.round})
    rows = [(r.id, names[r.id], r.year, r.kind.key, r.kind.order + 1, r.followup, r.kind.final, r.day) for r in rounds]
    return Resource("dim_rounds", "The rounds that facts are of.", fields, rows, (("round",),))


def name_rounds(view: View) -> Sequence[Round]:
    """Return the rounds that a round's facts may be of."""
    before = [past.round for past in view.history.earlier] if view.history else []
    last = [view.history.last_year.round] if view.history and view.history.last_year else []
    return [*last, *before, view.round]


def make_indicators(view: View, followup: FollowupView | None) -> Resource:
    """Return the indicators that are planned or told of."""
    fields = (
        DataField("indicator", "string", "Id.", _REQUIRED),
        DataField("owner", "string", "The board that answers for it."),
        DataField("council", "boolean", "Whether it is one of the council's."),
        DataField("goal", "string", "The goal that it measures."),
        DataField("council_name", "string", "What is measured, of the council's."),
        DataField("name", "string", "What is measured, of a board's own.", content=TEXT),
        DataField("unit", "string", "Unit of measurement.", content=REFERENCE),
        DataField("direction", "string", "Which way is better: a code of the list direction."),
        DataField("baseline", "number", "What it was to begin with."),
    )
    rows = [
        (
            i.id,
            i.owner,
            i.council,
            i.planned.get("goal_id"),
            plain_value(i.planned.get("name"), "string") if i.council else None,
            None if i.council else plain_value(i.planned.get("name"), "string"),
            plain_value(i.planned.get("unit"), "string"),
            i.planned.get("direction"),
            plain_value(i.target.baseline, "number"),
        )
        for i in list_indicators(view, followup)
    ]
    references = (Reference("owner", "dim_owners", "owner"), Reference("goal", "dim_goals", "goal"))
    return Resource("dim_indicators", "The council's indicators and the boards' own.", fields, rows, (("indicator",),), references)
