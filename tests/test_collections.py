"""Collections that hang on no plan, by YAML alone: internal control, and forms of a workspace's own for whomever."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from filled import fill_issued
from styrxl.sample.opened import open_workbook, save_workbook
from test_own_rounds import cells, hand_in, put_own
from town import PLAN, Answers, Town, new_town

RISKS = [
    {
        "risk": "Fel avgift tas ut",
        "likelihood": 3,
        "consequence": 3,
        "responsible": "Ekonomichef",
        "control": "Stickprov varje månad",
        "measure": "Ny rutin för avgifter",
        "measure_due": date(2027, 9, 30),
    },
    {"risk": "Stöld", "likelihood": 2, "consequence": 4, "responsible": "Skolchef", "control": "Inventering i juni"},
    {
        "risk": "Hot mot personal",
        "likelihood": 4,
        "consequence": 4,
        "responsible": "Skolchef",
        "control": "Avvikelser läses varje vecka",
        "measure": "Larm",
        "measure_due": date(2027, 6, 30),
    },
]
RESULTS = [
    {"result": "minor_faults", "measure_status": "late", "comment": "Rutinen dröjer"},
    {"result": "in_order"},
    {"result": "in_order", "measure_status": "done"},
]


@pytest.fixture(scope="module")
def shared_controlled(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards have handed in nothing but their plans of internal control."""
    town = new_town(tmp_path_factory.mktemp("control") / "town")
    town.run("distribute", "2027-ik")
    hand_in(town, "2027-ik", "UBN", {"risks": RISKS}, "internal_control")
    town.run("validate", "--round", "2027-ik")
    return town


@pytest.fixture
def controlled(shared_controlled: Town, tmp_path: Path) -> Town:
    """Give such a town of the test's own."""
    return shared_controlled.copy(tmp_path / "town")


def rows(town: Town, path: str, sheet: str, start: str) -> list[list[Any]]:
    """Return the rows of a sheet in which some cell begins with a text, from that cell on."""
    found = []
    for row in cells(town.root / path, sheet):
        at = next((n for n, cell in enumerate(row) if str(cell).startswith(start)), None)
        if at is not None:
            found.append(row[at:])
    return found


def test_internal_control_goes_from_plan_to_followup_to_the_next_years_plan(controlled: Town) -> None:
    """The product is worked out, risks are followed up, and what is not done goes on with its id."""
    town = controlled
    town.run("consolidate", "2027-ik")
    shown = rows(town, "council/2027-ik.xlsx", "Risker", "UBN-R")
    assert [(row[0], row[1], row[4]) for row in shown] == [
        ("UBN-R1", "Fel avgift tas ut", 9),
        ("UBN-R2", "Stöld", 8),
        ("UBN-R3", "Hot mot personal", 16),
    ]
    told = town.run("distribute", "2027-ik-upp", expect=1).output
    assert "KFN" in told
    assert [path.name for path in (town.root / "outbox/2027-ik-upp").iterdir()] == ["UBN.xlsx"]
    issued = rows(town, "outbox/2027-ik-upp/UBN.xlsx", "Uppföljning", "UBN-R")
    assert [row[:3] for row in issued] == [["UBN-R1", "Fel avgift tas ut", 9], ["UBN-R2", "Stöld", 8], ["UBN-R3", "Hot mot personal", 16]]
    hand_in(town, "2027-ik-upp", "UBN", {"results": RESULTS}, "internal_control_followup")
    town.run("validate", "--round", "2027-ik-upp")
    town.run("consolidate", "2027-ik-upp", "--all")
    assert [row[0] for row in rows(town, "council/2027-ik-upp.xlsx", "Uppföljning", "UBN-R")] == ["UBN-R1", "UBN-R2", "UBN-R3"]
    town.run("report", "2027-ik-upp", "--no-pdf")
    page = (town.root / "council/2027-ik-upp.html").read_text("utf-8")
    assert re.findall(r'<h2 id="k\d+-title">(.*?)</h2>', page) == ["Översikt", "Uppföljning", "Saknas och varningar"]
    assert '<a href="../inbox/2027-ik-upp/UBN.xlsx"' in page
    town.run("distribute", "2028-ik")
    carried = rows(town, "outbox/2028-ik/UBN.xlsx", "Risker", "UBN-R")
    assert carried[0][:2] + carried[0][3:6] == [
        "UBN-R1",
        "Fel avgift tas ut",
        "Ekonomichef",
        "Stickprov varje månad",
        "Ny rutin för avgifter",
    ]
    assert [row[0] for row in carried[1:3]] == ["UBN-R4", "UBN-R5"]  # three were answered the year before


def test_a_grave_risk_needs_a_measure(controlled: Town) -> None:
    """From 9 on, at the cells of the measure and its day; what the sender's sheet says of the product does not count."""
    risk = {**RISKS[1], "likelihood": 3}  # 3 times 4
    data = fill_issued(controlled.root, "2027-ik", "KFN", {"risks": [risk]}, "internal_control")
    book = open_workbook(data)
    [row] = [cell.row for cell in book["Risks"]["A"] if cell.value == "KFN-R1"]
    book["Risks"][f"E{row}"] = 2
    (controlled.root / "inbox/2027-ik/KFN.xlsx").write_bytes(save_workbook(book))
    told = controlled.run("validate", "--round", "2027-ik", "--format", "json", expect=1).output
    assert f'"cell": "H{row}"' in told
    assert "explanation-missing" in told
    assert f'"cell": "I{row}"' in told


def test_pages_say_workbooks_not_plans(controlled: Town) -> None:
    """The overview counts workbooks that are done, the page of rows has no column for units, and nothing is said of frames or goals."""
    town = controlled
    town.run("consolidate", "2027-ik")
    overview = [str(cell) for row in cells(town.root / "council/2027-ik.xlsx", "Översikt") for cell in row]
    assert "Nämnder vars arbetsbok är klar" in overview
    assert not [text for text in overview if "planer" in text or "klar plan" in text]
    page = cells(town.root / "council/2027-ik.xlsx", "Risker")
    assert ["Rader i arbetsböcker som är klara."] in page
    assert "Enhet" not in {cell for row in page for cell in row}
    assert "ramar" not in town.run("distribute", "2030-ik").output


CHECKLIST = """
form: checklist
version: 1
level: administration
rounds: [check]
title: {sv: Checklista, en: Checklist}
purpose: {sv: Läget i förvaltningen., en: How the administration stands.}
steps:
  - {sv: Svara på varje rad., en: Answer on each row.}
sheets:
  points:
    name: {sv: Punkter, en: Points}
    table: points
    layout: rows
    prefilled: true
    prefill:
      rows:
        - {point: {sv: Brandskydd, en: Fire safety}, limit: 3}
        - {point: {sv: Reservkraft, en: Reserve power}, limit: 1}
    help: {sv: Svara på varje rad., en: Answer on each row.}
    columns:
      point: {heading: {sv: Punkt, en: Point}, locked: true, width: 40}
      limit: {heading: {sv: Gräns, en: Limit}, type: integer, locked: true}
      fulfilled: {heading: {sv: Uppfylls, en: Fulfilled}, required: true, list: yes_no}
  places:
    name: {sv: Enheter, en: Units}
    table: places
    layout: rows
    prefilled: true
    optional: true
    prefill: {each: units, fields: {unit_id: id, unit_name: name}}
    help: {sv: En rad för varje enhet., en: One row for each unit.}
    columns:
      unit_id: {heading: {sv: Id, en: Id}, locked: true}
      unit_name: {heading: {sv: Enhet, en: Unit}, locked: true, width: 40}
      staff: {heading: {sv: Antal anställda, en: Employees}, type: integer}
"""
COLUMN = "{dtype: str, nullable: true}"
SCHEMA = "schema_type: dataframe\nversion: 0.35.0\ncolumns:\n  {columns}\nstrict: false\n"
POINTS = SCHEMA.format(columns=f"point: {COLUMN}\n  limit: {{dtype: Int64, nullable: true}}\n  fulfilled: {COLUMN}")
PLACES = SCHEMA.format(columns=f"unit_id: {COLUMN}\n  unit_name: {COLUMN}\n  staff: {{dtype: Int64, nullable: true}}")
CHECK = "rounds:\n  check:\n    name: {sv: Checklista, en: Checklist}\n    day: 03-01\n"
FILES = {"sheets/checklist.yaml": CHECKLIST, "schemas/points.yaml": POINTS, "schemas/places.yaml": PLACES, "sheets/rounds.yaml": CHECK}


def test_administrations_answer_rows_from_a_list_and_from_the_councils_plan(tmp_path: Path) -> None:
    """Each is handed its own units; rows and figures of the council's workbook are theirs."""
    town = new_town(tmp_path / "town")
    for name, text in FILES.items():
        put_own(town, name, text)
    town = Town(town.root)
    town.run("distribute", "2027-check")
    assert [path.name for path in (town.root / "outbox/2027-check").iterdir()] == ["UBF.xlsx"]
    issued = town.root / "outbox/2027-check/UBF.xlsx"
    assert [row[:2] for row in cells(issued, "Punkter")[4:]] == [["Brandskydd", 3], ["Reservkraft", 1]]
    assert [row[:2] for row in cells(issued, "Enheter")[4:]] == [["UBN-ÅBY", "Åby skola"], ["UBN-ÖST", "Östra förskolan"]]
    answers: Answers = {"points": [{"fulfilled": "yes"}, {"fulfilled": "no"}], "places": [{"staff": 40}, {}]}
    hand_in(town, "2027-check", "UBF", answers, "checklist")
    town.run("consolidate", "2027-check", "--all")
    assert [row[1:5] for row in cells(town.root / "council/2027-check.xlsx", "Punkter") if "Brandskydd" in row] == [
        ["Utbildningsförvaltningen", "Brandskydd", 3, "Ja"]
    ]
    overview = cells(town.root / "council/2027-check.xlsx", "Översikt")
    assert ["Förvaltningar vars arbetsbok är klar", 1] in [row[:2] for row in overview]
    assert "UBF" in town.run("status", "2027-check").output


SURVEY = """
form: survey
version: 1
level: board
rounds: [ik]
title: {sv: Enkät om rutiner, en: Survey of routines}
purpose: {sv: Vilka rutiner som finns., en: Which routines there are.}
steps:
  - {sv: Skriv en rad för varje rutin., en: Write a row for each routine.}
sheets:
  routines:
    name: {sv: Rutiner, en: Routines}
    table: routines
    layout: rows
    rows: 5
    at_least: 1
    help: {sv: En rad för varje rutin., en: One row for each routine.}
    columns:
      routine: {heading: {sv: Rutin, en: Routine}, required: true, width: 40}
      state: {heading: {sv: Läge, en: State}, required: true, width: 40}
"""
ROUTINES = SCHEMA.format(columns=f"routine: {COLUMN}\n  state: {COLUMN}")


def test_two_forms_of_an_owner_never_replace_each_other(controlled: Town) -> None:
    """Both are handed out, judged, shown and sent back under names of their own, however late the second one comes."""
    put_own(controlled, "sheets/survey.yaml", SURVEY)
    put_own(controlled, "schemas/routines.yaml", ROUTINES)
    town = Town(controlled.root)
    town.run("distribute", "2027-ik")
    names = ["KFN.survey.xlsx", "KFN.xlsx", "UBN.survey.xlsx", "UBN.xlsx"]
    assert sorted(path.name for path in (town.root / "outbox/2027-ik").iterdir()) == names
    box = town.root / "inbox/2027-ik"
    box.joinpath("enkät.xlsx").write_bytes(fill_issued(town.root, "2027-ik", "UBN", {"routines": [{"routine": "Inköp"}]}, "survey"))
    town.run("validate", "--round", "2027-ik", "--annotate", expect=1)
    assert [path.name for path in (town.root / "returned/2027-ik").iterdir()] == ["UBN.survey.xlsx"]
    status = town.run("status", "2027-ik").output
    assert "UBN internal_control" in status
    assert "UBN survey" in status
    done = {"routines": [{"routine": "Inköp", "state": "Beslutad"}]}
    box.joinpath("enkät2.xlsx").write_bytes(fill_issued(town.root, "2027-ik", "UBN", done, "survey"))
    town.run("validate", "--round", "2027-ik")
    town.run("consolidate", "2027-ik", "--all")
    assert len(rows(town, "council/2027-ik.xlsx", "Risker", "UBN-R")) == 3
    assert [row[:2] for row in rows(town, "council/2027-ik.xlsx", "Rutiner", "Inköp")] == [["Inköp", "Beslutad"]]
    overview = [row[:2] for row in cells(town.root / "council/2027-ik.xlsx", "Översikt")]
    assert ["Nämnder vars arbetsbok är klar", 1] in overview
    assert ["Enkät om rutiner: klara", 1] in overview
    missing = [str(cell) for row in cells(town.root / "council/2027-ik.xlsx", "Saknas och varningar") for cell in row]
    assert any(text.startswith("Enkät om rutiner: ") for text in missing)  # KFN's
    town.run("distribute", "2027-ik-upp", expect=1)
    assert [path.name for path in (town.root / "outbox/2027-ik-upp").iterdir()] == ["UBN.xlsx"]


GIVEN = """
form: given
version: 1
level: administration
rounds: [check]
title: {sv: Uppdragen hos oss, en: Assignments with us}
purpose: {sv: Så hanteras uppdragen., en: How assignments are handled.}
steps:
  - {sv: Svara på varje rad., en: Answer on each row.}
sheets:
  handled:
    name: {sv: Hantering, en: Handling}
    table: handled
    layout: rows
    prefilled: true
    needs_rows: true
    prefill: {each: assignments, fields: {code: id, what: text, until: due, source: decision}}
    help: {sv: Svara på varje rad., en: Answer on each row.}
    columns:
      code: {heading: {sv: Id, en: Id}, locked: true}
      what: {heading: {sv: Uppdrag, en: Assignment}, locked: true, width: 40}
      until: {heading: {sv: Klart senast, en: Done by}, locked: true}
      source: {heading: {sv: Beslut, en: Decision}, locked: true, width: 24}
      desk: {heading: {sv: Handläggare, en: Officer}, required: true}
"""
HANDLED = SCHEMA.format(
    columns=f"code: {COLUMN}\n  what: {COLUMN}\n  until: {{dtype: 'datetime64[ns]', nullable: true}}\n  source: {COLUMN}\n  desk: {COLUMN}"
)


def test_a_collection_takes_its_rows_from_the_councils_assignments(tmp_path: Path) -> None:
    """An administration is asked about what its boards have been given, and is open on the day of the round."""
    given = {"decided_on": date(2026, 11, 23), "decision": "KF 2026-11-23 § 140", "due": date(2027, 6, 30)}
    assignments = (
        {**given, "assignment_id": "KF-U1", "text": "Utred skolskjutsen", "responsible": "UBN"},
        {**given, "assignment_id": "KF-U2", "text": "Spara energi", "responsible": "Alla"},
        {**given, "assignment_id": "KF-U3", "text": "Bygg ett badhus", "responsible": "KFN"},
        {**given, "assignment_id": "KF-U4", "text": "Gavs senare", "responsible": "UBN", "decided_on": date(2027, 3, 2)},
    )
    town = new_town(tmp_path / "town", {**PLAN, "assignments": assignments})
    for name, text in {"sheets/given.yaml": GIVEN, "schemas/handled.yaml": HANDLED, "sheets/rounds.yaml": CHECK}.items():
        put_own(town, name, text)
    town = Town(town.root)
    town.run("distribute", "2027-check")
    shown = [[str(cell) for cell in row[:4]] for row in cells(town.root / "outbox/2027-check/UBF.xlsx", "Hantering")[4:]]
    assert shown == [
        ["KF-U1", "Utred skolskjutsen", "2027-06-30 00:00:00", "KF 2026-11-23 § 140"],
        ["KF-U2", "Spara energi", "2027-06-30 00:00:00", "KF 2026-11-23 § 140"],
    ]
    hand_in(town, "2027-check", "UBF", {"handled": [{"desk": "Planeraren"}, {"desk": "Fastighetschefen"}]}, "given")
    assert "klar: 1" in town.run("validate", "--round", "2027-check").output
