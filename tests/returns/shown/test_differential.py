"""Two readers of the same returns: what ours understands is what another sees, or there is a finding at the cell.

The other is openpyxl, with the format applied by the table below, which is worked out by hand from what Excel shows.
"""

from __future__ import annotations

import io
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.worksheet.worksheet import Worksheet

from long_runs import long_run
from styrxl.returns.locate import Locator
from styrxl.returns.read import find_year
from styrxl.returns.tables import Table
from styrxl.returns.typed_columns import TableTyper
from styrxl.returns.workbook import read_workbook
from styrxl.sample.opened import open_workbook, save_workbook
from town import Town

RETURNS = long_run(6, 2_000)
Show = Callable[[float], str]


def plain(number: float, decimals: int = 0) -> str:
    """Return a number as Excel shows it in Swedish."""
    return f"{number:.{decimals}f}".replace(".", ",")


SHOWS: Mapping[str, Show] = {
    "General": lambda n: f"{n:.10g}".replace(".", ","),
    "@": lambda n: f"{n:.10g}".replace(".", ","),
    "0": plain,
    "0_-": plain,
    "#,##0_-": plain,
    "#,##0.00": lambda n: plain(n, 2),
    "[Red]0.0": lambda n: plain(n, 1),
    "0;[Red]-0": plain,
    "0%": lambda n: plain(n * 100) + " %",
    "0.0 %": lambda n: plain(n * 100, 1) + " %",
    "[<=1]0%;0": lambda n: plain(n * 100) + " %" if n <= 1 else plain(n),
    '0"%"': lambda n: plain(n) + " %",
    "#,##0,": lambda n: plain(n / 1000),
    "0.0,,": lambda n: plain(n / 1e6, 1),
    '0.0,,"mkr"': lambda n: plain(n / 1e6, 1) + " mkr",
    '#,##0.0," tkr"': lambda n: plain(n / 1000, 1) + " tkr",
    '0.0" mkr"': lambda n: plain(n, 1) + " mkr",
    '#,##0 "kr"': lambda n: plain(n) + " kr",
    "[$kr-41D] #,##0": lambda n: plain(n) + " kr",
    "#,##0.00 [$€-1]": lambda n: plain(n, 2) + " €",
    "#,##0;#,##0": lambda n: plain(abs(n)),
    ";;;": lambda _: "",
    "0;-0;;@": lambda n: plain(n) if n else "",
}
DATES = ("yyyy-mm-dd", "d/m/yyyy", "[$-41D]d mmmm yyyy;@")  # the same day, in other words
NUMBERS = (0, 1, 0.8, 0.805, 12, 80, 12.5, 100.4, 1500, -100, -0.5, 46447, 99_999, 1_500_000, 3_500_000, 20270301)
TEXTS = ("80 %", "12,5", "1 500", "1500 kr", "3,5 mkr", "100", "Rektor", "2027-03-01", "se bilaga")
UNITS = ("procent", "%", "antal", "kronor", "procentenheter", "index")
COLUMNS = {
    "Budget": ("Intäkter", "Kostnader"),
    "Enhetsramar": ("Ram",),
    "Indikatorer": ("Utgångsvärde", "Målvärde"),
    "Åtaganden": ("Ansvarig", "Start", "Slut", "Förväntat resultat"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What another reader sees in a cell: the text that shows, and how exactly."""

    text: str
    exact: float = 0.0


def heading_row(sheet: Worksheet) -> tuple[int, dict[str, int]]:
    for row in sheet.iter_rows(max_row=20):
        names = {re.sub(r" \(.*|\*$", "", str(cell.value)): cell.column for cell in row if cell.value}
        if names.keys() & {"Ansvarig", "Kostnader", "Ram", "Målvärde"}:
            return int(row[0].row or 0), names
    raise LookupError(sheet.title)


def change(book: Workbook, die: random.Random) -> None:
    """Type something else, in another format, into some cells."""
    book.epoch = die.choice([CALENDAR_WINDOWS_1900] * 4 + [CALENDAR_MAC_1904])
    for title, headings in COLUMNS.items():
        sheet = book[title]
        top, columns = heading_row(sheet)
        for range_ in [*sheet.merged_cells.ranges]:
            if range_.min_row > top:
                sheet.unmerge_cells(str(range_))
        for heading in headings:
            for row in (top + 1, top + 2):
                cell = sheet.cell(row, columns[heading])
                assert isinstance(cell, Cell)
                retype(cell, die)
            if die.random() < 0.05:
                sheet.merge_cells(start_row=top + 1, end_row=top + 2, start_column=columns[heading], end_column=columns[heading])
        if "Måttenhet" in columns:
            sheet.cell(top + 1, columns["Måttenhet"]).value = die.choice(UNITS)


def retype(cell: Cell, die: random.Random) -> None:
    if (kind := die.random()) < 0.6:
        cell.value, cell.number_format = die.choice(NUMBERS), die.choice([*SHOWS])
    elif kind < 0.8:
        cell.value, cell.number_format = die.choice(TEXTS), "General"
    else:
        cell.value, cell.number_format = date(2027, die.randrange(1, 13), die.randrange(1, 29)), die.choice(DATES)
    cell.font = Font(strike=die.random() < 0.05)


def see(cell: Any, epoch: datetime) -> Seen:
    """Return what a cell shows, as openpyxl and the table have it."""
    value, code = cell.value, cell.number_format
    if value is None:
        return Seen("")
    if isinstance(value, str):
        return Seen(value)
    if code in DATES:
        day = value if isinstance(value, datetime) else from_excel(value, epoch)
        assert isinstance(day, datetime)
        return Seen(day.date().isoformat())
    number = float(value)
    if not number:
        return Seen("0")  # whatever it is in, and whether it shows or not
    text = SHOWS[code](number)
    decimals = len(text.partition(",")[2].split(" ")[0])
    return Seen(text, 0.5 * 10.0**-decimals)


def agrees(kind: str, unit: str | None, read: Any, seen: Seen) -> bool:
    """Whether what was read says the same as what was seen."""
    if read is None:
        return seen.text == ""
    if kind == "number":
        return any(abs(read - value) <= most + 1e-9 for value, most in meanings(seen, money=unit is not None))
    if kind == "text" and seen.exact:  # all of its decimals, and the same unit
        (number, unit_read), (shown, unit_seen) = map(split_unit, (str(read), seen.text))
        return unit_read == unit_seen and abs(number - shown) <= seen.exact + 1e-9
    return str(read) == seen.text


def split_unit(text: str) -> tuple[float, str]:
    """Return a number as it is written in Swedish, its thousands apart or not, and what follows it."""
    match = re.fullmatch(r"(-?\d[\d\s]*(?:,\d+)?)(?:\s(\D.*))?", text)
    assert match is not None, text
    return float(re.sub(r"\s", "", match[1]).replace(",", ".")), match[2] or ""


def meanings(seen: Seen, *, money: bool) -> Iterator[tuple[float, float]]:
    match = re.fullmatch(r"(-?[\d ]+(?:,\d+)?)( %| tkr| mkr| kr)?", seen.text)
    if match is None:
        return
    number = float(match[1].replace(" ", "").replace(",", "."))
    match match[2]:
        case None:
            yield number, seen.exact
        case " %" if not money:
            yield number, seen.exact
        case " tkr" if money:
            yield number, seen.exact
        case " mkr" if money:
            yield number * 1000, seen.exact * 1000
        case " kr" if not money:
            yield number, seen.exact
        case _:
            return


def find_differences(data: bytes, town: Town) -> Iterator[str]:
    """Yield the cells of which the two readers say different things, and no finding says anything."""
    returned, findings = read_workbook(data)
    assert returned is not None
    assert not [f.rule for f in findings]
    form = town.form("UBN")
    tables, located = Locator(form, town.forms.words).locate(returned, "sv")
    typist = TableTyper()
    book = load_workbook(io.BytesIO(data))
    for table in tables:
        typed = typist.typed(form, table, find_year(returned.identity))
        told = {f.cell for f in located if f.sheet == table.place.sheet}
        told |= {table.place.cell(r.field, r.row) for r in typed.remarks}
        told |= {cell for r in typed.remarks if r.rule == "hidden-data" for cell in r.facts["what"].facts["list"]}
        throughout = {r.field for r in typed.remarks if getattr(r.facts.get("why"), "key", "") == "why_minus_throughout"}  # told once
        told |= {table.place.cell(field, row) for field in throughout for row in table.rows}
        yield from compare(table, typed.columns, told, book)


def compare(table: Table, columns: Mapping[str, list[Any]], told: set[str | None], book: Workbook) -> Iterator[str]:
    fields = [c for c in table.sheet.columns if c.heading["sv"] in COLUMNS.get(table.place.sheet, ())]
    for column in fields:
        for row, read in zip(table.rows, columns[column.field], strict=True):
            cell = table.place.cell(column.field, row)
            assert cell is not None
            seen = see(book[table.place.sheet][cell], book.epoch)
            if cell not in told and not agrees(column.kind, column.unit, read, seen):
                yield f"{table.place.sheet} {cell}: read as {read!r}, shows {seen.text!r}"


def test_two_readers_agree(shared_full: Town) -> None:
    """Or there is a finding, in returns of whatever is typed and however it is formatted."""
    book = open_workbook(shared_full.filled("UBN"))
    for seed in range(RETURNS):
        change(book, random.Random(seed))  # noqa: S311 -- no secret
        assert [*find_differences(save_workbook(book), shared_full)] == [], f"seed {seed}"


def test_a_difference_is_found(shared_full: Town) -> None:
    """Where a format is known to one reader alone, they do not agree."""
    book = open_workbook(shared_full.filled("UBN"))
    top, columns = heading_row(book["Budget"])
    book["Budget"].cell(top + 1, columns["Intäkter"]).value = "100"
    data = save_workbook(book)
    assert [*find_differences(data, shared_full)] == []
    assert not agrees("number", "tkr", 100.0, Seen("1500", 0.5))
    assert not agrees("number", None, 0.8, Seen("80 %", 0.5))
    assert not agrees("number", "tkr", 80.0, Seen("80 %", 0.5))
