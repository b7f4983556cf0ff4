"""Raw cells to typed columns, and what was not understood; those of a whole round become one frame a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import pandas as pd

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Column, Form, Sheet, Words
from styrxl.returns import cell_values
from styrxl.returns.cell_values import Read
from styrxl.returns.columns import Alike, Slice, runs
from styrxl.returns.tables import Table, Typed, blank

_LINK = re.compile(r"[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*-[MAI]\d+", re.IGNORECASE)
_ORGANISATION = re.compile(r"[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*(?= |$)", re.IGNORECASE)
_BEFORE_A_GOAL = re.compile(rf"\s*[;,\n]\s*(?={_LINK.pattern}(?:\W|$))", re.IGNORECASE)
_PARTS = re.compile(r"\s*[;\n]\s*")
_COMMA = re.compile(r"\s*,\s*(?=[A-ZÅÄÖ0-9-]{1,40}(?:\s|,|$))")
_SIGNS = ("=", "+", "@", "-")
_LONGEST_PLACEHOLDER = 40
_EXAMPLES = {"number": "1200", "integer": "2027", "date": "2027-03-01", "text": "…"}
_WANTED = {"number": "a_number", "integer": "a_year", "date": "a_date", "text": "a_text"}
_TYPED = frozenset({"number", "integer", "date"})
_DTYPES = {"number": "float64", "integer": "Int64", "text": "str", "choice": "str", "ref": "str"}


@dataclass(slots=True)
class Batch:
    """One sheet of one form over all its returns; ``columns`` field -> raw values, one for each of ``source`` and ``row``.

    ``typed`` and ``remarks`` are what typing has made of them. ``checked``: source -> what the schema has said already of its rows as
    they were typed.
    """

    form: Form
    sheet: Sheet
    source: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    columns: dict[str, list[Any]] = field(default_factory=dict)
    typed: dict[str, list[Any]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    checked: dict[int, list[Remark]] = field(default_factory=dict)
    names: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)  # of the columns that returns have
    alike: dict[str, Alike] = field(default_factory=dict)

    def add(self, tables: Sequence[tuple[int, Table]]) -> list[Slice]:
        """Append the begun rows of returns, each with its number, with what typing has made of them if it has (of all or of none).

        Returns the columns of each where they lie here.
        """
        at, found = len(self.row), []
        for source, table in tables:
            start, at = at, at + len(table.rows)
            self.source.extend([source] * len(table.rows))
            self.row.extend(table.rows)
            names = tuple(table.columns)
            found.append(Slice(self.columns, self.names.setdefault(names, names), start, at))
            if table.typed is not None:
                self._note(source, table.typed)
        for run in runs((table.columns, len(table.rows)) for _, table in tables):
            self._lay(self.columns, run, [column.field for column in self.sheet.columns])
        for run in runs((table.typed.columns, len(table.rows)) for _, table in tables if table.typed is not None):
            self._lay(self.typed, run, run.names)
        return found

    def _lay(self, columns: dict[str, list[Any]], run: Slice, names: Iterable[str]) -> None:
        """Append columns to those that lie here; where the returns have none it is empty."""
        for name in names:
            values = run[name] if name in run.names else [""] * (run.stop - run.start)
            columns.setdefault(name, []).extend(self._shared(name, values))

    def _note(self, source: int, typed: Typed) -> None:
        if typed.remarks:
            self.remarks += [replace(remark, source=source) for remark in typed.remarks]
        if typed.checked is not None:
            self.checked[source] = [replace(remark, source=source) for remark in typed.checked]

    def let_go(self) -> None:
        """Let go of what was typed, which nobody asks for once all remarks have been placed."""
        self.columns.clear()
        self.typed.clear()
        self.alike.clear()

    def _shared(self, name: str, values: Sequence[Any]) -> Sequence[Any]:
        if self.sheet.column(name).kind in _TYPED:
            return values
        if name not in self.alike:
            self.alike[name] = Alike()
        return self.alike[name].shared(values)


@dataclass(frozen=True, slots=True)
class _Tool:
    """What typing a column takes: how a value is read, and what stands there without being an answer."""

    column: Column
    reader: Callable[[Any], Read]
    no_answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A batch as a typed frame with the columns ``_source``, ``_row`` and the fields.

    ``told``: (source, row, field) of cells that already have an error, so that their absence is not reported as well.
    ``due``: the places in the frame of the rows that the schema is still to be held against.
    """

    batch: Batch
    frame: pd.DataFrame
    remarks: tuple[Remark, ...]
    told: frozenset[tuple[int, int, str]]
    due: Sequence[int]


class Typist:
    """Types the sheets of one form, in which dates without a year are in ``year``."""

    def __init__(self, form: Form, words: Words, year: int) -> None:
        """Take the form, in the profile that the workbooks were issued in."""
        self._form, self._words, self.year = form, words, year
        self._tools: dict[str, list[_Tool]] = {}

    def columns(self, batch: Batch, marks: Mapping[int, Mapping[tuple[str, int], str]]) -> tuple[dict[str, list[Any]], list[Remark]]:
        """Return typed columns, and remarks on what was not understood.

        ``marks``: source -> (field, row) -> the error that the cell shows (``#DIV/0!``), or '' for a formula without a value;
        only for this sheet.
        """
        columns: dict[str, list[Any]] = {}
        marked = _marked(batch, marks)
        remarks = list(marked)
        for tool in self._tools_for(batch.sheet):
            column = tool.column
            skipped = {(r.source, r.row or 0) for r in marked if r.field == column.field} if marked else set()
            values, found = _column(batch, tool, skipped)
            if column.credit:
                found += _credit(batch, column, values)
            columns[column.field] = values
            remarks.extend(found)
        remarks.extend(_further_goals(batch, columns))
        return columns, remarks

    def _tools_for(self, sheet: Sheet) -> list[_Tool]:
        if sheet.key not in self._tools:
            asked = [c for c in sheet.columns if not c.formula]
            self._tools[sheet.key] = [_Tool(c, _reader(c, self._form, self.year), _no_answers(sheet, c, self._words)) for c in asked]
        return self._tools[sheet.key]


def parse(batch: Batch, words: Words, year: int, marks: Mapping[int, Mapping[tuple[str, int], str]]) -> Parsed:
    """Type every column of a batch; ``marks`` as ``Typist.columns`` has them."""
    columns, remarks = Typist(batch.form, words, year).columns(batch, marks)
    return framed(replace(batch, typed=columns, remarks=remarks))


def framed(batch: Batch) -> Parsed:
    """Return a batch whose columns are typed as a frame."""
    told = frozenset((r.source, r.row or 0, r.field or "") for r in batch.remarks if r.error)
    every = range(len(batch.source))
    due = [i for i in every if batch.source[i] not in batch.checked] if batch.checked else every
    return Parsed(batch, _frame(batch, batch.typed), tuple(batch.remarks), told, due)


def _marked(batch: Batch, marks: Mapping[int, Mapping[tuple[str, int], str]]) -> list[Remark]:
    if not marks:
        return []
    begun = set(zip(batch.source, batch.row, strict=True))
    down = batch.sheet.layout == "down"
    found = []
    for source, cells in marks.items():
        for (name, row), shown in cells.items():
            if (source, row) in begun or down:
                rule = "cell-error" if shown else "formula-not-calculated"
                found.append(Remark(source, batch.sheet.key, row, name, rule, shown or None))
    return found


def _column(batch: Batch, tool: _Tool, skipped: set[tuple[int, int]]) -> tuple[list[Any], list[Remark]]:
    column, reader, no_answers = tool.column, tool.reader, tool.no_answers
    values: list[Any] = []
    found: list[Remark] = []
    needed = bool(column.required or column.required_when)
    plain = column.kind == "text" and column.asked
    as_it_is = column.kind == "text"
    for source, row, raw in zip(batch.source, batch.row, batch.columns[column.field], strict=True):
        tidy = type(raw) is str and raw.isprintable() and raw[:1] not in {"", " "} and raw[-1] != " "
        if (not tidy and blank(raw)) or (skipped and (source, row) in skipped):
            values.append(None)
        elif no_answers and isinstance(raw, str) and len(raw) <= _LONGEST_PLACEHOLDER and _folded(raw) in no_answers:
            values.append(None)
            if needed:
                found.append(Remark(source, batch.sheet.key, row, column.field, "placeholder-text", raw))
        elif tidy and as_it_is and raw[0] not in _SIGNS:  # nearly all texts, in which there is nothing to be understood
            values.append(raw)
        else:
            read = reader(raw)
            values.append(read.value)
            if read.value is None or read.interpreted:
                found.extend(_trouble(batch, source, row, column, raw, read))
            elif plain and isinstance(raw, str) and (sign := _formula_sign(raw)):
                found.append(Remark(source, batch.sheet.key, row, column.field, "formula-text", raw, {"sign": sign}))
    return values, found


@lru_cache(maxsize=20_000)
def _folded(short: str) -> str:
    return cell_values.fold(short).rstrip(":")


def _no_answers(sheet: Sheet, column: Column, words: Words) -> frozenset[str]:
    """Return what may stand in a column without being an answer; in the first of a sheet of money, the name of a sum as well."""
    if not column.asked:
        return frozenset()
    first = next(c.field for c in sheet.columns if c.asked)
    placeholders = frozenset(cell_values.fold(text).rstrip(":") for text in words.placeholders)
    return placeholders | words.sum_words if sheet.limit and column.field == first else placeholders


def _formula_sign(raw: str) -> str:
    """Return the sign that makes a text look like a formula, or nothing; a hyphen and a space begin a list."""
    text = raw.lstrip()
    return text[0] if text.startswith(_SIGNS) and not text.startswith("- ") else ""


def _credit(batch: Batch, column: Column, values: list[Any]) -> list[Remark]:
    """Revenue with a minus sign, as ledgers export it: read without, and asked about."""
    found = []
    for index, value in enumerate(values):
        if value is not None and value < 0:
            values[index] = -value
            raw = batch.columns[column.field][index]
            facts = {"why": Word("why_minus", {"read": -value})}
            found.append(Remark(batch.source[index], batch.sheet.key, batch.row[index], column.field, "unit-suspect", raw, facts))
    return found


def _trouble(batch: Batch, source: int, row: int, column: Column, raw: Any, read: Read) -> list[Remark]:
    key = batch.sheet.key
    if read.ambiguous:
        first, second = read.ambiguous
        return [Remark(source, key, row, column.field, "ambiguous-value", raw, {"first": first, "second": second})]
    if read.interpreted:
        return [Remark(source, key, row, column.field, "interpreted-value", raw, {"read": read.value})]
    if not read.wrong:
        return []  # only spaces
    if column.kind == "choice":
        choices = list(batch.form.lists[column.list or ""].values())
        return [Remark(source, key, row, column.field, "not-in-list", raw, {"choices": choices})]
    facts = {"wanted": Word(_WANTED[column.kind]), "example": _EXAMPLES[column.kind]}
    return [Remark(source, key, row, column.field, "wrong-type", raw, facts)]


def _reader(column: Column, form: Form, year: int) -> Callable[[Any], Read]:
    if column.kind == "number":
        return cell_values.memoised(lambda raw: cell_values.number(raw, money=column.unit is not None))
    if column.kind == "integer":
        return cell_values.memoised(cell_values.integer)
    if column.kind == "date":
        # The council's plan belongs to no year, and a plan or report is decided on in the year before or after its own.
        said = year if form.rounds and not column.any_year else None
        return cell_values.memoised(lambda raw: cell_values.day(raw, said))
    if column.kind == "choice":
        codes = _codes(form.lists[column.list or ""])
        return cell_values.memoised(lambda raw: cell_values.choice(raw, codes))
    if column.kind == "ref":
        return cell_values.memoised(_organisations if _to_organisation(column) else _goals)
    return cell_values.text


def _codes(choices: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    found = {}
    for code, texts in choices.items():
        for text in (code, texts["sv"], texts["en"], *texts.get("also", ())):
            found[cell_values.fold(str(text))] = code
    return found


def _to_organisation(column: Column) -> bool:
    return bool(column.kinds) or any(source in {"units", "own:organisation"} for source in column.source)


def _goals(raw: Any) -> Read:
    """Goals' ids, joined with ``;``; only a mark before an id parts them, since a goal's own text may hold commas and semicolons."""
    typed = cell_values.text(raw).value
    if typed is None:
        return cell_values.NOTHING
    found: list[str] = []
    for part in _BEFORE_A_GOAL.split(typed):
        match = _LINK.match(part)
        found.append(match[0].upper() if match else part.strip(" ;,"))
    return Read(";".join(part for part in found if part) or None)


def _organisations(raw: Any) -> Read:
    """Ids of organisations, joined with ``;``; a part without one stays as it is, to be looked up by its name."""
    typed = cell_values.text(raw).value
    if typed is None:
        return cell_values.NOTHING
    found = []
    for part in (part for piece in _PARTS.split(typed) for part in _COMMA.split(piece) if part):
        match = _ORGANISATION.match(part)
        found.append(match[0].upper() if match else part)
    return Read(";".join(found) or None)


def _further_goals(batch: Batch, columns: dict[str, list[Any]]) -> list[Remark]:
    """Several goals in a cell for one: the first stays, the others go to *Bidrar även till*."""
    more = next((c.field for c in batch.sheet.columns if c.kind == "ref" and c.many and "parent" in c.field), None)
    found = []
    for column in batch.sheet.columns:
        if column.kind != "ref" or column.many:
            continue
        values = columns[column.field]
        for index, value in enumerate(values):
            if value is None or ";" not in value:
                continue
            first, *rest = value.split(";")
            values[index] = first
            if more:
                columns[more][index] = ";".join([*rest, *filter(None, [columns[more][index]])])
            raw = batch.columns[column.field][index]
            read = [first, *rest] if more else first
            found.append(
                Remark(batch.source[index], batch.sheet.key, batch.row[index], column.field, "interpreted-value", raw, {"read": read})
            )
    return found


def _frame(batch: Batch, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    typed: dict[str, Any] = {"_source": batch.source, "_row": batch.row}
    for name, values in columns.items():
        typed[name] = _typed(batch.sheet.column(name), values)
    return with_formulas(batch.sheet, pd.DataFrame(typed))


def _typed(column: Column, values: Sequence[Any]) -> Any:
    if column.kind == "date":
        return pd.to_datetime(pd.Series(values, dtype="object"), errors="coerce").astype("datetime64[ns]")
    if column.kind == "choice" and column.whole:
        return pd.array([None if v is None else int(v) for v in values], dtype="Int64")
    return pd.Series(values, dtype=_DTYPES[column.kind])


def with_formulas(sheet: Sheet, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with every formula of ours worked out anew: what stands in its cell is never read."""
    for column in sheet.columns:
        if column.formula:
            frame = frame.assign(**{column.field: _computed(column.formula, frame)})
    return frame


def _computed(formula: Mapping[str, Sequence[str]], frame: pd.DataFrame) -> pd.Series:
    total = pd.Series(0.0, index=frame.index)
    for name in formula.get("plus", ()):
        total += frame[name].fillna(0.0)
    for name in formula.get("minus", ()):
        total -= frame[name].fillna(0.0)
    return total.where(frame[[*formula.get("needs", ())]].notna().all(axis=1))
