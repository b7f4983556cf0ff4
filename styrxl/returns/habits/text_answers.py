"""Texts that are no answers in words, and cells that hold more than one answer."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Column
from styrxl.returns.batch import Batch
from styrxl.returns.habits.no_answers import Pointers, find_naming_column

_NO_WORDS = re.compile(r"[\d\s.,:/+–-]*\d[\d\s.,:/+–-]*")
_MARKED_LINE = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[a-hA-H][.)]|[-–—•*·●▪◦‣])\s*\S", re.MULTILINE)
_NUMBERED = re.compile(r"(?:^|\s)(?:\(?1[.)]|a\)) \S[^\n]{3,}?\s(?:\(?2[.)]|b\)) \S")
_FEW_WORDS = 3
_SEVERAL_LINES = 3


def check_texts(batch: Batch, column: Column, values: list[Any], pointers: Pointers) -> list[Remark]:
    """Remark on texts that are numbers, point to an enclosure or hold several answers; take those that are no answers out of the column."""
    if column.kind != "text" or not column.asked or column.own or not batch.form.rounds:
        return []
    written = "\0".join(filter(None, values))
    if not written:
        return []
    needed = bool(column.required or column.required_when)
    counted = not column.code and any(type(raw) is not str or raw[-1:].isdigit() for raw in batch.columns[column.field])
    pointing = needed and batch.sheet.layout == "rows" and pointers.may_match(written)
    naming = ("\n" in written or _may_count(written)) and column is find_naming_column(batch.sheet)
    if not (counted or pointing or naming):  # as nearly everywhere
        return []
    remarks = []
    for index, (value, raw) in enumerate(zip(values, batch.columns[column.field], strict=True)):
        if value is None:
            continue
        source, row = batch.source[index], batch.row[index]
        if counted and _is_number(raw):
            empty = Word("nothing" if needed else "may_be_empty")
            facts: dict[str, Any] = {"wanted": Word("an_answer_in_words"), "such_as": Word("nothing"), "empty": empty}
            remarks.append(Remark(source, batch.sheet.key, row, column.field, "wrong-type", raw, facts))
            values[index] = None
        elif pointing and pointers.matches(value):
            facts = {"note": Word("note_enclosure")}
            remarks.append(Remark(source, batch.sheet.key, row, column.field, "placeholder-text", raw, facts))
            values[index] = None
        elif naming and (count := count_answers(value)) > 1:
            remarks.append(Remark(source, batch.sheet.key, row, column.field, "several-in-one-cell", raw, {"n": count}))
    return remarks


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float | date) or (isinstance(raw, str) and raw[-1:].isdigit() and bool(_NO_WORDS.fullmatch(raw)))


def count_answers(text: str) -> int:
    """Count the answers that a text lists: lines with numbers or bullets, sentences on lines of their own, or numbers within a line."""
    if "\n" in text:
        marked = len(_MARKED_LINE.findall(text))
        if marked > 1:
            return marked
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        sentences = all(line[0].isupper() and len(line.split()) >= _FEW_WORDS for line in lines)
        if sentences and len(lines) > 1 and (len(lines) >= _SEVERAL_LINES or all(line.endswith(".") for line in lines)):
            return len(lines)
    return 2 if _may_count(text) and _NUMBERED.search(text) else 1


def _may_count(text: str) -> bool:
    return "1. " in text or "1) " in text or "a) " in text
