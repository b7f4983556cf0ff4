"""The council's assignments through a plan, three follow-ups and into the next year, as a controller and two boards play them.

Worked out by hand: each form's rows, each cell of the page, each count. ``KF-U1`` is one board's and becomes overdue, ``KF-U2`` is given to
all, ``KF-U3`` to two boards and late, ``KF-U4`` is closed by the council in June, ``KF-U5`` is proposed to be closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from everybody import COMPANY_PLAN, COMPANY_T1, WHOLE, hand_in
from filled import build_short_plan, fill_issued
from judging import judge_data
from municipality import FRAMES
from report_sheets import sheets, table
from styrxl.cli import cli
from styrxl.model.judged import Judged
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.status import find_overdue
from styrxl.sample.opened import locate_sheets, read_values
from styrxl.store.ledger import Ledger
from town import ENGLISH_BOARD, PLAN, Answers, Town, new_town
from year import BOARD_T1, BOARD_T2, BOARD_YEAR, ENGLISH_T1, ENGLISH_T2, PLANS

BOARD = PLANS["UBN"]
NOVEMBER = date(2026, 11, 23)
U1 = {"assignment_id": "KF-U1", "text": "Utred skolskjutsen", "responsible": "UBN", "due": date(2027, 6, 30)}
U2 = {"assignment_id": "KF-U2", "text": "Minska sjukfrånvaron", "responsible": "Alla", "due": date(2028, 12, 31), "goal_id": "KF-M1"}
U3 = {"assignment_id": "KF-U3", "text": "Planera ett kulturhus", "responsible": "UBN; KFN", "due": date(2027, 12, 31)}
U4 = {"assignment_id": "KF-U4", "text": "Utred ett badhus", "responsible": "KFN", "due": date(2027, 10, 1)}
U5 = {"assignment_id": "KF-U5", "text": "Pröva skolstart klockan nio", "responsible": "UBN", "due": date(2027, 11, 1)}
AT_FIRST = tuple({**one, "decided_on": NOVEMBER, "decision": "KF 2026-11-23 § 140"} for one in (U1, U2, U4, U5))
LATE = {**U3, "decided_on": date(2027, 3, 15), "decision": "KF 2027-03-15 § 31"}
CLOSED = {"closed_on": date(2027, 6, 14), "closing_decision": "KF 2027-06-14 § 88"}
_MONTHS = {"plan": (2026, 12), "t1": (2027, 5), "t2": (2027, 9), "year": (2028, 1)}
MOMENTS = {kind: datetime(year, month, 20, 9, tzinfo=UTC) for kind, (year, month) in _MONTHS.items()}
ON_THE_WAY = {"status": "under_way", "comment": "Arbetet har börjat."}
DONE = {"status": "done", "comment": "Klart."}


class Story:
    """A town of two boards, and what its office and its boards do with assignments."""

    def __init__(self, root: Path) -> None:
        self.town: Town = new_town(root, {**PLAN, "frames": [*FRAMES, *({**row, "year": 2028} for row in FRAMES)]})

    def decide(self, *assignments: Mapping[str, Any]) -> None:
        """Write the council's assignments into its plan."""
        answers = {name: tuple(rows) for name, rows in PLAN.items()}
        answers["frames"] = (*FRAMES, *({**row, "year": 2028} for row in FRAMES))
        self.town.workspace.plan_path.write_bytes(build_short_plan(self.town.workspace, {**answers, "assignments": assignments}))

    def hand_out(self, round_: str) -> None:
        """Hand out the boards' workbooks."""
        self.town.run("distribute", round_, "--level", "board", expect=None)

    def issued(self, round_: str, owner: str) -> bytes:
        """Return a board's workbook as it was handed out."""
        return (self.town.root / "outbox" / round_ / f"{owner}.xlsx").read_bytes()

    def form(self, round_: str) -> Any:
        """Return the form that boards answer in a round."""
        kind = round_.split("-", 1)[1]
        return self.town.forms.form("annual_plan") if kind == "plan" else self.town.forms.form("board_followup", None, kind)

    def asked(self, round_: str, owner: str, *fields: str) -> list[tuple[Any, ...]]:
        """Return what stands on a board's sheet Uppdrag as it was handed out; nothing where it has none."""
        form = self.form(round_)
        key = "assignment_plans" if round_.endswith("plan") else "assignment_status"
        grid = locate_sheets(read_values(self.issued(round_, owner)), form).get(key)
        return [tuple(grid.value(field, n) for field in fields) for n in range(len(grid.rows))] if grid else []

    def filled(self, round_: str, owner: str, answers: Answers) -> bytes:
        """Return a board's workbook with answers typed in."""
        return fill_issued(self.town.root, round_, owner, answers)

    def answer(self, round_: str, owner: str, answers: Answers) -> Judged:
        """Put a board's answers into the inbox, and return how they are judged."""
        data = self.filled(round_, owner, answers)
        path = self.town.root / "inbox" / round_ / f"{owner}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return self.judge(round_, owner, data)

    def judge(self, round_: str, owner: str, data: bytes) -> Judged:
        """Return how a board's workbook is judged, without recording it."""
        at = MOMENTS[round_.split("-", 1)[1]]
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, at)
            return judge_data(desk, standard_rounds().parse(round_), [(f"{owner}.xlsx", data)], at).returns[0]

    def overdue(self, round_: str, day: date) -> dict[str, list[str]]:
        """Return which assignments are overdue on a day, by board."""
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
            found = find_overdue(desk, standard_rounds().parse(round_))
            return {owner: [a.assignment_id for a in those] for owner, those in found.items()}

    def book(self, round_: str, board: str | None = None) -> dict[str, list[list[Any]]]:
        """Return the sheets of the council's workbook of a round, or of a board's."""
        self.town.run("consolidate", round_, *(("--board", board) if board else ()), expect=None)
        path = self.town.root / (f"boards/{round_}/{board}.xlsx" if board else f"council/{round_}.xlsx")
        return sheets(path.read_bytes())


def shown(book: Mapping[str, Any], *headings: str, sheet: str = "Uppdrag") -> list[tuple[Any, ...]]:
    return [tuple(row[heading] or None for heading in headings) for row in table(book[sheet], "Id")]


def counted(book: Mapping[str, list[list[Any]]], figure: str) -> tuple[Any, Any]:
    line = next(line for line in book["Översikt"] if line[0] == figure)
    return line[1], line[2]


def findings(judged: Judged) -> list[tuple[str, str, str | None]]:
    return [(f.rule, f.severity, f.cell) for f in judged.findings if f.sheet == "Uppdrag"]


def without(answers: Answers, *keys: str) -> dict[str, Sequence[Any]]:
    return {key: rows for key, rows in answers.items() if key not in keys}


def play_plan(story: Story) -> None:
    """Let boards say how they do it: each of its own, and of what all are given; an answer without it is sent back."""
    story.decide(*AT_FIRST)
    story.hand_out("2027-plan")
    assert story.asked("2027-plan", "UBN", "assignment_id", "due", "last_status", "how") == [
        ("KF-U1", date(2027, 6, 30), None, None),
        ("KF-U2", date(2028, 12, 31), None, None),
        ("KF-U5", date(2027, 11, 1), None, None),
    ]
    assert [code for (code,) in story.asked("2027-plan", "KFN", "assignment_id")] == ["KF-U2", "KF-U4"]
    said = [{"how": f"Så gör vi {n}.", "responsible": "Skolchef"} for n in (1, 2, 5)]
    lacking = story.judge("2027-plan", "UBN", story.filled("2027-plan", "UBN", {**BOARD, "assignment_plans": [said[0], {}, said[2]]}))
    assert (lacking.verdict, findings(lacking)) == (
        "rejected",
        [("missing-value", "error", "E6"), ("missing-value", "error", "F6")],
    )
    assert story.answer("2027-plan", "UBN", {**BOARD, "assignment_plans": said}).verdict == "accepted"
    english = [{"how": f"So we do {n}.", "responsible": "Director"} for n in (2, 4)]
    assert story.answer("2027-plan", "KFN", {**ENGLISH_BOARD, "assignment_plans": english}).verdict == "accepted"
    book = story.book("2027-plan")
    assert shown(book, "Id", "Ansvarig", "Status", "Så genomförs det", "Roll") == [
        ("KF-U1", "Utbildningsnämnden", "✓ Planerat", "Så gör vi 1.", "Skolchef"),
        ("KF-U2", "Alla nämnder", "✓ Planerat", None, None),
        ("KF-U2", "Utbildningsnämnden", "✓ Planerat", "Så gör vi 2.", "Skolchef"),
        ("KF-U2", "Kultur- och fritidsnämnden", "✓ Planerat", "So we do 2.", "Director"),
        ("KF-U4", "Kultur- och fritidsnämnden", "✓ Planerat", "So we do 4.", "Director"),
        ("KF-U5", "Utbildningsnämnden", "✓ Planerat", "Så gör vi 5.", "Skolchef"),
    ]
    assert counted(book, "Öppna uppdrag från fullmäktige") == (4, "svar om hur de genomförs: 5 av 5")


def play_spring(story: Story) -> None:
    """Ask how what was given late is done, the first time; what the plan has said stands there, locked."""
    story.decide(*AT_FIRST[:2], LATE, *AT_FIRST[2:])
    story.hand_out("2027-t1")
    assert story.asked("2027-t1", "UBN", "assignment_id", "last_status", "how") == [
        ("KF-U1", None, "Så gör vi 1."),
        ("KF-U2", None, "Så gör vi 2."),
        ("KF-U3", None, None),
        ("KF-U5", None, "Så gör vi 5."),
    ]
    answers: dict[str, Any] = {**BOARD_T1, "assignment_status": [ON_THE_WAY] * 4}
    lacking = story.judge("2027-t1", "UBN", story.filled("2027-t1", "UBN", answers))
    assert (lacking.verdict, findings(lacking)) == ("rejected", [("missing-value", "error", "G7")])
    begins = {"status": "not_started", "comment": "Börjar i höst."}
    together = {**ON_THE_WAY, "how": "Ihop med kulturen."}
    answers["assignment_status"] = [ON_THE_WAY, ON_THE_WAY, together, {**begins, "comment": "–"}]
    assert story.judge("2027-t1", "UBN", story.filled("2027-t1", "UBN", answers)).verdict == "rejected"  # a dash is no comment
    answers["assignment_status"][3] = begins
    assert story.answer("2027-t1", "UBN", answers).verdict == "accepted"
    book = story.book("2027-t1")
    assert shown(book, "Id", "Ansvarig", "Status", "Kommentar", "Så genomförs det") == [
        ("KF-U1", "Utbildningsnämnden", "Pågår", "Arbetet har börjat.", "Så gör vi 1."),
        ("KF-U2", "Alla nämnder", "! Svar saknas", "pågår: 1; svar saknas: 1", None),
        ("KF-U2", "Utbildningsnämnden", "Pågår", "Arbetet har börjat.", "Så gör vi 2."),
        ("KF-U2", "Kultur- och fritidsnämnden", "! Svar saknas", None, None),
        ("KF-U3", "2 ansvariga", "! Svar saknas", "pågår: 1; svar saknas: 1", None),
        ("KF-U3", "Utbildningsnämnden", "Pågår", "Arbetet har börjat.", "Ihop med kulturen."),
        ("KF-U3", "Kultur- och fritidsnämnden", "! Svar saknas", None, None),
        ("KF-U4", "Kultur- och fritidsnämnden", "! Svar saknas", None, None),
        ("KF-U5", "Utbildningsnämnden", "Ej påbörjat", "Börjar i höst.", "Så gör vi 5."),
    ]
    assert counted(book, "Öppna uppdrag från fullmäktige") == (5, "pågår: 1; ej påbörjade: 1; svar saknas: 3")
    lines = [(line[0], line[2]) for line in book["Saknas och varningar"] if str(line[2]).startswith("KF-U")]
    assert lines == [
        ("Kultur- och fritidsnämnden", "KF-U2 Minska sjukfrånvaron. Klart senast 2028-12-31."),
        ("Kultur- och fritidsnämnden", "KF-U3 Planera ett kulturhus. Klart senast 2027-12-31."),
        ("Kultur- och fritidsnämnden", "KF-U4 Utred ett badhus. Klart senast 2027-10-01."),
    ]


def close_one(story: Story) -> None:
    """Close one, which is not asked about any more; what was handed out before may still answer about it."""
    story.hand_out("2027-t2")
    how = {"how": "With the schools."}
    kfn = story.filled("2027-t2", "KFN", {**ENGLISH_T2, "assignment_status": [DONE, {**ON_THE_WAY, **how}, ON_THE_WAY]})
    story.decide(*AT_FIRST[:2], LATE, {**AT_FIRST[2], **CLOSED}, AT_FIRST[3])
    story.hand_out("2027-t2")
    assert [code for (code,) in story.asked("2027-t2", "KFN", "assignment_id")] == ["KF-U2", "KF-U3"]
    path = story.town.root / "inbox" / "2027-t2" / "KFN.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(kfn)
    assert [(f.rule, f.severity) for f in story.judge("2027-t2", "KFN", kfn).findings] == [("stale-issue", "warning")]


def play_autumn(story: Story) -> None:
    """Let one be past its last day: overdue, which one that is late before it is not."""
    assert story.overdue("2027-t2", date(2027, 6, 30)) == {}
    assert story.overdue("2027-t2", date(2027, 7, 1)) == {"UBN": ["KF-U1"]}  # under way, when the workbook was made
    late = {"status": "late", "comment": "Hinner inte i höst."}
    close = {"status": "to_close", "comment": "Försöket gav inget."}
    answers: dict[str, Any] = {**BOARD_T2, "assignment_status": [ON_THE_WAY, DONE, late, close]}
    asked = story.answer("2027-t2", "UBN", answers)
    assert (asked.verdict, findings(asked)) == ("accepted", [("assignment-past-due", "warning", "E5")])
    book = story.book("2027-t2")
    assert shown(book, "Id", "Ansvarig", "Status", "Kommentar") == [
        ("KF-U1", "Utbildningsnämnden", "! Pågår. Sista dagen har passerat", "Arbetet har börjat."),
        ("KF-U2", "Alla nämnder", "✓ Genomfört", "genomförda: 2"),
        ("KF-U2", "Utbildningsnämnden", "✓ Genomfört", "Klart."),
        ("KF-U2", "Kultur- och fritidsnämnden", "✓ Genomfört", "Klart."),
        ("KF-U3", "2 ansvariga", "! Försenat", "pågår: 1; försenade: 1"),
        ("KF-U3", "Utbildningsnämnden", "! Försenat", "Hinner inte i höst."),
        ("KF-U3", "Kultur- och fritidsnämnden", "Pågår", "Arbetet har börjat."),
        ("KF-U4", "Kultur- och fritidsnämnden", "Avslutat 2027-06-14", "KF 2027-06-14 § 88"),
        ("KF-U4", "Kultur- och fritidsnämnden", "Pågår", "Arbetet har börjat."),
        ("KF-U5", "Utbildningsnämnden", "! Föreslås avslutas utan åtgärd", "Försöket gav inget."),
    ]
    told = "genomförda: 1; försenade: 1; sista dagen har passerat: 1; föreslås avslutas: 1; avslutade under året: 1"
    assert counted(book, "Öppna uppdrag från fullmäktige") == (4, told)
    assert story.overdue("2027-t2", date(2027, 12, 31)) == {"UBN": ["KF-U1"]}  # what is done, or proposed to be closed, is not
    assert story.overdue("2027-t2", date(2028, 1, 1)) == {"UBN": ["KF-U1", "KF-U3"], "KFN": ["KF-U3"]}
    overseen = [line for line in book["Uppsikt"] if "KF-U1 Utred skolskjutsen" in line]
    assert [[cell for cell in line if cell != ""] for line in overseen] == [
        ["Utbildningsnämnden", "KF-U1 Utred skolskjutsen", date(2027, 6, 30), "! Pågår. Sista dagen har passerat"]
    ]
    chain = [[cell for cell in line if cell != ""] for line in book["Målkedja"] if "Fullmäktiges uppdrag" in line]
    assert chain == [["Fullmäktiges uppdrag", "KF-U2", "Minska sjukfrånvaron", "Alla nämnder", "✓ Genomfört"]]
    own = story.book("2027-t2", "KFN")
    assert [row["Id"] for row in table(own["Assignments"], "Id")] == ["KF-U2", "KF-U3", "KF-U4", "KF-U4"]


def play_year_end(story: Story) -> None:
    """Ask about what is done until the council closes it; what is not done any more is asked about."""
    story.hand_out("2027-year")
    assert story.asked("2027-year", "UBN", "assignment_id", "last_status", "how") == [
        ("KF-U1", "Pågår", "Så gör vi 1."),
        ("KF-U2", "Genomfört", "Så gör vi 2."),
        ("KF-U3", "Försenat", "Ihop med kulturen."),
        ("KF-U5", "Föreslås avslutas utan åtgärd", "Så gör vi 5."),
    ]
    answers: dict[str, Any] = {**BOARD_YEAR, "assignment_status": [DONE, ON_THE_WAY, DONE, {"status": "to_close", "comment": "Som förut."}]}
    asked = story.answer("2027-year", "UBN", answers)
    assert (asked.verdict, findings(asked)) == ("accepted", [("assignment-reopened", "warning", "E6")])


def play_next_year(story: Story) -> None:
    """Begin the next plan with what is open and was said of it; what the council closes then is gone from the round after."""
    story.hand_out("2028-plan")
    assert story.asked("2028-plan", "UBN", "assignment_id", "last_status", "how", "responsible") == [
        ("KF-U1", "Genomfört", "Så gör vi 1.", "Skolchef"),
        ("KF-U2", "Pågår", "Så gör vi 2.", "Skolchef"),
        ("KF-U3", "Genomfört", "Ihop med kulturen.", None),
        ("KF-U5", "Föreslås avslutas utan åtgärd", "Så gör vi 5.", "Skolchef"),
    ]
    assert story.asked("2028-plan", "KFN", "assignment_id", "last_status") == [("KF-U2", "Done"), ("KF-U3", "Under way")]
    closed = {"closed_on": date(2028, 2, 14), "closing_decision": "KF 2028-02-14 § 9"}
    story.decide({**AT_FIRST[0], **closed}, AT_FIRST[1], LATE, {**AT_FIRST[2], **CLOSED}, AT_FIRST[3])
    said = [{}, {"how": "Med chefsstöd."}, {"responsible": "Kulturchef"}, {}]
    plan = {**without(BOARD, "goals", "commitments", "indicators"), "assignment_plans": said}
    data = story.filled("2028-plan", "UBN", plan)
    path = story.town.root / "inbox" / "2028-plan" / "UBN.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    story.hand_out("2028-t1")
    assert story.asked("2028-t1", "UBN", "assignment_id", "last_status", "how") == [
        ("KF-U2", "Pågår", "Med chefsstöd."),
        ("KF-U3", "Genomfört", "Ihop med kulturen."),
        ("KF-U5", "Föreslås avslutas utan åtgärd", "Så gör vi 5."),
    ]
    reworded = {**AT_FIRST[1], "text": "Minska sjukfrånvaron bland kommunens medarbetare"}
    story.decide(reworded, {**LATE, "text": "Bygg en ny brandstation"}, AT_FIRST[3])
    told = story.town.run("distribute", "2028-t1", "--to", "UBN", expect=None).output  # an id never changes its meaning
    assert told.count("Uppdraget KF") == told.count("Uppdraget KF-U3 hette ”Planera ett kulturhus”") == 1


def test_a_plan_three_follow_ups_and_the_next_year(tmp_path: Path) -> None:
    """Given to one, to all, to two boards and late; closed by the council; overdue; done, and not any more; proposed to be closed."""
    story = Story(tmp_path / "åköping")
    play_plan(story)
    play_spring(story)
    close_one(story)
    play_autumn(story)
    play_year_end(story)
    play_next_year(story)


def test_workspaces_without_assignments_work_on(tmp_path: Path) -> None:
    """Their forms have no sheet for them, and their workbooks no page."""
    story = Story(tmp_path / "utan")
    story.hand_out("2027-plan")
    assert story.asked("2027-plan", "UBN", "assignment_id") == []
    assert story.answer("2027-plan", "UBN", BOARD).verdict == "accepted"
    assert story.answer("2027-plan", "KFN", ENGLISH_BOARD).verdict == "accepted"
    assert "Uppdrag" not in story.book("2027-plan")
    story.hand_out("2027-t1")
    assert story.asked("2027-t1", "KFN", "assignment_id") == []
    assert story.answer("2027-t1", "KFN", ENGLISH_T1).verdict == "accepted"
    book = story.book("2027-t1")
    assert "Uppdrag" not in book
    assert not any(line[0] == "Öppna uppdrag från fullmäktige" for line in book["Översikt"])


def test_a_company_answers_where_it_is_named(tmp_path: Path) -> None:
    """All means all boards; a company that has been handed nothing is asked about nothing."""
    given = {"due": date(2027, 3, 31), "decided_on": NOVEMBER, "decision": "KF 2026-11-23 § 140"}
    named = {**given, "assignment_id": "KF-U1", "text": "Bygg billigare", "responsible": "BAB"}
    everybody = {**given, "assignment_id": "KF-U2", "text": "Spara energi", "responsible": "Alla"}
    town = new_town(tmp_path / "bolag", {**WHOLE, "assignments": [named, everybody]})
    for level in ("board", "company"):
        town.run("distribute", "2027-plan", "--level", level)
    said = {"how": "Fler trähus.", "responsible": "VD"}
    hand_in(town, "2027-plan", "BAB", "company_plan", {**COMPANY_PLAN, "assignment_plans": [said]})
    for owner, answers in (("UBN", BOARD), ("KFN", ENGLISH_BOARD)):
        hand_in(town, "2027-plan", owner, "annual_plan", {**answers, "assignment_plans": [said]})
    town.run("consolidate", "2027-plan", expect=None)
    book = sheets((town.root / "council" / "2027-plan.xlsx").read_bytes())
    assert shown(book, "Id", "Ansvarig", "Status")[:2] == [
        ("KF-U1", "Åköpings Bostäder AB", "✓ Planerat"),
        ("KF-U2", "Alla nämnder", "✓ Planerat"),
    ]
    assert len(shown(book, "Id")) == 2 + len(("UBN", "KFN"))
    for level in ("board", "company"):
        town.run("distribute", "2027-t1", "--level", level)
    own = sheets((town.root / "outbox/2027-t1/BAB.xlsx").read_bytes())["Uppdrag"]  # what is given to all boards is not among it
    assert [[cell for cell in line if cell != ""][:4] for line in own if str(line[0]).startswith("KF-")] == [
        ["KF-U1", "Bygg billigare", date(2027, 3, 31), "Fler trähus."]
    ]
    status = {"status": "under_way", "comment": "Två hus ritas."}
    hand_in(town, "2027-t1", "BAB", "company_followup", {**COMPANY_T1, "assignment_status": [status]})
    town.run("consolidate", "2027-t1", expect=None)
    book = sheets((town.root / "council" / "2027-t1.xlsx").read_bytes())
    assert shown(book, "Id", "Ansvarig", "Status", "Så genomförs det")[0] == (
        "KF-U1",
        "Åköpings Bostäder AB",
        "! Pågår. Sista dagen har passerat",
        "Fler trähus.",
    )
    warned = [line[2] for line in book["Saknas och varningar"] if "KF-U1" in str(line[2])]
    assert warned == ["Uppdraget KF-U1 är ”Pågår” 2027-04-30, men skulle vara klart 2027-03-31."]
    assert all(line[10] in ("✓ Stämmer", "") for line in book["Källor"][4:] if line[0] == "Åköpings Bostäder AB")
    past = ("UBN", "KF-U2"), ("KFN", "KF-U2"), ("BAB", "KF-U1")
    assert [line for line in status_lines(town, "2027-t1", "sv") if "uppdrag" in line] == [
        f"{owner}: uppdrag från fullmäktige har passerat sin sista dag: {code} (2027-03-31)" for owner, code in past
    ]
    assert [line for line in status_lines(town, "2027-t1", "en") if "assignments" in line] == [
        f"{owner}: assignments from the council are past their last day: {code} (2027-03-31)" for owner, code in past
    ]
    done = {**COMPANY_T1, "assignment_status": [{"status": "done", "comment": "Två hus är byggda."}]}
    hand_in(town, "2027-t1", "BAB", "company_followup", done)
    town.run("validate", "--round", "2027-t1", expect=None)
    assert [line[:3] for line in status_lines(town, "2027-t1", "sv") if "uppdrag" in line] == ["UBN", "KFN"]


def status_lines(town: Town, round_: str, language: str) -> list[str]:
    """Return what status prints in May."""
    words = ["--workspace", str(town.root), "--lang", language, "status", round_]
    return CliRunner().invoke(cli, words, obj={"now": MOMENTS["t1"]}).output.splitlines()
