"""What ``validate`` tells of what was understood: after what is to be mended, a line a rule."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from filled import fill_issued
from styrxl.sample.faults.open_return import open_return
from styrxl.sample.opened import save_workbook
from town import ANSWERS, ROUND, Town, lost

PRESCHOOL = ANSWERS["UBN-ÖST"]["commitments"]


def put(town: Town, **answers: object) -> None:
    """Put in a return with a date in words, a sheet of its own, and other answers on its second row."""
    rows = [{**PRESCHOOL[0], "start": "15/1"}, {**PRESCHOOL[1], **answers}]
    bench = open_return(town.filled("UBN-ÖST", {**ANSWERS["UBN-ÖST"], "commitments": rows}), town.form("UBN-ÖST"), "sv")
    bench.book.create_sheet("Våra anteckningar")["A1"] = "Att ta upp"
    town.put("UBN-ÖST.xlsx", save_workbook(bench.book))


def test_what_was_understood_is_told_after_all_else(full: Town) -> None:
    put(full)
    said = full.run("validate", "--round", ROUND).stdout
    assert said.endswith(
        "· För kännedom:\n"
        "    UBN-ÖST: Era egna blad, som vi inte läser: Våra anteckningar.\n"
        "    UBN-ÖST: Så har vi förstått dig: Åtaganden F5 ”15/1” som 2027-01-15.\n"
    )
    page = full.run("validate", "--round", ROUND, "--format", "html").stdout
    assert "<h3>För kännedom</h3>" in page
    assert page.count("<li>Så har vi förstått dig: Åtaganden F5 ”15/1” som 2027-01-15.</li>") == 1


def test_what_is_to_be_mended_is_told_before(full: Town) -> None:
    put(full, responsible=None)
    said = full.run("validate", "--round", ROUND, expect=1).stdout.splitlines()
    at = said.index("    ✗ Åtaganden E6: Ansvarig är inte ifyllt.")
    assert said[at + 1 : at + 4] == [
        "      → Fyll i cellen E6.",
        "    · Era egna blad, som vi inte läser: Våra anteckningar.",
        "    · Så har vi förstått dig: Åtaganden F5 ”15/1” som 2027-01-15.",
    ]
    page = full.run("validate", "--round", ROUND, "--format", "html", expect=1).stdout
    assert page.index("Att rätta</h3>") < page.index("För kännedom</h3>")


def test_each_return_is_held_against_its_own_year(full: Town, tmp_path: Path) -> None:
    """Where no round is named: a plan of next year's has next year's dates, beside one of this year's."""
    full.run("distribute", "2028-plan", "--level", "board", "--to", "UBN", expect=None)
    days = {"start": date(2028, 2, 1), "end": date(2028, 11, 30)}
    answers = {**ANSWERS["UBN"], "commitments": [{**row, **days} for row in ANSWERS["UBN"]["commitments"]]}
    (tmp_path / "2028.xlsx").write_bytes(fill_issued(full.root, "2028-plan", "UBN", answers))
    (tmp_path / "2027.xlsx").write_bytes(full.filled("UBN"))
    report = json.loads(full.run("validate", str(tmp_path), "--format", "json", expect=None).stdout)
    found = {Path(w["path"]).name: {f["rule"] for f in w["findings"]} for w in report["workbooks"]}
    assert "outside-year" not in found["2027.xlsx"] | found["2028.xlsx"]


def test_a_workbook_that_lost_its_identity_is_judged_by_a_round_that_is_told(full: Town, tmp_path: Path) -> None:
    """By the only one that there is; where there are several it is asked which."""
    path = tmp_path / "okänd.xlsx"
    path.write_bytes(lost(full.filled("UBN-ÖST")))
    words = ("validate", str(path), "--owner", "UBN-ÖST", "--form", "unit_plan")
    told = full.run(*words, "--format", "json")
    assert [(w["round"], w["verdict"], w["findings"]) for w in json.loads(told.stdout)["workbooks"]] == [(ROUND, "accepted", [])]
    assert told.stderr == "Ingen omgång är angiven. Granskas mot 2027-plan, den enda som finns.\n"

    (full.root / "inbox" / "2027-t1").mkdir()
    told = full.run(*words, expect=3)
    assert "Vilken omgång gäller det?" in told.stderr
    assert told.stdout == ""


def test_a_round_typed_as_other_commands_take_it_is_that_round(full: Town) -> None:
    """Without --round, in one word or several; a path that is not there is still told."""
    put(full)
    named = full.run("validate", "--round", ROUND).stdout
    assert full.run("validate", ROUND).stdout == named
    assert full.run("validate", "plan", "2027").stdout == named
    assert "Sökvägen '2027-höst' finns inte." in full.run("validate", "2027-höst", expect=2).stderr
