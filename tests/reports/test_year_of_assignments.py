"""The small year with assignments from the council: a page and a figure more, and all else as it was."""

from __future__ import annotations

from collections import Counter

import pytest

from report_sheets import sheets, table
from small_town import consolidated
from small_town_pages import read_rows
from small_year import follow_up, planning
from small_year_assignments import COUNTS, GIVEN_PLAN, MORE, MORE_IN_RETURNS, PAGES, given, given_history
from small_year_rows import ROWS, SOURCES
from styrxl.model.council_plan import Plan
from styrxl.model.judged import JudgedRound
from styrxl.reports.book import council_book
from styrxl.reports.view import IssuedForm, Scope

ROUNDS = ("plan", "t1", "t2", "year")
PAGE = "Uppdrag"
BOARDS = ("Utbildningsnämnden", "Kultur- och fritidsnämnden")


def make(kind: str) -> tuple[JudgedRound, Plan, tuple[IssuedForm, ...], Scope]:
    """Return what a round's workbook is made of."""
    judged, _, issued, scope = planning() if kind == "plan" else follow_up(kind)
    return given(kind, judged), GIVEN_PLAN, issued, scope


@pytest.mark.parametrize("kind", ROUNDS)
def test_the_page_and_the_count_say_what_was_worked_out_by_hand_and_nothing_else_changes(kind: str) -> None:
    found = {page.name: read_rows(page) for page in consolidated(*make(kind), None, given_history(kind))[1].pages}
    assert found.pop(PAGE) == PAGES[kind]
    assert list(found) == list(ROWS[kind])
    more = {"Översikt": [COUNTS[kind]], **MORE[kind]}
    for name, rows in found.items():
        assert Counter(rows) == Counter([*ROWS[kind][name], *more.get(name, [])]), name


@pytest.mark.parametrize("kind", ROUNDS)
def test_every_answer_about_an_assignment_stands_once(kind: str) -> None:
    rows = table(sheets(council_book(*make(kind), given_history(kind)).workbook)["Källor"], "Från")
    assert {row["Avstämning"] for row in rows} == {"✓ Stämmer"}
    more = dict(zip(BOARDS, MORE_IN_RETURNS[kind], strict=True)) | {"Summa": sum(MORE_IN_RETURNS[kind])}
    assert [(row["Från"], row["Rader här"]) for row in rows] == [(name, n + more.get(name, 0)) for name, n, _ in SOURCES[kind]]
