"""What the handbook's page on forms of one's own shows, laid into a workspace: what comes of it is what the page says."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml

from console_pages import DOCS
from filled import fill_issued, fill_plan
from foreign_form import filled_in
from municipality import ORGANISATION
from own_files_pages import PAGES, list_sections, write_files
from styrxl.model.catalogue import list_waivable_rules
from styrxl.model.standard_folder import standard_folder
from town import BOARD, PLAN, ROUND, Answers, Town, new_town

SWEDISH = list_sections(PAGES[0])


def make_town(root: Path, section: str) -> Town:
    """Make a town with the files that a section of the page shows; the first command looks through them as ``styrxl check`` does."""
    town = new_town(root / "town")
    write_files(town.root, SWEDISH[section])
    return Town(town.root)


def read_sheet(path: Path, sheet: str) -> list[list[Any]]:
    """Return the filled cells of a sheet, row by row."""
    return [[cell for cell in row if cell is not None] for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def hand_out(town: Town, owner: str = "UBN", round_: str = ROUND) -> Path:
    """Hand out an owner's workbook; return it."""
    town.run("distribute", round_, "--to", owner)
    return town.root / "outbox" / round_ / f"{owner}.xlsx"


def hand_in(town: Town, answers: Answers, round_: str = ROUND, form: str | None = None) -> list[tuple[str, str | None]]:
    """Hand in the board's answers; return what is wrong with them, each rule with its cell."""
    box = town.root / "inbox" / round_
    box.mkdir(parents=True, exist_ok=True)
    (box / "UBN.xlsx").write_bytes(fill_issued(town.root, round_, "UBN", answers, form))
    told = yaml.safe_load(town.run("validate", "--round", round_, "--format", "json", expect=None).stdout)
    [return_] = [each for each in told["workbooks"] if each["path"].endswith("UBN.xlsx")]
    return [(found["rule"], found["cell"]) for found in return_["findings"] if found["severity"] == "error"]


def change(table: str, row: int = 0, **answers: Any) -> Answers:
    """Return the board's answers with some others in a row of a table."""
    rows = [{**each, **answers} if number == row else each for number, each in enumerate(BOARD[table])]
    return {**BOARD, table: [{key: value for key, value in each.items() if value is not None} for each in rows]}


def test_a_column_is_added_and_one_taken_away(tmp_path: Path) -> None:
    """In the workbook that is handed out, and in the board's."""
    town = make_town(tmp_path, "En ny kolumn, och en bort")
    headings = read_sheet(hand_out(town), "Åtaganden")[3]
    assert headings[4:7] == ["Ansvarig*", "Risk", "Start*"]
    assert "Förväntat resultat*" not in headings
    commitments = [{**{k: v for k, v in row.items() if k != "expected_result"}, "risk": "Vikarier saknas"} for row in BOARD["commitments"]]
    assert hand_in(town, {**BOARD, "commitments": commitments}) == []
    town.run("consolidate", ROUND, "--all", expect=None)
    told = read_sheet(town.root / "boards" / ROUND / "UBN.xlsx", "Åtaganden")
    assert ("Risk" in told[3], sum("Vikarier saknas" in row for row in told)) == (True, 2)


def test_a_heading_is_another(tmp_path: Path) -> None:
    town = make_town(tmp_path, "En annan rubrik")
    assert "Ansvarig funktion*" in read_sheet(hand_out(town), "Åtaganden")[3]
    assert hand_in(town, BOARD) == []


def test_answers_are_required_and_let_off(tmp_path: Path) -> None:
    """By stars, and at the cells of a return."""
    town = make_town(tmp_path, "Krav och villkor")
    path = hand_out(town)
    assert "Prioritet*" in read_sheet(path, "Nämndmål")[3]
    assert {"Förväntat resultat", "Ansvarig*"} <= set(read_sheet(path, "Åtaganden")[3])
    assert hand_in(town, {**change("goals", priority=2), "commitments": change("commitments", expected_result=None)["commitments"]}) == []
    assert hand_in(town, change("goals", priority=None)) == [("missing-value", "G5")]
    assert hand_in(town, change("goals", priority=1)) == [("missing-value", "E5")]


def test_a_list_has_other_words_and_synonyms(tmp_path: Path) -> None:
    """What the list shows, and what is understood."""
    town = make_town(tmp_path, "Ord och synonymer i en lista")
    plan = [{**row, "kind": "rektorsområde" if row["kind"] == "unit" else row["kind"]} for row in ORGANISATION]
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, {**PLAN, "organisation": plan}))
    book = openpyxl.load_workbook(hand_out(town))
    where = book.defined_names["list_decision_status"].attr_text.split("!")[1].replace("$", "")
    assert [row[0].value for row in book["_listor"][where]] == ["Utkast", "Beslutad"]
    assert hand_in(town, BOARD) == []


def test_a_column_has_a_list_of_its_own(tmp_path: Path) -> None:
    town = make_town(tmp_path, "En egen lista")
    assert "Risk*" in read_sheet(hand_out(town), "Åtaganden")[3]
    rows = [{**row, "risk": risk} for row, risk in zip(BOARD["commitments"], ("stor", "väldig"), strict=True)]
    assert hand_in(town, {**BOARD, "commitments": rows}) == [("not-in-list", "F6")]


def test_a_sheet_is_added_with_its_schema(tmp_path: Path) -> None:
    """It comes after the one that it names, its schema holds, and its rows come into the council's workbook."""
    town = make_town(tmp_path, "Ett eget blad")
    names = openpyxl.load_workbook(hand_out(town)).sheetnames
    assert names[names.index("Åtaganden") + 1] == "Samverkan"
    row = {"what": "Skolskjuts", "kind": "samverkansavtal", "share": 120}
    assert hand_in(town, {**BOARD, "cooperation": [row, {**row, "what": "x" * 201, "share": 5001}]}) == [
        ("out-of-range", "C6"),
        ("too-long", "A6"),
    ]
    assert hand_in(town, {**BOARD, "cooperation": [row]}) == []
    town.run("consolidate", ROUND, expect=None)
    assert ["Utbildningsnämnden", "Skolskjuts", "Avtal", 120] in [
        line[:4] for line in read_sheet(town.root / "council" / f"{ROUND}.xlsx", "Samverkan")
    ]


def test_an_administration_has_a_variant(planned: Town) -> None:
    """Units that are said to have it get it."""
    write_files(planned.root, SWEDISH["En förvaltnings egen variant"])
    town = Town(planned.root)
    plan = [{**row, "profile": "vard"} if row["org_id"] == "UBN-ÖST" else row for row in ORGANISATION]
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, {**PLAN, "organisation": plan}))
    book = openpyxl.load_workbook(hand_out(town, "UBN-ÖST"))
    assert "Insatser" in book.sheetnames
    assert "Insats*" in [cell.value for cell in book["Insatser"][4]]


def test_a_round_is_added(tmp_path: Path) -> None:
    """Under its name, by its key and as people say it; tests/test_own_rounds.py plays it through."""
    town = make_town(tmp_path, "En omgång till")
    said = [town.run("status", *round_).output for round_ in (["2027-t3"], ["underlag", "i", "november", "2027"])]
    assert said[0] == said[1]
    assert "2027-t3" in said[0]


def test_a_collection_is_played_through(tmp_path: Path) -> None:
    """From handing out to the council's workbook."""
    town = make_town(tmp_path, "En egen insamling")
    assert read_sheet(hand_out(town, round_="2027-askanden"), "Äskanden")[3][:3] == ["Äskande*", "Belopp (tkr)*", "Skäl"]
    rows = [{"what": "Ny skola", "amount": 1200.5, "reason": "Fler barn"}]
    assert hand_in(town, {"requests": rows}, "2027-askanden") == []
    town.run("consolidate", "2027-askanden", "--all", expect=None)
    for path in ("council/2027-askanden.xlsx", "boards/2027-askanden/UBN.xlsx"):
        assert any({"Ny skola", 1200.5, "Fler barn"} <= set(row) for row in read_sheet(town.root / path, "Äskanden"))


def test_a_collection_has_rows_given_beforehand(tmp_path: Path) -> None:
    """One for each of the board's units."""
    town = make_town(tmp_path, "En egen insamling med rader från början")
    rows = read_sheet(hand_out(town, round_="2027-lokaler"), "Enheter")[4:6]
    assert [row[:2] for row in rows] == [["UBN-ÅBY", "Åby skola"], ["UBN-ÖST", "Östra förskolan"]]
    assert hand_in(town, {"units": [{"rooms": 12}, {}]}, "2027-lokaler") == [("missing-value", "C6")]


def test_internal_control_is_another(tmp_path: Path) -> None:
    """With an area, and a measure from six on."""
    town = make_town(tmp_path, "Intern kontroll på ert sätt")
    assert read_sheet(hand_out(town, round_="2027-ik"), "Risker")[3][:3] == ["Id", "Område*", "Risk*"]
    risk = {"area": "staff", "risk": "Vikarier", "likelihood": 2, "consequence": 3, "responsible": "Chef", "control": "Varje vecka"}
    found = hand_in(town, {"risks": [risk, {**risk, "risk": "Stöld", "consequence": 2}]}, "2027-ik")
    assert [cell for _, cell in found] == ["I5", "J5"]


def test_a_form_of_others_is_read(tmp_path: Path) -> None:
    """As they made it, for the board that it names; a place that is no number is told at its cell."""
    town = make_town(tmp_path, "En blankett som någon annan har gjort")
    for number, (change_, expected) in enumerate(((lambda _: None, 0), (lambda sheet: sheet.__setitem__("B12", "många"), 1))):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(filled_in(change_))
        town.run("receive", "2027-statistik", str(path), "--form", "platser", expect=None)
        said = town.run("validate", "--round", "2027-statistik", expect=expected).stdout
        assert "UBN" in said
    assert "Blankett B12" in said


def test_reports_have_other_words(full: Town) -> None:
    """A sheet's name and a heading, in both workbooks that have them."""
    write_files(full.root, SWEDISH["Egna ord i rapporterna"])
    town = Town(full.root)
    town.run("consolidate", ROUND, "--all")
    for path in (f"council/{ROUND}.xlsx", f"boards/{ROUND}/UBN.xlsx"):
        assert any("Utrymme i ramen (tkr)" in row for row in read_sheet(town.root / path, "Budget"))


def read_waiver(name: str) -> dict[str, Any]:
    """Return the waiver that a page shows."""
    row = re.findall(r"^\| (UBN) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", (DOCS / name).read_text("utf-8"), re.MULTILINE)[0]
    return dict(zip(("owner", "round", "rule", "reason", "until"), (*row[:4], date.fromisoformat(row[4])), strict=True))


def test_a_waiver_lets_a_return_pass(tmp_path: Path) -> None:
    """Written as the page shows; the rule is called so in each language."""
    waiver, english = map(read_waiver, PAGES)
    assert list_waivable_rules()["missing-value"] == {"sv": waiver["rule"], "en": english["rule"]}
    town = new_town(tmp_path / "town")
    hand_out(town)
    faulty = change("commitments", expected_result=None)
    assert hand_in(town, faulty) == [("missing-value", "H5")]
    town.workspace.plan_path.write_bytes(fill_plan(town.workspace, {**PLAN, "waivers": [waiver]}))
    assert hand_in(town, faulty) == []


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_where_the_files_lie_that_come_along(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    [code] = re.findall(r'^python -c "(.+)"$', (DOCS / name).read_text("utf-8"), re.MULTILINE)
    exec(code, {})  # noqa: S102 -- our own page
    assert capsys.readouterr().out.strip() == str(standard_folder())


def test_every_section_that_shows_files_is_tried() -> None:
    """Here, by its name; the pages show the same files, with comments in their own language."""
    tried = set(re.findall(r'(?:make_town\(tmp_path, |SWEDISH\[)"(.+?)"', Path(__file__).read_text("utf-8")))
    assert SWEDISH.keys() == tried
    pages = [[{path: yaml.safe_load(text) for path, text in files.items()} for files in list_sections(name).values()] for name in PAGES]
    assert pages[0] == pages[1]
