"""Pages as plain values into a workbook's file, by XlsxWriter: layout, tables, charts and printing; the rows are written by ``rows``.

The whole workbook is in memory until it is written. XlsxWriter's way of keeping one row at a time (``constant_memory``) knows no tables,
and writes each text where it stands, which not every preview of a mail can show.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EDQUOT, ENOSPC
from io import BytesIO
from itertools import pairwise
from math import ceil
from tempfile import gettempdir

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from styrxl.excel import limits, look, measure
from styrxl.excel.cells import clean, footer_text
from styrxl.excel.charts import chart_height, draw_chart
from styrxl.excel.pages import CHART_WIDTH, Block, Book, Field, Page, Tally, unique_headings
from styrxl.excel.parquet import make_parquet
from styrxl.excel.report_file import finish_file
from styrxl.excel.report_styles import CellFormats
from styrxl.excel.rows import Addresses, ControlCounts, ReportSheet, write_rows
from styrxl.excel.widths import NUMBERS, count_printed_columns, count_text_lines, page_widths
from styrxl.model.amounts import add_amounts
from styrxl.model.catalogue import number_text
from styrxl.model.errors import StyrxlError
from styrxl.model.naming.file_names import make_portable

_SENTENCE_WIDTH = 120.0  # over which a sentence is spread
_PAGE_WIDTH = 188.0  # of columns, when the smallest letters, 10 points, are printed as 8
_CM = 28.35  # points
_POINTS = 5.3  # of a column that is one wide
_PAGE_WIDE, _PAGE_HIGH = 798.0, 519.0  # points of paper between the margins
_PIXELS = 7  # of a column that is one wide
_A4 = 9
_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # any will do, as long as it is the same in each rebuild
_MOVES = 2  # a chart moves with the cells that it stands on, and is not stretched with them


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
    """A workbook's file, and the tables that are too long for it: files to lie in the same folder, by name."""

    workbook: bytes
    side_files: Mapping[str, bytes]


class BookWriter:
    """Writes pages as sheets of a workbook, one by one, and returns its file when it has all of them."""

    def __init__(self, book: Book, shown: look.Look, words: WriterWords, stem: str) -> None:
        """Begin the workbook of a book; ``stem`` begins the names of the files beside it."""
        self._file = BytesIO()
        self._workbook = Workbook(self._file)
        self._workbook.set_properties({"title": clean(book.title), "author": clean(shown.name) or "styrxl", "created": _MADE})
        self._formats = CellFormats(self._workbook, shown)
        self._addresses, self._counts = Addresses(book.workspace_path), ControlCounts()
        self._side_files: dict[str, bytes] = {}
        self._footer, self._language = book.footer, book.language  # not the book: its pages are many rows
        self._words, self._stem = words, stem

    def write(self, page: Page) -> None:
        """Write a page as the next sheet."""
        widths = page_widths(page, _PAGE_WIDTH)
        sheet = ReportSheet(self._workbook.add_worksheet(page.name), self._formats, self._addresses, self._counts, widths)
        self._write_head(sheet, page)
        tops = [self._write_block(sheet, block, page) for block in page.blocks]
        heading_rows = [
            top for top, block in zip(tops, page.blocks, strict=True) if top is not None and (block.sticky or len(page.blocks) == 1)
        ]
        _set_up_view(sheet, page, heading_rows)
        self._set_up_printing(sheet, page, heading_rows)
        self._side_files |= sheet.side_files

    @property
    def tallies(self) -> dict[int, Tally]:
        """What is written of each return so far, on all sheets."""
        money = self._counts.money
        return {source: Tally(number, add_amounts(money.get(source, ()))) for source, number in self._counts.rows.items()}

    def finish(self) -> WrittenBook:
        """Return the workbook; nothing can be written after that. Raises StyrxlError (disk-full) where there is no room for its parts."""
        try:
            self._workbook.close()
        except FileCreateError as error:
            raise _translated(error.args[0]) from error
        return WrittenBook(finish_file(self._file, self._language, [*self._addresses.numbers]), self._side_files)

    def _write_head(self, sheet: ReportSheet, page: Page) -> None:
        sheet.write_line(page.title, "title", 30)
        text = page.help + (f" {self._words.too_many_links}" if page.has_more_links(limits.MOST_LINKS) else "")
        span, width = _sentence_span(sheet.widths)
        sheet.write_line(text, "sentence", count_text_lines(text, width) * measure.LINE_HEIGHT + 2, span)
        sheet.skip_line()

    def _write_block(self, sheet: ReportSheet, block: Block, page: Page) -> int | None:
        """Write a block and return the row of its headings."""
        if block is not page.blocks[0]:
            sheet.skip_line()
        row_before, height_before = sheet.next_row, sheet.height
        if block.new_page and block is not page.blocks[0]:
            sheet.breaks.append(row_before)
        if block.heading:
            sheet.write_line(block.heading, "section", 22)
        if not block.rows:
            if block.empty:
                sheet.write_line(block.empty, "help", measure.LINE_HEIGHT + 2)
            return None
        if len(block.rows) > limits.LONGEST_TABLE:
            self._write_side_file(sheet, block, page)
            return None
        height_above = sheet.height
        top = _write_headings(sheet, block)
        write_rows(sheet, block.fields, block.rows, block.folded)
        if block.table:
            _add_table(sheet, block, top)
        write_rows(sheet, block.fields, block.totals)
        if block.chart:
            self._add_chart(sheet, block, top, sheet.height - height_above)
            if sheet.height - sheet.page_start > _page_height(sheet.widths, beside=block.chart.at is None):
                sheet.breaks.append(row_before)  # a chart that a page would end in begins the next one
                sheet.page_start = height_before
        return top

    def _write_side_file(self, sheet: ReportSheet, block: Block, page: Page) -> None:
        """Put a table that is too long for a workbook into a file of its own, and say where it is; its sums stay."""
        files = sheet.side_files
        name = make_portable(f"{self._stem} {page.name}{f' {len(files) + 1}' if files else ''}.parquet")
        files[name] = make_parquet(name, block.fields, block.rows)
        sheet.counts.count(block.fields, block.rows)
        text = self._words.too_many_rows.format(n=number_text(len(block.rows), self._language), file=name)
        sheet.write_line(text, "sentence", measure.LINE_HEIGHT + 2)
        if block.totals:
            _write_headings(sheet, block)
            write_rows(sheet, block.fields, block.totals)

    def _add_chart(self, sheet: ReportSheet, block: Block, top: int, points: float) -> None:
        """Put a block's chart beside its headings and rows, so many points high, and leave rows empty below them as far as it reaches."""
        chart = block.chart
        if chart is None:
            return
        drawn = draw_chart(self._workbook, chart, sheet.sheet.get_name(), (top + 1, top + len(block.rows)))
        at = len(sheet.widths) + 1 if chart.at is None else chart.at
        sheet.sheet.insert_chart(top, at, drawn, {"object_position": _MOVES, "description": chart.alt})
        sheet.charts += 1
        for _ in range(ceil(max(0.0, chart_height(chart) * _CM - points) / measure.LINE_HEIGHT)):
            sheet.skip_line()

    def _set_up_printing(self, sheet: ReportSheet, page: Page, heading_rows: Sequence[int]) -> None:
        ws = sheet.sheet
        ws.set_landscape()
        ws.set_paper(_A4)
        shown = count_printed_columns(page)
        if not sheet.charts:
            ws.print_area(0, 0, sheet.next_row - 1, max(shown, _sentence_span(sheet.widths)[0]) - 1)
        ws.fit_to_pages(max(1, ceil((sum(sheet.widths[:shown]) - 1) / _PAGE_WIDTH)), 0)
        ws.set_margins(left=0.3, right=0.3, top=0.45, bottom=0.6)
        if heading_rows:
            ws.repeat_rows(heading_rows[-1])
        ws.set_h_pagebreaks(sheet.breaks)
        page_of = f"{footer_text(self._words.page)} &P {footer_text(self._words.of)} &N"
        ws.set_footer(f"&L{footer_text(self._footer)}&C{footer_text(page.name)}&R{page_of}", {"margin": 0.3})


def _translated(error: OSError) -> Exception:
    """Return what hindered XlsxWriter, which writes parts to the system's folder for temporary files first."""
    return StyrxlError("disk-full", path=gettempdir()) if error.errno in {ENOSPC, EDQUOT} else error


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


def _write_headings(sheet: ReportSheet, block: Block) -> int:
    """Write a block's row of headings and return its number."""
    top, titles = sheet.next_row, unique_headings([clean(f.heading) for f in block.fields])
    arrow = 2.6 if block.table else 0.0  # the button of the filter covers some of the cell
    spans = list(pairwise(block.starts))
    rooms = [_room_of_heading(sum(sheet.widths[a:b]), arrow) for a, b in spans]
    lines = max(count_text_lines(t, room, bold=True) for t, room in zip(titles, rooms, strict=True))
    for field, title, (at, end) in zip(block.fields, titles, spans, strict=True):
        shown = sheet.formats.named(_heading_style(field))
        if end > at + 1:
            sheet.sheet.merge_range(top, at, top, end - 1, "", shown)
        sheet.write(at, title, shown)
    sheet.end_row(lines * measure.LINE_HEIGHT + 6)
    return top


def _heading_style(field: Field) -> str:
    return "heading_right" if field.kind in NUMBERS else "heading_left"


def _room_of_heading(width: float, arrow: float) -> float:
    """Return the width that a heading's lines are counted for: the longest word has been given its room beside the arrow."""
    return (width - arrow + 0.61) / 0.97 if arrow else width


def _add_table(sheet: ReportSheet, block: Block, top: int) -> None:
    """Make an Excel table of a block's rows that are written, with the headings that stand above them."""
    headings = unique_headings([clean(f.heading) for f in block.fields])
    looks = [sheet.formats.named(_heading_style(f)) for f in block.fields]
    columns = [{"header": title, "header_format": shown} for title, shown in zip(headings, looks, strict=True)]
    name = re.sub(r"\W", "_", f"styrxl_{block.table}")
    options = {"name": name, "columns": columns, "style": None, "banded_rows": False}
    sheet.sheet.add_table(top, 0, sheet.next_row - 1, len(block.fields) - 1, options)


def _set_up_view(sheet: ReportSheet, page: Page, heading_rows: Sequence[int]) -> None:
    """Give a sheet its widths of columns, its outline, and the pane that stays."""
    ws = sheet.sheet
    for at, width in enumerate([*sheet.widths, 2] if sheet.charts else sheet.widths):  # the last one between tables and charts
        ws.set_column_pixels(at, at, round(width * _PIXELS))
    ws.hide_gridlines(2)
    ws.outline_settings(symbols_below=False)
    if len(page.blocks) == 1 and heading_rows:
        ws.freeze_panes(heading_rows[0] + 1, 0)
