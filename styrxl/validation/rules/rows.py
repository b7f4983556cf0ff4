"""A return's rows against what was issued: ids that are missing, unknown or doubled, and locked cells that changed.

Finds ``missing-row``, ``row-cleared``, ``duplicate-id``, ``unknown-row``, ``row-without-id``, ``number-taken``,
``locked-cell-changed``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isclose
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from styrxl.model.catalogue import Word, digits_text
from styrxl.model.findings import CellOf, Remark
from styrxl.model.forms import LANGUAGES, Column, Form, Sheet, Text
from styrxl.model.prefill import Prefill, shown_texts
from styrxl.returns.batch import Batch
from styrxl.returns.cell_values import fold_text
from styrxl.returns.letters import make_plain
from styrxl.returns.row_ids import find_closing_row, make_id_key
from styrxl.returns.tables import RowIds, Table, is_blank
from styrxl.returns.typed_frames import TypedBatch, compute_formulas, take_frame
from styrxl.validation.context import Context

_NEAR_ENOUGH = 60  # of a hundred
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def check_ids(sheet: Sheet, source: int, ids: RowIds, begun: frozenset[int], issued: Prefill | None) -> list[Remark]:
    """Check the ids of one return's sheet; ``begun``: the Excel rows with answers."""
    column = sheet.id_column
    if column is None:
        return []
    named = sheet.named
    keys = _make_keys(ids, named=named)
    issued_ids = (
        [(row[column.field], make_id_key(row[column.field], named=named)) for row in issued.rows.get(sheet.key, ())] if issued else []
    )
    present = set(keys)
    doubled = len(present) < len(keys)
    firsts = dict(zip(reversed(keys), reversed(ids.rows), strict=True)) if doubled else {}  # key -> the first row that has it
    if doubled or not isinstance(ids.rows, range):
        at = dict(zip(ids.rows, keys, strict=True))
    else:  # far more rows are numbered than begun
        at = {row: keys[row - ids.rows.start] for row in begun if row in ids.rows}
    remarks: list[Remark] = []
    known = _IssuedIds(sheet, column, {key for _, key in issued_ids}, issued) if issued else None
    closing = find_closing_row(sheet, ids)
    for row in ids.rows if doubled else sorted(begun & at.keys()):
        key = at[row]
        if not key or row == closing:
            continue
        first = firsts.get(key, row)
        if first != row and (row in begun or first in begun):
            typed = _typed(ids, row)
            remedy = Word("remedy_free_row" if column.number else "remedy_once")
            facts = {"what": typed, "first": CellOf(column.field, first), "remedy": remedy}
            remarks.append(Remark(source, sheet.key, row, column.field, "duplicate-id", typed, facts))
        elif row in begun and known is not None and key not in known:
            typed = _typed(ids, row)
            facts = {"more": _nearest(typed, [code for code, _ in issued_ids]) if issued_ids else Word("ask_for_rows")}
            remarks.append(Remark(source, sheet.key, row, column.field, "unknown-row", typed, facts))
    without = sorted(row for row in begun if not at.get(row))
    remarks += [Remark(source, sheet.key, row, column.field, "row-without-id", None, {"row": str(row)}) for row in without]
    if not sheet.prefilled:  # what was given there to go on with need not go on
        answered = {at[row] for row in begun if row in at}
        cleared = [code for code, key in issued_ids if key not in answered]
        return remarks + [Remark(source, sheet.key, None, column.field, "row-cleared", None, {"ids": cleared}) for _ in cleared[:1]]
    missing = [code for code, key in issued_ids if key not in present]
    return remarks + [Remark(source, sheet.key, None, column.field, "missing-row", code, {"id": code}) for code in missing]


def _nearest(typed: Any, issued: Sequence[str]) -> Word | str:
    """Name the issued row that is most like what was typed, if any is like it at all."""
    found = process.extractOne(str(typed), issued, scorer=fuzz.WRatio, score_cutoff=_NEAR_ENOUGH)
    return Word("nearest", {"list": found[0]}) if found else ""


def _make_keys(ids: RowIds, *, named: bool) -> list[str]:
    """Return the key of each id; all at once where each is one word, since thousands of returns have hundreds of them."""
    keys = make_plain(ids.text).upper().split() if ids.plain and not named else []
    return keys if len(keys) == len(ids.rows) else [make_id_key(typed, named=named) for typed in ids.values()]


class _IssuedIds:
    """The ids that a sheet's rows were handed out with: those given beforehand, and the numbers of its free rows."""

    def __init__(self, sheet: Sheet, column: Column, keys: set[str], issued: Prefill) -> None:
        self._keys = keys
        self._number = column.number.format(owner=issued.owner, year=issued.year, n="@").partition("@") if column.number else None
        self._numbers = issued.list_numbers(sheet.key, issued.counts.get(sheet.key, max(sheet.rows, issued.row_count or 0)))

    def __contains__(self, key: str) -> bool:
        return key in self._keys or self.number(key) is not None

    def number(self, key: str) -> int | None:
        """Return the number of an id that was numbered in advance, None for any other."""
        if self._number is None:
            return None
        before, _, after = self._number
        number = key[len(before) : len(key) - len(after)]
        fits = key.startswith(before) and key.endswith(after) and _NUMBER.fullmatch(number)
        return int(number) if fits and int(number) in self._numbers else None


def check_taken(sheet: Sheet, source: int, ids: RowIds, begun: frozenset[int], issued: Prefill | None, context: Context) -> list[Remark]:
    """Find answers under numbers that a newer round has taken over, since nobody had answered under them when it was handed out."""
    column = sheet.id_column
    if not context.taken or issued is None or column is None or not column.number:
        return []
    series = column.number.format(owner="", year=issued.year, n="").strip("-")
    taken = context.taken.get((issued.owner, series), ())
    known = _IssuedIds(sheet, column, set(), issued) if taken else None
    remarks = []
    for row, typed in ids if known else ():
        number = known.number(make_id_key(typed)) if known and row in begun else None
        by = next((round_ for first, last, round_ in taken if number is not None and first <= number <= last), None)
        if by is not None:
            round_ = context.forms.rounds.parse(by)
            facts = {"id": typed, "round": {language: round_.name(language) for language in LANGUAGES}}
            remarks.append(Remark(source, sheet.key, row, column.field, "number-taken", typed, facts))
    return remarks


def _typed(ids: RowIds, row: int) -> Any:
    return ids.values()[ids.rows.index(row)]


def find_untouched(table: Table, issued: Prefill | None, form: Form) -> frozenset[tuple[str, int]]:
    """Return the fields and rows of a return's answers that were given beforehand and stand as they were issued."""
    rows = issued.rows.get(table.sheet.key, ()) if issued else ()
    column = table.sheet.id_column if rows else None
    if column is None or column.field not in table.columns:
        return frozenset()
    named = table.sheet.named
    known = {make_id_key(row[column.field], named=named): row for row in rows}
    untouched = set()
    for index, row in enumerate(table.rows):
        issued_row = known.get(make_id_key(table.columns[column.field][index], named=named), {})
        for asked in (c for c in table.sheet.columns if c.asked and c.field in table.columns and not is_blank(issued_row.get(c.field))):
            if _as_issued(table.columns[asked.field][index], issued_row[asked.field], asked, form):
                untouched.add((asked.field, row))
    return frozenset(untouched)


def _as_issued(typed: Any, issued: Any, column: Column, form: Form) -> bool:
    if isinstance(issued, int | float) and isinstance(typed, int | float):
        return float(typed) == float(issued)
    if column.kind == "ref" and not column.many:
        return make_id_key(typed) == make_id_key(issued)
    words = form.lists[column.list].get(str(issued), {}) if column.list else {}
    text = digits_text(typed) if isinstance(typed, float) else str(typed)
    return fold_text(text.replace("; ", ";")) in {fold_text(str(word)) for word in (issued, *words.values())}


def check_locked(parsed: TypedBatch, issued: Mapping[int, Prefill]) -> tuple[TypedBatch, list[Remark]]:
    """Compare prefilled rows with what was issued, and put back what was: that is what counts.

    Returns the batch with the issued values, and ``locked-cell-changed`` for each cell that differed, in place of what typing it had
    remarked. A cell that was prefilled with an
    answer that may be denied (``locked_when_prefilled``) keeps the owner's answer.
    """
    batch = parsed.batch
    column = batch.sheet.id_column
    if column is None or not (batch.sheet.prefilled or _has_locked_answers(batch, issued)):
        return parsed, []
    frame = parsed.frame.copy()
    remarks: list[Remark] = []
    named = batch.sheet.named
    closing = batch.sheet.closing
    known = {
        source: {
            make_id_key(r[column.field], named=named): r
            for r in (*p.rows.get(batch.sheet.key, ()), *(p.rows.get(closing.table, ()) if closing else ()))
        }
        for source, p in issued.items()
    }
    keys = [make_id_key(raw, named=named) for raw in batch.columns[column.field]]
    issued_as = [known.get(s, {}).get(key, {}).get(column.field) if named else key for s, key in zip(batch.source, keys, strict=True)]
    if batch.sheet.prefilled:
        frame[column.field] = pd.Series(
            [
                issued_name or typed
                for issued_name, typed in zip(issued_as, [None] * len(keys) if not named else frame[column.field], strict=True)
            ],
            index=frame.index,
            dtype="str",
        )
    errors = {(r.source, r.row, r.field): r for r in parsed.remarks if r.error}
    put_back: set[tuple[int, int | None, str | None]] = set()
    settled: set[tuple[int, int | None, str | None]] = set()
    for locked in (c for c in batch.sheet.columns[1:] if c.locked or c.locked_when_given):
        values = frame[locked.field].tolist()
        for i, source in enumerate(batch.source):
            row = known.get(source, {}).get(keys[i])
            cell, shown = (source, batch.row[i], locked.field), shown_texts(row, locked.field) if row else {}
            if row and shown and fold_text(str(_raw(batch, locked, i, errors.get(cell)))) in map(fold_text, shown.values()):
                values[i] = row.get(locked.field)
                put_back.add(cell)
                continue
            if row is None or is_blank(row.get(locked.field)):
                continue
            if locked.from_accounts:
                settled.add(cell)
                put_back.add(cell)
            values[i], remark = _compared(batch, locked, i, values[i], row[locked.field], errors.get(cell), shown)
            remarks += remark
            if not locked.locked_when_prefilled and cell in errors:
                put_back.add(cell)
        frame[locked.field] = pd.Series(values, index=frame.index, dtype=frame[locked.field].dtype)
    taken = take_frame(parsed, compute_formulas(batch.sheet, frame), put_back)
    return replace(taken, settled=frozenset(settled)), remarks


def _has_locked_answers(batch: Batch, issued: Mapping[int, Prefill]) -> bool:
    """Whether a sheet to write on was issued with rows in which something is locked besides the id."""
    locked = any(column.locked and not column.formula for column in batch.sheet.columns[1:])
    return locked and any(source in issued and issued[source].rows.get(batch.sheet.key) for source in set(batch.source))


def _raw(batch: Batch, column: Column, i: int, error: Remark | None) -> Any:
    """Return what stands in a cell; ``error``: what was said of it."""
    return batch.columns[column.field][i] if error is None or is_blank(error.value) else error.value


def _compared(batch: Batch, column: Column, i: int, value: Any, issued: Any, error: Remark | None, texts: Text) -> tuple[Any, list[Remark]]:
    """Return what counts in a locked cell, and the remark where it was changed.

    ``error``: why what stands there is no value; ``texts``: what the cell showed in place of its value, if anything.
    """
    raw = _raw(batch, column, i, error)
    if column.kind == "date" and isinstance(issued, str):
        issued = pd.Timestamp(issued)
    same = is_same_value(value, issued) if not isinstance(issued, str) else fold_text(str(value)) == fold_text(issued)
    if same or (column.from_accounts and raw == issued):  # an amount below zero is understood otherwise than it was issued
        return issued, []
    if column.locked_when_prefilled and (error is not None or not pd.isna(value)):
        return value, []
    change = Word("gone") if is_blank(raw) else Word("changed_to", {"value": raw})
    shown = texts or _say_issued(batch.form, column, issued)
    facts = {"change": change, "issued": shown}
    return issued, [Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, "locked-cell-changed", raw, facts)]


def is_same_value(value: Any, issued: Any) -> bool:
    """Tell whether a value is the one that was issued: Excel keeps fifteen digits of a number."""
    numbers = isinstance(value, int | float) and isinstance(issued, int | float)
    return isclose(value, issued, rel_tol=1e-14) if numbers else bool(value == issued)


def _say_issued(form: Form, column: Column, issued: Any) -> Any:
    """Return what was issued in a cell as people know it."""
    if column.list and isinstance(issued, str):
        return form.lists[column.list][issued]
    return issued.date() if isinstance(issued, pd.Timestamp) else issued
