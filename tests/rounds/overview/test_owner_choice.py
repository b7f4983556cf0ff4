"""Which of a round's owners a table shows, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.rounds.overview.owner_choice import PAGE, SORTS, STATES, Choice, choose_rows
from styrxl.rounds.overview.owner_groups import DONE, find_group
from styrxl.rounds.overview.owner_rows import MAILED, NOT_MAILED, UNREACHED, OwnerRow, Place
from styrxl.rounds.overview.round_steps import MEND_NEWER
from styrxl.rounds.status import OwnerStatus

UBN, KFN = Place("UBN", "Utbildningsnämnden"), Place("KFN", "Kultur- och fritidsnämnden")


def row(owner: str, name: str, state: str, board: Place = UBN, *, late: int = 0, mail: str = MAILED, returns: int = 1) -> OwnerRow:
    returned = datetime(2027, 1, 20 + returns, tzinfo=UTC) if state in {"accepted", "rejected"} else None
    status = OwnerStatus(owner, name, "unit", date(2027, 1, 2), date(2027, 1, 31), returned, state, errors=late, returns=returns)
    return OwnerRow(status, find_group(status), "unit", board, Place(), late, mail, None, 0)


ROWS = [
    row("UBN-ÖST", "Östra skolan", "accepted", returns=2),
    row("UBN-ÅBY", "Åby skola", "late", late=4, returns=0),
    row("UBN-ALM", "Almskolan", "rejected", late=2),
    row("KFN-BIB", "Biblioteket", "waiting", KFN, mail=UNREACHED, returns=0),
    row("KFN-ANS", "Äldre bibliotek", "not_issued", KFN, mail=NOT_MAILED, returns=0),
]


@pytest.mark.parametrize(
    "choice, expected",
    [
        (Choice(), ["UBN-ÖST", "UBN-ÅBY", "UBN-ALM", "KFN-BIB", "KFN-ANS"]),
        (Choice(state="missing"), ["UBN-ÅBY", "KFN-BIB"]),
        (Choice(state="late"), ["UBN-ÅBY"]),
        (Choice(state="mend"), ["UBN-ALM"]),
        (Choice(state="several"), ["UBN-ÖST"]),
        (Choice(state="unreached"), ["KFN-BIB"]),
        (Choice(board="KFN"), ["KFN-BIB", "KFN-ANS"]),
        (Choice(level="board"), []),
        (Choice(text="SKOLA utb"), ["UBN-ÖST", "UBN-ÅBY", "UBN-ALM"]),
        (Choice(text="kfn-b"), ["KFN-BIB"]),
        (Choice(sort="name"), ["UBN-ALM", "KFN-BIB", "UBN-ÅBY", "KFN-ANS", "UBN-ÖST"]),  # å, ä, ö last
        (Choice(sort="late", descending=True), ["UBN-ÅBY", "UBN-ALM", "UBN-ÖST", "KFN-BIB", "KFN-ANS"]),
        (Choice(sort="state"), ["UBN-ÅBY", "KFN-BIB", "UBN-ALM", "UBN-ÖST", "KFN-ANS"]),
        (Choice(page=99), ["UBN-ÖST", "UBN-ÅBY", "UBN-ALM", "KFN-BIB", "KFN-ANS"]),
    ],
)
def test_rows_are_chosen_and_sorted(choice: Choice, expected: list[str]) -> None:
    assert [each.status.owner for each in choose_rows(ROWS, choice).rows] == expected


def test_each_state_says_how_many_it_would_show_of_those_that_are_chosen_otherwise() -> None:
    assert choose_rows(ROWS, Choice(state="late", board="KFN")).states == {
        **dict.fromkeys(STATES, 0),
        "missing": 1,
        "not-issued": 1,
        "unreached": 1,
    }


def test_those_whose_newer_return_is_to_be_mended_are_found_though_they_are_done() -> None:
    newer = row("UBN-LAV", "Lavskolan", "rejected")
    newer = replace(newer, status=replace(newer.status, earlier_counts=True), group=DONE)
    chosen = choose_rows([*ROWS, newer], Choice(state=MEND_NEWER))
    assert ([each.status.owner for each in chosen.rows], chosen.states[MEND_NEWER], chosen.states["mend"]) == (["UBN-LAV"], 1, 1)


def test_long_tables_are_cut_into_pages() -> None:
    many = [row(f"U{n}", f"Enhet {n}", "accepted") for n in range(2 * PAGE + 1)]
    last = choose_rows(many, Choice(page=3))
    assert (len(last.rows), last.total, last.pages, last.rows[0].status.owner) == (1, 2 * PAGE + 1, 3, f"U{2 * PAGE}")


@given(st.sampled_from(["", *STATES]), st.sampled_from(["", *SORTS]), st.booleans())
def test_every_state_shows_as_many_as_it_says(state: str, sort: str, descending: bool) -> None:  # noqa: FBT001 -- drawn
    shown = choose_rows(ROWS, Choice(state=state, sort=sort, descending=descending))
    assert shown.total == len(shown.rows) == (shown.states[state] if state else len(ROWS))
