"""The demonstration: one municipality's year, played through once for all tests here."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from report_sheets import table
from styrxl.cli import cli
from styrxl.model.errors import StyrxlError
from styrxl.model.prefill import Prefill
from styrxl.sample.material import material, year_material
from styrxl.sample.play import MARK, Stage, play, run_in_process
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace

COMMON = {"superseded-return", "answers-lost", "interpreted-value"}  # people hand in again, and type as they like
MEANT = {"frame-exceeded", "goal-uncovered", "not-confirmed"}  # the sample's boards do these on purpose
AS_LIFE_IS = {"goal-unserved"}  # not every unit serves every goal that concerns it
ABOUT_FORMAT = {"partly-checked"}  # an .ods has no XML to look for hidden rows in
AS_THE_YEAR_GOES = {  # follow-ups: what comes of how the sample's year goes
    "t1": {"frame-exceeded", "board-deficit-unexplained", "deficit-despite-confirmation", "fulfilled-despite-units"},
    "t2": {"frame-exceeded", "board-deficit-unexplained", "changes-unbalanced", "deficit-beyond-measures", "fulfilled-despite-units"},
    "year": {"frame-exceeded", "board-deficit-unexplained", "fulfilled-despite-units", "outcome-far-from-forecast"},
}
FOLLOW_UPS = ("t1", "t2", "year")
OLD, NEW = "Arbetsmarknads- och vuxenutbildningsnämnden", "Arbetsmarknads- och kompetensnämnden"
EXPORT = "utfall januari-augusti 2027.csv"
SCHOOL = "KFN-KULT"  # moves from KFN to UBN in July


@dataclass(frozen=True)
class Played:
    """What came of it: what was said, what each ``validate`` reported, the files to open."""

    folder: Path
    said: tuple[str, ...]
    every: tuple[tuple[str, dict[str, Any]], ...]
    opening: tuple[Path, ...]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return what each ``validate`` of a round reported."""
        return [report for round_, report in self.every if round_ == f"2027-{kind}"]

    @cached_property
    def workspace(self) -> Workspace:
        """The workspace."""
        return Workspace.open(self.folder)

    def prefill(self, kind: str, owner: str) -> Prefill:
        """Return what an owner's workbook of a round was prefilled with."""
        with Ledger.open(self.workspace.database) as ledger:
            issue = ledger.issues(f"2027-{kind}")[owner].issue_id
            return Prefill.from_json(ledger.prefills([issue])[issue])

    def council(self, kind: str) -> Mapping[str, list[list[Any]]]:
        """Return the council's workbook of a round: sheet -> values."""
        return self.book(self.folder / "council" / f"2027-{kind}.xlsx")

    def board(self, kind: str, owner: str) -> Mapping[str, list[list[Any]]]:
        """Return a board's workbook of a round: sheet -> values."""
        return self.book(self.folder / "boards" / f"2027-{kind}" / f"{owner}.xlsx")

    def book(self, path: Path) -> Mapping[str, list[list[Any]]]:
        """Return a workbook: sheet -> values."""
        with CalamineWorkbook.from_filelike(BytesIO(path.read_bytes())) as book:
            return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo") / "botkyrka"
    report = folder.parent / "report.json"
    reports: list[tuple[str, dict[str, Any]]] = []
    said: list[str] = []
    at_the_prompt = run_in_process(cli.main)

    def run(words: Sequence[str], now: datetime) -> int:
        if "validate" not in words:
            return at_the_prompt(words, now)
        status = at_the_prompt([*words, "--format", "json", "--output", str(report)], now)
        reports.append((words[words.index("--round") + 1], json.loads(report.read_text("utf-8"))))
        return status

    opening = play(Stage(folder, 40, 1, "sv", run, said.append))
    return Played(folder, tuple(said), tuple(reports), tuple(opening))


def rules(reports: Sequence[Mapping[str, Any]]) -> set[str]:
    return {f["rule"] for report in reports for workbook in report["workbooks"] for f in workbook["findings"]}


def verdicts(report: Mapping[str, Any]) -> Counter[str]:
    return Counter(workbook["verdict"] for workbook in report["workbooks"])


# the plan


def test_the_plan_ends_with_every_return_in_order(played: Played) -> None:
    """Everybody accepted, the faulty returns beside the corrected ones, and the council's workbook there."""
    last = played.of("plan")[-1]
    counted = verdicts(last)
    accepted = {workbook["owner"] for workbook in last["workbooks"] if workbook["verdict"] == "accepted"}
    assert (counted["accepted"], len(accepted)) == (55, 55)
    assert counted["superseded"] + counted["rejected"] + counted["unreadable"] == len(last["workbooks"]) - 55 == 21
    assert (played.folder / "council" / "2027-plan.xlsx") in played.opening
    assert all(path.exists() for path in played.opening)


def test_each_mistake_is_found_at_least_once(played: Played) -> None:
    """What people got wrong, and nothing that they did not."""
    made = {name for level in ("board", "unit") for group in material()["mistakes"][level] for name in group}
    assert rules(played.of("plan")) - COMMON - ABOUT_FORMAT - AS_LIFE_IS == made | MEANT


def test_one_in_eight_has_something_to_mend_at_first(played: Played) -> None:
    """Of the boards two, of the units five."""
    first_of_boards, first_of_units = played.of("plan")[0], played.of("plan")[4]
    assert sum(workbook["verdict"] != "accepted" for workbook in first_of_boards["workbooks"]) == 2
    of_units = [w for w in first_of_units["workbooks"] if "-" in (w["owner"] or "") or not w["owner"]]
    assert (len(of_units), sum(workbook["verdict"] != "accepted" for workbook in of_units)) == (40, 5)


def test_commands_are_shown_as_they_are_typed(played: Played) -> None:
    """Each with the workspace that it is about."""
    shown = [line.strip().removeprefix("$ styrxl ") for line in played.said if line.strip().startswith("$")]
    at = f"--workspace {played.folder}"
    assert shown[:5] == [
        f"init {played.folder} --name 'Botkyrka kommun (exempeldata)'",
        f"{at} distribute 2027-plan --level board",
        f"{at} distribute 2027-plan --level common",
        f"{at} distribute 2027-plan --level company",
        f"{at} validate --round 2027-plan",
    ]
    follow_ups = [
        command
        for kind in FOLLOW_UPS
        for command in (
            *((f"{at} outcomes 2027-t2 '{played.folder / EXPORT}'",) if kind == "t2" else ()),
            f"{at} distribute 2027-{kind}",
            f"{at} distribute 2027-{kind} --level common",
            f"{at} distribute 2027-{kind} --level company",
            f"{at} validate --round 2027-{kind} --annotate",
            f"{at} validate --round 2027-{kind}",
            f"{at} consolidate 2027-{kind} --all",
        )
    ]
    plan = [f"{at} link 2027-plan", f"{at} consolidate 2027-plan --all", f"{at} status 2027-plan"]
    assert shown[-23:] == [*plan, *follow_ups, f"{at} rollover 2028"]


def test_returns_come_one_after_the_other(played: Played) -> None:
    """All as xlsx but one; each correction is newer than what it corrects; some are late."""
    inbox = played.folder / "inbox" / "2027-plan"
    assert Counter(path.suffix for path in inbox.iterdir()) == {".xlsx": 75, ".ods": 1}
    for path in inbox.glob("* rättad.xlsx"):
        assert path.stat().st_mtime > path.with_name(path.name.replace(" rättad", "")).stat().st_mtime
    days = {path.name: datetime.fromtimestamp(path.stat().st_mtime).date() for path in inbox.iterdir()}  # noqa: DTZ006 -- the day alone
    assert min(days.values()) >= date(2027, 1, 16)
    assert any(day > date(2027, 2, 28) for day in days.values())


def test_the_ledger_has_the_storys_dates(played: Played) -> None:
    """Workbooks go out before they come in, whatever day it is that somebody plays."""
    with Ledger.open(played.workspace.database) as ledger:
        issued = {kind: {i.created_at.date() for i in ledger.issues(f"2027-{kind}").values()} for kind in ("plan", *FOLLOW_UPS)}
    assert issued == {
        "plan": {date(2026, 12, 1), date(2027, 2, 5)},
        "t1": {date(2027, 4, 26)},
        "t2": {date(2027, 9, 1)},
        "year": {date(2028, 1, 7)},
    }


# the follow-ups


@pytest.mark.parametrize(
    "kind, owners, faulty, superseded", [("t1", 34, 5, 5), ("t2", 53, 7, 7), ("year", 55, 7, 7)], ids=["t1", "t2", "year"]
)
def test_each_follow_up_ends_in_order(played: Played, kind: str, owners: int, faulty: int, superseded: int) -> None:
    """Some are sent back, with their workbook marked; in the end everybody's newest return counts, once."""
    first, last = played.of(kind)
    assert verdicts(first) == {"accepted": owners - faulty, "rejected": faulty}
    assert verdicts(last) == {"accepted": owners, "superseded": superseded}
    assert len({w["owner"] for w in last["workbooks"] if w["verdict"] == "accepted"}) == owners
    sent_back = {w["owner"] for w in first["workbooks"] if w["verdict"] == "rejected"}
    assert {path.stem for path in (played.folder / "returned" / f"2027-{kind}").iterdir()} == sent_back


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_a_follow_up_has_the_findings_that_it_is_meant_to(played: Played, kind: str) -> None:
    """What people got wrong, what the year brings, and nothing else."""
    named = {"comment-missing": "explanation-missing", "continues-missing": "missing-value"}
    made = {named.get(name, name) for level in ("board", "unit") for group in year_material()["mistakes"][kind][level] for name in group}
    made.add("missing-value")  # by whoever has no place for what was to go wrong
    assert rules(played.of(kind)) - COMMON - ABOUT_FORMAT == made | AS_THE_YEAR_GOES[kind]
    assert rules(played.of(kind)[-1:]) - COMMON - ABOUT_FORMAT == AS_THE_YEAR_GOES[kind]


@pytest.mark.parametrize("kind", ["plan", *FOLLOW_UPS])
def test_every_row_that_counts_is_written_once(played: Played, kind: str) -> None:
    """The council's workbook says of each return that counts that its rows and kronor are all there."""
    rows = table(played.council(kind)["Källor"], "Från")
    checked = [row for row in rows if row["Rader i filen"] != ""]
    assert {row["Avstämning"] for row in checked} == {"✓ Stämmer"}
    owners = {"plan": 55, "t1": 34, "t2": 53, "year": 55}
    assert len(checked) == owners[kind] + 1  # and the sum


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_each_commitment_stands_once(played: Played, kind: str) -> None:
    """Whoever moved, and whatever was added: that has numbers after those of the plan, whatever numbers its template had."""
    planned = [split_code(code) for code in commitments(played, "plan")]
    codes = commitments(played, kind)
    assert len(codes) == len(set(codes))
    added = [split_code(code) for code in codes if split_code(code) not in planned]
    assert len(added) == {"t1": 2, "t2": 5, "year": 5}[kind]
    assert len(codes) == len(planned) + len(added)
    for owner, number in added:
        assert number == max(n for of, n in planned if of == owner) + 1


def commitments(played: Played, kind: str) -> list[str]:
    """Return the ids of the year's commitments in the council's workbook, as often as they stand there."""
    return [str(row[0]) for row in played.council(kind)["Åtaganden"] if "-2027-A" in str(row[0])]


def split_code(code: str) -> tuple[str, int]:
    """Return whose a commitment is, and its number."""
    owner, _, number = code.partition("-2027-A")
    return owner, int(number)


# the organisation moves


@pytest.mark.parametrize("kind, name, other", [("plan", OLD, NEW), ("t1", OLD, NEW), ("t2", NEW, OLD), ("year", NEW, OLD)])
def test_a_board_has_the_name_that_it_had_on_the_day(played: Played, kind: str, name: str, other: str) -> None:
    """In its own workbook, in the council's and on the terminal; its place among the boards is the same."""
    if kind != "plan":
        assert played.prefill(kind, "AVN").owner_name == name
    said = [str(cell) for rows in played.council(kind).values() for row in rows for cell in row]
    assert any(name in text for text in said)
    assert not any(other in text for text in said)
    boards = [row[0] for row in played.council(kind)["Ekonomi"] if row and "nämnden" in str(row[0])]
    assert boards.index(name) < boards.index("Kultur- och fritidsnämnden")


@pytest.mark.parametrize("kind, here", [("t1", "KFN"), ("t2", "UBN"), ("year", "UBN")])
def test_a_unit_is_counted_under_one_board(played: Played, kind: str, here: str) -> None:
    """Its commitments, its goals and its money stand in its board's workbook and in no other, under the same ids."""
    made = played.prefill(kind, SCHOOL)
    assert made.board_id == here
    codes = [row["commitment_id"] for row in made.rows["commitment_status"]]
    assert codes == [f"{SCHOOL}-2027-A{n}" for n in range(1, len(codes) + 1)]
    for board in material()["boards"]:
        cells = Counter(str(row[0]) for row in played.board(kind, board).get("Åtaganden", []) if row)
        assert {cells[code] for code in codes} == ({1} if board == here else {0}), board
        names = [row for rows in played.board(kind, board).values() for row in rows if "Kulturskolan" in row]
        assert bool(names) == (board == here), board
    money = [row for row in played.council(kind)["Ekonomi"] if row[1:2] == ["Kulturskolan"]]
    assert [row[0] for row in money] == [material()["boards"][here]["name"]]


def test_what_a_unit_said_goes_with_it(played: Played) -> None:
    """Its new board's workbook goes on from what it told its old one."""
    before = {row["commitment_id"]: row for row in played.prefill("t2", SCHOOL).rows["commitment_status"]}
    told = {row[0]: row[5] for row in played.council("t1")["Åtaganden"] if str(row[0]).startswith(f"{SCHOOL}-2027")}
    words = {"not_started": "Ej påbörjat", "on_plan": "Pågår enligt plan", "late": "Försenat", "done": "Genomfört"}
    assert {code: words[row["last_status"]] for code, row in before.items()} == {
        code: status.lstrip("✓!✗– ") for code, status in told.items()
    }


# money


def frames(played: Played, kind: str) -> dict[str, list[Any]]:
    """Return frame, adjustments, current frame, planned budget, changes and current budget of each board, and of all of them."""
    rows = played.council(kind)["Ekonomi"]
    first, second, *_ = (n for n, row in enumerate(rows) if row[0] == "Summa nämnder")
    measured = {row[0]: row[2:5] for row in rows[: first + 1] if isinstance(row[2], float)}
    budgets = {row[0]: row[4:7] for row in rows[first:second] if row[1] == "Hela nämnden"} | {rows[second][0]: rows[second][4:7]}
    return {board: [*measured[board], *budget] for board, budget in budgets.items()}


def test_the_frame_is_as_the_council_has_adjusted_it_by_then(played: Played) -> None:
    """In spring as decided, from June on adjusted; what moves with the unit goes from one board to the other."""
    adjusted = {"Samhällsbyggnadsnämnden": 4325.0, "Kultur- och fritidsnämnden": -18500.0, "Utbildningsnämnden": 18500.0}
    for kind in FOLLOW_UPS:
        for board, (frame, adjustment, current, *_) in frames(played, kind).items():
            wanted = adjusted.get(board, "") if kind != "t1" and board != "Summa nämnder" else adjustment
            assert adjustment == wanted, (kind, board)
            assert current == frame + (adjustment or 0), (kind, board)
        assert frames(played, kind)["Summa nämnder"][1] in ({"", 0.0} if kind == "t1" else {4325.0})
    assert [played.prefill(kind, "SBN").frames["operating_frame"] for kind in FOLLOW_UPS] == [212000.0, 216325.0, 216325.0]
    assert [played.prefill(kind, "KFN").frames["operating_frame"] for kind in FOLLOW_UPS] == [268000.0, 249500.0, 249500.0]


def test_a_spring_put_together_anew_counts_nothing_of_june(played: Played, tmp_path: Path) -> None:
    """June's decisions have their own day, also in a plan that has them by now: they stand beside the frames of the first follow-up."""
    folder = shutil.copytree(played.folder, tmp_path / "kopia")
    assert run_in_process(cli.main)(["--workspace", str(folder), "consolidate", "2027-t1"], datetime(2028, 3, 1, tzinfo=UTC)) == 0
    before, after = played.council("t1"), played.book(folder / "council" / "2027-t1.xlsx")
    told = {name: [row for row in filled(after[name]) if row not in filled(before[name])] for name in after}
    assert {name for name, rows in told.items() if rows} == {"Översikt", "Ekonomi", "Uppdrag"}
    [closed] = told["Uppdrag"]  # stands as it stood, and says what was decided later
    assert (closed[0], closed[4]) == ("KF-U3", "Pågår")
    assert any("Avslutat 2027-06-15: KF 2027-06-15 § 116" in str(cell) for cell in closed)
    assert [row for row in filled(before["Ekonomi"]) if row not in filled(after["Ekonomi"])] == []
    later = {row[0]: row[-3:] for row in told["Ekonomi"] if len(row) == 7 and isinstance(row[-1], float)}
    assert later == {  # what is left, what is decided, and what is left if that counts
        "Kultur- och fritidsnämnden": [-642, -18500, -19142],
        "Samhällsbyggnadsnämnden": [687, 4325, 5012],
        "Utbildningsnämnden": [12912, 18500, 31412],
    }
    assert ["Med det som fullmäktige beslutat efter 2027-04-30", 18.455] in told["Översikt"]


def filled(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return rows without their empty cells."""
    return [[cell for cell in row if cell != ""] for row in rows]


@pytest.mark.parametrize("kind", FOLLOW_UPS)
def test_changes_are_the_councils_and_come_to_nothing_else(played: Played, kind: str) -> None:
    """All boards' decided changes are June's adjustments; current budget is plan and changes."""
    for board, (_, adjustment, _, planned, changes, budget) in frames(played, kind).items():
        assert (changes or 0) == (adjustment or 0), board
        assert budget == (planned or 0) + (changes or 0), board


def test_the_accounts_in_august_fill_in_and_lock_every_outcome(played: Played) -> None:
    """All activities of all boards, as the export has them; one row of it is placed nowhere, and nothing is said to be otherwise."""
    lines = (line.split(";") for line in (played.folder / EXPORT).read_bytes().decode("cp1252").splitlines())
    booked = Counter[tuple[str, str]]()
    for owner, activity, *_, kronor in (line for line in lines if len(line) == 5 and line[1] and line[0] != "Nämnd"):
        booked[owner.partition(" ")[0], activity] += int(kronor)
    given = {board: played.prefill("t2", board).rows["outcomes"] for board in material()["boards"]}
    nets = {
        (board, row["activity"]): 1000 * (row["outcome_cost"] - row["outcome_revenue"]) for board, rows in given.items() for row in rows
    }
    assert nets == {key: net for key, net in booked.items() if key[0] in given}
    finance = filled(played.council("t2")["Ekonomi"])
    assert sum("Redovisningen 2027-09-01" in row for row in finance) >= len(nets)
    assert not any("ändrat sedan svaret" in str(cell) for row in finance for cell in row)
    runs = [row for row in filled(played.council("t2")["Källor"]) if row and str(row[0]).startswith("Redovisningen, h")]
    assert [row[-1] for row in runs] == ["✓ Stämmer"]


# the end


def test_the_councils_own_assessment_stands_at_year_end(played: Played) -> None:
    """Beside what is worked out, marked as its own, and in no round before."""
    for kind in FOLLOW_UPS:
        said = [str(cell) for row in played.council(kind)["Måluppfyllelse"] for cell in row]
        assert any("Företagen är nöjdare, men marken räcker inte till." in text for text in said) == (kind == "year")


def test_next_year_begins_with_what_there_is(played: Played) -> None:
    """A proposal beside the plan, with rows for the council's targets of the new year."""
    path = played.folder / "flerarsplan 2028.xlsx"
    assert path in played.opening
    targets = [row for row in played.book(path)["Indikatorer"] if 2028.0 in row]
    assert len(targets) == 15 + len(material()["other_indicators"])
    assert [row[1] for row in played.book(path)["Organisation"] if row[0] == "AVN"] == [OLD, NEW]


def test_an_older_demonstration_is_made_anew(played: Played, tmp_path: Path) -> None:
    """Only where its mark says that it is one; anything else is left as it is."""
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "viktigt.txt").write_text("Rör inte", encoding="utf-8")
    nothing = Stage(folder, 1, 1, "sv", lambda _, __: 2, lambda _: None)
    with pytest.raises(StyrxlError, match="demo-in-the-way"):
        play(nothing)
    assert (folder / "viktigt.txt").is_file()
    shutil.copy(played.folder / MARK, folder)
    with pytest.raises(SystemExit, match="2"):  # the command that refuses to run, once the folder is empty
        play(nothing)
    assert not any(folder.iterdir())
