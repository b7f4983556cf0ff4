"""Through LibreOffice: each form opened, filled in there, saved as xlsx and as ods, and judged: same verdict, same cells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from office import Cells, Office
from styrxl.sample.opened import open_sheets
from town import ANSWERS, ROUND, Town, new_town

FAULTY: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "UBN": {"budget": {"cost": "ca tusen"}, "commitments": {"end": date(2026, 12, 1), "parent_id": "KF-M99"}, "goals": {"text": None}},
    "KFN": {"budget": {"cost": "1.200"}, "goal_responses": {"concerns": "Maybe"}},
    "UBN-ÖST": {"commitments": {"text": "-", "parent_id": None}},
    "UBN-ÅBY": {"commitments": {"school_form": "Sjöskola", "start": "03/04/2027"}},
}
EXPECTED = {
    "UBN": {("wrong-type", "Budget"), ("date-order", "Åtaganden"), ("unknown-parent", "Åtaganden"), ("missing-value", "Nämndmål")},
    "KFN": {("ambiguous-value", "Budget"), ("not-in-list", "Council goals")},
    "UBN-ÖST": {("placeholder-text", "Åtaganden"), ("missing-parent", "Åtaganden")},
    "UBN-ÅBY": {("not-in-list", "Insatser"), ("ambiguous-value", "Insatser")},
}


def typed(town: Town, owner: str, faults: Mapping[str, Mapping[str, Any]]) -> Cells:
    """Return what a person types into an issued workbook, cell by cell: the answers, and on each sheet's first row the faults."""
    form, language = town.form(owner), town.language(owner)
    places = open_sheets(load_workbook(BytesIO(town.filled(owner))), form)
    cells: dict[str, dict[str, Any]] = {}
    for key, rows in ANSWERS[owner].items():
        grid = places[key]
        here = cells.setdefault(form.sheet(key).name[language], {})
        for index, row in enumerate(rows):
            for field in row:
                cell = grid.cell(field, index)
                here[cell.coordinate] = cell.value.date() if isinstance(cell.value, datetime) else cell.value
        for field, value in faults.get(key, {}).items():
            here[grid.cell(field, 0).coordinate] = value
    return cells


@pytest.mark.parametrize("owner", FAULTY)
@pytest.mark.parametrize("faulty", [False, True], ids=["valid", "faulty"])
def test_filled_in_libreoffice(full: Town, office: Office, owner: str, *, faulty: bool) -> None:
    """Xlsx and ods give the same findings in the same cells; a valid one gives none."""
    cells = typed(full, owner, FAULTY[owner] if faulty else {})
    files = [(f"{owner}.{kind}", office.fill(full.issued(owner), cells, to=kind)) for kind in ("xlsx", "ods")]
    xlsx, ods = full.judge(*files).returns
    found = [(f.rule, f.sheet, f.cell) for f in xlsx.findings]
    assert [(f.rule, f.sheet, f.cell) for f in ods.findings if f.severity == "error"] == found
    assert (xlsx.verdict, ods.verdict) == (("rejected", "rejected") if faulty else ("accepted", "accepted"))
    assert {(rule, sheet) for rule, sheet, _ in found} == (EXPECTED[owner] if faulty else set())


def test_the_councils_plan_filled_in_libreoffice(full: Town, office: Office, tmp_path: Any) -> None:
    """The multi-year plan too, saved as either."""
    data = full.workspace.plan_path.read_bytes()
    for kind in ("xlsx", "ods"):
        town = new_town(tmp_path / kind)
        town.workspace.plan_path.write_bytes(office.fill(data, {"Mål": {"B5": "Invånarna har mer inflytande"}}, to=kind))
        town.run("distribute", ROUND, "--level", "board")
        book = load_workbook(BytesIO(town.issued("UBN")))
        assert book["Fullmäktiges mål"]["B5"].value == "Invånarna har mer inflytande"


def test_the_check_column_follows_what_is_typed(full: Town, office: Office) -> None:
    """In LibreOffice, a filled row says that it is done and a faulty one what is wrong; Start counts them."""
    data = office.fill(full.issued("UBN-ÖST"), typed(full, "UBN-ÖST", FAULTY["UBN-ÖST"]), to="xlsx")
    book = load_workbook(BytesIO(data), data_only=True)
    checks = [row[-1].value for row in book["Åtaganden"].iter_rows(min_row=5, max_row=7, max_col=10)]
    assert checks[0] == "! Fyll i: Mål."
    assert checks[1] == "✓ Klar"
    assert not checks[2]
    state = next(row for row in book["Start"].iter_rows(values_only=True) if row[0] == "Åtaganden")
    assert state[1:3] == (2, 1)
