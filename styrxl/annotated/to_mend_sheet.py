"""The sheet ``Att åtgärda``, before all others in a workbook that is sent back: what to mend and check, and what did not come along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import quote_sheetname

from styrxl.annotated.left_behind import OBJECTS, LeftBehind, UnplacedAnswer
from styrxl.excel import look, measure
from styrxl.excel.cells import CellWriter, SkeletonSheet
from styrxl.excel.formula_text import quote
from styrxl.excel.limits import HIGHEST_ROW
from styrxl.excel.sheet import SheetBuilder, clean, token
from styrxl.model.grouped_findings import join_cells
from styrxl.templates.words import Terms

WIDTHS = (15.0, 21.0, 15.0, 62.0, 62.0)
HEADING_ROW = 8
_STYLES = ("title", "back", "bold_line", "body", "section", "heading", "check", "list_link")
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


def write_empty_sheet(page: SheetBuilder, terms: Terms) -> None:
    """Write what is the same in each such sheet, and a cell of each style for what comes."""
    page.sheet.title = terms.text("mend_sheet")
    page.widths(zip("ABCDE", WIDTHS, strict=True))
    for number, style in enumerate(_STYLES):
        page.put(f"{chr(ord('A') + number)}1", None, style)
    page.link("B1", "", terms.text("start"), "back")
    sheet = page.sheet
    sheet.sheet_view.showGridLines = False
    sheet.freeze_panes = f"A{HEADING_ROW + 1}"
    paging = f"{terms.text('page')} &P {terms.text('of')} &N"
    page.printed(landscape=True, rows=f"{HEADING_ROW}:{HEADING_ROW}", footer=(token("footer"), page.name, paging))
    page.protect()
    # Room for as many lines as a list can be expected to have: the rule reaches no further than what is written.
    sheet.conditional_formatting.add(f"A{HEADING_ROW + 1}:A2000", look.tone_rule(f'LEFT($A{HEADING_ROW + 1},1)="✓"', look.GOOD))


class _Sheet:
    """The sheet while it is written, row by row."""

    def __init__(self, canvas: SkeletonSheet, pen: CellWriter, terms: Terms) -> None:
        self.pen, self.terms = pen, terms
        self.styles = {name: canvas.slots[f"{chr(ord('A') + number)}1"].style for number, name in enumerate(_STYLES)}
        self.rows: list[str] = []
        self.merged: list[str] = []
        self.links: list[str] = []

    def row(self, height: float, *cells: str) -> int:
        """Write a row, no higher than Excel allows, and return its number."""
        number = len(self.rows) + 1
        self.rows.append(f'<row r="{number}" ht="{min(height, HIGHEST_ROW):g}" customHeight="1">{"".join(cells)}</row>')
        return number

    def cell(self, letter: str, value: object, style: str, *, tone: str = "", formula: str = "") -> str:
        """Return a cell of the row that comes next."""
        number = len(self.rows) + 1
        text = clean(value) if isinstance(value, str) else value
        inside = f"<f>{escape(clean(formula))}</f>" if formula else ""
        return self.pen.cell(f"{letter}{number}", self.styles[style], text, tone=tone, formula=inside)

    def across(self, text: str, style: str = "body", first: str = "A", extra: float = 1.0) -> None:
        """Write a text over the whole width."""
        height = measure.row_height(measure.count_lines(clean(text), _WIDE)) + extra
        number = self.row(height, self.cell(first, text, style))
        self.merged.append(f"{first}{number}:E{number}")

    def link(self, letter: str, layout: str) -> None:
        """Make a cell of the row that comes next a link."""
        self.links.append(f"<hyperlink ref={quoteattr(f'{letter}{len(self.rows) + 1}')} location={quoteattr(clean(layout))}/>")


def fill_sheet(canvas: SkeletonSheet, pen: CellWriter, told: MendSheetContent, terms: Terms) -> str:
    """Return the sheet's XML."""
    sheet = _Sheet(canvas, pen, terms)
    _write_top(sheet, told)
    _write_list(sheet, told.items)
    if told.clipped:
        sheet.row(_GAP)
        sheet.across(sheet.terms.text("mend_clipped", cells="; ".join(_list_clipped(told.clipped))))
    if told.understood:
        _write_understood(sheet, told.understood)
    if told.left or told.strays:
        _write_left(sheet, told)
    if told.strays:
        _write_unplaced(sheet, told.strays)
    head, _, rest = canvas.text.partition("<sheetData>")
    tail = rest.partition("</sheetData>")[2]
    before, _, after = tail.partition("<hyperlinks>")
    after = after.partition("</hyperlinks>")[2]
    merged = "".join(f'<mergeCell ref="{span}"/>' for span in sheet.merged)
    rules, start, more = before.partition("<conditionalFormatting")
    rules += f'<mergeCells count="{len(sheet.merged)}">{merged}</mergeCells>'
    links = f"<hyperlinks>{''.join(sheet.links)}</hyperlinks>"
    return f"{head}<sheetData>{''.join(sheet.rows)}</sheetData>{rules}{start}{more}{links}{after}"


def _write_top(sheet: _Sheet, told: MendSheetContent) -> None:
    terms = sheet.terms
    sheet.link("E", f"{quote_sheetname(terms.text('start'))}!A1")
    sheet.row(32.0, sheet.cell("A", terms.text("mend_sheet"), "title"), sheet.cell("E", terms.text("back_to_start"), "back"))
    sheet.row(18.0, sheet.cell("A", told.who, "bold_line"))
    sheet.row(_GAP)
    sheet.across(" ".join([_tell_what_is_here(told, terms), terms.text("mend_intro")]))
    sheet.across(terms.text("mend_send"))
    _write_counts(sheet, told.items)
    sheet.row(_GAP)
    headings = ("mend_state", "count_sheet", "mend_cell", "mend_what", "mend_fix")
    sheet.row(20.0, *(sheet.cell(letter, terms.text(key), "heading") for letter, key in zip("ABCDE", headings, strict=True)))


def _tell_what_is_here(told: MendSheetContent, terms: Terms) -> str:
    """Say that all is here only where nothing was left behind."""
    cells = len(told.strays) + sum(one.count for one in told.left if one.what not in OBJECTS)
    rest = terms.text("mend_rest_one" if cells == 1 else "mend_rest", n=cells) if cells else ""
    if told.understood:
        return " ".join([rest or terms.text("mend_here"), terms.text("mend_understood")])
    return rest or terms.text("mend_all")


def _write_counts(sheet: _Sheet, items: Sequence[MendLine]) -> None:
    terms = sheet.terms
    errors = sum(item.error for item in items)
    first, last = HEADING_ROW + 1, HEADING_ROW + max(1, len(items))
    said = terms.text("mend_counts", errors=errors, warnings=len(items) - errors)
    parts = terms.text("mend_counts", errors="\0", warnings="\1")
    for letter, key in (("\0", "mend_error"), ("\1", "mend_warning")):
        parts = parts.replace(letter, f'"&COUNTIF(A{first}:A{last},{quote(terms.text(key))})&"')
    formula = f'"{parts}"'.removeprefix('""&').removesuffix('&""')
    sheet.row(18.0, sheet.cell("A", said, "bold_line", formula=formula))


def _write_list(sheet: _Sheet, items: Sequence[MendLine]) -> None:
    for item in items:
        terms = sheet.terms
        state = terms.text("mend_error" if item.error else "mend_warning")
        formula = f"IF({item.unchanged},{quote(state)},{quote(terms.text('mend_changed'))})" if item.unchanged else ""
        if item.cells or item.sheet:
            first = item.cells.partition(",")[0] or "A1"
            sheet.link("C" if item.cells else "B", f"{quote_sheetname(item.sheet)}!{first}")
        texts = zip("BCDE", (item.sheet, item.cells, item.message, item.fix), WIDTHS[1:], strict=True)
        height = max(measure.row_height(measure.count_lines(clean(text), width)) for _, text, width in texts) + 3
        linked = "list_link" if item.cells else "check"
        sheet.row(
            height,
            sheet.cell("A", state, "check", tone="mend" if item.error else "watch", formula=formula),
            sheet.cell("B", item.sheet, "list_link" if item.sheet and not item.cells else "check"),
            sheet.cell("C", item.cells, linked),
            sheet.cell("D", item.message, "check"),
            sheet.cell("E", item.fix, "check"),
        )


def _list_clipped(clipped: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name in dict.fromkeys(sheet for sheet, _ in clipped):
        yield f"{name} {join_cells([cell for sheet, cell in clipped if sheet == name])}"


def _write_understood(sheet: _Sheet, lines: Sequence[UnderstoodLine]) -> None:
    terms = sheet.terms
    sheet.row(_GAP)
    sheet.row(_SECTION, sheet.cell("A", terms.text("understood_title"), "section"))
    sheet.across(terms.text("understood_intro"))
    headings = (("B", "count_sheet"), ("C", "mend_cell"), ("D", "understood_written"), ("E", "understood_stands"))
    sheet.row(20.0, *(sheet.cell(letter, terms.text(key), "heading") for letter, key in headings))
    for line in lines[:_MOST_LINES]:
        sheet.link("C", f"{quote_sheetname(line.sheet)}!{line.cell}")
        texts = ((line.sheet, WIDTHS[1]), (line.written, WIDTHS[3]), (line.stands, WIDTHS[4]))
        sheet.row(
            max(measure.row_height(measure.count_lines(clean(text), width)) for text, width in texts) + 3,
            sheet.cell("B", line.sheet, "check"),
            sheet.cell("C", line.cell, "list_link"),
            sheet.cell("D", line.written, "check"),
            sheet.cell("E", line.stands, "check"),
        )
    if more := len(lines[_MOST_LINES:]):
        sheet.across(terms.text("understood_more", n=more), "body")


def _write_left(sheet: _Sheet, told: MendSheetContent) -> None:
    terms = sheet.terms
    sheet.row(_GAP)
    sheet.row(_SECTION, sheet.cell("A", terms.text("left_title"), "section"))
    sheet.across(terms.text("left_intro", file=told.file))
    for line in _left_texts(told.left, terms):
        sheet.across(line)


def _left_texts(left: Sequence[LeftBehind], terms: Terms) -> Iterator[str]:
    for one in left:
        yield "• " + terms.text(one.what, n=one.count, **one.facts)


def _write_unplaced(sheet: _Sheet, strays: Sequence[UnplacedAnswer]) -> None:
    terms = sheet.terms
    sheet.row(_GAP)
    sheet.row(_SECTION, sheet.cell("A", terms.text("stray_title"), "section"))
    sheet.across(terms.text("stray_intro"))
    headings = (("B", "count_sheet"), ("C", "stray_cell"), ("D", "answer"))
    number = sheet.row(
        20.0, *(sheet.cell(letter, terms.text(key), "heading") for letter, key in headings), sheet.cell("E", None, "heading")
    )
    sheet.merged.append(f"D{number}:E{number}")
    for stray in strays:
        height = measure.row_height(measure.count_lines(clean(str(stray.value)), WIDTHS[3] + WIDTHS[4])) + 3
        kept = stray.value if not isinstance(stray.value, str) else clean(stray.value)
        cells = [sheet.cell("B", stray.sheet, "check"), sheet.cell("C", stray.cell, "check"), sheet.cell("D", kept, "check")]
        number = sheet.row(height, *cells, sheet.cell("E", None, "check"))
        sheet.merged.append(f"D{number}:E{number}")
