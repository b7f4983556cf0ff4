"""What stands in the copy in place of what was written: numbers, dates and choices as we have understood them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from styrxl.annotated.carry import raw_value
from styrxl.excel.formula_text import trim
from styrxl.model.findings import Finding
from styrxl.model.forms import Column
from styrxl.returns.letters import make_plain
from styrxl.returns.tables import Table, is_blank
from styrxl.returns.workbook import SheetCells
from styrxl.templates.words import Terms

_ASKING = frozenset({"unit-suspect", "ambiguous-value"})  # rules that ask what was meant
_FIRST, _FIRST_OF_SEVERAL = re.compile(r"\A(\s*)(\S+)"), re.compile(r"((?:\A|;)\s*)([^\s;]+)")  # words: an id, and what follows it
_TYPED = frozenset({"integer", "number", "date", "choice"})


def list_understood(tables: Iterable[Table], findings: Sequence[Finding], terms: Terms) -> dict[tuple[str, str], Any]:
    """Return what cells of typed tables stand for, where that is not what was written in them and no error asks what was meant."""
    asked = {(f.sheet, f.cell) for f in findings if f.severity == "error" and f.rule in _ASKING}
    understood: dict[tuple[str, str], Any] = {}
    for table in tables:
        for column in (c for c in table.sheet.columns if c.asked and c.kind in _TYPED and c.field in table.columns):
            understood |= {(table.place.sheet, cell): value for cell, value in _list_in_column(table, column, terms)}
        understood |= {(table.place.sheet, cell): value for cell, value in _list_plain_ids(table)}
        understood |= {(table.place.sheet, cell): value for cell, value in _list_goals(table, findings)}
    return {spot: value for spot, value in understood.items() if spot not in asked}


def list_shown(tables: Iterable[Table], sheets: Mapping[str, SheetCells]) -> dict[tuple[str, str], Any]:
    """Return what cells show, where that is not the value that they hold."""
    found = {}
    for table in tables:
        raw = sheets[table.place.sheet]
        for column in (c for c in table.sheet.columns if c.asked and c.field in table.columns):
            for row, shown in zip(table.rows, table.columns[column.field], strict=True):
                at = table.place.downwards.get(column.field, row)
                if not is_blank(shown) and not _is_same(raw_value(raw, at, table.place.columns[column.field]), shown):
                    found[raw.name, str(table.place.cell(column.field, row))] = shown
    return found


def _list_in_column(table: Table, column: Column, terms: Terms) -> Iterator[tuple[str, Any]]:
    assert table.typed is not None
    for row, written, value in zip(table.rows, table.columns[column.field], table.typed.columns[column.field], strict=True):
        is_word = column.kind == "choice" or (column.takes_words and isinstance(value, str))
        shown = value if not is_word or value is None else _choose_word(column, written, value, terms)
        cell = table.place.cell(column.field, row)
        if cell and shown is not None and not is_blank(written) and not _is_same(written, shown):
            yield cell, shown


def _choose_word(column: Column, written: Any, code: str, terms: Terms) -> Any:
    """Return the entry of a code; what was written where the list of the workbook has it."""
    if trim(written).casefold() in {entry.casefold() for entry in terms.entries(column)}:
        return written
    word = terms.word(column, code)
    return int(word) if word.isdecimal() else word


def _is_same(written: Any, value: Any) -> bool:
    if isinstance(written, bool) or isinstance(value, bool):
        return written is value
    if isinstance(written, datetime) and written.time() == time():
        written = written.date()
    return (type(written) is type(value) and bool(written == value)) or (_are_numbers(written, value) and written == value)


def _are_numbers(*values: Any) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _list_plain_ids(table: Table) -> Iterator[tuple[str, str]]:
    """Yield what names rows by ids in letters that only look like those of the ids, in the ids' own: formulas tell them apart."""
    for column in (c for c in table.sheet.columns if c.kind == "ref" and c.asked and c.field in table.columns):
        first = _FIRST_OF_SEVERAL if column.many else _FIRST
        for row, written in zip(table.rows, table.columns[column.field], strict=True):
            if isinstance(written, str) and not written.isascii():
                shown = first.sub(lambda found: found[1] + make_plain(found[2]), written)
                if shown != written:
                    yield str(table.place.cell(column.field, row)), shown


def _list_goals(table: Table, findings: Sequence[Finding]) -> Iterator[tuple[str, Any]]:
    """Yield the ids of goals that were named by their texts, or several in a cell for one."""
    more = next((c.field for c in table.sheet.columns if c.kind == "ref" and c.many and "parent" in c.field), None)
    fields = {name: c for c in table.sheet.columns if c.kind == "ref" for name in [c.field] if name in table.columns}
    cells = {table.place.cell(name, row): (name, row) for name in fields for row in table.rows}
    for one in findings:
        name, row = cells.get(one.cell, ("", 0)) if one.sheet == table.place.sheet and one.rule == "interpreted-value" else ("", 0)
        if not name or fields[name].many:
            continue
        first, *rest = ids if isinstance(ids := one.facts.get("read"), list) else [ids]
        yield str(one.cell), str(first)
        if rest and more is not None and more in table.columns:
            written = table.columns[more][table.rows.index(row)]
            yield str(table.place.cell(more, row)), "; ".join([*rest, *([] if is_blank(written) else [str(written)])])


def is_alike(written: Any, value: Any) -> bool:
    """Whether what was written and what was understood look the same, so that there is nothing to tell of it."""
    text = make_plain("".join(str(written).split()))
    if isinstance(value, date):
        return text == value.isoformat()
    if not isinstance(value, int | float):
        return text.casefold() == make_plain("".join(str(value).split())).casefold()
    try:
        return float(text.replace(",", ".")) == value
    except ValueError:
        return False
