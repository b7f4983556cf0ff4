"""What stands in a workbook with answers in it: whose take the place of what was issued, and how far it is printed."""

from __future__ import annotations

import io

import openpyxl

from styrxl.excel.limits import LONGEST_FORMULA
from styrxl.model.form_files import Forms
from styrxl.model.prefill import Prefill
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.build import build_filled, lay_out_workbook, token_values
from styrxl.templates.workbook_context import PRINTED_BELOW, Answers, WorkbookContext, end_print_areas, put_answers, tell_in_kontroll

FORM = Forms([standard_folder()]).form("multi_year_plan")
PREFILL = Prefill(
    form="multi_year_plan",
    version=FORM.version,
    profile=None,
    language="sv",
    round="",
    round_name="",
    year=0,
    owner="",
    owner_name="Åköping",
    board_id=None,
    board_name=None,
    municipality="Åköping",
    contact="",
)
GOALS: Answers = {"council_goals": {0: {"goal_id": "KF-M1", "text": "Fler i arbete"}, 4: {"goal_id": "KF-M2", "text": "Renare luft"}}}


def fill(answers: Answers) -> WorkbookContext:
    context = lay_out_workbook(FORM, PREFILL)
    return put_answers(context, answers, token_values(PREFILL, context))


def test_tables_are_printed_as_far_as_they_are_filled_in() -> None:
    """With some rows to write on; one that is empty to its headings, and some rows."""
    context = fill(GOALS)
    before, after = (openpyxl.load_workbook(io.BytesIO(build_filled(one, PREFILL))) for one in (context, end_print_areas(context)))
    goals, frames = context.layouts["council_goals"], context.layouts["frames"]
    for layout, end in ((goals, goals.first_row + 4 + PRINTED_BELOW), (frames, frames.heading_row + PRINTED_BELOW)):
        assert after[layout.name].print_area == f"{before[layout.name].print_area.rpartition('$')[0]}${end}"


def test_kontroll_and_drop_downs_know_the_answers() -> None:
    context = fill({**GOALS, "council_goals": {**GOALS["council_goals"], 1: {"goal_id": "KF-M3", "text": ""}}})
    said = [check.value for check in context.checks["council_goals"][:3]]
    assert said[2] == ""
    assert said[1].startswith("! Fyll i")
    assert any("KF-M2 Renare luft" in entries for entries in context.entries.values())


def test_kontroll_says_something_else_as_long_as_a_formula_holds() -> None:
    context = tell_in_kontroll(fill(GOALS), {("council_goals", 0): ["EXACT($B$6,1)", "EXACT($B$6,2)"]}, "Se där")
    check, before = context.checks["council_goals"][0], fill(GOALS).checks["council_goals"][0]
    assert (check.value, check.formula) == ("Se där", f'=IF(OR(EXACT($B$6,1),EXACT($B$6,2)),"Se där",{before.formula.removeprefix("=")})')


def test_kontroll_watches_as_many_cells_as_it_has_room_for() -> None:
    """None where its own formula leaves no room: that one stays."""
    watched = [f'EXACT($B$6,"{"x" * 1_000}{n}")' for n in range(20)]
    context = tell_in_kontroll(
        fill(GOALS), {("council_goals", 0): watched, ("council_goals", 1): [f'EXACT($B$6,"{"x" * 9_000}")']}, "Se där"
    )
    some, none = context.checks["council_goals"][:2]
    assert LONGEST_FORMULA - 1_100 < len(some.formula) <= LONGEST_FORMULA
    assert (some.value, none) == ("Se där", fill(GOALS).checks["council_goals"][1])
