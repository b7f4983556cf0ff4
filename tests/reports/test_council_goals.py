"""How the council's goals are judged through whole rounds: the table of docs/en/how-goals-are-judged.md, on the pages that readers get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from small_town import FORMS, consolidated, row, tables
from styrxl.excel.pages import Book
from styrxl.model.council_plan import CouncilAssessment, CouncilGoal, Organisation, Plan
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.reports.book import board_book
from styrxl.reports.followup_view import FollowupView
from styrxl.reports.goal_states import followup_goal_states
from styrxl.reports.history import PastRound, RoundHistory
from styrxl.reports.view import IssuedForm, Scope, View

TEN = tuple(f"N{n}" for n in range(1, 11))
WORDS = {"t1": ("on_track", "off_track"), "year": ("fulfilled", "not_fulfilled")}
GOAL = CouncilGoal("KF-M1", "Fler bostäder", "Bo", "quality", sound_management=True, concerned_boards=(), from_year=2025, to_year=2030)
Case = tuple[JudgedRound, Plan, tuple[IssuedForm, ...], Scope, RoundHistory]


def returns(kind: str, boards: Sequence[str]) -> tuple[Judged, ...]:
    """Return accepted returns of boards, by their place in the alphabet of boards."""
    form = "annual_plan" if kind == "plan" else "board_followup"
    at = datetime(2027, 5, 10, 9)  # noqa: DTZ001 -- receipts carry the workspace's own time
    return tuple(
        Judged(n, f"inbox/2027-{kind}/{b}.xlsx", f"{kind}{b}".ljust(64, "0"), "accepted", (), form, None, b, f"2027-{kind}", received=at)
        for n, b in enumerate(TEN)
        if b in boards
    )


def case(kind: str, boards: Sequence[str], answers: Mapping[str, str], *, language: str = "sv", **more: Any) -> Case:
    """Return a follow-up of boards that all say that the council's only goal concerns them.

    ``answers``: by board how it assesses its own goal under it. ``bare``: boards without a goal. ``returned``: whose follow-up is in (all).
    ``planned``: whose plan is accepted (all). ``contributions``: board -> assessment. ``indicators``: (outcome, target, answer) of each of
    the council's; the first board answers for them. ``own``: rows of the council's assessment.
    """
    planned, returned = more.get("planned", boards), more.get("returned", boards)
    bare = more.get("bare", ())
    at = {board: n for n, board in enumerate(TEN)}
    with_goals = [b for b in boards if b not in bare and b in planned]
    plan_rows = {
        "goal_responses": [
            row(at[b], b, "Fullmäktiges mål", 5, goal_id="KF-M1", concerns="yes", contribution="Vi hjälper.") for b in planned
        ],
        "goals": [
            row(at[b], b, "Nämndmål", 5, goal_id=f"{b}-M1", text="Mål", parent_id="KF-M1", from_year=2027, to_year=2027) for b in with_goals
        ],
    }
    indicators = more.get("indicators", ())
    rows = {
        "goal_assessments": [
            row(at[b], b, "Mål", 5, goal_id=f"{b}-M1", text="Mål", last_assessment=None, assessment=code, trend=None, analysis="x")
            for b, code in answers.items()
            if b in returned
        ],
        "contribution_status": [
            row(at[b], b, "Bidrag", 5, goal_id="KF-M1", text="Fler bostäder", contribution="Vi hjälper.", assessment=code, progress="y")
            for b, code in more.get("contributions", {}).items()
        ],
        "indicator_outcomes": [
            row(at[boards[0]], boards[0], "Indikatorer", 4 + n, indicator_id=f"KF-I{n}", name=f"Mått {n}", unit="st", target=target)
            | {"last_outcome": None, "outcome": outcome, "comment": None}
            | ({} if kind == "year" else {"target_reached": answer})
            for n, (outcome, target, answer) in enumerate(indicators, 1)
        ],
    }
    planned_indicators = tuple(
        {"indicator_id": f"KF-I{n}", "goal_id": "KF-M1", "name": f"Mått {n}", "unit": "st", "direction": "higher", "board_id": boards[0]}
        | {"year": 2027, "baseline": None, "target": target, "kolada_id": None}
        for n, (_, target, _) in enumerate(indicators, 1)
    )
    organisations = tuple(Organisation(b, f"Nämnd {b}", "board", None, None, (), None, None, None, (), None, None) for b in boards)
    goal = replace(GOAL, concerned_boards=tuple(more.get("named", ())))
    plan = Plan(organisations, (goal,), {}, (), (), planned_indicators, tuple(more.get("own", ())))
    planning = JudgedRound("2027-plan", returns("plan", planned), tables({name: some for name, some in plan_rows.items() if some}))
    plans = PastRound(standard_rounds().parse("2027-plan"), planning)
    scope = Scope(FORMS, language, "Lillköping", kind, standard_rounds().parse(f"2027-{kind}"))
    issued = tuple(IssuedForm(b, "board_followup", date(2027, 4, 1)) for b in planned)
    judged = JudgedRound(f"2027-{kind}", returns(kind, returned), tables({name: some for name, some in rows.items() if some}))
    return judged, plan, issued, scope, RoundHistory(plans)


def book_of(made: Case, board: str | None = None) -> Book:
    judged, plan, issued, scope, history = made
    return consolidated(judged, plan, issued, scope, board, history)[1]


def cells(book: Book, name: str, code: str) -> tuple[Any, ...]:
    page = next(p for p in book.pages if p.name == name)
    return next(r.cells for r in page.blocks[0].rows if code in r.cells[:2])


def fulfilment(book: Book) -> tuple[Any, ...]:
    """Return of the council's goal coverage, indicators, assessment and reasons."""
    found = cells(book, "Måluppfyllelse", "KF-M1")
    return found[2], *found[-3:]


def mailed(made: Case) -> str:
    judged, plan, issued, scope, history = made
    [state] = followup_goal_states(FollowupView(View(judged, plan, scope, issued, None, history), history))
    return str(state["state"])


YES9 = dict.fromkeys(TEN[:9], "fulfilled")
TWO = TEN[:2]


@pytest.mark.parametrize(
    "made, told",
    [
        pytest.param(
            case("year", TEN, YES9, bare=TEN[9:]),
            (
                *("✓ God, 9 av 10 nämnder", None, "✓ Uppfyllt"),
                "Förslag. Nämndmål som uppfylls: 9 av 9. Har inget mål, åtagande eller bedömt bidrag: Nämnd N10.",
            ),
            id="nine of ten boards fulfilled; the tenth answered that it concerns it, without a goal",
        ),
        pytest.param(
            case("year", TWO, dict.fromkeys(TWO, "fulfilled"), own=[CouncilAssessment("2027-year", "KF-M1", None, None, None, "poor")]),
            (
                *("✗ Bristfällig (satt av kansliet)", None, "! Delvis uppfyllt"),
                "Förslag. Nämndmål som uppfylls: 2 av 2. Sänkt till delvis, eftersom träffbilden inte är god.",
            ),
            id="all assessments yes; office's Träffbild Bristfällig",
        ),
        pytest.param(
            case("t1", TWO, dict.fromkeys(TWO, "on_track"), indicators=[(40, 120, "yes")]),
            ("✓ God, 2 av 2 nämnder", "✓ 1 av 1 nås", "✓ Bedöms uppfyllas", "Förslag. Nämndmål som uppfylls: 2 av 2."),
            id="t1: 40 of 120 homes built, Nås målvärdet? Ja; assessments yes",
        ),
        pytest.param(
            case("year", TWO, dict.fromkeys(TWO, "fulfilled"), indicators=[(5, 5, None), (6, 5, None), (4, 5, None)]),
            (
                *("✓ God, 2 av 2 nämnder", "! 2 av 3 nås", "! Delvis uppfyllt"),
                "Förslag. Nämndmål som uppfylls: 2 av 2. Sänkt till delvis, eftersom inte alla fullmäktiges indikatorer nås.",
            ),
            id="year: one of three council indicators missed; assessments yes",
        ),
        pytest.param(
            case("year", TWO, dict.fromkeys(TWO, "not_assessable"), indicators=[(5, 5, None)]),
            (
                *("✓ God, 2 av 2 nämnder", "✓ 1 av 1 nås", "Kan inte bedömas"),
                "Förslag. Högst hälften av nämndmålen har kunnat bedömas (0 ja, 0 delvis, 0 nej av 2).",
            ),
            id="boards say kan inte bedömas, one indicator met",
        ),
        pytest.param(
            case("year", TWO, {}, bare=TWO, indicators=[(5, 5, None), (6, 5, None)]),
            (
                *("✗ Bristfällig, 0 av 2 nämnder", "✓ 2 av 2 nås", "✓ Uppfyllt"),
                (
                    "Förslag. Inget nämndmål eller åtagande finns. Fullmäktiges indikatorer avgör: 2 av 2 nås."
                    " Har inget mål, åtagande eller bedömt bidrag: Nämnd N1, Nämnd N2."
                ),
            ),
            id="no goals or commitments under it; two indicators met, none missed",
        ),
        pytest.param(
            case("year", TEN, dict.fromkeys(TEN[:6], "fulfilled"), returned=TEN[:6]),
            (
                *("✓ God, 10 av 10 nämnder", None, "✓ Uppfyllt (preliminärt 6 av 10)"),
                (
                    "Förslag. Nämndmål som uppfylls: 6 av 10. Säger inget: 4 av 10."
                    " Preliminärt: 6 av 10 nämnder har svarat. Saknas: Nämnd N7, Nämnd N8, Nämnd N9, Nämnd N10."
                ),
            ),
            id="six of ten parts said yes, four returns missing",
        ),
        pytest.param(
            case("year", TWO, dict.fromkeys(TWO, "not_fulfilled"), indicators=[(5, 5, None), (6, 5, None)]),
            (
                *("✓ God, 2 av 2 nämnder", "✓ 2 av 2 nås", "✗ Ej uppfyllt"),
                (
                    "Förslag. Mer än hälften av de bedömda nämndmålen uppfylls inte (0 ja, 0 delvis, 2 nej)."
                    " Obs! Bedömningen är att målet inte uppfylls, men alla fullmäktiges indikatorer under det når sina målvärden."
                ),
            ),
            id="assessments no; indicators all met",
        ),
    ],
)
def test_the_table_of_cases_through_a_whole_round(made: Case, told: tuple[Any, ...]) -> None:
    """In Måluppfyllelse, and with the same words in the goal chain and the mailed summary."""
    book = book_of(made)
    assert fulfilment(book) == told
    stated = told[2]
    marked = stated.replace(" (", " (förslag, ") if "(" in stated else f"{stated} (förslag)"
    assert cells(book, "Målkedja", "KF-M1")[4] == marked
    assert mailed(made) == stated


def test_an_outcome_is_never_held_against_the_years_target_before_the_year_has_ended() -> None:
    on_track = dict.fromkeys(TWO, "on_track")
    assert fulfilment(book_of(case("t1", TWO, on_track, indicators=[(40, 120, "no")])))[1:3] == (
        "✗ 0 av 1 nås",
        "! Bedöms uppfyllas delvis",
    )
    for answer in ("uncertain", None):  # None: a return by an older form
        found = fulfilment(book_of(case("t1", TWO, on_track, indicators=[(40, 120, answer)])))
        assert found[1:3] == ("Går inte att säga, utan besked: 1", "✓ Bedöms uppfyllas")


def test_a_board_without_an_accepted_plan_is_unknown_not_uncovered() -> None:
    four = TEN[:4]
    said = fulfilment(book_of(case("year", four, dict.fromkeys(four[:3], "fulfilled"), named=four, planned=four[:3], returned=four[:3])))
    assert said[0] == "✓ God, 3 av 3 nämnder; utan klar plan: 1"
    assert said[2] == "✓ Uppfyllt (preliminärt 3 av 4)"
    nobody = book_of(case("year", four, {}, named=four, planned=(), returned=()))
    assert fulfilment(nobody)[::2] == ("Går inte att säga", "Kan inte bedömas (preliminärt 0 av 4)")


def test_a_contribution_covers_and_weighs_as_one_part() -> None:
    """The tenth's contribution makes the coverage whole; three that say no outweigh two goals that say yes."""
    whole = book_of(case("year", TEN, YES9, bare=TEN[9:], contributions={"N10": "fulfilled"}))
    assert fulfilment(whole)[::3] == (
        "✓ God, 10 av 10 nämnder",
        "Förslag. Nämndmål som uppfylls: 10 av 10. Bidrag från nämnder utan eget mål är inräknade: 1.",
    )
    five = TEN[:5]
    no = dict.fromkeys(five[2:], "not_fulfilled")
    made = case("year", five, dict.fromkeys(TWO, "fulfilled"), bare=five[2:], contributions=no)
    assert fulfilment(book_of(made))[2] == "✗ Ej uppfyllt"
    chain = next(p for p in book_of(made).pages if p.name == "Målkedja").blocks[0].rows
    assert [r.cells[:5] for r in chain if r.cells[0] == "Nämndens bidrag"] == [
        ("Nämndens bidrag", "KF-M1", "Vi hjälper.", f"Nämnd {b}", "✗ Ej uppfyllt") for b in five[2:]
    ]
    block = next(p for p in book_of(made).pages if p.name == "Måluppfyllelse").blocks[-1]
    assert [r.cells[:6] for r in block.rows] == [
        ("KF-M1", "Fler bostäder", f"Nämnd {b}", "Vi hjälper.", "✗ Ej uppfyllt", "y") for b in five[2:]
    ]
    alone = case("year", TWO, {}, bare=TWO, contributions=dict.fromkeys(TWO, "fulfilled"))
    assert fulfilment(book_of(alone)) == (
        *("✓ God, 2 av 2 nämnder", None, "✓ Uppfyllt"),
        "Förslag. Inget nämndmål eller åtagande finns. Bidrag som har gått bra: 2 av 2.",
    )


def test_where_nothing_can_be_assessed_nobody_says_that_none_is_fulfilled() -> None:
    made = case("year", TWO, dict.fromkeys(TWO, "not_assessable"))
    overview = next(iter(book_of(made).pages))
    told = {r.cells[0]: r.cells[1:] for r in overview.blocks[0].rows}
    assert told["Fullmäktiges mål som är uppfyllda"] == (None, "det enda målet kan inte bedömas")
    assert told["Nämndmål som är uppfyllda"] == (None, "inget av målen kan bedömas")
    assert [b.chart.title for b in overview.blocks if b.chart] == ["Det enda målet kan inte bedömas"]
    dimension = next(p for p in book_of(made).pages if p.name == "Måluppfyllelse").blocks[0].totals[-1]
    assert dimension.cells[-2:] == ("Kan inte bedömas", "0 delvis, 0 inte, 1 kan inte bedömas")
    sound = next(p for p in book_of(made).pages if p.name == "God ekonomisk hushållning")
    assert [r.cells[1:] for b in sound.blocks[1:2] for r in b.rows[:1]] == [(None, "det enda målet kan inte bedömas")]
    english = case("year", TWO, dict.fromkeys(TWO, "not_assessable"), language="en")
    assert [b.chart.title for b in next(iter(book_of(english).pages)).blocks if b.chart] == ["The only goal cannot be assessed"]


def test_a_missed_indicator_under_a_goal_that_the_council_calls_fulfilled_is_remarked() -> None:
    own = CouncilAssessment("2027-year", "KF-M1", "fulfilled", "Nästan i mål.", "KF § 80")
    made = case("year", TWO, dict.fromkeys(TWO, "fulfilled"), indicators=[(5, 5, None), (4, 5, None)], own=[own])
    assert fulfilment(book_of(made))[2:] == (
        "✓ Uppfyllt",
        (
            "Fullmäktiges egen bedömning (KF § 80: Nästan i mål.). Förslaget var: Delvis uppfyllt. Nämndmål som uppfylls: 2 av 2."
            " Sänkt till delvis, eftersom inte alla fullmäktiges indikatorer nås."
            " Obs! Bedömningen är att målet uppfylls, men en av fullmäktiges indikatorer når inte sitt målvärde: KF-I2 Mått 2."
        ),
    )
    assert mailed(made) == "✓ Uppfyllt (fullmäktiges egen)"


@pytest.mark.parametrize("returned", [TEN[:6], TEN])
def test_a_boards_workbook_says_of_a_goal_what_the_councils_says(returned: Sequence[str]) -> None:
    own = CouncilAssessment("2027-year", "KF-M1", "partly_fulfilled", None, None)
    for assessments in ((), (own,)):
        made = case("year", TEN, dict.fromkeys(returned, "fulfilled"), returned=returned, own=assessments)
        council = book_of(made)
        for board in TWO:
            assert cells(book_of(made, board), "Måluppfyllelse", "KF-M1") == cells(council, "Måluppfyllelse", "KF-M1")
            assert cells(book_of(made, board), "Målkedja", "KF-M1")[4] == cells(council, "Målkedja", "KF-M1")[4]
        judged, plan, issued, scope, history = made
        assert board_book(judged, plan, issued, scope, "N1", history).workbook  # whoever comes after is served from what was worked out


def test_words_are_there_in_english() -> None:
    made = case("year", TEN, dict.fromkeys(TEN[:6], "fulfilled"), returned=TEN[:6], language="en", indicators=[(4, 5, None)])
    found = next(p for p in book_of(made).pages if p.name == "Fulfilment").blocks[0].rows[0].cells
    assert (found[2], *found[-3:]) == (
        *("✓ Good, 10 of 10 boards", "✗ 0 of 1 met", "! Partly fulfilled (preliminary 6 of 10)"),
        (
            "Suggestion. Board goals fulfilled: 6 of 10. Say nothing: 4 of 10."
            " Lowered to partly, since not all of the council's indicators are met."
            " Preliminary: 6 of 10 boards have answered. Missing: Nämnd N7, Nämnd N8, Nämnd N9, Nämnd N10."
        ),
    )
