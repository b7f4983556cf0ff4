"""A sheet of a form while openpyxl builds it: cells with their styles, and the value that each formula has as issued.

openpyxl writes formulas without values, and all text inline; ``finish`` puts both right afterwards, from what is kept here. Reports are
written with XlsxWriter, by ``workbook``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel.limits import MOST_LETTERS
from styrxl.excel.measure import LINE_HEIGHT

Value = str | float | int | date | None

OPEN, CLOSE = "\ue000", "\ue001"  # private letters: what stands between them is a token, filled in for each owner
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff\ue000\ue001]")
_LETTERS, _DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
_SMALLEST_SCALE = 80  # percent: text of 10 points comes out at 8
_PAGE_HEIGHT = 640.0  # points that A4 landscape holds at that scale, between margins and footer


def token(name: str) -> str:
    """Return what stands in the skeleton where an owner's own value comes."""
    return f"{OPEN}{name}{CLOSE}"


def clean(text: str) -> str:
    """Return a text without letters that XML forbids or that tokens are made of, and no longer than a cell holds."""
    return _NOT_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:MOST_LETTERS]


def escape_clean(text: str) -> str:
    """Return a text as XML has it, clean; most are so as they stand, and this is seen at once."""
    if text.isprintable() and "&" not in text and "<" not in text and ">" not in text and len(text) <= MOST_LETTERS:
        return text
    return escape(clean(text))


@dataclass(slots=True)
class SheetBuilder:
    """A sheet being written; ``values`` are those of formulas and of numbers that differ between owners, by cell."""

    sheet: Worksheet
    values: dict[str, str | float] = field(default_factory=dict)
    growing: set[int] = field(default_factory=set)  # rows that Excel may make higher as somebody types

    def put(self, cell: str, value: Value, style: str) -> None:
        """Write a value; a text stays a text, also one that begins like a formula."""
        letters, digits = split_address(cell)
        at = self.sheet.cell(int(digits), column_index_from_string(letters))
        at.style = f"styrxl {style}"
        if isinstance(value, str):
            at.value = value
            at.data_type = "s"
            if value[:1] in {"=", "+", "-", "@", "'"}:
                at.quotePrefix = True  # or Excel makes it a formula when somebody edits the cell
        elif value is not None:
            at.value = value
            at.style = f"styrxl {style}"  # a date brings a format of its own

    def formula(self, cell: str, formula: str, value: str | float, style: str) -> None:
        """Write a formula and the value that it has as issued."""
        letters, digits = split_address(cell)
        at = self.sheet.cell(int(digits), column_index_from_string(letters))
        at.value = formula
        at.style = f"styrxl {style}"
        self.values[cell] = value

    def number(self, cell: str, name: str, style: str) -> None:
        """Write a number that differs between owners."""
        self.put(cell, 0, style)
        self.values[cell] = token(name)

    def link(self, cell: str, text: str, sheet: str, style: str) -> None:
        """Write a link to another sheet."""
        self.put(cell, text, style)
        letters, digits = split_address(cell)
        quoted = sheet.replace("'", "''")
        self.sheet.cell(int(digits), column_index_from_string(letters)).hyperlink = Hyperlink(ref=cell, location=f"'{quoted}'!A1")

    def height(self, row: int, height: float, *, grows: bool = False) -> None:
        """Give a row its height; one that grows gets higher when somebody types more than it shows."""
        self.sheet.row_dimensions[row].height = height
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
        left, center, right = (_HeaderFooterPart(text=text) for text in footer)
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


def split_address(cell: str) -> tuple[str, str]:
    """Return a cell's column letters and its row's digits."""
    return cell.rstrip(_DIGITS), cell.lstrip(_LETTERS)


def footer_text(text: str) -> str:
    """Return a text as a footer has it: ``&`` begins a code there, and there is room for 255 letters in all."""
    return text.replace("\n", " ")[:70].replace("&", "&&")
