"""Pages as plain values into a workbook: layout, tables, charts and printing; the rows themselves are written in ``sheetxml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.header_footer import HeaderFooter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from styrxl.excel import look, measure
from styrxl.excel.charts import WIDTH as CHART_WIDTH
from styrxl.excel.charts import chart_height, draw_chart
from styrxl.excel.pages import Block, Book, Link, Page, Tally, add_amounts, unique_headings
from styrxl.excel.parquet import make_parquet
from styrxl.excel.rows import MOST_LINKS, RowWriter, WrittenSheet, build_file, count_unwritten_rows, write_rows
from styrxl.excel.sheet import clean, footer_text
from styrxl.excel.styles import CellStyles
from styrxl.excel.widths import NUMBERS, count_printed_columns, count_text_lines, page_widths
from styrxl.reports.phrases import Phrases

MOST_ROWS = 1_048_576  # on a sheet; Excel's own limit
_AROUND = 20  # of them for what stands around a table
_READING = 120.0  # width over which a sentence is spread
_ROOM = 188.0  # width of a page when the smallest letters, 10 points, are printed as 8
_CM = 28.35  # points
_POINTS = 5.3  # of a column that is one wide
_PAGE_WIDE, _PAGE_HIGH = 798.0, 519.0  # points of paper between the margins


@dataclass(frozen=True, slots=True)
class Made:
    """A workbook, and the tables that it has no room for: files to lie beside it, by name."""

    pieces: Sequence[bytes]  # of the workbook's file
    beside: Mapping[str, bytes]

    @property
    def workbook(self) -> bytes:
        """The workbook's file."""
        return b"".join(self.pieces)


def packed_book(desk: Desk, sheets: Sequence[WrittenSheet]) -> Made:
    """Return the workbook that the sheets make, and the files beside it."""
    return Made(build_file(desk.workbook, sheets, desk.strings), {name: data for sheet in sheets for name, data in sheet.beside.items()})


@dataclass(frozen=True, slots=True)
class Desk:
    """What all sheets of a workbook share."""

    workbook: Workbook
    book: Book
    styles: CellStyles
    strings: dict[str, int]
    page: str
    of: str
    too_many: str
    phrases: Phrases
    stem: str  # of the names of files beside the workbook


def tallies(sheets: Iterable[WrittenSheet]) -> dict[int, Tally]:
    """Return what was written of each return, on all sheets."""
    rows: dict[int, int] = {}
    money: dict[int, list[float]] = {}
    for sheet in sheets:
        for source, number in sheet.rows.items():
            rows[source] = rows.get(source, 0) + number
        for source, amounts in sheet.money.items():
            money.setdefault(source, []).extend(amounts)
    return {source: Tally(number, add_amounts(money.get(source, ()))) for source, number in rows.items()}


def new_workbook(book: Book, of: look.Look) -> Workbook:
    """Return an empty workbook with the styles of a look."""
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    for style in look.named_styles(of):
        workbook.add_named_style(style)
    workbook.properties.title, workbook.properties.language = clean(book.title), book.language
    workbook.properties.creator = of.name or "styrxl"
    return workbook


def write_sheet(desk: Desk, page: Page) -> WrittenSheet:
    """Write a page as a sheet."""
    ws = desk.workbook.create_sheet(page.name)
    widths = page_widths(page, _ROOM)
    letters = [get_column_letter(n) for n in range(1, len(widths) + 3)]
    pen = RowWriter(WrittenSheet(width=len(widths)), desk.styles, desk.strings, widths, letters, desk.book.up)
    _head(ws, pen, page, desk)
    tops = [_block(ws, pen, block, page, desk) for block in page.blocks]
    for span in pen.sheet.merged:
        ws.merged_cells.add(CellRange(span))  # its cells are written already
    heads = [top for top, block in zip(tops, page.blocks, strict=True) if top and (block.sticky or len(page.blocks) == 1)]
    _set_up(ws, pen, page, heads)
    _print(ws, pen, page, heads, desk)
    return pen.sheet


def _head(ws: Worksheet, pen: RowWriter, page: Page, desk: Desk) -> None:
    pen.line([pen.text(page.title, "title")], 30)
    said = page.help + (f" {desk.too_many}" if has_too_many_links(page) else "")
    span, width = _span(pen.widths)
    lines = count_text_lines(said, width)
    row = pen.line([pen.text(said, "sentence")], lines * measure.LINE_HEIGHT + 2)
    if span > 1:
        ws.merge_cells(start_row=row, end_row=row, start_column=1, end_column=span)
    pen.blank()


def has_too_many_links(page: Page) -> bool:
    """Whether a sheet has no room for all links of a page; they are only counted where they might be too many."""
    columns = [(block, n) for block in page.blocks for n, field in enumerate(block.fields) if field.kind == "link"]
    if sum(len(block.rows) for block, _ in columns) <= MOST_LINKS:
        return False
    return sum(isinstance(cell, Link) for block, n in columns for cell in block.column(n)) > MOST_LINKS


def _span(widths: Sequence[float]) -> tuple[int, float]:
    """Return over how many columns a sentence is spread, and how wide they are together."""
    span, width = 0, 0.0
    for w in widths:
        if span and width + w > _READING:
            break
        span, width = span + 1, width + w
    return span, width


def _block(ws: Worksheet, pen: RowWriter, block: Block, page: Page, desk: Desk) -> int | None:
    """Write a block and return the row of its headings."""
    sheet = pen.sheet
    if block is not page.blocks[0]:
        pen.blank()
    before, started = sheet.bottom, sheet.height
    if block.new_page and block is not page.blocks[0]:
        ws.row_breaks.append(Break(id=before))
    if block.heading:
        pen.line([pen.text(block.heading, "section")], 22)
    if not block.rows:
        if block.empty:
            pen.line([pen.text(block.empty, "help")], measure.LINE_HEIGHT + 2)
        return None
    if len(block.rows) > MOST_ROWS - sheet.bottom - len(block.totals) - _AROUND:
        _put_beside(pen, block, page, desk)
        return None
    top = _headings(pen, block)
    points = write_rows(pen, block.fields, block.rows, block.folded)
    if block.table:
        _table(ws, pen, block, top)
    points += write_rows(pen, block.fields, block.totals)
    if block.chart:
        _chart(ws, pen, block, top, points)
        if sheet.height - sheet.broken > _capacity(pen.widths):  # a chart that a page would end in begins the next one
            ws.row_breaks.append(Break(id=before))
            sheet.broken = started
    return top


def _put_beside(pen: RowWriter, block: Block, page: Page, desk: Desk) -> None:
    """Put a table that a sheet has no room for into a file of its own, and say where it is; its sums stay."""
    name = f"{desk.stem} {page.name}{f' {len(pen.sheet.beside) + 1}' if pen.sheet.beside else ''}.parquet"
    pen.sheet.beside[name] = make_parquet(name, block.fields, block.rows)
    count_unwritten_rows(pen.sheet, block.fields, block.rows)
    said = desk.phrases.word("in_parquet", n=f"{len(block.rows):,}".replace(",", "\N{NO-BREAK SPACE}"), file=name)
    pen.line([pen.text(said, "sentence")], measure.LINE_HEIGHT + 2)
    if block.totals:
        _headings(pen, block)
        write_rows(pen, block.fields, block.totals)


def _capacity(widths: Sequence[float]) -> float:
    """Return how many points of rows a page of the overview holds, given how much it is made smaller to fit its width."""
    wide = (sum(widths) + 2) * _POINTS + CHART_WIDTH * _CM
    return _PAGE_HIGH * max(1.0, wide / _PAGE_WIDE)


def _headings(pen: RowWriter, block: Block) -> int:
    titles = unique_headings([clean(f.heading) for f in block.fields])
    arrow = 2.6 if block.table else 0.0  # the button of the filter covers some of the cell
    spans = list(pairwise(block.starts))
    lines = max(count_text_lines(t, sum(pen.widths[a:b]) - arrow, bold=True) for t, (a, b) in zip(titles, spans, strict=True))
    cells = []
    for field, title, (at, end) in zip(block.fields, titles, spans, strict=True):
        style = "heading_right" if field.kind in NUMBERS else "heading_left"
        cells.append(pen.text(title, style, at))
        cells += [pen.empty(style, n) for n in range(at + 1, end)]
        if end > at + 1:
            pen.sheet.merged.append(f"{pen.letters[at]}{pen.sheet.bottom + 1}:{pen.letters[end - 1]}{pen.sheet.bottom + 1}")
    return pen.line(cells, lines * measure.LINE_HEIGHT + 6)


def _table(ws: Worksheet, pen: RowWriter, block: Block, top: int) -> None:
    ref = f"A{top}:{pen.letters[len(block.fields) - 1]}{pen.sheet.bottom}"
    table = Table(displayName=re.sub(r"\W", "_", f"styrxl_{block.table}"), ref=ref, autoFilter=AutoFilter(ref=ref))
    # Given here, since openpyxl would look for them in cells that it does not have.
    table.tableColumns = [
        TableColumn(id=n, name=_named(t)) for n, t in enumerate(unique_headings([clean(f.heading) for f in block.fields]), 1)
    ]
    ws.add_table(table)


def _named(heading: str) -> str:
    return heading.replace("\n", "_x000a_")


def _chart(ws: Worksheet, pen: RowWriter, block: Block, top: int, points: float) -> None:
    chart = block.chart
    if chart is None:
        return
    at = get_column_letter(pen.sheet.width + 2)
    ws.add_chart(draw_chart(chart, ws.title, (top + 1, top + len(block.rows))), f"{at}{top}")
    pen.sheet.alts.append(chart.alt)
    for _ in range(ceil(max(0.0, chart_height(chart) * _CM - points) / measure.LINE_HEIGHT)):
        pen.blank()


def _set_up(ws: Worksheet, pen: RowWriter, page: Page, heads: Sequence[int]) -> None:
    for letter, width in zip(pen.letters, pen.widths, strict=False):
        ws.column_dimensions[letter].width = width
    if pen.sheet.alts:
        ws.column_dimensions[pen.letters[len(pen.widths)]].width = 2  # between tables and charts
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.outlinePr = Outline(summaryBelow=False)
    ws.sheet_format.outlineLevelRow = min(max((level for block in page.blocks for level in block.levels), default=0), 7)
    if len(page.blocks) == 1 and heads:
        ws.freeze_panes = f"A{heads[0] + 1}"


def _print(ws: Worksheet, pen: RowWriter, page: Page, heads: Sequence[int], desk: Desk) -> None:
    ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", 9
    shown = count_printed_columns(page)
    if not pen.sheet.alts:
        ws.print_area = f"A1:{pen.letters[max(shown, _span(pen.widths)[0]) - 1]}{pen.sheet.bottom}"
    wide = sum(pen.widths[:shown])
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = max(1, ceil((wide - 1) / _ROOM)), 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = ws.page_margins
    margins.left = margins.right = 0.3
    margins.top, margins.bottom, margins.header, margins.footer = 0.45, 0.6, 0.3, 0.3
    if heads:
        ws.print_title_rows = f"{heads[-1]}:{heads[-1]}"
    foot = HeaderFooter().oddFooter
    if foot is not None:
        foot.left.text, foot.center.text = footer_text(desk.book.footer), footer_text(page.name)
        foot.right.text = f"{footer_text(desk.page)} &P {footer_text(desk.of)} &N"
        ws.HeaderFooter.oddFooter = foot
