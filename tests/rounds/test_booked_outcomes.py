"""Outcomes from the accounts, from handing out to the council's workbook: locked, said to be placed wrongly, changed by a newer run."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from booked import booked, booked_net, record
from followup_returns import issued
from report_sheets import sheets, table
from styrxl.mail.outgoing.answers import name_answer
from styrxl.model.findings import message
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.sample.opened import open_sheets, open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import Answers
from year import BOARD_T1, MOMENTS, PRESCHOOL_T1, Followed, changed

FIRST = (booked("UBN", "Grundskola", 30, 310.5), booked("UBN", "Måltider", 0, 12), booked("UBN-ÖST", None, 1, 101))
# What a board adds where its first activity and one that it has not planned for have outcomes already.
REST: Answers = {
    **BOARD_T1,
    "outcomes": [
        {"forecast_revenue": 100, "forecast_cost": 860},
        {"outcome_cost": 50.25, "forecast_cost": 150},
        {"forecast_cost": 36, "outcome_remark": "Måltiderna hör till Förskola."},
    ],
}


@pytest.fixture(scope="module")
def shared_unbooked(shared_first_asked: Followed) -> Followed:
    return shared_first_asked


@pytest.fixture
def unbooked(shared_unbooked: Followed, tmp_path: Path) -> Followed:
    """Return a town of the test's own that has handed out its first follow-up, before the accounts were read."""
    return Followed(shared_unbooked.town.copy(tmp_path / "unbooked"))


@pytest.fixture(scope="module")
def shared_first(shared_unbooked: Followed, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    made = Followed(shared_unbooked.town.copy(tmp_path_factory.mktemp("booked") / "åköping"))
    record(made, "t1", *FIRST)
    made.town.run("distribute", "2027-t1")
    return made


@pytest.fixture
def first(shared_first: Followed, tmp_path: Path) -> Followed:
    """Return a town of the test's own that handed out its first follow-up with what the accounts say."""
    return Followed(shared_first.town.copy(tmp_path / "booked"))


def cells(data: bytes, followed: Followed, owner: str, key: str, *fields: str) -> list[tuple[Any, ...]]:
    """Return what stands in fields of a sheet, row by row, each with whether it is locked."""
    form = followed.form("t1", owner)
    grid = open_sheets(open_workbook(data), form)[key]
    found = ([grid.cell(field, index) for field in fields] for index in range(len(grid.rows)))
    return [tuple((cell.value, cell.protection.locked) for cell in row) for row in found]


def test_what_the_accounts_say_is_prefilled_and_locked_and_the_rest_stays_open(shared_first: Followed) -> None:
    """The activity that the plan does not have gets a row, with nothing planned; the one without a figure is to be filled in."""
    rows = cells(
        shared_first.issued("t1", "UBN"), shared_first, "UBN", "outcomes", "activity", "planned_budget", "outcome_revenue", "outcome_cost"
    )
    assert rows[:-1] == [
        (("Grundskola", True), (800.5, True), (30, True), (310.5, True)),
        (("Förskola", True), (150.25, True), (None, False), (None, False)),
        (("Måltider", True), (0, True), (0, True), (12, True)),
    ]
    remarks = cells(shared_first.issued("t1", "UBN"), shared_first, "UBN", "outcomes", "outcome_remark")
    assert remarks[:-1] == [((None, False),)] * 3
    unit = cells(shared_first.issued("t1", "UBN-ÖST"), shared_first, "UBN-ÖST", "unit_outcomes", "outcome", "outcome_remark")
    assert unit == [((100, True), (None, False))]


def test_where_the_accounts_say_nothing_the_workbook_is_as_before(shared_unbooked: Followed, shared_first: Followed) -> None:
    """The other board has no column in which to say that anything is placed wrongly, and the very same workbook."""
    assert shared_first.issued("t1", "KFN") == shared_unbooked.issued("t1", "KFN")
    sheet = load_workbook(shared_first.town.root / "outbox/2027-t1/KFN.xlsx")["Finance"]
    assert "Placed wrongly?" not in {cell.value for row in sheet.iter_rows() for cell in row}
    assert issued(shared_first, "t1", "KFN").booked == {}


def test_a_newer_run_with_the_same_figures_is_no_new_issue(first: Followed) -> None:
    before = issued(first, "t1", "UBN")
    assert before.booked == {"run": 1, "day": "2027-05-20"}
    record(first, "t1", *FIRST)
    first.town.run("distribute", "2027-t1")
    assert issued(first, "t1", "UBN") == before


PLACED = ("outcome-placed-wrongly", "warning", "I14")
LATER = MOMENTS["t1"] + timedelta(days=5)


def judge(followed: Followed) -> JudgedRound:
    """Judge the round's inbox."""
    with Ledger.open(followed.town.workspace.database) as ledger:
        return judge_inbox_quietly(open_desk(followed.town.workspace, ledger, LATER), standard_rounds().parse("2027-t1"))


def changed_unit() -> Answers:
    """Return what the preschool adds where its outcome is known."""
    return {**PRESCHOOL_T1, "unit_outcomes": [{"forecast": 300}]}


def findings(judged: JudgedRound) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.severity, f.cell) for return_ in judged.returns for f in return_.findings]


def test_a_return_with_locked_outcomes_is_accepted_with_them(first: Followed) -> None:
    judged = first.judge("t1", ("UBN.xlsx", first.filled("t1", "UBN", REST)))
    assert findings(judged) == [PLACED]
    frame = judged.tables["outcomes"]
    assert frame["outcome_cost"].tolist() == [310.5, 50.25, 12.0]
    assert frame["outcome_remark"].fillna("").tolist() == ["", "", "Måltiderna hör till Förskola."]


def test_a_return_in_which_nothing_is_typed_is_empty(first: Followed) -> None:
    judged = first.judge("t1", ("UBN.xlsx", first.issued("t1", "UBN")))
    assert [rule for rule, *_ in findings(judged)] == ["empty-return"]


@pytest.mark.parametrize("typed", [311, None, "x"])
def test_a_locked_outcome_that_was_changed_counts_as_it_was_issued(first: Followed, typed: float | str | None) -> None:
    book = open_workbook(first.filled("t1", "UBN", REST))
    grid = open_sheets(book, first.form("t1", "UBN"))["outcomes"]
    cell = grid.cell("outcome_cost")
    cell.value = typed
    judged = first.judge("t1", ("UBN.xlsx", save_workbook(book)))
    assert findings(judged) == [("locked-cell-changed", "warning", cell.coordinate), PLACED]
    assert judged.tables["outcomes"]["outcome_cost"].tolist()[0] == 310.5


def test_the_column_for_what_is_placed_wrongly_may_not_go_where_it_was_issued(first: Followed) -> None:
    book = open_workbook(first.filled("t1", "UBN", REST))
    grid = open_sheets(book, first.form("t1", "UBN"))["outcomes"]
    assert grid.sheet is not None
    row, column = grid.heading_row, grid.columns["outcome_remark"]
    grid.sheet.cell(row, column).value = "Anteckning"
    judged = first.judge("t1", ("UBN.xlsx", save_workbook(book)))
    assert [(rule, severity) for rule, severity, _ in findings(judged)] == [("missing-column", "error"), ("unknown-column", "info")]


def test_what_was_typed_before_the_accounts_were_read_is_judged_by_its_own_form(unbooked: Followed) -> None:
    data = unbooked.filled("t1", "UBN", BOARD_T1)
    record(unbooked, "t1", *FIRST)
    judged = unbooked.judge("t1", ("UBN.xlsx", data))
    assert [rule for rule, *_ in findings(judged)] == []


# a newer run than a return was made on; the board's thresholds are 2 per cent and 100 tkr


def test_a_small_change_counts_and_nobody_is_asked_again(first: Followed) -> None:
    """The accounts have 30 tkr more on one activity and 9.5 less on the other: the return stays as it is, its outcomes do not."""
    first.put("t1", "UBN", REST)
    record(first, "t1", booked("UBN", "Grundskola", 30, 340.5), booked("UBN", "Måltider", 0, 2.5), at=LATER)
    judged = judge(first)
    assert findings(judged) == [PLACED]
    assert judged.tables["outcomes"]["outcome_cost"].tolist() == [340.5, 50.25, 2.5]
    assert [(r.field, r.returned, r.counted) for r in judged.replaced] == [("outcome_cost", 310.5, 340.5), ("outcome_cost", 12.0, 2.5)]


def test_the_owner_is_asked_again_where_the_change_is_past_the_thresholds(first: Followed) -> None:
    """100.5 tkr more is past 100 tkr and 2 per cent of 800.5; the return is accepted all the same."""
    first.put("t1", "UBN", REST)
    record(first, "t1", booked("UBN", "Grundskola", 30, 411), booked("UBN", "Måltider", 0, 12), at=LATER)
    judged = judge(first)
    assert [r.verdict for r in judged.returns] == ["accepted"]
    assert findings(judged) == [("outcome-changed", "warning", "H12"), PLACED]
    said = message(judged.returns[0].findings[0], "sv")
    assert said == ("Grundskola: redovisningen har 381 tkr netto den 2027-05-25, 100,5 tkr mer än de 280,5 tkr som svaret bygger på.")


def test_an_owner_is_written_to_anew_once_for_each_such_change(first: Followed) -> None:
    """A further run with the same figures, or a change that is not past the thresholds, is no new letter."""
    first.put("t1", "UBN", REST)
    named = [name_answer(judge(first).returns[0])]
    for cost in (340.5, 411, 411, 420):
        record(first, "t1", booked("UBN", "Grundskola", 30, cost), booked("UBN", "Måltider", 0, 12), at=LATER)
        named.append(name_answer(judge(first).returns[0]))
    assert named[0] == named[1] != named[2] == named[3] != named[4]


def test_an_outcome_typed_by_hand_gives_way_to_the_accounts(unbooked: Followed) -> None:
    """What the plan does not have is a row of the accounts alone: 112 tkr, past the thresholds, which the return knows nothing of."""
    unbooked.put("t1", "UBN", BOARD_T1)
    record(unbooked, "t1", booked("UBN", "Grundskola", 31, 300), booked("UBN", "Måltider", 0, 112), at=LATER)
    judged = judge(unbooked)
    assert findings(judged) == [("outcome-not-answered", "warning", "A10")]
    frame = judged.tables["outcomes"]
    assert frame[["activity", "outcome_revenue", "outcome_cost", "_booked_alone"]].fillna(-1).to_numpy().tolist() == [
        ["Grundskola", 31, 300, False],
        ["Förskola", -1, 50.25, False],
        ["Måltider", 0, 112, True],
    ]
    assert [(r.field, r.returned, r.counted) for r in judged.replaced] == [("outcome_revenue", 30, 31)]


def test_a_unit_is_asked_again_by_its_frame(first: Followed) -> None:
    first.put("t1", "UBN-ÖST", changed_unit())
    record(first, "t1", booked("UBN-ÖST", None, 1, 202), at=LATER)
    judged = judge(first)
    assert [rule for rule, *_ in findings(judged)] == ["outcome-changed"]
    assert judged.tables["unit_outcomes"]["outcome"].tolist() == [201]


# the council's workbook


def read_council(followed: Followed) -> dict[str, list[list[Any]]]:
    """Make the council's workbook of the first follow-up and return its sheets."""
    followed.town.run("consolidate", "2027-t1")
    return sheets((followed.town.root / "council/2027-t1.xlsx").read_bytes())


def below(cells: list[list[Any]], heading: str, first: str) -> list[dict[str, Any]]:
    """Return the rows of the block under a heading."""
    return table(cells[next(n for n, line in enumerate(cells) if line[0] == heading) :], first)


def test_the_council_sees_the_newest_outcomes_and_what_returns_said(unbooked: Followed) -> None:
    """Of the accounts 31, 300 and 112; typed 50.25: the board's net is 300 + 50.25 + 112 - 31 = 431.25. What was typed still ties out."""
    unbooked.put("t1", "UBN", BOARD_T1)
    unbooked.put("t1", "UBN-ÖST", PRESCHOOL_T1)
    rows = (booked("UBN", "Grundskola", 31, 300), booked("UBN", "Måltider", 0, 112), booked("KFN", "Library", 0, 7))
    record(unbooked, "t1", *rows, booked("UBN-ÖST", None, 1, 140), at=LATER)
    book = read_council(unbooked)
    finance = below(book["Ekonomi"], "Utfall och helårsprognos mot egen budget", "Nämnd")
    fields = ("Verksamhet eller enhet", "Utfall intäkter (tkr)", "Utfall kostnader (tkr)", "Utfall netto (tkr)", "Utfallets källa", "Källa")
    assert [[row[name] for name in fields] for row in finance] == [
        ["Hela nämnden", 31, 462.25, 431.25, "", "UBN · Status!A5"],
        ["Grundskola", 31, 300, 269, "Redovisningen 2027-05-25; ändrat sedan svaret", "UBN · Ekonomi!A11"],
        ["Förskola", "", 50.25, 50.25, "", "UBN · Ekonomi!A12"],
        ["Måltider", 0, 112, 112, "Redovisningen 2027-05-25; finns inte i svaret", ""],
        ["Hela nämnden", "", "", "", "", ""],
        ["", 31, 462.25, 431.25, "", ""],
    ]
    units = below(book["Ekonomi"], "Enheternas ramar, utfall och prognoser", "Nämnd")
    assert [row["Utfall (tkr)"] for row in units if row["Enhet"] == "Östra förskolan"] == [139]
    changed = below(book["Saknas och varningar"], "Utfall som redovisningen har ändrat sedan svaren gjordes", "Nämnd")
    assert [list(row.values())[1:6] for row in changed] == [
        ["", "Grundskola: Utfall intäkter (tkr)", 30, 31, 1],
        ["Östra förskolan", "Utfall (tkr)", 100, 139, 39],
    ]
    sources = table(book["Källor"], "Från")
    assert [(row["Kontrollsumma i filen (tkr)"], row["Avstämning"]) for row in sources] == [
        (3971.75, "✓ Stämmer"),  # as it was before the accounts were read
        (700.5, "✓ Stämmer"),
        (4672.25, "✓ Stämmer"),
    ]
    before = (unbooked.town.root / "council/2027-t1.xlsx").read_bytes()
    unbooked.town.run("consolidate", "2027-t1")  # from what is kept of the judging
    assert (unbooked.town.root / "council/2027-t1.xlsx").read_bytes() == before
    runs = [[value for value in line if value != ""] for line in book["Källor"][-2:]]
    assert runs == [
        ["Redovisningen, hämtning 1", "utfall t1.csv", LATER.date(), 388, 381, "! 7 tkr står inte här: KFN"],
        ["Därav enheternas", "utfall t1.csv", LATER.date(), 139, 139, "✓ Stämmer"],
    ]


def test_what_is_said_to_be_placed_wrongly_is_shown_to_the_council(first: Followed) -> None:
    first.put("t1", "UBN", REST)
    book = read_council(first)
    warnings = [line[2] for line in book["Saknas och varningar"] if "fel placerat" in str(line[2])]
    assert warnings == ["Måltider: utfallet ur redovisningen sägs vara fel placerat: ”Måltiderna hör till Förskola.”."]
    finance = below(book["Ekonomi"], "Utfall och helårsprognos mot egen budget", "Nämnd")
    [row] = [row for row in finance if row["Verksamhet eller enhet"] == "Måltider"]
    assert (row["Utfallets källa"], row["Beslut"]) == ("Redovisningen 2027-05-20", "Fel placerat?: Måltiderna hör till Förskola.")


# what is sent back, and what is made of two


def test_a_copy_that_goes_back_keeps_locked_outcomes_as_they_were_issued(first: Followed) -> None:
    """A locked figure that somebody got at is not carried, and the copy says so; what is said to be placed wrongly is."""
    book = open_workbook(first.filled("t1", "UBN", changed(REST, "outcomes", 0, forecast_cost=None)))
    open_sheets(book, first.form("t1", "UBN"))["outcomes"].cell("outcome_cost").value = 999
    (first.town.root / "inbox/2027-t1").mkdir(parents=True)
    (first.town.root / "inbox/2027-t1/UBN.xlsx").write_bytes(save_workbook(book))
    first.town.run("validate", "--round", "2027-t1", "--annotate", expect=1)
    data = (first.town.root / "returned/2027-t1/UBN.xlsx").read_bytes()
    rows = cells(data, first, "UBN", "outcomes", "outcome_revenue", "outcome_cost", "outcome_remark")
    assert rows[:3] == [
        ((30, True), (310.5, True), (None, False)),
        ((None, False), (50.25, False), (None, False)),
        ((0, True), (12, True), ("Måltiderna hör till Förskola.", False)),
    ]


def test_two_returns_are_merged_around_locked_outcomes(first: Followed) -> None:
    first.put("t1", "UBN", changed(REST, "outcomes", 1, forecast_cost=None), name="a.xlsx")
    first.put("t1", "UBN", changed(REST, "outcomes", 2, forecast_cost=None), 1, name="b.xlsx")
    first.town.run("merge", "2027-t1", "UBN")
    judged = judge(first)
    [accepted] = judged.accepted
    assert [rule for rule, *_ in ((f.rule, f.cell) for f in accepted.findings)] == ["outcome-placed-wrongly"]
    frame = judged.in_force("outcomes")
    assert frame["outcome_cost"].tolist() == [310.5, 50.25, 12]
    assert frame["forecast_cost"].tolist() == [860, 150, 36]
    merged = cells((first.town.root / accepted.path).read_bytes(), first, "UBN", "outcomes", "outcome_cost")
    assert merged[:3] == [((310.5, True),), ((50.25, False),), ((12, True),)]


def test_what_the_accounts_have_below_zero_is_nothing_to_mend(unbooked: Followed) -> None:
    """A cost that was paid back is -5 tkr, which nobody may type and nobody can change: it counts, and Kontroll is content."""
    record(unbooked, "t1", booked("UBN", "Grundskola", 30, 300), booked("UBN", "Förskola", -1, -5))
    unbooked.town.run("distribute", "2027-t1")
    answers = {**BOARD_T1, "outcomes": [{"forecast_revenue": 100, "forecast_cost": 860}, {"forecast_cost": 150}]}
    judged = unbooked.judge("t1", ("UBN.xlsx", unbooked.filled("t1", "UBN", answers)))
    assert findings(judged) == []
    assert judged.tables["outcomes"]["outcome_cost"].tolist() == [300, -5]
    book = open_workbook(unbooked.issued("t1", "UBN"))
    said = {cell.value for row in book["Ekonomi"].iter_rows() for cell in row if isinstance(cell.value, str)}
    assert not any("utan minustecken" in text and "Utfall kostnader" in text for text in said)


def test_status_tells_the_controller_what_is_said_of_outcomes(first: Followed) -> None:
    first.put("t1", "UBN", REST)
    record(first, "t1", booked("UBN", "Grundskola", 30, 411), booked("UBN", "Måltider", 0, 12), at=LATER)
    said = first.town.run("status", "2027-t1").output.splitlines()
    assert said[-5:-1] == [
        "Utfall ur redovisningen 2027-05-25 (utfall t1.csv)",
        "UBN: Grundskola: redovisningen har 381 tkr netto den 2027-05-25, 100,5 tkr mer än de 280,5 tkr som svaret bygger på.",
        "UBN: Måltider: utfallet ur redovisningen sägs vara fel placerat: ”Måltiderna hör till Förskola.”.",
        "",
    ]
    before = "the 280.5 thousand that the answer rests on"
    told = first.town.run("--lang", "en", "status", "2027-t1").output.splitlines()
    assert told[-5:-1] == [
        "Outcomes from the accounts 2027-05-25 (utfall t1.csv)",
        f"UBN: Grundskola: the accounts have SEK 381 thousand net on 2027-05-25, 100.5 thousand more than {before}.",
        "UBN: Måltider: the outcome from the accounts is said to be placed wrongly: “Måltiderna hör till Förskola.”.",
        "",
    ]


# accounts that do not tell revenue from cost

NET = (booked_net("UBN", "Grundskola", 281), booked_net("UBN", "Förskola", -3), booked_net("UBN", "Måltider", 112))


def test_where_the_accounts_say_net_alone_cells_stay_open(unbooked: Followed) -> None:
    """But for a unit's sheet, which asks for net and nothing else."""
    record(unbooked, "t1", *NET, booked_net("UBN-ÖST", None, 100))
    unbooked.town.run("distribute", "2027-t1")
    rows = cells(unbooked.issued("t1", "UBN"), unbooked, "UBN", "outcomes", "activity", "outcome_revenue", "outcome_cost")
    assert rows[:-1] == [((name, True), (None, False), (None, False)) for name in ("Grundskola", "Förskola", "Måltider")]
    assert cells(unbooked.issued("t1", "UBN-ÖST"), unbooked, "UBN-ÖST", "unit_outcomes", "outcome") == [((100, True),)]


def test_their_net_counts_all_the_same(unbooked: Followed) -> None:
    """Typed 300 - 30 and 50.25; the net is 281, -3 and, in no return, 112: 390. Revenue stays, cost is what it leaves."""
    unbooked.put("t1", "UBN", BOARD_T1)
    record(unbooked, "t1", *NET, at=LATER)
    judged = judge(unbooked)
    assert findings(judged) == [("outcome-not-answered", "warning", "A10")]
    frame = judged.tables["outcomes"]
    assert frame[["outcome_revenue", "outcome_cost"]].fillna(0).to_numpy().tolist() == [[30, 311], [3, 0], [0, 112]]
    replaced = [(r.field, r.returned, r.counted) for r in judged.replaced]
    assert replaced == [("outcome_cost", 300, 311), ("outcome_revenue", None, 3), ("outcome_cost", 50.25, 0)]
    book = read_council(unbooked)
    finance = below(book["Ekonomi"], "Utfall och helårsprognos mot egen budget", "Nämnd")
    shown = [(row["Verksamhet eller enhet"], row["Utfall netto (tkr)"], row["Utfallets källa"]) for row in finance if row["Nämnd"]]
    assert [row for row in shown if row[0] in {"Hela nämnden", "Grundskola", "Förskola", "Måltider"}][:4] == [
        ("Hela nämnden", 390, ""),
        ("Grundskola", 281, "Redovisningen 2027-05-25, bara nettot; ändrat sedan svaret"),
        ("Förskola", -3, "Redovisningen 2027-05-25, bara nettot; ändrat sedan svaret"),
        ("Måltider", 112, "Redovisningen 2027-05-25, bara nettot; finns inte i svaret"),
    ]
    assert {row["Avstämning"] for row in table(book["Källor"], "Från")} == {"✓ Stämmer"}
    run = [value for value in book["Källor"][-1] if value != ""]
    assert run[3:] == [390, 390, "✓ Stämmer"]


def test_an_owner_is_asked_again_where_the_net_alone_has_changed_past_the_thresholds(unbooked: Followed) -> None:
    """380 is 110 more than 270, past 100 tkr; 369.5 is not."""
    unbooked.put("t1", "UBN", BOARD_T1)
    record(unbooked, "t1", booked_net("UBN", "Grundskola", 369.5), at=LATER)
    assert findings(judge(unbooked)) == []
    record(unbooked, "t1", booked_net("UBN", "Grundskola", 380), at=LATER)
    assert [rule for rule, *_ in findings(judge(unbooked))] == ["outcome-changed"]
