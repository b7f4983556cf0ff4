"""Type raw cells: columns of numbers, dates, choices, ids and texts, and remarks on what was not understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from styrxl.model.catalogue import LISTED, Word
from styrxl.model.findings import Remark
from styrxl.model.forms import EVERYBODY, LANGUAGES, Column, Form, Sheet, Text, Words, list_offered
from styrxl.returns import cell_values
from styrxl.returns.batch import Batch
from styrxl.returns.cell_values import CellValue
from styrxl.returns.habits.day_columns import ask_for_years, make_day_reader
from styrxl.returns.habits.days_in_words import DayWords
from styrxl.returns.habits.no_answers import LONGEST, NoAnswers, Pointers, find_no_answers, fold_mark
from styrxl.returns.habits.text_answers import check_texts
from styrxl.returns.letters import PRINTABLE_BLANKS, make_plain, make_visible
from styrxl.returns.personal_numbers import check_personal
from styrxl.returns.shown.percents import ask_about_percents
from styrxl.returns.tables import Table, TypedColumns, is_blank

_LINK = re.compile(r"[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*-[MAI]\d+", re.IGNORECASE)
_ORGANISATION = re.compile(r"[A-ZÅÄÖ0-9]+(?:-[A-ZÅÄÖ0-9]+)*(?= |$)", re.IGNORECASE)
_BEFORE_A_GOAL = re.compile(rf"\s*[;,\n]\s*(?={_LINK.pattern}(?:\W|$))", re.IGNORECASE)
_PARTS = re.compile(r"\s*[;\n]\s*")
_COMMA = re.compile(r"\s*,\s*(?=[A-ZÅÄÖ0-9-]{1,40}(?:\s|,|$))")
_SIGNS = ("=", "+", "@", "-")
_NO_BEGINNING = PRINTABLE_BLANKS | {"", " "}
_FIRST_YEAR = 1900  # a column of whole numbers that begin no earlier is one of years


@dataclass(frozen=True, slots=True)
class _ColumnReader:
    """How the values of a column are read, what is no answer there, and what is wanted, for those who wrote otherwise."""

    column: Column
    reader: Callable[[Any], CellValue]
    no_answers: NoAnswers
    wanted: Mapping[str, Word]


class ColumnTyper:
    """Types the sheets of one form, in which dates without a year are in ``year``."""

    def __init__(self, form: Form, year: int, language: str | None = None) -> None:
        """Take the form, in the profile that the workbooks were issued in, and their language where all have the same."""
        self._form, self._words, self.year, self._language = form, form.words, year, language
        self._days = DayWords(form.words.days)
        self._pointers = Pointers(form.words.pointers)
        self._tools: dict[str, list[_ColumnReader]] = {}

    def columns(
        self, batch: Batch, marks: Mapping[int, Mapping[tuple[str, int], str]], shown: Sequence[Remark] = ()
    ) -> tuple[dict[str, list[Any]], list[Remark]]:
        """Return typed columns, and remarks on what was not understood; none on a cell that has an error already.

        ``marks``: source -> (field, row) -> the error that the cell shows (``#DIV/0!``), or '' for a formula without a value;
        only for this sheet. ``shown``: remarks on what its cells show.
        """
        columns: dict[str, list[Any]] = {}
        marked = [*_remark_marks(batch, marks), *(remark for remark in shown if remark.error)]
        remarks = list(marked)
        for tool in self._tools_for(batch.sheet):
            column = tool.column
            skipped = {(r.source, r.row or 0) for r in marked if r.field == column.field} if marked else set()
            values, column_remarks = _type_column(batch, tool, skipped)
            column_remarks += check_texts(batch, column, values, self._pointers)
            if column.unit and column.asked and column.low is not None and column.low >= 0:
                column_remarks += _remove_minus_signs(batch, column, values)
            columns[column.field] = values
            remarks.extend(column_remarks)
        remarks.extend(_move_further_goals(batch, columns))
        remarks.extend(ask_for_years(batch, columns, self._days, self.year))
        remarks.extend(ask_about_percents(batch, columns))
        return columns, [*remarks, *(remark for remark in shown if not remark.error)]

    def _tools_for(self, sheet: Sheet) -> list[_ColumnReader]:
        if sheet.key not in self._tools:
            asked = [c for c in sheet.columns if not c.formula]
            self._tools[sheet.key] = [
                _ColumnReader(c, self._choose_reader(sheet, c), find_no_answers(sheet, c, self._words), _want(c, self._form, self.year))
                for c in asked
            ]
        return self._tools[sheet.key]

    def _choose_reader(self, sheet: Sheet, column: Column) -> Callable[[Any], CellValue]:
        if column.kind == "date":
            # The council's plan belongs to no year, and a plan or report may be decided in the year before or after its own.
            default_year = self.year if self._form.rounds and not column.any_year else None
            return cell_values.memoise(make_day_reader(sheet, column, self._days, default_year))
        return _choose_reader(column, self._form, self._language)


def _remark_marks(batch: Batch, marks: Mapping[int, Mapping[tuple[str, int], str]]) -> list[Remark]:
    if not marks:
        return []
    begun = set(zip(batch.source, batch.row, strict=True))
    down = batch.sheet.layout == "down"
    remarks = []
    for source, cells in marks.items():
        for (name, row), shown in cells.items():
            if (source, row) in begun or down:
                rule = "cell-error" if shown else "formula-not-calculated"
                remarks.append(Remark(source, batch.sheet.key, row, name, rule, shown or None))
    return remarks


def _type_column(batch: Batch, tool: _ColumnReader, skipped: set[tuple[int, int]]) -> tuple[list[Any], list[Remark]]:
    column, reader, marks = tool.column, tool.reader, tool.no_answers.marks
    raws = batch.columns[column.field]
    if raws.count("") == len(raws):  # as many columns of a form are
        return [None] * len(raws), []
    values: list[Any] = []
    remarks: list[Remark] = []
    plain = column.kind == "text" and column.asked
    as_it_is = column.kind == "text"
    see = make_plain if column is batch.sheet.id_column and not batch.sheet.named else make_visible
    for source, row, raw in zip(batch.source, batch.row, raws, strict=True):
        if raw == "":
            values.append(None)
            continue
        tidy = type(raw) is str
        if tidy:
            raw = see(raw)  # noqa: PLW2901 -- what nobody sees is no part of an answer
            tidy = raw.isprintable() and raw[:1] not in _NO_BEGINNING and raw[-1] != " "
        if (not tidy and is_blank(raw)) or (skipped and (source, row) in skipped):
            values.append(None)
        elif marks and isinstance(raw, str) and len(raw) <= LONGEST and fold_mark(raw) in marks:
            value, remark = _read_no_answer(batch, tool, values, fold_mark(raw))
            values.append(value)
            remarks += [remark] if remark else []
        elif tidy and as_it_is and raw[0] not in _SIGNS:  # nearly all texts, in which there is nothing to be understood
            values.append(raw)
        else:
            read = reader(raw)
            values.append(read.value)
            if read.value is None or read.interpreted:
                remarks.extend(_remark_value(batch, source, row, tool, raw, read))
            elif plain and isinstance(raw, str) and (sign := _find_formula_sign(raw)):
                remarks.append(Remark(source, batch.sheet.key, row, column.field, "formula-text", raw, {"sign": sign}))
    return values, remarks


def _read_no_answer(batch: Batch, tool: _ColumnReader, values: list[Any], mark: str) -> tuple[Any, Remark | None]:
    """Return the value of the next cell, which holds a mark that is no answer, and what is to be said of it.

    A ditto mark is the answer above, if there is one.
    """
    index, name, key = len(values), tool.column.field, batch.sheet.key
    source, row, raw = batch.source[index], batch.row[index], batch.columns[name][index]
    follows = index > 0 and (batch.source[index - 1], batch.row[index - 1]) == (source, row - 1)
    if mark in tool.no_answers.dittos and follows and values[-1] is not None:
        last = next(each for each in reversed(batch.columns[name][:index]) if fold_mark(str(each)) not in tool.no_answers.dittos)
        return values[-1], Remark(source, key, row, name, "interpreted-value", raw, {"read": last})
    if tool.column.required or tool.column.required_when:
        return None, Remark(source, key, row, name, "placeholder-text", raw, {"note": Word("note_row")})
    if tool.no_answers.is_mere_mark(mark):
        return None, None
    return None, Remark(source, key, row, name, "interpreted-value", raw, {"read": Word("no_answer")})


def _find_formula_sign(raw: str) -> str:
    """Return the sign that makes a text look like a formula, or nothing; a hyphen and a space begin a list."""
    text = raw.lstrip()
    return text[0] if text.startswith(_SIGNS) and not text.startswith("- ") else ""


def _remove_minus_signs(batch: Batch, column: Column, values: list[Any]) -> list[Remark]:
    """Remove the minus signs that accounting systems write, and remark on them: on each of revenues, once where a whole column has them."""
    remarks = []
    of_source: dict[int, list[int]] = {}
    for index, value in enumerate(values):
        if value:
            of_source.setdefault(batch.source[index], []).append(index)
    for source, indices in of_source.items():
        below = [index for index in indices if values[index] < 0]
        throughout = len(below) == len(indices) > 1
        for index in below if throughout or column.credit else ():
            values[index] = -values[index]
            if throughout and index != below[0]:
                continue
            raw = batch.columns[column.field][index]
            why = Word("why_minus_throughout", {"n": len(below)}) if throughout else Word("why_minus", {"read": values[index]})
            remarks.append(Remark(source, batch.sheet.key, batch.row[index], column.field, "unit-suspect", raw, {"why": why}))
    return remarks


def _remark_value(batch: Batch, source: int, row: int, tool: _ColumnReader, raw: Any, read: CellValue) -> list[Remark]:
    key, column = batch.sheet.key, tool.column
    if read.ambiguous:
        first, second = read.ambiguous
        return [Remark(source, key, row, column.field, "ambiguous-value", raw, {"first": first, "second": second})]
    if read.interpreted:
        is_word = column.kind == "choice" or (column.takes_words and isinstance(read.value, str))
        shown = batch.form.lists[column.list or ""][read.value] if is_word else read.value
        return [Remark(source, key, row, column.field, "interpreted-value", raw, {"read": shown})]
    if not read.wrong:
        return []  # only spaces
    if column.kind == "choice":
        choices = _nearest_first(raw, list_offered(batch.form.lists[column.list or ""]))
        how = Word("choose_in_list" if column.has_drop_down else "write_one_in")
        return [
            Remark(
                source,
                key,
                row,
                column.field,
                "not-in-list",
                raw,
                {"choices": choices, "how": how, "empty": Word("nothing" if column.required or column.required_when else "may_be_empty")},
            )
        ]
    return [Remark(source, key, row, column.field, "wrong-type", raw, tool.wanted)]


def _nearest_first(raw: Any, choices: list[Text]) -> list[Text]:
    """Return choices with the nearest to what was written first, where they are more than are named."""
    if len(choices) <= LISTED:
        return choices
    written = cell_values.fold_text(str(raw))
    likeness = {id(c): max(SequenceMatcher(None, written, cell_values.fold_text(c[each])).ratio() for each in LANGUAGES) for c in choices}
    return sorted(choices, key=lambda choice: -likeness[id(choice)])


def _want(column: Column, form: Form, year: int) -> dict[str, Word]:
    """Return what is wanted in a column, and how it may look: a form that belongs to no year has no year to show."""
    if column.takes_words:
        words = list_offered(form.lists[column.list or ""])
        empty = Word("nothing" if column.required or column.required_when else "may_be_empty")
        return {"wanted": Word("a_number_or_word", {"words": words}), "such_as": Word("nothing"), "empty": empty}
    is_year = column.kind == "integer" and (column.low or 0) >= _FIRST_YEAR
    wanted = {"number": "a_number", "integer": "a_year" if is_year else "a_whole_number", "date": "a_date"}.get(column.kind, "a_text")
    examples = {"a_number": "1200", "a_whole_number": "12"}
    if form.rounds:
        examples |= {"a_year": str(year), "a_date": f"{year}-03-01"}
    such_as = Word("such_as", {"example": examples[wanted]}) if wanted in examples else Word("nothing")
    return {
        "wanted": Word(wanted),
        "such_as": such_as,
        "empty": Word("nothing" if column.required or column.required_when else "may_be_empty"),
    }


def _choose_reader(column: Column, form: Form, language: str | None) -> Callable[[Any], CellValue]:
    if column.takes_words:
        numbers = _choose_reader(replace(column, list=None), form, language)
        words = _choose_reader(replace(column, kind="choice"), form, language)
        return lambda raw: words(raw) if (number := numbers(raw)).wrong else number
    if column.kind in {"number", "integer"}:
        read: Callable[[Any], CellValue] = cell_values.read_integer
        if column.kind == "number":
            read = partial(cell_values.read_number, money=column.unit is not None, units=_spell_unit(column, form.words))
        return cell_values.memoise(partial(cell_values.read_with_units, read=read, units=form.units) if form.units else read)
    if column.kind == "choice":
        choices = form.lists[column.list or ""]
        codes = map_codes(choices)
        usual = frozenset(_fold_usual(choices, language)) if column.asked else codes
        return cell_values.memoise(lambda raw: cell_values.read_choice(raw, codes, usual))
    if column.kind == "ref":
        if not _refers_to_organisations(column):
            return cell_values.memoise(read_goal_ids)
        return cell_values.memoise(partial(read_organisation_ids, everybody=frozenset(_fold_everybody(column))))
    return cell_values.read_text


def _spell_unit(column: Column, words: Words) -> tuple[str, ...]:
    """Return how people spell a column's unit, folded, the longest first; spellings with digits are left out: 51 000 kr is no 5."""
    if column.unit is None:
        return ()
    spelled = [*words.units[column.unit].values(), *(text for text, unit in words.unit_spellings.items() if unit == column.unit)]
    folded = {cell_values.fold_unit(text) for text in spelled if not any(sign.isdigit() for sign in text)}
    return tuple(sorted(folded - {""}, key=lambda unit: (-len(unit), unit)))


def map_codes(choices: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return which code a text means, folded: entries in either language, codes, and the synonyms that mean one entry alone."""
    codes = {cell_values.fold_text(str(text)): code for code, texts in choices.items() for text in (code, *map(texts.get, LANGUAGES))}
    meant: dict[str, set[str]] = {}
    for code, texts in choices.items():
        for text in texts.get("also", ()):
            meant.setdefault(cell_values.fold_text(str(text)), set()).add(code)
    return {text: min(those) for text, those in meant.items() if len(those) == 1} | codes


def _fold_usual(choices: Mapping[str, Mapping[str, Any]], language: str | None) -> Iterator[str]:
    """Yield what is chosen from a list, folded: its entries in a workbook's language, or in any, and codes."""
    for code, texts in choices.items():
        for text in (code, *(texts[each] for each in LANGUAGES if language in {each, None})):
            yield cell_values.fold_text(str(text))


def _refers_to_organisations(column: Column) -> bool:
    return bool(column.kinds) or any(source in {"units", "own:organisation"} for source in column.source)


def read_goal_ids(raw: Any) -> CellValue:
    """Read goals' ids, joined with ``;``; only a mark before an id separates, since a goal's text may hold commas and semicolons."""
    typed = cell_values.read_text(raw).value
    if typed is None:
        return cell_values.NOTHING
    ids: list[str] = []
    for part in _BEFORE_A_GOAL.split(make_plain(typed)):
        match = _LINK.match(part)
        ids.append(match[0].upper() if match else part.strip(" ;,"))
    return CellValue(";".join(part for part in ids if part) or None)


def _fold_everybody(column: Column) -> Iterator[str]:
    """Yield the words, folded, by which all that a column may name are meant."""
    for word in (EVERYBODY, *column.everybody.values()) if column.everybody else ():
        yield cell_values.fold_text(word)


def read_organisation_ids(raw: Any, everybody: Collection[str] = ()) -> CellValue:
    """Read ids of organisations, joined with ``;``; a part without an id stays as it is, to be looked up by its name.

    ``everybody``: the words, folded, that mean all of them.
    """
    typed = cell_values.read_text(raw).value
    if typed is None:
        return cell_values.NOTHING
    ids = []
    for part in (part for piece in _PARTS.split(make_plain(typed)) for part in _COMMA.split(piece) if part):
        match = _ORGANISATION.match(part)
        ids.append(EVERYBODY if cell_values.fold_text(part) in everybody else match[0].upper() if match else part)
    return CellValue(";".join(ids) or None)


def _move_further_goals(batch: Batch, columns: dict[str, list[Any]]) -> list[Remark]:
    """Of several goals in a cell for one goal, keep the first and move the others to *Bidrar även till*; return remarks."""
    more = next((c.field for c in batch.sheet.columns if c.kind == "ref" and c.many and "parent" in c.field), None)
    remarks = []
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
            remarks.append(
                Remark(batch.source[index], batch.sheet.key, batch.row[index], column.field, "interpreted-value", raw, {"read": read})
            )
    return remarks


class TableTyper:
    """Types tables of any form and year; keeps the column typers that it has made."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[tuple[str, str | None, str | None, str, int, str | None], ColumnTyper] = {}

    def typed(self, form: Form, table: Table, year: int, language: str | None = None) -> TypedColumns:
        """Return a table's typed columns, as they are if they were typed for this year already; ``language``: the workbook's."""
        if table.typed is not None and table.typed.year == year:
            return table.typed
        key = (form.name, form.profile, form.kind, form.edition, year, language)
        if key not in self._known:
            self._known[key] = ColumnTyper(form, year, language)
        count = len(table.rows)
        raws = {c.field: table.columns[c.field] if c.field in table.columns else [""] * count for c in table.sheet.columns}
        batch = Batch(form, table.sheet, [0] * count, [*table.rows], raws)
        columns, remarks = self._known[key].columns(batch, {0: table.marks} if table.marks else {}, table.remarks)
        return TypedColumns(year, columns, (*remarks, *check_personal(batch)))
