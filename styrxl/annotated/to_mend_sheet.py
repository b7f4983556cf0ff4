"""The sheet ``Att åtgärda``, before all others in a workbook that is sent back: what to mend and check, and what did not come along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl.utils import quote_sheetname

from styrxl.annotated.left_behind import OBJECTS, LeftBehind, UnplacedAnswer
from styrxl.excel import form_styles, look, measure
from styrxl.excel.cells import clean, footer_text, token
from styrxl.excel.formula_text import quote
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.grouped_findings import join_cells
from styrxl.templates.words import Terms

WIDTHS = (15.0, 21.0, 15.0, 62.0, 62.0)
HEADING_ROW = 8
_WIDE = sum(WIDTHS)
_GAP = 9.0
_SECTION = 26.0
_MOST_LINES = 300  # of answers that were understood


@dataclass(frozen=True, slots=True)
class MendLine:
    """A line of the list; ``unchanged`` is a formula that holds until somebody has changed its cells, empty where none can tell."""

    error: bool
    sheet: str
    cells: str
    message: str
    fix: str
    unchanged: str = ""


@dataclass(frozen=True, slots=True)
class UnderstoodLine:
    """An answer that stands as it was understood: where, what was written, and what stands."""

    sheet: str
    cell: str
    written: str
    stands: str


@dataclass(frozen=True, slots=True)
class MendSheetContent:
    """All that the sheet says."""

    who: str
    file: str
    items: Sequence[MendLine]
    left: Sequence[LeftBehind]
    strays: Sequence[UnplacedAnswer]
    understood: Sequence[UnderstoodLine]
    clipped: Sequence[tuple[str, str]]  # sheet and cell of texts that their rows cannot show all of


def _set_up_sheet(page: SheetBuilder, terms: Terms) -> None:
    """Set up what is the same in each such sheet."""
    page.widths(zip("ABCDE", WIDTHS, strict=True))
    sheet = page.sheet
    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    paging = f"{footer_text(terms.text('page'))} &P {footer_text(terms.text('of'))} &N"
    page.printed(landscape=True, rows=f"{HEADING_ROW}:{HEADING_ROW}", footer=(token("footer"), footer_text(page.name), paging))
    page.protect()
    sheet.conditional_formatting.add(f"A{HEADING_ROW + 1}:A2000", form_styles.tone_rule(f'LEFT($A{HEADING_ROW + 1},1)="✓"', look.GOOD))


@dataclass(slots=True)
class _Rows:
    """The sheet while it is written, row by row; ``next``: the row that comes next."""

    page: SheetBuilder
    terms: Terms
    next: int = 1

    def add(self, height: float, *cells: _LineCell) -> int:
        """Write a row and return its number."""
        number = self.next
        for cell in cells:
            ref = f"{cell.letter}{number}"
            value = clean(cell.value) if isinstance(cell.value, str) else cell.value
            if cell.formula:
                self.page.formula(ref, f"={clean(cell.formula)}", str(value), cell.style)
            else:
                self.page.answer(ref, value, cell.style)
            if cell.tone:
                self.page.tone(ref, cell.tone)
            if cell.link:
                self.page.link_to(ref, clean(cell.link))
        self.page.height(number, height)
        self.next += 1
        return number

    def across(self, text: str, style: str = "body") -> None:
        """Write a text over the whole width."""
        height = measure.row_height(measure.count_lines(clean(text), _WIDE)) + 1
        number = self.add(height, _LineCell("A", text, style))
        self.page.merge(f"A{number}", f"E{number}")

    def title(self, text: str) -> None:
        """Write the title of a part."""
        self.add(_GAP)
        self.add(_SECTION, _LineCell("A", text, "section"))

    def headings(self, *headings: tuple[str, str]) -> int:
        """Write headings: letter and key of its text, which may be empty; return the row's number."""
        return self.add(20.0, *(_LineCell(letter, self.terms.text(key) if key else None, "heading") for letter, key in headings))


@dataclass(frozen=True, slots=True)
class _LineCell:
    """A cell of a row: its letter, what stands there, and how."""

    letter: str
    value: object
    style: str
    formula: str = ""
    link: str = ""  # to a place in the workbook
    tone: look.Tone | None = None


def write_sheet(page: SheetBuilder, told: MendSheetContent, terms: Terms) -> None:
    """Write the sheet."""
    _set_up_sheet(page, terms)
    rows = _Rows(page, terms)
    _write_top(rows, told)
    _write_list(rows, told.items)
    if told.clipped:
        rows.add(_GAP)
        rows.across(terms.text("mend_clipped", cells="; ".join(_list_clipped(told.clipped))))
    if told.understood:
        _write_understood(rows, told.understood)
    if told.left or told.strays:
        _write_left(rows, told)
    if told.strays:
        _write_unplaced(rows, told.strays)


def _write_top(rows: _Rows, told: MendSheetContent) -> None:
    terms = rows.terms
    back = _LineCell("E", terms.text("back_to_start"), "back", link=f"{quote_sheetname(terms.text('start'))}!A1")
    rows.add(32.0, _LineCell("A", terms.text("mend_sheet"), "title"), back)
    rows.add(18.0, _LineCell("A", told.who, "bold_line"))
    rows.add(_GAP)
    rows.across(" ".join([_tell_what_is_here(told, terms), terms.text("mend_intro")]))
    rows.across(terms.text("mend_send"))
    _write_counts(rows, told.items)
    rows.add(_GAP)
    rows.headings(("A", "mend_state"), ("B", "count_sheet"), ("C", "mend_cell"), ("D", "mend_what"), ("E", "mend_fix"))


def _tell_what_is_here(told: MendSheetContent, terms: Terms) -> str:
    """Say that all is here only where nothing was left behind."""
    cells = len(told.strays) + sum(one.count for one in told.left if one.what not in OBJECTS)
    rest = terms.text("mend_rest_one" if cells == 1 else "mend_rest", n=cells) if cells else ""
    if told.understood:
        return " ".join([rest or terms.text("mend_here"), terms.text("mend_understood")])
    return rest or terms.text("mend_all")


def _write_counts(rows: _Rows, items: Sequence[MendLine]) -> None:
    terms = rows.terms
    errors = sum(item.error for item in items)
    first, last = HEADING_ROW + 1, HEADING_ROW + max(1, len(items))
    said = terms.text("mend_counts", errors=errors, warnings=len(items) - errors)
    # COUNTIF would take a text for a pattern or a comparison
    counts = {
        sign: f"SUMPRODUCT(--(A{first}:A{last}={quote(terms.text(key))}))" for sign, key in (("\0", "mend_error"), ("\1", "mend_warning"))
    }
    parts = re.split("([\0\1])", terms.text("mend_counts", errors="\0", warnings="\1"))
    rows.add(18.0, _LineCell("A", said, "bold_line", "&".join(counts.get(part) or quote(part) for part in parts if part)))


def _write_list(rows: _Rows, items: Sequence[MendLine]) -> None:
    terms = rows.terms
    for item in items:
        state = terms.text("mend_error" if item.error else "mend_warning")
        formula = f"IF({item.unchanged},{quote(state)},{quote(terms.text('mend_changed'))})" if item.unchanged else ""
        place = f"{quote_sheetname(item.sheet)}!{item.cells.partition(',')[0] or 'A1'}" if item.cells or item.sheet else ""
        rows.add(
            _find_height((item.sheet, WIDTHS[1]), (item.cells, WIDTHS[2]), (item.message, WIDTHS[3]), (item.fix, WIDTHS[4])),
            _LineCell("A", state, "check", formula, tone=look.MEND if item.error else look.WATCH),
            _LineCell("B", item.sheet, "check") if item.cells or not place else _LineCell("B", item.sheet, "list_link", link=place),
            _LineCell("C", item.cells, "list_link", link=place) if item.cells else _LineCell("C", item.cells, "check"),
            _LineCell("D", item.message, "check"),
            _LineCell("E", item.fix, "check"),
        )


def _find_height(*texts: tuple[str, float]) -> float:
    """Return the height (points) of a row of texts, each with its width."""
    return max(measure.row_height(measure.count_lines(clean(text), width)) for text, width in texts) + 3


def _list_clipped(clipped: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name in dict.fromkeys(sheet for sheet, _ in clipped):
        yield f"{name} {join_cells([cell for sheet, cell in clipped if sheet == name])}"


def _write_understood(rows: _Rows, lines: Sequence[UnderstoodLine]) -> None:
    terms = rows.terms
    rows.title(terms.text("understood_title"))
    rows.across(terms.text("understood_intro"))
    rows.headings(("B", "count_sheet"), ("C", "mend_cell"), ("D", "understood_written"), ("E", "understood_stands"))
    for line in lines[:_MOST_LINES]:
        rows.add(
            _find_height((line.sheet, WIDTHS[1]), (line.written, WIDTHS[3]), (line.stands, WIDTHS[4])),
            _LineCell("B", line.sheet, "check"),
            _LineCell("C", line.cell, "list_link", link=f"{quote_sheetname(line.sheet)}!{line.cell}"),
            _LineCell("D", line.written, "check"),
            _LineCell("E", line.stands, "check"),
        )
    if more := len(lines[_MOST_LINES:]):
        rows.across(terms.text("understood_more", n=more))


def _write_left(rows: _Rows, told: MendSheetContent) -> None:
    rows.title(rows.terms.text("left_title"))
    rows.across(rows.terms.text("left_intro", file=told.file))
    for one in told.left:
        rows.across("• " + rows.terms.text(one.what, n=one.count, **one.facts))


def _write_unplaced(rows: _Rows, strays: Sequence[UnplacedAnswer]) -> None:
    terms, merge = rows.terms, rows.page.merge
    rows.title(terms.text("stray_title"))
    rows.across(terms.text("stray_intro"))
    number = rows.headings(("B", "count_sheet"), ("C", "stray_cell"), ("D", "answer"), ("E", ""))
    merge(f"D{number}", f"E{number}")
    for stray in strays:
        values = zip("BCDE", (stray.sheet, stray.cell, stray.value, None), strict=True)
        height = _find_height((str(stray.value), WIDTHS[3] + WIDTHS[4]))
        number = rows.add(height, *(_LineCell(letter, value, "check") for letter, value in values))
        merge(f"D{number}", f"E{number}")
