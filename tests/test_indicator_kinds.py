"""Each kind of target with each kind of outcome, worked out by hand: in the sheet's own check, as judged, and on every page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from office import Office
from styrxl.model.findings import Finding, fix, message
from styrxl.model.judged import Judged
from styrxl.sample.fill import AsTyped
from styrxl.sample.opened import AnswerSheet, locate_answers, read_values
from town import ANSWERS, Answers, new_town, planned_town
from year import BOARD_YEAR, Followed, plan

Said = tuple[str, str]  # in Swedish, in English


def same(text: str) -> Said:
    return text, text


# kind -> what the council's plan says, and how the form shows it
KINDS: Mapping[str, tuple[dict[str, Any], Said]] = {
    "at least": ({"direction": "higher", "target": 80}, ("minst 80", "at least 80")),
    "at most": ({"direction": "lower", "target": 12.5}, ("högst 12,5", "at most 12.5")),
    "between": ({"direction": "within", "target": 40, "highest": 60}, ("mellan 40 och 60", "between 40 and 60")),
    "yes or no": ({"direction": "yes_no", "target": "yes"}, ("Ja", "Yes")),
    "better": ({"direction": "better", "target": "lower", "baseline": 7.5}, ("bättre än 7,5 (lägre)", "better than 7.5 (lower)")),
    "followed": ({"direction": "undirected"}, same("–")),
}
# what is answered, what pages show of it, and what they say of the target
MET: Said = ("✓ Ja, nått", "✓ Yes, reached")
MISSED: Said = ("! Nej, inte nått", "! No, not reached")
NONE: Said = ("Går inte att säga", "Cannot be said")
OLDER: Said = ("Inget utfall för året, bara för 2026", "No outcome for the year, only for 2026")
TOO_FEW: Said = ("För få för att visas", "Too few to be shown")
FOLLOWED: Said = ("Följs utan målvärde", "Followed without a target")
LATE = {"comment": "Kommer i mars."}
TABLE: Sequence[tuple[str, dict[str, Any], Any, Any, Said]] = (
    ("at least", {"outcome": 80}, 80, 80, MET),
    ("at least", {"outcome": 79.9}, 79.9, 79.9, MISSED),
    ("at least", LATE, None, None, NONE),
    ("at least", {"outcome": 85, "outcome_year": 2026}, "85 (avser 2026)", "85 (of 2026)", OLDER),
    ("at least", {"outcome": "too_few"}, *TOO_FEW, TOO_FEW),
    ("at most", {"outcome": 12.5}, 12.5, 12.5, MET),
    ("at most", {"outcome": 12.6}, 12.6, 12.6, MISSED),
    ("at most", LATE, None, None, NONE),
    ("at most", {"outcome": 3, "outcome_year": 2026}, "3 (avser 2026)", "3 (of 2026)", OLDER),
    ("at most", {"outcome": "too_few"}, *TOO_FEW, TOO_FEW),
    ("between", {"outcome": 60}, 60, 60, MET),
    ("between", {"outcome": 39}, 39, 39, MISSED),
    ("between", LATE, None, None, NONE),
    ("between", {"outcome": 61, "outcome_year": 2026}, "61 (avser 2026)", "61 (of 2026)", OLDER),
    ("between", {"outcome": "too_few"}, *TOO_FEW, TOO_FEW),
    ("yes or no", {"outcome": "yes"}, "Ja", "Yes", MET),
    ("yes or no", {"outcome": "no"}, "Nej", "No", MISSED),
    ("yes or no", LATE, None, None, NONE),
    ("yes or no", {"outcome": "no", "outcome_year": 2026}, "Nej (avser 2026)", "No (of 2026)", OLDER),
    ("yes or no", {"outcome": "too_few"}, *TOO_FEW, TOO_FEW),
    ("better", {"outcome": 7.4}, 7.4, 7.4, MET),
    ("better", {"outcome": 7.5}, 7.5, 7.5, MISSED),
    ("better", LATE, None, None, NONE),
    ("better", {"outcome": 8.25, "outcome_year": 2026}, "8,25 (avser 2026)", "8.25 (of 2026)", OLDER),
    ("better", {"outcome": "too_few"}, *TOO_FEW, TOO_FEW),
    ("followed", {"outcome": 1200}, 1200, 1200, FOLLOWED),
    ("followed", {"outcome": 0}, 0, 0, FOLLOWED),
    ("followed", LATE, None, None, FOLLOWED),
    ("followed", {"outcome": 900, "outcome_year": 2026}, "900 (avser 2026)", "900 (of 2026)", FOLLOWED),
    ("followed", {"outcome": "too_few"}, *TOO_FEW, FOLLOWED),
)
SPLIT = {"direction": "higher", "target": 70, "by_sex": "yes"}
OF_BOTH = {"outcome": 72, "outcome_women": 75.5, "outcome_men": "too_few"}  # the total is met; men are too few to be told of
OWN = {"goal_id": "UBN-M1", "name": "Trygga elever", "unit": "procent", "direction": "within", "target": 85, "highest": 95, "by_sex": "yes"}
OF_OWN = {"outcome": 84, "outcome_women": 96, "outcome_men": 72, "comment": "Skillnaden växer."}  # missed, though women are within
BOARDS = {"UBN": 0, "KFN": 1}


def council_rows(board: str) -> Iterator[dict[str, Any]]:
    """Yield the council's indicators that a board answers for: one for each row of the table, and one that is split; that in two years."""
    first = 100 * BOARDS[board]
    for number, (kind, *_) in enumerate(TABLE, first + 1):
        yield {**named(number, board, kind), **KINDS[kind][0]}
    number = first + len(TABLE) + 1
    yield {**named(number, board, "split"), **SPLIT}
    yield {**named(number, board, "split"), **SPLIT, "year": 2028, "target": 71}


def named(number: int, board: str, kind: str) -> dict[str, Any]:
    return {"indicator_id": f"KF-I{number}", "goal_id": "KF-M1", "name": kind, "unit": "antal", "board_id": board, "year": 2027}


ASKED: Answers = {"indicator_outcomes": [*(dict(answer) for _, answer, *_ in TABLE), OF_BOTH]}
FULL: Answers = {
    **BOARD_YEAR,
    "commitment_status": BOARD_YEAR["commitment_status"][:2],
    "indicator_outcomes": [*ASKED["indicator_outcomes"], {"outcome": 86}, OF_OWN],
}
ENGLISH: Answers = {
    "report_status": [{"status": "proposed"}],
    "goal_assessments": [{"assessment": "fulfilled", "analysis": "Visits are up."}],
    "commitment_status": [{"status": "done"}],
    "outcomes": [{"outcome_cost": 480}],
    **ASKED,
}
PLANS = {**ANSWERS, "UBN": {**ANSWERS["UBN"], "indicators": [*ANSWERS["UBN"]["indicators"], OWN]}}


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a town whose boards have been handed the annual report's workbooks, with an indicator for each row of the table."""
    council = {**plan(), "council_indicators": [*council_rows("UBN"), *council_rows("KFN")]}
    town = planned_town(tmp_path_factory.mktemp("kinds") / "town", council, PLANS)
    town.run("distribute", "2027-year", "--level", "board")
    return Followed(town)


@pytest.fixture(scope="module")
def published(followed: Followed) -> Followed:
    """Return the town with both boards' answers in, and its workbooks written."""
    followed.put("year", "UBN", FULL)
    followed.put("year", "KFN", ENGLISH, 1)
    followed.town.run("consolidate", "2027-year", "--all", expect=None)
    return followed


def judge(followed: Followed, owner: str, answers: Answers) -> Judged:
    return followed.judge("year", (f"{owner}.xlsx", followed.filled("year", owner, answers))).returns[0]


def cells_of(found: Sequence[Finding], language: str = "sv") -> list[tuple[str, str | None, str]]:
    return [(f.rule, f.cell, message(f, language)) for f in found]


# The form


@pytest.mark.parametrize("owner, at", BOARDS.items())
def test_the_form_shows_each_target_in_words(followed: Followed, owner: str, at: int) -> None:
    grid = locate_answers(followed.issued("year", owner), followed.form("year", owner))["indicator_outcomes"]
    shown = [grid.value("target", row) for row in range(len(TABLE) + 1)]
    assert shown == [*(KINDS[kind][1][at] for kind, *_ in TABLE), ("minst 70", "at least 70")[at]]


def test_what_a_row_does_not_ask_for_is_locked_and_what_no_row_asks_for_is_hidden(followed: Followed) -> None:
    """Women and men are told of in the rows that are split; what the conditions rest on is never shown."""
    data = followed.issued("year", "UBN")
    grid = locate_answers(data, followed.form("year", "UBN"))["indicator_outcomes"]
    sheet = openpyxl.load_workbook(BytesIO(data))["Indikatorer"]
    letters = {name: get_column_letter(grid.place(name)[1]) for name in (*TOLD, *RESTED_ON)}
    assert [row for row, at in enumerate(grid.rows) if not sheet[f"{letters['outcome_women']}{at}"].protection.locked] == [
        len(TABLE),
        len(TABLE) + 2,
    ]
    assert [name for name, letter in letters.items() if sheet.column_dimensions[letter].hidden] == [*RESTED_ON]


TOLD, RESTED_ON = ("outcome_women", "outcome_men"), ("direction", "highest", "baseline", "by_sex")


# The check in the sheet, and what is judged

OK: Said = ("✓ Klar", "✓ Done")
ASK: Said = ("! Fyll i: Utfall eller Kommentar.", "! Fill in: Outcome or Comment.")
NUMBER: Said = (
    "! Utfall ska vara ett tal eller För få för att visas.",
    "! Outcome must be a number or Too few to be shown.",
)
WORD: Said = ("! Utfall ska vara Ja, Nej eller För få för att visas.", "! Outcome must be Yes, No or Too few to be shown.")
MISFIT = (  # of a yes or no: the board does not see the direction, and cannot change it
    (
        "Utfall: ”1” passar inte här, med det målvärde som gäller.",
        "Skriv något av detta i cellen F21: Ja, Nej, För få för att visas.",
    ),
    (
        "Outcome: “1” does not fit here, with the target that holds.",
        "Write one of these in the cell F21: Yes, No, Too few to be shown.",
    ),
)
WRONG: Mapping[int, tuple[dict[str, Any], Said, str | None]] = {  # row of the table -> what is answered, what Kontroll says, the rule
    0: ({"outcome": "yes"}, NUMBER, "answer-misfits"),
    2: ({}, ASK, "explanation-missing"),
    15: ({"outcome": 1}, WORD, "answer-misfits"),
    25: ({"outcome": "no"}, NUMBER, "answer-misfits"),
    len(TABLE): ({"outcome": 72, "outcome_women": 75}, ("! Fyll i: Män eller Kommentar.", "! Fill in: Men or Comment."), "missing-value"),
}


@pytest.mark.parametrize("owner, at", BOARDS.items())
def test_the_sheet_checks_each_row_as_it_is_judged(office: Office, followed: Followed, owner: str, at: int) -> None:
    """Met, missed, none with a comment, older and too few are all answers; what is of another kind, or not there, is told at once."""
    form = followed.form("year", owner)
    rows = [dict(row) for row in ASKED["indicator_outcomes"]]
    for row, (answer, *_) in WRONG.items():
        rows[row] = answer
    data = followed.filled("year", owner, {"indicator_outcomes": rows})
    grid = locate_answers(data, form)["indicator_outcomes"]
    check = ("Kontroll", "Check")[at]
    counted = read_values(office.fill(data, {"Start": {}}))[form.sheet("indicator_outcomes").name[("sv", "en")[at]]]
    heads = next(values for values in counted if check in values)
    told = [values[heads.index(check)] for values in counted[counted.index(heads) + 1 :]][: len(TABLE) + 1]
    assert told == [WRONG[row][1][at] if row in WRONG else OK[at] for row in range(len(TABLE) + 1)]
    findings = [f for f in judge(followed, owner, {**(FULL, ENGLISH)[at], "indicator_outcomes": rows}).findings if f.severity == "error"]
    asked = {row: "outcome_men" if row == len(TABLE) else "comment" if row == 2 else "outcome" for row in WRONG}
    wrong = {(rule, address(grid, asked[row], row)) for row, (_, _, rule) in WRONG.items()}
    misfit = next(f for f in findings if f.rule == "answer-misfits" and f.cell == address(grid, "outcome", 15))
    assert (message(misfit, ("sv", "en")[at]), fix(misfit, ("sv", "en")[at])) == MISFIT[at]
    assert {(f.rule, f.cell) for f in findings if f.sheet == form.sheet("indicator_outcomes").name[("sv", "en")[at]]} >= wrong


def address(grid: AnswerSheet, field: str, row: int) -> str:
    at, column = grid.place(field, row)
    return f"{get_column_letter(column)}{at}"


DESPITE = (
    "Målet UBN-M1: Bedömning är ”Uppfyllt”, men enligt bladet Indikatorer nås inte målvärdet"
    " för målets indikator UBN-I2 (1 av 2 indikatorer)."
)


@pytest.mark.parametrize("owner, answers, told", [("UBN", FULL, [("fulfilled-despite-indicators", "D5", DESPITE)]), ("KFN", ENGLISH, [])])
def test_nothing_is_said_against_any_of_them_but_of_a_goal_called_fulfilled(
    followed: Followed, owner: str, answers: Answers, told: list[tuple[str, str | None, str]]
) -> None:
    judged = judge(followed, owner, answers)
    assert (judged.verdict, cells_of(judged.findings)) == ("accepted", told)


def test_answers_are_read_as_kindly_as_ever(followed: Followed) -> None:
    typed: list[dict[str, Any]] = [dict(row) for row in ASKED["indicator_outcomes"]]
    typed[0]["outcome"], typed[4]["outcome"], typed[15]["outcome"] = AsTyped("80,5"), AsTyped("för få"), AsTyped("ja")
    judged = judge(followed, "UBN", {**FULL, "indicator_outcomes": [*typed, *FULL["indicator_outcomes"][-2:]]})
    assert judged.verdict == "accepted"
    assert {f.rule for f in judged.findings if f.severity != "warning"} == {"interpreted-value"}


# The pages


def page(path: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of a page's table, by heading."""
    rows = [row for row in openpyxl.load_workbook(path)[name].iter_rows(values_only=True) if any(row)]
    at = next(number for number, row in enumerate(rows) if "Id" in row)
    return [dict(zip(map(str, rows[at]), row, strict=True)) for row in rows[at + 1 :]]


@pytest.mark.parametrize(
    "owner, at, file, name, heads",
    [
        ("UBN", 0, "council/2027-year.xlsx", "Indikatorer", ("Målvärde", "Utfall", "Kvinnor", "Män", "Målvärdet nått?")),
        ("UBN", 0, "boards/2027-year/UBN.xlsx", "Indikatorer", ("Målvärde", "Utfall", "Kvinnor", "Män", "Målvärdet nått?")),
        ("KFN", 1, "boards/2027-year/KFN.xlsx", "Indicators", ("Target", "Outcome", "Women", "Men", "Target reached?")),
    ],
)
def test_the_page_of_indicators_shows_each(published: Followed, owner: str, at: int, file: str, name: str, heads: tuple[str, ...]) -> None:
    found = {row["Id"]: tuple(row[head] for head in heads) for row in page(published.town.root / file, name)}
    for number, (kind, _, sv, en, reached) in enumerate(TABLE, 100 * at + 1):
        assert found[f"KF-I{number}"] == (KINDS[kind][1][at], (sv, en)[at], None, None, reached[at]), (owner, number)
    split = found[f"KF-I{100 * at + len(TABLE) + 1}"]
    assert split == (("minst 70", "at least 70")[at], 72, 75.5, TOO_FEW[at], MET[at])
    if owner == "UBN":
        assert found["UBN-I2"] == ("mellan 85 och 95", 84, 96, 72, MISSED[0])


# Under KF-M1 lie both boards' 31 indicators, 5 of each board followed alone: of 26 + 26, 6 + 6 are met, 5 + 5 missed, 15 + 15 say nothing.
SAYS = {"council": "12 av 52 nås; utan besked: 30"}


def test_the_goal_counts_what_is_met_and_what_says_nothing(published: Followed) -> None:
    [goal] = [row for row in pages_of(published, "Måluppfyllelse") if row and row[0] == "KF-M1"]
    assert SAYS["council"] in goal


def test_the_goals_reasons_name_those_that_are_missed(published: Followed) -> None:
    missed = [f"KF-I{100 * at + number} {kind}" for at in (0, 1) for number, (kind, *_, said) in enumerate(TABLE, 1) if said == MISSED]
    for name in ("Måluppfyllelse", "God ekonomisk hushållning"):
        [goal] = [row for row in pages_of(published, name) if row and row[0] == "KF-M1"]
        assert f"inte sina målvärden: {', '.join(missed)}" in str(goal[-1]), name


def test_the_overview_lists_those_that_are_missed_alone(published: Followed) -> None:
    rows = pages_of(published, "Översikt")
    at = next(number for number, row in enumerate(rows) if row[0] == "Indikatorer som inte når sitt målvärde")
    assert [row[1:4] for row in rows[at + 2 : at + 4]] == [("KF-I2", "minst 80", 79.9), ("KF-I7", "högst 12,5", 12.6)]
    assert rows[at + 4][-1] == "9 till, se Indikatorer."  # of 5 + 5 of the council's, and one of the board's own


def pages_of(published: Followed, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(published.town.root / "council" / "2027-year.xlsx")
    return [tuple(cell for cell in row if cell is not None) for row in book[name].iter_rows(values_only=True) if any(row)]


# The plan


def of_plan(**indicator: Any) -> Answers:
    row = {"goal_id": "UBN-M1", "name": "Trygga elever", "unit": "procent", **indicator}
    return {**ANSWERS["UBN"], "indicators": [row]}


@pytest.mark.parametrize(
    "indicator, told",
    [
        ({"direction": "within", "target": 40, "highest": 40}, []),
        ({"direction": "yes_no", "target": "no"}, []),
        ({"direction": "better", "baseline": 7.5, "target": "lower"}, []),
        ({"direction": "better", "baseline": 7.5, "target": 9}, []),  # which way is said by a number too
        ({"direction": "undirected"}, []),
        ({"direction": "undirected", "target": 100}, []),
        ({"direction": "higher"}, [("missing-value", "G5", "Målvärde är inte ifyllt.")]),
        ({"direction": "within", "target": 40}, [("missing-value", "H5", "Högst är inte ifyllt.")]),
        ({"direction": "within", "target": 60, "highest": 40.5}, [("range-order", "H5", "Högst (40,5) är lägre än Målvärde (60).")]),
        ({"direction": "better", "target": "higher"}, [("missing-value", "F5", "Utgångsvärde är inte ifyllt.")]),
        (
            {"direction": "better", "baseline": 73, "target": 73},
            [
                (
                    "target-below-baseline",
                    "G5",
                    "Målvärde: målvärdet 73 är inte bättre än utgångsvärdet 73, med den riktning som är vald.",
                )
            ],
        ),
        (
            {"direction": "yes_no", "target": 80},
            [("answer-misfits", "G5", "Målvärde: ”80” passar inte när Riktning är ”Ja eller nej”.")],
        ),
        (
            {"direction": "lower", "target": "yes"},
            [("answer-misfits", "G5", "Målvärde: ”Ja” passar inte när Riktning är ”Lägre är bättre”.")],
        ),
        (
            {"direction": "undirected", "target": "higher"},
            [("answer-misfits", "G5", "Målvärde: ”Högre” passar inte när Riktning är ”Utan riktning”.")],
        ),
    ],
)
def test_a_plan_says_what_its_kind_of_target_needs(
    followed: Followed, indicator: dict[str, Any], told: list[tuple[str, str | None, str]]
) -> None:
    judged = followed.town.judge(("UBN.xlsx", followed.town.filled("UBN", of_plan(**indicator)))).returns[0]
    assert cells_of([f for f in judged.findings if f.sheet == "Indikatorer"]) == told


def test_what_fits_is_said_in_both_languages(followed: Followed) -> None:
    judged = followed.town.judge(("UBN.xlsx", followed.town.filled("UBN", of_plan(direction="better", baseline=7, target="yes")))).returns[
        0
    ]
    [finding] = [f for f in judged.findings if f.rule == "answer-misfits"]
    assert fix(finding, "sv") == "Skriv något av detta i cellen G5: Högre, Lägre, ett tal. Eller ändra Riktning."
    assert fix(finding, "en") == "Write one of these in the cell G5: Higher, Lower, a number. Or change Direction."


def test_the_councils_plan_is_held_to_the_same(tmp_path: Path) -> None:
    """An interval that ends before it begins is told at its cell; so is a kind of target that does not go with the direction."""
    rows = [
        {**named(1, "UBN", "between"), "direction": "within", "target": 60, "highest": 40},
        {**named(2, "UBN", "yes or no"), "direction": "yes_no", "target": 1},
        {**named(3, "UBN", "followed"), "direction": "undirected"},
    ]
    town = new_town(tmp_path / "town", {**plan(), "council_indicators": rows})
    told = town.run("validate", str(town.root / "flerarsplan.xlsx"), expect=3).output
    assert "Indikatorer J5: Högst (40) är lägre än Målvärde (60)." in told
    assert "Indikatorer I6: Målvärde: ”1” passar inte när Riktning är ”Ja eller nej”." in told


def test_the_pages_of_plans_show_each_target_as_a_number_or_in_words_and_those_of_years_to_come(followed: Followed) -> None:
    followed.town.run("consolidate", "2027-plan", expect=None)
    found = {row["Id"]: row for row in page(followed.town.root / "council" / "2027-plan.xlsx", "Indikatorer")}
    for number, (kind, *_) in enumerate(TABLE, 1):
        planned, said = KINDS[kind]
        aim = planned["target"] if planned["direction"] in ("higher", "lower") else said[0]
        assert (found[f"KF-I{number}"]["Målvärde"], found[f"KF-I{number}"]["Målvärde 2028"]) == (aim, None)
    split = found[f"KF-I{len(TABLE) + 1}"]
    assert (split["Målvärde"], split["Målvärde 2028"], split["Delas på kön"]) == (70, 71, "Ja")
    assert found["UBN-I2"]["Målvärde"] == "mellan 85 och 95"
