"""Which variant of a form is handed out, read and followed up."""

from __future__ import annotations

from pathlib import Path

from openpyxl import load_workbook

from town import BOARD, ORGANISATION, PLAN, ROUND, SCHOOL, planned_town


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
