"""Tables on sheets that others designed: cut out of them, under one row of headings, without banners, help and texts that mean nothing.

Rows and columns keep their places, so that what is wrong is told at the cell where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from styrxl.model.column_letters import column_letter
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import Form, OwnerCell, Placing, Sheet
from styrxl.returns.cell_values import read_number
from styrxl.returns.headings import Headings, Spot
from styrxl.returns.package.marks import NO_MARKS, SheetMarks
from styrxl.returns.sheet_names import BY_HEADINGS, NamedSheet
from styrxl.returns.shown.appearance import split_address
from styrxl.returns.tables import is_blank, normalise_heading, show_heading
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells

_ALIKE = 0.75  # part of a table's headings that a sheet with another name has, to be taken for its
_SEARCHED = 200  # rows below a table's beginning in which its headings are looked for
_FOOTNOTE = re.compile(r"[*†‡]+\)?|(?<=[^\W\d_]{3})[¹²³⁰⁴-⁹]+\)?(?=\s|$)")
_REST = ("…", "...")  # what a text ends with that is but the beginning of a cell's

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class CutSheet:
    """A table cut out of its sheet (None where its place is not known), and what is wrong with its place."""

    raw: SheetCells | None
    findings: tuple[Finding, ...] = ()


class GroupedSheets(NamedTuple):
    """A form's tables, each as a sheet of its own, by key.

    ``named``: on sheets with its name; ``alike``: on those that are known by their headings. ``unplaced``: what is wrong with its place.
    """

    named: dict[str, list[NamedSheet]]
    alike: dict[str, list[NamedSheet]]
    unplaced: dict[str, tuple[Finding, ...]]


class ForeignSheets:
    """The tables of a form that others designed."""

    def __init__(self, form: Form, headings: Mapping[str, Headings]) -> None:
        """Take the form, and the headings of each of its sheets."""
        self._form, self._headings = form, headings
        self._names = {sheet.key: {normalise_heading(name) for name in sheet.name.values()} for sheet in form.tables}

    def group(self, sheets: Sequence[SheetCells], share: Callable[[Sheet, SheetCells], float]) -> GroupedSheets:
        """Return the tables that stand on a workbook's sheets; ``share``: which part of a table's headings a sheet has."""
        known = {name for names in self._names.values() for name in names}
        others = [raw for raw in sheets if normalise_heading(raw.name) not in known]
        found = GroupedSheets({}, {}, {})
        for sheet in self._form.tables:
            same = [raw for raw in sheets if normalise_heading(raw.name) in self._names[sheet.key]]
            cuts = [cut_table(sheet, raw, self._headings[sheet.key], self._form.blank) for raw in same or others]
            if same and (unplaced := tuple(finding for cut in cuts for finding in cut.findings)):
                found.unplaced[sheet.key] = unplaced
            if same:
                found.named[sheet.key] = [NamedSheet(cut.raw, 0) for cut in cuts if cut.raw]
            else:
                whole = (cut.raw for cut in cuts if cut.raw and not cut.findings and share(sheet, cut.raw) >= _ALIKE)
                found.alike[sheet.key] = [NamedSheet(raw, BY_HEADINGS, own_name=True) for raw in whole]
        return found


class NamedCell(NamedTuple):
    """The cell in which a workbook says whose it is."""

    sheet: str
    cell: str
    text: str


@dataclass(frozen=True, slots=True)
class _HeadingRows:
    """Where a table's headings stand: the first of their rows, and all of them in one."""

    index: int
    line: list[Any]
    columns: Mapping[str, int]  # field -> column


def cut_table(sheet: Sheet, raw: SheetCells, headings: Headings, blank: Iterable[str]) -> CutSheet:
    """Return a form's sheet cut out of the one on which it stands; ``blank``: texts that mean an empty cell."""
    placing = sheet.placing or Placing()
    empty = {normalise_heading(text) for text in blank}
    start = _find_text(raw.rows, placing.begins) if placing.begins else 0
    if start is None:
        return CutSheet(None, (_miss(raw, placing.begins),))
    if sheet.layout == "down":
        end = _find_text(raw.rows, placing.until, start) if placing.until else None
        missing = (_miss(raw, placing.until),) if placing.until and end is None else ()
        lines = [[_clean_label(value, headings) for value in row] for row in _clear(raw.rows[start:end], empty, ())]
        return CutSheet(_make_sheet(raw, start, lines), missing)
    found = _find_headings(raw.rows, start, placing, headings)
    if found is None:
        return CutSheet(_make_sheet(raw, start, []))
    first = found.index + placing.heading_rows
    end = _find_end(raw.rows, first, placing, found)
    body = _clear(raw.rows[first:end], empty, placing.skip)
    if end is not None:
        rest = _clear(raw.rows[end:], empty, placing.skip)
        below = [raw.top + end + n + 1 for n in _find_rows_below(sheet, rest, found, headings)]
        return CutSheet(_make_sheet(raw, first - 1, [found.line, *body]), (_tell_below(raw, found, below, placing),) if below else ())
    # What follows may be anything: no more is read than what surely belongs together.
    last = next((n for n, row in enumerate(body) if n and all(is_blank(row[c]) for c in found.columns.values())), None)
    return CutSheet(_make_sheet(raw, first - 1, [found.line, *body[:last]]), (_miss(raw, placing.until),))


def find_answer(sheet: Sheet, raw: SheetCells, label: Spot) -> Spot:
    """Return where the answer to a label stands, on a sheet laid out downwards."""
    row, column = label
    if sheet.placing is None:
        return row, column + 1
    return _find_beside(raw, label, sheet.placing.skip, below=sheet.placing.below)


def find_named_cell(form: Form, returned: ReturnedWorkbook) -> NamedCell | None:
    """Return the cell in which a workbook says whose it is; None where it says nothing."""
    wanted = form.owner_cell
    raw = next((raw for raw in returned.sheets if wanted and normalise_heading(raw.name) == normalise_heading(wanted.sheet)), None)
    spot = _find_named_spot(wanted, raw) if wanted and raw else None
    if raw is None or spot is None:
        return None
    row, column = spot
    text = raw.rows[row][column] if 0 <= row < len(raw.rows) and 0 <= column < len(raw.rows[row]) else ""
    if is_blank(text) or normalise_heading(str(text)) in {normalise_heading(each) for each in form.blank}:
        return None
    return NamedCell(raw.name, f"{column_letter(raw.left + column + 1)}{raw.top + row + 1}", show_heading(str(text)))


def clean_heading(text: Any) -> str:
    """Return a heading without line breaks, marks of footnotes and a final colon; of a number (a year) its digits."""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return show_heading(_FOOTNOTE.sub(" ", str(text))).rstrip(":").rstrip()


def _find_named_spot(wanted: OwnerCell, raw: SheetCells) -> Spot | None:
    if wanted.cell:
        row, column = split_address(wanted.cell)
        return row - 1 - raw.top, column - 1 - raw.left
    label = normalise_heading(clean_heading(wanted.label))
    labels = ((r, c) for r, row in enumerate(raw.rows) for c, text in enumerate(row) if _is_text(text, label))
    first = next(labels, None)
    return _find_beside(raw, first, (), below=wanted.below) if first else None


def _find_beside(raw: SheetCells, label: Spot, skip: Sequence[str], *, below: bool) -> Spot:
    """Return the cell next to a label, however many cells that is merged of: below it or to its right, past what is help."""
    row, column = label
    bottom, right = _find_last_merged(raw, label)
    if below:
        cells = ((r, column) for r in range(bottom + 1, len(raw.rows)))
        return next((spot for spot in cells if not _stands(raw.rows[spot[0]][column], skip)), (bottom + 1, column))
    cells = ((row, c) for c in range(right + 1, len(raw.rows[row])))
    return next((spot for spot in cells if not _stands(raw.rows[row][spot[1]], skip)), (row, right + 1))


def _find_last_merged(raw: SheetCells, spot: Spot) -> Spot:
    """Return the last cell of those that are merged with one, or itself."""
    own = f"{column_letter(raw.left + spot[1] + 1)}{raw.top + spot[0] + 1}"
    last = next((end for begin, _, end in (r.partition(":") for r in raw.appearance.merged) if begin == own), own)
    row, column = split_address(last)
    return row - raw.top - 1, column - raw.left - 1


def _find_headings(rows: Rows, start: int, placing: Placing, headings: Headings) -> _HeadingRows | None:
    """Return the headings that are most of a table's; None where there are none, or only those of another table further down."""
    best: _HeadingRows | None = None
    for index in range(start, min(len(rows) - placing.heading_rows + 1, start + _SEARCHED)):
        line = _join_headings(rows[index : index + placing.heading_rows], headings)
        columns: dict[str, int] = {}
        for column, text in enumerate(line):
            if text and (heading := headings.match(text)):
                columns.setdefault(heading.field, column)
        if columns and (best is None or len(columns) > len(best.columns)):
            best = _HeadingRows(index, line, columns)
    if best and placing.begins and placing.until:
        ends = _find_text(rows, placing.until, start)
        return None if ends is not None and ends < best.index else best
    return best


def _join_headings(rows: Rows, headings: Headings) -> list[Any]:
    """Return rows of headings as one: what stands above several columns belongs to each of them, if they are known by that."""
    spread = [[clean_heading(text) for text in row] for row in rows]
    lines = [*(_spread_right(spread, depth) for depth in range(len(rows) - 1)), spread[-1]]
    joined = []
    for column in range(len(rows[0])):
        whole = " ".join(filter(None, (line[column] for line in lines)))
        own = " ".join(filter(None, (line[column] for line in spread)))
        joined.append(own if headings.match(own) and not headings.match(whole) else whole)
    return joined


def _spread_right(own: Sequence[Sequence[str]], depth: int) -> list[str]:
    """Return a row of headings, each also above those columns to its right that have one below and none of their own here."""
    line: list[str] = []
    for column, text in enumerate(own[depth]):
        begins = any(own[upper][column] for upper in range(depth))  # another one begins above
        goes_on = not begins and any(lower[column] for lower in own[depth + 1 :])
        line.append(text or (line[-1] if line and goes_on else ""))
    return line


def _find_end(rows: Rows, first: int, placing: Placing, found: _HeadingRows) -> int | None:
    if not placing.until:
        return len(rows)
    if placing.until_field:
        column = found.columns.get(placing.until_field)
        wanted = normalise_heading(placing.until)
        return None if column is None else next((n for n in range(first, len(rows)) if _is_text(rows[n][column], wanted)), None)
    return _find_text(rows, placing.until, first)


def _find_rows_below(sheet: Sheet, rows: Rows, found: _HeadingRows, headings: Headings) -> Iterator[int]:
    """Yield which rows look like a table's although they stand on or right below the one that ends it: named, with a number."""
    placing = sheet.placing or Placing()
    columns = [(column, found.columns[column.field]) for column in sheet.columns if column.field in found.columns]
    naming, numbers = columns[0][1], [at for column, at in columns if column.kind in {"number", "integer"}]
    for n, row in enumerate(rows):
        if n and all(is_blank(row[at]) for _, at in columns):
            return
        name = row[naming]
        is_named = not is_blank(name) and not _is_text(name, normalise_heading(placing.until)) and not headings.match(str(name))
        if is_named and any(read_number(row[at]).value is not None for at in numbers):
            yield n


def _tell_below(raw: SheetCells, found: _HeadingRows, rows: Sequence[int], placing: Placing) -> Finding:
    cell = f"{column_letter(raw.left + min(found.columns.values()) + 1)}{rows[0]}"
    return finding("rows-below-end", sheet=raw.name, cell=cell, rows=[str(row) for row in rows], n=len(rows), text=placing.until)


def _find_text(rows: Rows, text: str, start: int = 0) -> int | None:
    """Return the first row in which a cell is a text; None where there is none."""
    wanted = normalise_heading(clean_heading(text))
    return next((n for n in range(start, len(rows)) if any(_is_text(value, wanted) for value in rows[n])), None)


def _is_text(value: Any, wanted: str) -> bool:
    return isinstance(value, str) and value != "" and normalise_heading(clean_heading(value)) == wanted


def _stands(value: Any, texts: Sequence[str]) -> bool:
    """Whether a cell is one of some texts, or begins with one that ends in an ellipsis."""
    if not isinstance(value, str) or is_blank(value):
        return False
    shown = normalise_heading(value)
    return any(shown.startswith(normalise_heading(t.rstrip("…."))) if t.endswith(_REST) else shown == normalise_heading(t) for t in texts)


def _clear(rows: Rows, empty: set[str], skip: Sequence[str]) -> list[list[Any]]:
    """Return rows of answers: those to skip are empty, and so are cells with a text that means that."""
    cleared = []
    for row in rows:
        if skip and any(_stands(value, skip) for value in row):
            cleared.append([""] * len(row))
        else:
            cleared.append(["" if isinstance(value, str) and value and normalise_heading(value) in empty else value for value in row])
    return cleared


def _clean_label(value: Any, headings: Headings) -> Any:
    if not isinstance(value, str) or not value or headings.match(value):
        return value
    cleaned = clean_heading(value)
    return cleaned if headings.match(cleaned) else value


def _make_sheet(raw: SheetCells, start: int, rows: list[list[Any]]) -> SheetCells:
    """Return some rows of a sheet as a sheet, which has the marks of these alone."""
    top = raw.top + start
    marks = raw.marks if raw.marks is NO_MARKS else _select_marks(raw.marks, range(top + 1, top + len(rows) + 1))
    return replace(raw, top=top, rows=rows, marks=marks)


def _select_marks(marks: SheetMarks, rows: range) -> SheetMarks:
    is_here: Callable[[str], bool] = lambda cell: split_address(cell)[0] in rows  # noqa: E731
    errors = {cell: shown for cell, shown in marks.errors.items() if is_here(cell)}
    return replace(marks, errors=errors, uncalculated=frozenset(filter(is_here, marks.uncalculated)))


def _miss(raw: SheetCells, text: str) -> Finding:
    return finding("missing-marker", sheet=raw.name, text=text)
