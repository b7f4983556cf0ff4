"""A sheet of a form while openpyxl builds it: cells with their styles, answers, marks and notes, and the value that each formula has.

What openpyxl cannot write itself is kept here, and put into what it has saved by ``beyond_libraries``.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Protection
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import column_index_from_string, get_column_letter, quote_sheetname
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel import form_styles, look
from styrxl.excel.cells import FORMULA_SIGNS, OPEN, CellError, clean, escape_forbidden, escape_foreign, excel_number, token
from styrxl.excel.limits import HIGHEST_ROW, LONGEST_FORMULA
from styrxl.excel.measure import LINE_HEIGHT
from styrxl.excel.notes import Note, find_anchor
from styrxl.model.errors import StyrxlError

Value = str | float | int | date | None

_LETTERS, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_SMALLEST_SCALE = 80  # percent: text of 10 points comes out at 8
_PAGE_HEIGHT = 640.0  # points that A4 landscape holds at that scale, between margins and footer


@dataclass(slots=True)
class SheetBuilder:
    """A sheet being written; ``values``: by cell those of formulas, and numbers that differ between owners or have many digits."""

    sheet: Worksheet
    values: dict[str, str | float] = field(default_factory=dict)
    growing: set[int] = field(default_factory=set)  # rows that Excel may make higher as somebody types
    formulas: set[str] = field(default_factory=set)  # cells that have one
    notes: dict[str, Note] = field(default_factory=dict)
    styles: dict[str, StyleArray] = field(default_factory=dict)  # those that cells have been given, by name

    def put(self, cell: str, value: Value, style: str) -> None:
        """Write a value of ours; a text stays a text, also one that begins like a formula."""
        at = self._styled(cell, style)
        if isinstance(value, str):
            _write_text(at, escape_forbidden(value))
        elif value is not None:
            at.value = value
            at.style = f"styrxl {style}"  # a date brings a format of its own

    def answer(self, cell: str, value: Any, style: str) -> None:
        """Write somebody else's value as it is: a text stays a text, a number has all of its digits, and a day, moment or time looks so."""
        at = self._styled(cell, style)
        match value:
            case None | "":
                return
            case CellError():
                at.value, at.data_type = str(value), "e"
            case str():
                _write_text(at, escape_foreign(value))
            case bool():
                at.value = value
            case int() | float() if isfinite(value):
                self._write_number(at, value, "General" if style.endswith("_date") else "")
            case _:
                self._write_time(at, value, style)

    def _write_time(self, at: Cell, value: Any, style: str) -> None:
        number, kind = excel_number(value)
        if number is None:
            _write_text(at, str(value))
        else:
            self._write_number(at, number, "" if kind == "date" and style.endswith("_date") else look.TIME_FORMATS[kind])

    def _write_number(self, at: Cell, number: float, shown_as: str) -> None:
        at.value = number
        self.values[str(at.coordinate)] = number
        if shown_as:
            at.number_format = shown_as

    def formula(self, cell: str, formula: str, value: str | float, style: str) -> None:
        """Write a formula and the value that it has now; raises StyrxlError (formula-too-long) before Excel has to refuse the workbook."""
        if len(formula) > LONGEST_FORMULA:
            raise StyrxlError("formula-too-long", sheet=self.name, cell=cell, length=len(formula), longest=LONGEST_FORMULA)
        self._styled(cell, style).value = formula
        self.values[cell] = value
        self.formulas.add(cell)

    def number(self, cell: str, name: str, style: str) -> None:
        """Write a number that differs between owners."""
        self.put(cell, 0, style)
        self.values[cell] = token(name)

    def tone(self, cell: str, tone: look.Tone, *, free: bool = False) -> None:
        """Give a cell that has been written a tone; ``free``: and let it be typed in."""
        at = self._at(cell)
        at.font, at.fill = form_styles.tone_font(tone), form_styles.tone_fill(tone)
        if free:
            at.protection = Protection(locked=False)

    def note(self, cell: str, note: Note, author: str) -> None:
        """Put a note on a cell."""
        width, height = note.size
        self._at(cell).comment = Comment(f"{clean(note.title)}\n{clean(note.body)}", clean(author), height, width)
        self.notes[cell] = note

    def anchor(self, cell: str) -> str:
        """Return where the box of a cell's note lies."""
        return find_anchor(self.sheet, cell, self.notes[cell])

    def _styled(self, cell: str, style: str) -> Cell:
        at = self._at(cell)
        if style in self.styles:
            at._style = copy(self.styles[style])  # type: ignore[attr-defined] # noqa: SLF001 -- looked up by name each time it takes long
        else:
            at.style = f"styrxl {style}"
            self.styles[style] = copy(at._style)  # type: ignore[attr-defined] # noqa: SLF001 -- as above
        return at

    def _at(self, cell: str) -> Cell:
        letters, digits = split_address(cell)
        at = self.sheet.cell(int(digits), column_index_from_string(letters))
        if not isinstance(at, Cell):
            raise TypeError(f"{cell} is no cell of its own")
        return at

    def link(self, cell: str, text: str, sheet: str, style: str) -> None:
        """Write a link to another sheet."""
        self.put(cell, text, style)
        self.link_to(cell, f"{quote_sheetname(sheet)}!A1")

    def link_to(self, cell: str, place: str) -> None:
        """Make a cell that has been written a link to a place in the workbook (``'Budget'!C9``)."""
        self._at(cell).hyperlink = Hyperlink(ref=cell, location=place)

    def merge(self, first: str, last: str) -> None:
        """Make cells of a row one, which looks as its first does; openpyxl's own way of it takes as long as the rest of a small sheet."""
        (start, row), (end, _) = split_address(first), split_address(last)
        looks = self._at(first)._style  # type: ignore[attr-defined] # noqa: SLF001 -- as in _styled
        for number in range(column_index_from_string(start) + 1, column_index_from_string(end) + 1):
            self._at(f"{get_column_letter(number)}{row}")._style = copy(looks)  # type: ignore[attr-defined] # noqa: SLF001 -- as above
        self.sheet.merged_cells.add(f"{first}:{last}")

    def height(self, row: int, height: float, *, grows: bool = False) -> None:
        """Give a row its height; one that grows gets higher when somebody types more than it shows."""
        self.sheet.row_dimensions[row].height = min(height, HIGHEST_ROW)
        if grows:
            self.growing.add(row)

    def widths(self, widths: Iterable[tuple[str, float]]) -> None:
        """Give columns their widths, by letter; one of no width is hidden."""
        for letter, width in widths:
            dimension = self.sheet.column_dimensions[letter]
            if width:
                dimension.width = width
            else:
                dimension.hidden = True

    def protect(self) -> None:
        """Lock what is locked, without a password; filtering and heights and widths stay free, sorting does not."""
        protection = self.sheet.protection
        protection.sheet = True
        protection.autoFilter = False  # False allows
        protection.formatRows = False
        protection.formatColumns = False

    def printed(self, *, landscape: bool, rows: str | None, footer: tuple[str, str, str], one_page: bool = False) -> None:
        """Set up A4, one page wide, with repeated heading rows (``7:7``) and a footer: left, middle, right."""
        sheet = self.sheet
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth = 1
        sheet.page_setup.fitToHeight = int(one_page)
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = sheet.page_margins
        margins.left = margins.right = 0.3
        margins.top, margins.bottom, margins.header, margins.footer = 0.45, 0.6, 0.3, 0.3
        sheet.print_title_rows = rows
        left, center, right = (_HeaderFooterPart(text=text or None) for text in footer)
        sheet.oddFooter = HeaderFooterItem(left=left, center=center, right=right)

    def fit_on_one(self, last_row: int) -> None:
        """Print up to a row on one page, where that needs no smaller letters than a table as wide as a page is printed in."""
        heights = (self.sheet.row_dimensions[row].height or LINE_HEIGHT for row in range(1, last_row + 1))
        if sum(heights) <= _PAGE_HEIGHT:
            self.sheet.page_setup.fitToHeight = 1

    def parted(self, column: str, heading_row: int, end: str) -> None:
        """Print on two pages beside each other, the second from a column and the headings on, with the first column on both.

        Excel heeds no breaks where it fits to a width: the scale is set instead, to the smallest that the look allows. Two areas are
        printed, or what runs on from the first column above the table would be printed again, cut off.
        """
        sheet = self.sheet
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
        sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
        sheet.page_setup.scale = _SMALLEST_SCALE
        sheet.print_title_cols = "A:A"
        first = get_column_letter(column_index_from_string(column) - 1)
        row = end.lstrip(_LETTERS)
        sheet.print_area = f"A1:{first}{row},{column}{heading_row}:{end}"

    @property
    def book(self) -> Workbook:
        """The workbook that the sheet is in."""
        book = self.sheet.parent
        if not isinstance(book, Workbook):
            raise TypeError("a sheet without a workbook")
        return book

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self.sheet.title)


def _write_text(at: Cell, text: str) -> None:
    at.value = text
    at.data_type = "s"
    if text.startswith((*FORMULA_SIGNS, OPEN)):  # what comes for a token may begin so as well
        at.quotePrefix = True  # or Excel makes it a formula when somebody edits the cell


def split_address(cell: str) -> tuple[str, str]:
    """Return a cell's column letters and its row's digits."""
    return cell.rstrip(_DIGITS), cell.lstrip(_LETTERS)
