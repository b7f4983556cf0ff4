"""What ``validate`` tells of what was understood: after what is to be mended, a line a rule."""

from __future__ import annotations

from styrxl.sample.faults.open_return import open_return
from styrxl.sample.fill import save_workbook
from town import ANSWERS, ROUND, Town

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
