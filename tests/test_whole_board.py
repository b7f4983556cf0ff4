"""What the council changes a board's frame by, spread on its activities, and the row about the whole board, from issuing to the reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from followup_returns import issued
from office import Office
from styrxl.model.findings import message
from styrxl.model.forms import Sheet
from styrxl.sample.opened import AnswerSheet, locate_answers, open_workbook, save_workbook
from town import Answers
from year import ADJUSTMENT, BOARD_T1, BOARD_T2, BOARD_YEAR, ENGLISH_T1, ENGLISH_T2, PLANS, Followed, changed, followed_town, plan

LIBRARY = {"board_id": "KFN", "year": 2027, "date": date(2027, 6, 15), "operating": -15, "decision": "KF 2027-06-15 § 113"}
DECEMBER = {"board_id": "UBN", "year": 2027, "date": date(2027, 12, 14), "operating": 9, "decision": "KF 2027-12-14 § 200"}
NAMED_ALIKE = {
    **PLANS,
    "UBN": {**PLANS["UBN"], "budget": [{"activity": "Hela nämnden", "cost": 900}, {"activity": "Förskola", "cost": 50}]},
}
# Its own moves come to nothing; of the council's 20 it spreads 12.
SPREAD: Answers = changed(changed(BOARD_T2, "outcomes", 0, decided_changes=17), "outcomes", 1, decided_changes=-5)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """Return a town up to the last follow-up, in which one board has one activity and another two."""
    adjusted = plan(adjustments=(ADJUSTMENT, LIBRARY, DECEMBER))
    made = followed_town(tmp_path_factory.mktemp("whole") / "town", adjusted)
    for kind, answers, following in (("t1", (BOARD_T1, ENGLISH_T1), "t2"), ("t2", (SPREAD, ENGLISH_T2), "year")):
        for minute, (owner, said) in enumerate(zip(("UBN", "KFN"), answers, strict=True)):
            made.put(kind, owner, said, minute)
        made.town.run("distribute", f"2027-{following}", "--level", "board")
    return made


def changes(year: Followed, kind: str, owner: str) -> tuple[list[Any], Any]:
    """Return what is prefilled on a board's activities, and what the last row was given."""
    made = issued(year, kind, owner)
    [closing] = made.rows["board_explanations"]
    return [row["decided_changes"] for row in made.rows["outcomes"]], closing["decided_changes"]


def grid(year: Followed, kind: str, owner: str, data: bytes | None = None) -> AnswerSheet:
    """Return the board's sheet Ekonomi as it was issued, or as it is in other bytes."""
    return locate_answers(data or year.issued(kind, owner), year.form(kind, owner))["outcomes"]


def cell(place: tuple[int, int]) -> str:
    return f"{chr(ord('A') + place[1] - 1)}{place[0]}"


def above(sheet: AnswerSheet) -> dict[str, Any]:
    """Return what stands above the table: label -> amount."""
    rows = (row for row in sheet.values[: sheet.heading_row - 1] if len(row) > 2 and str(row[0]).endswith("(tkr)"))
    return {str(row[0]).removesuffix(" (tkr)"): next(v for v in row[1:] if v != "") for row in rows}


def judge(year: Followed, kind: str, owner: str, answers: Answers) -> list[tuple[str, str | None]]:
    """Return rule and cell of what is found in a board's return, which is accepted."""
    [judged] = year.judge(kind, (f"{owner}.xlsx", year.filled(kind, owner, answers))).returns
    assert judged.verdict == "accepted"
    return [(f.rule, f.cell) for f in judged.findings]


# prefilled


@pytest.mark.parametrize(
    "kind, owner, wanted",
    [
        ("t1", "UBN", ([None, None], 0.0)),  # the council decides in June
        ("t2", "UBN", ([None, None], 20.0)),
        ("t2", "KFN", ([-15.0], -15.0)),  # it has one activity
        ("year", "UBN", ([17.0, -5.0], 29.0)),  # as it spread them; all of the year's decisions count
        ("year", "KFN", ([-15.0], -15.0)),
    ],
)
def test_changes_come_prefilled(year: Followed, kind: str, owner: str, wanted: tuple[list[Any], float]) -> None:
    """On the one activity that there is; where there are several as they were spread before."""
    assert changes(year, kind, owner) == wanted


def test_what_is_left_stands_above_the_table(year: Followed) -> None:
    """What is left to spread counts as budgeted."""
    assert above(grid(year, "t2", "UBN")) == {"Driftram": 1020, "Att fördela": 20, "Budgeterat": 970.75, "Kvar av ramen": 49.25}
    assert above(grid(year, "year", "UBN")) == {"Driftram": 1029, "Att fördela": 17, "Budgeterat": 979.75, "Kvar av ramen": 49.25}


def test_what_was_given_is_no_answer(year: Followed) -> None:
    """A workbook that nobody has written in is empty, though changes stand in it, and Start says that nothing is begun."""
    data = year.issued("t2", "KFN")
    [judged] = year.judge("t2", ("KFN.xlsx", data)).returns
    assert [f.rule for f in judged.findings] == ["empty-return"]
    start = load_workbook(BytesIO(data), data_only=True)["Start"]
    assert next(row[1:3] for row in start.iter_rows(values_only=True) if row[0] == "Finance") == (0, 2)


def test_a_row_of_the_same_name_stays_an_activity(tmp_path: Path) -> None:
    """Then the last row has its other name, and each its own amounts."""
    made = followed_town(tmp_path / "town", plan(), NAMED_ALIKE)
    assert [row["activity"] for row in issued(made, "t1", "UBN").rows["board_explanations"]] == ["Hela nämnden mot ramen"]
    rows: list[dict[str, Any]] = [
        {"outcome_cost": 300, "forecast_cost": 980},
        {"outcome_cost": 20, "forecast_cost": 50},
        {"explanation": "Fler elever."},
    ]
    explained = {"explanation": "Fler elever.", "measures": "Färre vikarier.", "measures_effect": 80}
    answers = {**BOARD_T1, "outcomes": [rows[0] | explained, rows[1], rows[2]]}
    judged = made.judge("t1", ("UBN.xlsx", made.filled("t1", "UBN", answers)))
    assert judged.tables["outcomes"][["activity", "forecast_cost"]].values.tolist() == [["Hela nämnden", 980.0], ["Förskola", 50.0]]
    [told] = judged.tables["board_explanations"].to_dict("records")
    assert (told["activity"], told["planned_budget"], told["explanation"]) == ("Hela nämnden mot ramen", 1000.0, "Fler elever.")


# answered


def test_changes_left_unspread_are_told_and_count(year: Followed) -> None:
    """Nothing spread is a warning, as is more than there was; the board's own moves alone are none."""
    heading = cell((grid(year, "t2", "UBN").heading_row, grid(year, "t2", "UBN").columns["decided_changes"]))
    unspread = changed(BOARD_T2, "outcomes", 0, decided_changes=None)
    assert judge(year, "t2", "UBN", unspread) == [("changes-unbalanced", heading)]
    assert judge(year, "t2", "UBN", SPREAD) == [("changes-unbalanced", heading)]
    assert judge(year, "t2", "UBN", changed(SPREAD, "outcomes", 0, decided_changes=25)) == []


@pytest.mark.parametrize(
    "first, sv, en",
    [
        (17, "tillsammans 12 tkr, men ska vara 20 tkr, så 8 tkr är kvar att fördela.", "thousand, so 8 thousand is left to spread."),
        (35, "tillsammans 30 tkr, men ska vara 20 tkr, alltså 10 tkr för mycket.", "thousand, which is 10 thousand too much."),
    ],
)
def test_it_says_whether_some_is_left_or_too_much_was_spread(year: Followed, first: float, sv: str, en: str) -> None:
    answers = changed(SPREAD, "outcomes", 0, decided_changes=first)
    [judged] = year.judge("t2", ("UBN.xlsx", year.filled("t2", "UBN", answers))).returns
    [told] = [f for f in judged.findings if f.rule == "changes-unbalanced"]
    assert sv in message(told, "sv")
    assert en in message(told, "en")


def test_what_is_left_counts_against_the_frame(tmp_path: Path) -> None:
    """A plan of 1 010 in a frame of 1 000, to which 20 are added and none spread, is 10 over what it may be: 1 030 of 1 020."""
    plans = {**PLANS, "UBN": {**PLANS["UBN"], "budget": [{"activity": "Grundskola", "cost": 860}, {"activity": "Förskola", "cost": 150}]}}
    made = followed_town(tmp_path / "town", plan(), plans)
    made.put("t1", "UBN", BOARD_T1)
    made.town.run("distribute", "2027-t2", "--level", "board", "--to", "UBN")
    answers = changed(BOARD_T2, "outcomes", 0, decided_changes=None, explanation="Färre elever.")
    [judged] = made.judge("t2", ("UBN.xlsx", made.filled("t2", "UBN", answers))).returns
    [over] = [f for f in judged.findings if f.rule == "frame-exceeded"]
    assert (over.facts["total"], over.facts["frame"], over.facts["excess"]) == (1030, 1020, 10)


def test_the_last_row_adds_to_nothing(year: Followed) -> None:
    """Whatever somebody types into its sums, by lifting the protection; it is no row of the activities', and not counted as one."""
    data = year.filled("t2", "UBN", SPREAD)
    book = open_workbook(data)
    sheet = grid(year, "t2", "UBN", data)
    for field, value in (("outcome_cost", 99_999), ("forecast_cost", "mycket"), ("decided_changes", 500)):
        book["Ekonomi"][cell(sheet.place(field, 2))].value = value
    judged = year.judge("t2", ("UBN.xlsx", save_workbook(book)))
    assert [f.rule for f in judged.returns[0].findings] == ["changes-unbalanced"]
    assert judged.returns[0].rows["outcomes"] == 2
    assert judged.tables["outcomes"]["outcome_cost"].tolist() == [600.0, 100.0]
    assert judged.tables["board_explanations"]["decided_changes"].tolist() == [20.0]


def test_a_frame_typed_over_is_put_back(year: Followed) -> None:
    """What was issued counts, also in the last row."""
    data = year.filled("t2", "UBN", changed(SPREAD, "outcomes", 0, decided_changes=25))
    book, place = open_workbook(data), cell(grid(year, "t2", "UBN", data).place("planned_budget", 2))
    book["Ekonomi"][place].value = 2000
    judged = year.judge("t2", ("UBN.xlsx", save_workbook(book)))
    assert [(f.rule, f.cell) for f in judged.returns[0].findings] == [("locked-cell-changed", place)]
    assert judged.tables["board_explanations"]["planned_budget"].tolist() == [1000.0]


def test_a_row_that_is_gone_is_no_error(year: Followed) -> None:
    """What was issued in it counts; a deficit is then asked about at the heading."""
    data = year.filled("t2", "UBN", SHORT)
    book, sheet = open_workbook(data), grid(year, "t2", "UBN", data)
    row, _ = sheet.place("activity", 2)
    for column in range(1, 30):
        book["Ekonomi"].cell(row, column).value = None
    judged = year.judge("t2", ("UBN.xlsx", save_workbook(book)))
    where = cell((sheet.heading_row, sheet.columns["explanation"]))
    assert [(f.rule, f.cell) for f in judged.returns[0].findings] == [("board-deficit-unexplained", where)]
    assert judged.returns[0].verdict == "accepted"
    assert judged.tables["board_explanations"]["decided_changes"].tolist() == [20.0]


# Forecasts 945 + 149 of 1 020: 74 too much. Its activities are explained.
_WHY: Mapping[str, Any] = {"explanation": "Fler elever.", "measures": "Färre vikarier.", "measures_effect": 125}
SHORT: Answers = changed(BOARD_T2, "outcomes", 0, decided_changes=20, forecast_cost=1045, **_WHY)


def test_a_deficit_within_the_boards_thresholds_needs_no_words(first_asked: Followed) -> None:
    """Percent of the frame and thousands of kronor, both; they are those of when the workbook was issued."""
    made = first_asked
    made.put("t1", "UBN", BOARD_T1)
    settings = made.town.root / "styrxl.toml"
    for tkr, wanted in ((74, []), (73, ["board-deficit-unexplained"])):
        before = settings.read_text("utf-8").split("\n[thresholds.board]")[0]
        settings.write_text(f"{before}\n[thresholds.board]\npercent = 7.2\ntkr = {tkr}\n", "utf-8")
        made.town.run("distribute", "2027-t2", "--level", "board", "--to", "UBN")
        [judged] = made.judge("t2", ("UBN.xlsx", made.filled("t2", "UBN", SHORT))).returns
        assert [f.rule for f in judged.findings] == wanted, tkr


# in LibreOffice


def test_it_is_live_in_libreoffice(year: Followed, office: Office) -> None:
    """What is left to spread, what the whole board comes to against its frame, and what is asked of it, as somebody types."""
    sheet = grid(year, "t2", "UBN")
    answers = SHORT["outcomes"]
    cells = {
        cell(sheet.place(field, row)): value
        for row, fields in enumerate(answers)
        for field, value in (*fields.items(), *({"decided_changes": 12} if row == 0 else {}).items())
    }
    typed = office.fill(year.issued("t2", "UBN"), {"Ekonomi": cells}, to="xlsx")
    back = grid(year, "t2", "UBN", typed)
    assert above(back) == {"Driftram": 1020, "Att fördela": 8, "Budgeterat": 970.75, "Kvar av ramen": 49.25}
    whole = {name: back.value(name, 2) for name in ("current_budget", "outcome_revenue", "outcome_cost", "forecast_cost", "deviation")}
    assert whole == {"current_budget": 1020, "outcome_revenue": 65, "outcome_cost": 700, "forecast_cost": 1194, "deviation": -74}
    row, column = back.place("measures_effect", 2)
    assert back.values[row - 1][column] == "! Fyll i: Förklaring, Åtgärder, Åtgärdernas effekt."
    start = load_workbook(BytesIO(typed), data_only=True)["Start"]
    assert next(row[1:3] for row in start.iter_rows(values_only=True) if row[0] == "Ekonomi") == (2, 3)
    explained = {cell(sheet.place(field, 2)): value for field, value in _WHY.items()}
    done = office.fill(typed, {"Ekonomi": {**explained, cell(sheet.place("decided_changes", 0)): 20}}, to="xlsx")
    start = load_workbook(BytesIO(done), data_only=True)["Start"]
    assert next(row[1:4] for row in start.iter_rows(values_only=True) if row[0] == "Ekonomi") == (2, 0, "✓ Klart")
    for data in (done, office.convert(done, "ods")):
        judged = year.judge("t2", ("UBN.xlsx", data))
        assert judged.tables["board_explanations"]["explanation"].tolist() == ["Fler elever."]
        assert judged.tables["outcomes"]["decided_changes"].fillna(0.0).tolist() == [20.0, 0.0]


# afterwards


def test_a_copy_that_goes_back_keeps_what_was_said(year: Followed, tmp_path: Path) -> None:
    """In its row, beside sums that are worked out anew."""
    made = Followed(year.town.copy(tmp_path / "town"))
    made.put("t2", "UBN", changed(changed(SHORT, "outcomes", 2, **_WHY), "outcomes", 1, outcome_cost=None), 30)
    made.town.run("validate", "--round", "2027-t2", "--annotate", expect=1)
    data = (made.town.root / "returned" / "2027-t2" / "UBN.xlsx").read_bytes()
    back = grid(made, "t2", "UBN", data)
    assert [back.value(name, 2) for name in ("explanation", "measures", "measures_effect")] == [*_WHY.values()]
    assert [back.value(name, 2) for name in ("outcome_cost", "forecast_cost", "deviation")] == [600, 1194, -74]
    assert above(back)["Att fördela"] == 0


def test_two_peoples_workbooks_become_one(year: Followed, tmp_path: Path) -> None:
    """One has the activities, the other says why the board as a whole has a deficit."""
    made = Followed(year.town.copy(tmp_path / "town"))
    made.put("t2", "UBN", SHORT, 30, "a.xlsx")
    made.put("t2", "UBN", {**SHORT, "outcomes": [{}, {}, _WHY]}, 31, "b.xlsx")
    made.town.run("merge", "2027-t2", "UBN")
    made.town.run("validate", "--round", "2027-t2", expect=None)
    [merged] = (
        path
        for path in (made.town.root / "inbox" / "2027-t2").glob("*.xlsx")
        if path.name not in {"a.xlsx", "b.xlsx", "KFN.xlsx", "UBN.xlsx"}
    )
    judged = made.judge("t2", ("UBN.xlsx", merged.read_bytes()))
    assert judged.tables["board_explanations"]["explanation"].tolist() == ["Fler elever."]
    assert judged.tables["outcomes"]["forecast_cost"].tolist() == [1045.0, 149.0]


def test_the_council_reads_it_beside_the_deviation(year: Followed, tmp_path: Path) -> None:
    """What the board says, or that it says nothing; and what it has not spread."""
    for said, wanted in ((SHORT, "! Underskottet förklaras bara per verksamhet"), (changed(SHORT, "outcomes", 2, **_WHY), "Fler elever.")):
        made = Followed(year.town.copy(tmp_path / wanted[:3].strip("! ")))
        made.put("t2", "UBN", changed(said, "outcomes", 0, decided_changes=12), 30)
        made.town.run("consolidate", "2027-t2")
        book = load_workbook(made.town.root / "council" / "2027-t2.xlsx", data_only=True)
        rows = [[value for value in row if value is not None] for row in book["Ekonomi"].iter_rows(values_only=True)]
        assert ["Utbildningsnämnden", "Hela nämnden mot ramen", -74, wanted] in [row[:4] for row in rows]
        assert ["Utbildningsnämnden", "Att fördela", 8, 8] in rows


def test_the_year_asks_for_no_measures(year: Followed) -> None:
    """They are history: only why is asked for, and the plan's revenue and costs stand beside what came of them."""
    sheet: Sheet = year.form("year", "UBN").sheet("outcomes")
    assert [c.field for c in sheet.closing_columns if c.closing == "asked"] == ["explanation"]
    first = grid(year, "year", "UBN")
    assert [first.value(name) for name in ("planned_revenue", "planned_cost", "planned_budget")] == [100, 900.5, 800.5]
    answers = changed(changed(BOARD_YEAR, "outcomes", 0, decided_changes=29, outcome_cost=1000, explanation="Fler elever."), "outcomes", 1)
    rules = judge(year, "year", "UBN", answers)
    assert ("board-deficit-unexplained", cell(first.place("explanation", 2))) in rules
