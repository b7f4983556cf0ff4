"""What the sheets are prefilled with that say themselves where their rows come from; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import BOARD_LIKE, Organisation, Plan
from styrxl.model.forms import Form, RowSource, Sheet
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round, RoundKinds
from styrxl.model.table_values import json_value
from styrxl.prefill.assignments import describe_assignment, list_assignments


def find_answers_asked(form: Form, round_: Round, kinds: RoundKinds) -> dict[str, Round]:
    """Return the earlier rounds from whose answers a form takes rows, by sheet."""
    sheets = [sheet for sheet in form.sheets if sheet.prefill and sheet.prefill.answers]
    return {sheet.key: _find_round(sheet, round_, kinds) for sheet in sheets}


def _find_round(sheet: Sheet, round_: Round, kinds: RoundKinds) -> Round:
    """Return the newest round before one of the kind that a sheet takes answers from."""
    assert sheet.prefill is not None
    kind = kinds.get(sheet.prefill.of or "", round_.kind.follows or round_.kind)
    return Round(round_.year if kind < round_.kind else round_.year - 1, kind)


def make_collected_rows(
    form: Form,
    owner: Organisation,
    language: str,
    plan: Plan,
    round_: Round,
    answers: Mapping[str, AnswersInForce],
    past: Sequence[AnswersInForce] = (),
) -> dict[str, tuple[Row, ...]]:
    """Return the rows of each sheet that says where they come from.

    ``answers``: by sheet, what its round's returns in force say; ``past``: what those of rounds before say, oldest first.
    """
    rows: dict[str, tuple[Row, ...]] = {}
    for sheet in form.sheets:
        source = sheet.prefill
        if source is None:
            continue
        if source.answers:
            rows[sheet.key] = tuple(_take_answers(sheet, source, answers.get(sheet.key), owner.org_id))
        elif source.each:
            given = source.each == "assignments"
            items = _list_assignments(owner, plan, round_, past) if given else _LISTS[source.each](owner, plan, round_)
            rows[sheet.key] = tuple({field: json_value(item.get(name)) for field, name in source.fields.items()} for item in items)
        else:
            rows[sheet.key] = tuple({field: _say(value, language) for field, value in row.items()} for row in source.rows)
    return rows


def _take_answers(sheet: Sheet, source: RowSource, answers: AnswersInForce | None, owner: str) -> list[Row]:
    """Return an owner's rows of a table; of fields that nothing is said of, those that both have."""
    rows = answers.of(source.answers or "", owner) if answers else ()
    wanted = [row for row in rows if all(str(row.get(field)) in codes for field, codes in source.where.items())]
    fields = dict(source.fields) or {column.field: column.field for column in sheet.columns if not column.formula}
    return [{field: row.get(name) for field, name in fields.items()} for row in wanted]


def _say(value: Any, language: str) -> Any:
    return value[language] if isinstance(value, Mapping) else value


def _list_units(owner: Organisation, plan: Plan, round_: Round) -> list[dict[str, Any]]:
    units = plan.of_kind(["unit"], round_.day)
    mine = [u for u in units if owner.org_id in (u.org_id, u.board_id, u.administration_id)]
    return [{"id": u.org_id, "name": u.name, "board": u.board_id, "administration": u.administration_id} for u in mine]


def _list_goals(owner: Organisation, plan: Plan, round_: Round) -> list[dict[str, Any]]:
    boards = _find_boards(owner, plan, round_)
    goals = [g for g in plan.council_goals(round_.year) if not g.concerned_boards or boards & {*g.concerned_boards}]
    return [{"id": g.goal_id, "text": g.text, "focus_area": g.focus_area, "dimension": g.dimension} for g in goals]


def _list_indicators(owner: Organisation, plan: Plan, round_: Round) -> list[dict[str, Any]]:
    boards = _find_boards(owner, plan, round_)
    rows = [row for row in plan.indicators if row["year"] == round_.year and row["board_id"] in boards]
    return [{"id": row["indicator_id"], **row} for row in rows]


def _list_assignments(owner: Organisation, plan: Plan, round_: Round, past: Sequence[AnswersInForce]) -> list[dict[str, Any]]:
    below = owner.kind in {"unit", "administration"}
    answering = [(board, "board") for board in _find_boards(owner, plan, round_)] if below else [(owner.org_id, owner.kind)]
    return [describe_assignment(found, owner.org_id, past) for found in list_assignments(plan, round_, answering)]


def _find_boards(owner: Organisation, plan: Plan, round_: Round) -> set[str]:
    """Return the boards that an owner answers to: itself, the one it is under, and those whose units an administration has."""
    if owner.kind in BOARD_LIKE:
        return {owner.org_id}
    units: Sequence[Organisation] = plan.of_kind(["unit"], round_.day) if owner.kind == "administration" else ()
    return {b for b in (owner.board_id, *(u.board_id for u in units if u.administration_id == owner.org_id)) if b}


_LISTS = {"units": _list_units, "council_goals": _list_goals, "council_indicators": _list_indicators}
