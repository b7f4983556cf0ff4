"""Exports of the accounts as accounting systems write them, all of the same small truth, and what becomes of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl

from styrxl.accounts.export_file import read_export
from styrxl.accounts.place import Placing, place_table
from styrxl.descriptions.outcome_mapping import read_mapping
from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

ROUND = "2027-t1"
OWNERS = {"utbildningsnämnden": "UBN", "kulturnämnden": "KFN", "rev": "REV"}
SUM_WORDS = frozenset(read_yaml((standard_folder() / "sheets/words.yaml").read_text("utf-8"))["sum_words"])

# Öre: a school earned 34,500.50 and cost 300,000.25 kronor, a preschool cost 150,000, a library earned 100 and cost 90,000.
TRUTH = (
    BookedRow("KFN", "Bibliotek", 10_000, 9_000_000, 8_990_000),
    BookedRow("UBN", "Förskola", 0, 15_000_000, 15_000_000),
    BookedRow("UBN", "Grundskola", 3_450_050, 30_000_025, 26_549_975),
)
PLACES = """
revenue: {account: [3000-3999]}
cost: {account: [4000-7999]}
leave_out: [{why: Balanskonton, where: {account: [1000-2999]}}]
places:
  - {owner: UBN, activity: Grundskola, where: {unit: ["21*"], activity: [440]}}
  - {owner: UBN, activity: Förskola, where: {unit: ["21*"], activity: [407]}}
  - {owner: KFN, activity: Bibliotek, where: {unit: [3000-3099]}}
"""
TABLE = "export: {unit: kronor, signs: ledger}\ncolumns: {account: Konto, unit: Ansvar, activity: Verksamhet}\namounts: {amount: Utfall}\n"


def place(data: bytes, mapping: str, round_: str = ROUND, limits: Limits = STANDARD) -> Placing:
    """Return what becomes of an export; raises ExportRefusedError."""
    in_round, read = standard_rounds().parse(round_), read_mapping(mapping.encode())
    table = read_export(data, "export", read, in_round, limits)
    return place_table(table, read, in_round, lambda text, _: OWNERS.get(text.casefold()), SUM_WORDS)


def make_workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """Return an xlsx whose sheets are called Blad1, Blad2 and so on."""
    book = openpyxl.Workbook()
    for number, rows in enumerate(sheets, 1):
        sheet = book.active if number == 1 else book.create_sheet()
        assert sheet is not None
        sheet.title = f"Blad{number}"
        for row in rows:
            sheet.append(list(row))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def are_all(placing: Placing) -> bool:
    """Whether what is placed, left out and named is all of the export, column by column, to the öre and beyond."""
    parts = [placing.placed, placing.unplaced_values, *(each.values for each in placing.left_out)]
    return tuple(map(sum, zip(*parts, strict=True))) == placing.parted.total


def list_unplaced(placing: Placing) -> list[tuple[int, str]]:
    """Return the rows that are placed nowhere, each with the word for why."""
    return [(each.row.number, each.why.key) for each in placing.unplaced]


def total(placing: Placing) -> Decimal:
    """Return an export's total, all of its columns together."""
    return sum(placing.parted.total, Decimal(0))
