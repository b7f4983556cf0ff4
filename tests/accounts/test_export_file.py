"""An export is somebody's file: what cannot be used is told in words, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from account_exports import PLACES, TABLE, are_all, list_unplaced, make_workbook, place
from bombs import corners, ten_gigabytes
from styrxl.accounts.grid import ExportRefusedError
from styrxl.model.catalogue import say
from styrxl.model.limits import STANDARD
from styrxl.sample.opened import save_workbook

HEADINGS = ("Konto", "Ansvar", "Verksamhet", "Utfall")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
SIE = "export: {format: sie}\ncolumns: {account: Konto, unit: Ansvar, activity: Verksamhet}\n"
HEAD = "#FLAGGA 0\n#SIETYP {}\n#RAR 0 20270101 20271231\n"
ROW = '#PSALDO 0 202701 5010 {1 "3001"} 5.00\n'
VOUCHER = "#VER A 1 20270101\n{\n#TRANS 5010 {} 5.00\n#TRANS 1930 {} -5.00\n}\n"

REFUSED = {
    "nothing": (b"", TABLE, "tom"),
    "a letter": (b"Hej, har kommer siffrorna. Ring om det ar nagot.", TABLE, "ingen av rubrikerna"),
    "a PDF": (b"%PDF-1.7\n" + bytes(range(256)), TABLE, "ett PDF-dokument"),
    "a web page called xls": (b"<html><table><tr><td>Konto</td></tr></table></html>", TABLE, "en webbsida"),
    "an archive": (b"7z\xbc\xaf\x27\x1c" + bytes(30), TABLE, "ett packat arkiv"),
    "locked": (OLE + "EncryptedPackage".encode("utf-16-le"), TABLE, "skyddad med lösenord"),
    "half a workbook": (make_workbook([("Konto",)])[:900], TABLE, "Filen går inte att läsa"),
    "a bomb": (ten_gigabytes(honest=False), TABLE, "Filen"),
    "two cells far apart": (corners(), TABLE, "för stor"),
    "a quotation mark that is never closed": (b'Konto;Ansvar;Verksamhet;Utfall\n"' + b"x;1\n" * 5_000, TABLE, "citattecken"),
    "another encoding than is said": (
        "Konto;Ansvar;Verksamhet;Utfall\n1;å".encode("cp1252"),
        TABLE.replace("signs", "encoding: utf-8, signs"),
        "teckenkodningen är inte utf-8",
    ),
    "text with nothing in it": (
        b"Konto;Ansvar;Verksamhet\n1;2;3",
        TABLE,
        "rubrikerna på rad 1 saknar Utfall. Där står Konto, Ansvar, Verksamhet",
    ),
    "no such sheet": (make_workbook([("Konto",)]), TABLE.replace("signs", "sheet: Utfall, signs"), "inget blad Utfall"),
    "several sheets that may be it": (
        make_workbook(*[[("Konto", "Ansvar", "Verksamhet", "Utfall")]] * 2),
        TABLE,
        "flera blad har de rubrikerna: Blad1, Blad2",
    ),
    "SIE, said to be a table": (HEAD.format(4).encode(), TABLE, "det är en SIE-fil, men outcomes.yaml beskriver en tabell"),
    "a table, said to be SIE": (b"Konto;Utfall\n1;2\n", SIE, "ingen SIE-fil"),
    "SIE type 1": (HEAD.format(1).encode() + b"#RES 0 5010 5.00\n", SIE, "av typ 1, som bara har saldon per konto"),
    "SIE type 2": (HEAD.format(2).encode() + b"#PSALDO 0 202701 5010 {} 5.00\n", SIE, "Exportera typ 3"),
    "SIE that says no type": (b"#FLAGGA 0\n#RES 0 5010 5.00\n", SIE, "av typ 1"),
    "SIE type 3 without objects": (HEAD.format(3).encode() + b"#PSALDO 0 202701 5010 {} 5.00\n", SIE, "inget belopp har något objekt"),
    "SIE type 4 without objects": ((HEAD.format(4) + VOUCHER).encode(), SIE, "Välj i exporten att objekt ska följa med"),
    "SIE of another year": ((HEAD.format(3).replace("2027", "2026") + ROW).encode(), SIE, "den är för 2026, men omgången är för 2027"),
    "SIE with a line that is none": ((HEAD.format(3) + ROW.replace("5.00", "fem")).encode(), SIE, "rad 4 går inte att läsa som SIE"),
    "SIE without that dimension": (
        (HEAD.format(3) + ROW).encode(),
        SIE,
        "inget som heter Ansvar, Verksamhet",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_told_in_both_languages(what: str) -> None:
    data, mapping, said = REFUSED[what]
    with pytest.raises(ExportRefusedError) as refused:
        place(data, mapping + PLACES)
    assert said in say(refused.value.why, "sv")
    assert say(refused.value.why, "en")


def test_the_sheet_that_the_mapping_names_is_read() -> None:
    data = make_workbook([HEADINGS, (5010, 2120, 407, 5)], [HEADINGS, (5010, 2120, 407, 7)])
    assert place(data, TABLE.replace("signs", "sheet: blad2, signs") + PLACES).parted.total == (Decimal(7),)


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    with pytest.raises(ExportRefusedError) as refused:
        place(b" " * 1_000_001, TABLE + PLACES, limits=replace(STANDARD, file_mb=1))
    assert "mer än 1 MB" in say(refused.value.why, "sv")


def test_a_workbook_with_too_many_rows_is_refused() -> None:
    with pytest.raises(ExportRefusedError) as refused:
        place(make_workbook([(number,) for number in range(5)]), TABLE + PLACES, limits=replace(STANDARD, rows=4))
    assert "för stor" in say(refused.value.why, "sv")


def test_formulas_that_were_never_worked_out_and_errors_are_named() -> None:
    """What a formula shows counts; one without a value, and an error, are no amounts."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("Konto", "Ansvar", "Verksamhet", "Utfall"),
        (5010, "2120", "407", 5),
        (5010, "2120", "407", "=D2*2"),
        (5010, "2120", "407", "#DIV/0!"),
    ):
        sheet.append(row)
    placing = place(save_workbook(book), TABLE + PLACES)
    assert list_unplaced(placing) == [(3, "unplaced_amount"), (4, "unplaced_amount")]
    assert [say(each.why, "sv") for each in placing.unplaced] == ["beloppet =… går inte att läsa", "beloppet #DIV/0! går inte att läsa"]
    assert placing.parted.total == (Decimal(5),)
    assert are_all(placing)


def test_a_sie_file_s_own_balances_are_held_against_its_rows() -> None:
    placing = place(
        (HEAD.format(3) + ROW + "#DIM 1 Ansvar\n#DIM 6 Verksamhet\n#PSALDO 0 202701 5010 {} 6.00\n#RES 0 5010 7.00\n").encode(),
        SIE + PLACES,
    )
    assert [(tie.account, tie.stated, tie.counted) for tie in placing.broken_ties] == [("5010", Decimal("7.00"), Decimal("6.00"))]
    assert are_all(placing)


def test_what_a_sie_file_has_on_an_account_but_on_no_object_is_named() -> None:
    """The total is by month and account; what no object has of it is a row of its own."""
    mapping = SIE.replace("unit: Ansvar, activity: Verksamhet", "unit: Resultatenhet")
    places = "revenue: {account: ['3*']}\ncost: {account: ['5*']}\nplaces: [{owner: KFN, where: {unit: [3001]}}]\n"
    placing = place((HEAD.format(3) + ROW + "#PSALDO 0 202701 5010 {} 7.50\n").encode(), mapping + places)
    assert [(each.row.values, each.row.texts["unit"]) for each in placing.unplaced] == [((Decimal("2.50"),), "")]
    assert placing.parted.total == (Decimal("7.50"),)
