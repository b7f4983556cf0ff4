"""Pages as plain values into a workbook's file: layout, tables, charts and printing; the rows themselves are written by ``rows``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
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

from styrxl.excel import limits, look, measure
from styrxl.excel.charts import chart_height, draw_chart
from styrxl.excel.pages import CHART_WIDTH, Block, Book, Page, Tally, unique_headings
from styrxl.excel.parquet import make_parquet
from styrxl.excel.report_file import build_file
from styrxl.excel.rows import RowWriter, WrittenSheet, count_unwritten_rows, write_rows
from styrxl.excel.sheet import clean, footer_text
from styrxl.excel.styles import CellStyles
from styrxl.excel.widths import NUMBERS, count_printed_columns, count_text_lines, page_widths
from styrxl.model.amounts import add_amounts

_ROWS_AROUND = 20  # of a sheet, for what stands around a table
_SENTENCE_WIDTH = 120.0  # over which a sentence is spread
_PAGE_WIDTH = 188.0  # of columns, when the smallest letters, 10 points, are printed as 8
_CM = 28.35  # points
_POINTS = 5.3  # of a column that is one wide
_PAGE_WIDE, _PAGE_HIGH = 798.0, 519.0  # points of paper between the margins


@dataclass(frozen=True, slots=True)
class WriterWords:
    """What a workbook says that no page says, in its reader's language.

    ``page`` and ``of`` stand in the footer. ``too_many_links`` follows the help of a sheet whose last rows have none.
    ``too_many_rows`` stands in place of a table that lies in a file of its own, with ``{n}`` and ``{file}`` where they come.
    """

    page: str
    of: str
    too_many_links: str
    too_many_rows: str


@dataclass(frozen=True, slots=True)
class WrittenBook:
    """A workbook's file in pieces, and the tables that it has no room for: files to lie in the same folder, by name."""

    pieces: Sequence[bytes]
    side_files: Mapping[str, bytes]

    @property
    def workbook(self) -> bytes:
        """The workbook's file."""
        return b"".join(self.pieces)


class BookWriter:
    """Writes pages as sheets of a workbook, one by one, and returns its file when it has all of them."""

    def __init__(self, book: Book, shown: look.Look, words: WriterWords, stem: str) -> None:
        """Begin the workbook of a book; ``stem`` begins the names of the files beside it."""
        self._workbook = _empty_workbook(book, shown)
        self._styles = CellStyles(self._workbook, shown.accent)
        self._strings: dict[str, int] = {}  # shared strings and their numbers
        self._sheets: list[WrittenSheet] = []
        self._footer, self._workspace_path = book.footer, book.workspace_path  # not the book: its pages are many rows
        self._words, self._stem = words, stem

    def write(self, page: Page) -> None:
        """Write a page as the next sheet."""
        ws = self._workbook.create_sheet(page.name)
        widths = page_widths(page, _PAGE_WIDTH)
        letters = [get_column_letter(n) for n in range(1, len(widths) + 3)]
        writer = RowWriter(WrittenSheet(width=len(widths)), self._styles, self._strings, widths, letters, self._workspace_path)
        self._write_head(ws, writer, page)
        tops = [self._write_block(ws, writer, block, page) for block in page.blocks]
        for span in writer.sheet.merged:
            ws.merged_cells.add(CellRange(span))  # its cells are written already
        heading_rows = [top for top, block in zip(tops, page.blocks, strict=True) if top and (block.sticky or len(page.blocks) == 1)]
        _set_up_view(ws, writer, page, heading_rows)
        self._set_up_printing(ws, writer, page, heading_rows)
        self._sheets.append(writer.sheet)

    @property
    def tallies(self) -> dict[int, Tally]:
        """What is written of each return so far, on all sheets."""
        rows: dict[int, int] = {}
        money: dict[int, list[float]] = {}
        for sheet in self._sheets:
            for source, number in sheet.row_counts.items():
                rows[source] = rows.get(source, 0) + number
            for source, amounts in sheet.money.items():
                money.setdefault(source, []).extend(amounts)
        return {source: Tally(number, add_amounts(money.get(source, ()))) for source, number in rows.items()}

    def finish(self) -> WrittenBook:
        """Return the workbook, and let go of what it was made of: nothing can be written after that."""
        pieces = build_file(self._workbook, self._sheets, self._strings)
        return WrittenBook(pieces, {name: data for sheet in self._sheets for name, data in sheet.side_files.items()})

    def _write_head(self, ws: Worksheet, writer: RowWriter, page: Page) -> None:
        writer.write_line([writer.text_cell(page.title, "title")], 30)
        text = page.help + (f" {self._words.too_many_links}" if page.has_more_links(limits.MOST_LINKS) else "")
        span, width = _sentence_span(writer.widths)
        row = writer.write_line([writer.text_cell(text, "sentence")], count_text_lines(text, width) * measure.LINE_HEIGHT + 2)
        if span > 1:
            ws.merge_cells(start_row=row, end_row=row, start_column=1, end_column=span)
        writer.skip_line()

    def _write_block(self, ws: Worksheet, writer: RowWriter, block: Block, page: Page) -> int | None:
        """Write a block and return the row of its headings."""
        sheet = writer.sheet
        if block is not page.blocks[0]:
            writer.skip_line()
        row_before, height_before = sheet.last_row, sheet.height
        if block.new_page and block is not page.blocks[0]:
            ws.row_breaks.append(Break(id=row_before))
        if block.heading:
            writer.write_line([writer.text_cell(block.heading, "section")], 22)
        if not block.rows:
            if block.empty:
                writer.write_line([writer.text_cell(block.empty, "help")], measure.LINE_HEIGHT + 2)
            return None
        if len(block.rows) > limits.MOST_ROWS - sheet.last_row - len(block.totals) - _ROWS_AROUND:
            self._write_side_file(writer, block, page)
            return None
        top = _write_headings(writer, block)
        points = write_rows(writer, block.fields, block.rows, block.folded)
        if block.table:
            _add_table(ws, writer, block, top)
        points += write_rows(writer, block.fields, block.totals)
        if block.chart:
            _add_chart(ws, writer, block, top, points)
            if sheet.height - sheet.page_start > _page_height(
                writer.widths, beside=block.chart.at is None
            ):  # a chart that a page would end in begins the next one
                ws.row_breaks.append(Break(id=row_before))
                sheet.page_start = height_before
        return top

    def _write_side_file(self, writer: RowWriter, block: Block, page: Page) -> None:
        """Put a table that a sheet has no room for into a file of its own, and say where it is; its sums stay."""
        files = writer.sheet.side_files
        name = f"{self._stem} {page.name}{f' {len(files) + 1}' if files else ''}.parquet"
        files[name] = make_parquet(name, block.fields, block.rows)
        count_unwritten_rows(writer.sheet, block.fields, block.rows)
        text = self._words.too_many_rows.format(n=f"{len(block.rows):,}".replace(",", "\N{NO-BREAK SPACE}"), file=name)
        writer.write_line([writer.text_cell(text, "sentence")], measure.LINE_HEIGHT + 2)
        if block.totals:
            _write_headings(writer, block)
            write_rows(writer, block.fields, block.totals)

    def _set_up_printing(self, ws: Worksheet, writer: RowWriter, page: Page, heading_rows: Sequence[int]) -> None:
        ws.page_setup.orientation, ws.page_setup.paperSize = "landscape", 9
        shown = count_printed_columns(page)
        if not writer.sheet.alternative_texts:
            last_column = writer.letters[max(shown, _sentence_span(writer.widths)[0]) - 1]
            ws.print_area = f"A1:{last_column}{writer.sheet.last_row}"
        width = sum(writer.widths[:shown])
        ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = max(1, ceil((width - 1) / _PAGE_WIDTH)), 0
        ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        margins = ws.page_margins
        margins.left = margins.right = 0.3
        margins.top, margins.bottom, margins.header, margins.footer = 0.45, 0.6, 0.3, 0.3
        if heading_rows:
            ws.print_title_rows = f"{heading_rows[-1]}:{heading_rows[-1]}"
        footer = HeaderFooter().oddFooter
        if footer is not None:
            footer.left.text, footer.center.text = footer_text(self._footer), footer_text(page.name)
            footer.right.text = f"{footer_text(self._words.page)} &P {footer_text(self._words.of)} &N"
            ws.HeaderFooter.oddFooter = footer


def _empty_workbook(book: Book, shown: look.Look) -> Workbook:
    """Return a workbook without sheets, with the styles of a look."""
    workbook = Workbook()
    del workbook[workbook.sheetnames[0]]
    for style in look.named_styles(shown):
        workbook.add_named_style(style)
    workbook.properties.title, workbook.properties.language = clean(book.title), book.language
    workbook.properties.creator = shown.name or "styrxl"
    return workbook


def _sentence_span(widths: Sequence[float]) -> tuple[int, float]:
    """Return over how many columns a sentence is spread, and how wide they are together."""
    span, width = 0, 0.0
    for w in widths:
        if span and width + w > _SENTENCE_WIDTH:
            break
        span, width = span + 1, width + w
    return span, width


def _page_height(widths: Sequence[float], *, beside: bool) -> float:
    """Return how many points of rows a page holds, given how much it is made smaller to fit its width; ``beside``: with charts."""
    wide = (sum(widths) + 2) * _POINTS + (CHART_WIDTH * _CM if beside else 0.0)
    return _PAGE_HIGH * max(1.0, wide / _PAGE_WIDE)


def _write_headings(writer: RowWriter, block: Block) -> int:
    """Write a block's row of headings and return its number."""
    titles = unique_headings([clean(f.heading) for f in block.fields])
    arrow = 2.6 if block.table else 0.0  # the button of the filter covers some of the cell
    spans = list(pairwise(block.starts))
    rooms = [_room_of_heading(sum(writer.widths[a:b]), arrow) for a, b in spans]
    lines = max(count_text_lines(t, room, bold=True) for t, room in zip(titles, rooms, strict=True))
    cells = []
    for field, title, (at, end) in zip(block.fields, titles, spans, strict=True):
        style = "heading_right" if field.kind in NUMBERS else "heading_left"
        cells.append(writer.text_cell(title, style, at))
        cells += [writer.empty_cell(style, n) for n in range(at + 1, end)]
        if end > at + 1:
            row = writer.sheet.last_row + 1
            writer.sheet.merged.append(f"{writer.letters[at]}{row}:{writer.letters[end - 1]}{row}")
    return writer.write_line(cells, lines * measure.LINE_HEIGHT + 6)


def _room_of_heading(width: float, arrow: float) -> float:
    """Return the width that a heading's lines are counted for: the longest word has been given its room beside the arrow."""
    return (width - arrow + 0.61) / 0.97 if arrow else width


def _add_table(ws: Worksheet, writer: RowWriter, block: Block, top: int) -> None:
    ref = f"A{top}:{writer.letters[len(block.fields) - 1]}{writer.sheet.last_row}"
    table = Table(displayName=re.sub(r"\W", "_", f"styrxl_{block.table}"), ref=ref, autoFilter=AutoFilter(ref=ref))
    # Given here, since openpyxl would look for them in cells that it does not have.
    headings = unique_headings([clean(f.heading) for f in block.fields])
    table.tableColumns = [TableColumn(id=n, name=heading.replace("\n", "_x000a_")) for n, heading in enumerate(headings, 1)]
    ws.add_table(table)


def _add_chart(ws: Worksheet, writer: RowWriter, block: Block, top: int, points: float) -> None:
    """Put a block's chart beside its rows, which are so many points high, and leave rows empty below them as far as it reaches."""
    chart = block.chart
    if chart is None:
        return
    at = get_column_letter(writer.sheet.width + 2 if chart.at is None else chart.at + 1)
    ws.add_chart(draw_chart(chart, ws.title, (top + 1, top + len(block.rows))), f"{at}{top}")
    writer.sheet.alternative_texts.append(chart.alt)
    for _ in range(ceil(max(0.0, chart_height(chart) * _CM - points) / measure.LINE_HEIGHT)):
        writer.skip_line()


def _set_up_view(ws: Worksheet, writer: RowWriter, page: Page, heading_rows: Sequence[int]) -> None:
    """Give a sheet its widths of columns, its outline, and the pane that stays."""
    for letter, width in zip(writer.letters, writer.widths, strict=False):
        ws.column_dimensions[letter].width = width
    if writer.sheet.alternative_texts:
        ws.column_dimensions[writer.letters[len(writer.widths)]].width = 2  # between tables and charts
    ws.sheet_view.showGridLines = False
    ws.sheet_properties.outlinePr = Outline(summaryBelow=False)
    deepest = max((level for block in page.blocks for level in block.levels), default=0)
    ws.sheet_format.outlineLevelRow = min(deepest, limits.MOST_LEVELS)
    if len(page.blocks) == 1 and heading_rows:
        ws.freeze_panes = f"A{heading_rows[0] + 1}"
