"""Which variant of a form is handed out, read and followed up."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from municipality import ORGANISATION
from town import BOARD, PLAN, ROUND, SCHOOL, planned_town


def test_units_get_the_variant_of_their_administration(tmp_path: Path) -> None:
    """But for those that have one of their own; what comes back is read as it was handed out, and a changed variant holds from then on."""
    own = {"UBN-ÅBY": None, "UBN-ÖST": "standard", "UBF": "skola"}
    rows = [{**row, "profile": own[str(row["org_id"])]} if row["org_id"] in own else row for row in ORGANISATION]
    town = planned_town(tmp_path / "town", {**PLAN, "organisation": rows}, {"UBN": BOARD})
    sheets = {owner: load_workbook(town.root / "outbox" / ROUND / f"{owner}.xlsx").sheetnames for owner in ("UBN-ÅBY", "UBN-ÖST")}
    assert ("Insatser" in sheets["UBN-ÅBY"], "Insatser" in sheets["UBN-ÖST"]) == (True, False)
    path = town.put("UBN-ÅBY.xlsx", town.filled("UBN-ÅBY", SCHOOL), 20)
    [judged] = town.judge(("UBN-ÅBY.xlsx", path.read_bytes())).returns
    assert (judged.verdict, judged.profile, judged.findings) == ("accepted", "skola", ())


def test_a_unit_reads_what_the_board_aims_at_it(tmp_path: Path) -> None:
    """A goal for some units reaches them alone; one for a target group or an activity reaches all, and says whom it is aimed at."""
    years = {"parent_id": "KF-M2", "from_year": 2027, "to_year": 2029}
    aimed = {"text": "Fler elever når målen", "activity": "Grundskola", "target_group": "Elever", "priority": 2, **years}
    named = {"text": "Skolan byggs ut", "concerned_units": "UBN-ÅBY", "priority": 1, **years}
    town = planned_town(tmp_path / "town", PLAN, {"UBN": {**BOARD, "goals": [aimed, named]}})
    books = {owner: load_workbook(town.root / "outbox" / ROUND / f"{owner}.xlsx") for owner in ("UBN-ÅBY", "UBN-ÖST")}
    read = {owner: [[cell.value for cell in row] for row in book["Nämndens mål"].iter_rows(min_row=7)] for owner, book in books.items()}
    serves = "KF-M2 Kunskapsresultaten förbättras"
    goal = ["UBN-M1", "Nämndmål", "Fler elever når målen", serves, "Elever", "Grundskola", 2, "2027–2029"]
    common = [
        [*goal, "UBN-I1 Behöriga elever: minst 85 procent (utgångsvärde 80)"],
        ["UBN-2027-A1", "Nämndens åtagande", "Starta läsprogram", "UBN-M1", *[None] * 5],
        ["UBN-2027-A2", "Nämndens åtagande", "Hålla samråd", "KF-M1 Invånarna är mer delaktiga", *[None] * 5],
    ]
    assert [row[:9] for row in read["UBN-ÖST"]] == common
    first = ["UBN-M2", "Nämndmål", "Skolan byggs ut", serves, None, None, 1, "2027–2029", None]
    assert [row[:9] for row in read["UBN-ÅBY"]] == [first, *common]
    assert books["UBN-ÅBY"]["Nämndens mål"]["C4"].value == 500
