"""Answers on outcomes beside what the accounts say now: what has changed so much that its owner is asked again, and what is placed wrongly.

Finds ``outcome-changed``, ``outcome-not-answered``, ``outcome-placed-wrongly``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from styrxl.model.amounts import ORE, add_amounts
from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.findings import Remark
from styrxl.model.forms import BOOKED_REMARK, Column, Past, Sheet
from styrxl.model.prefill import Row
from styrxl.model.table_values import records
from styrxl.model.thresholds import Thresholds
from styrxl.prefill.booked import list_alone, match_booked, settle_amounts
from styrxl.returns.typed_frames import compute_formulas
from styrxl.validation.one_return import AnsweredRow, OtherReturns, Return, Rule

_SIGNS = {"revenue": -1, "cost": 1, "net": 1, "result": -1}


def find_changed_outcomes(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find outcomes that the accounts have otherwise now, where that is past the thresholds or makes an explanation needed."""
    for sheet, rows in _list_sheets(return_, others):
        matched = match_booked(sheet, _name_rows(sheet, rows), _list_owned(return_, others), return_.form.words)
        for row, found in zip(rows, matched, strict=True):
            amounts = settle_amounts(sheet, found, row.answers) if found else {}
            if not amounts or all(row.answers[field] is None for field in amounts):
                continue
            now = _recompute(sheet, row.answers, amounts)
            old, new = _net(sheet, row.answers), _net(sheet, now)
            past = return_.issued.limits.past(add_amounts((new, -old)), now.get(_base(sheet)) or 0.0)
            lacking = [column.heading for column in _list_newly_asked(sheet, row.answers, now, return_.issued.limits)]
            if abs(new - old) > ORE and (past or lacking):
                why = Word("outcome_asks", {"list": lacking}) if lacking else Word("outcome_may_change")
                facts = {"what": row.answers[sheet.columns[0].field], "old": old, "new": new, "why": why} | _tell_change(old, new)
                field = sheet.booked_columns[-1].field
                yield return_.remark(sheet.key, row.number, field, "outcome-changed", row.answers[field], **facts, **_tell_day(others))


def find_unanswered_outcomes(return_: Return, others: OtherReturns) -> Iterator[Remark]:
    """Find activities with an outcome past the thresholds in the accounts, which a return does not have."""
    named = [(sheet, rows) for sheet, rows in _list_sheets(return_, others) if sheet.named]
    names = [name for sheet, rows in named for name in _name_rows(sheet, rows)]
    for sheet, _ in named[:1]:
        for found in list_alone(names, _list_owned(return_, others), return_.form.words):
            net = _net(sheet, settle_amounts(sheet, found, {}))
            if return_.issued.limits.past(net, 0.0):
                name = sheet.columns[0].field
                facts = {"what": found.activity or "", "new": net, **_tell_day(others)}
                yield return_.remark(sheet.key, None, name, "outcome-not-answered", found.activity, **facts)


def find_wrongly_placed(return_: Return, _others: OtherReturns) -> Iterator[Remark]:
    """Find what owners say of outcomes that the accounts have placed wrongly."""
    for sheet in return_.form.tables:
        for field in (c.field for c in sheet.columns if c.booked == BOOKED_REMARK):
            for row in return_.rows(sheet.key):
                if text := row.answers[field]:
                    facts = {"what": row.answers[sheet.columns[0].field], "said": text}
                    yield return_.remark(sheet.key, row.number, field, "outcome-placed-wrongly", text, **facts)


def _list_owned(return_: Return, others: OtherReturns) -> Sequence[BookedRow]:
    return others.booked.of_owner(return_.issued.owner) if others.booked else ()


def _list_sheets(return_: Return, others: OtherReturns) -> list[tuple[Sheet, Sequence[AnsweredRow]]]:
    """Return the sheets that take amounts from the accounts, each with its rows; none where these say nothing of the owner."""
    sheets = return_.form.booked_sheets if _list_owned(return_, others) else ()
    return [(sheet, rows) for sheet in sheets if (rows := return_.rows(sheet.key))]


def _name_rows(sheet: Sheet, rows: Sequence[AnsweredRow]) -> list[str]:
    return [str(row.answers[sheet.columns[0].field] or "") for row in rows]


def _recompute(sheet: Sheet, answers: Row, amounts: Mapping[str, float]) -> dict[str, Any]:
    """Return a row as it is with other amounts."""
    there = {**{c.field: answers[c.field] for c in sheet.columns if c.field in answers}, **amounts}
    numbers = {c.field: "float64" for c in sheet.columns if c.kind == "number" and c.field in there}
    return next(records(compute_formulas(sheet, pd.DataFrame([there]).astype(numbers))))


def _net(sheet: Sheet, row: Mapping[str, Any]) -> float:
    """Return the net cost (tkr) that a row's amounts come to."""
    return add_amounts(_SIGNS[c.booked] * (row.get(c.field) or 0.0) for c in sheet.booked_columns)


def _base(sheet: Sheet) -> str:
    """Return the field that thresholds count in per cent of."""
    return next((c.base for c in sheet.columns if c.base), "")


def _list_newly_asked(sheet: Sheet, before: Row, now: Mapping[str, Any], limits: Thresholds) -> Iterator[Column]:
    """Yield the columns without an answer that a deviation asks for now, and did not before."""
    for column in sheet.columns:
        for field, past in column.required_when.items():
            if isinstance(past, Past) and before.get(column.field) is None:
                asked = [_is_past(row.get(field), row.get(past.base), past, limits) for row in (before, now)]
                if asked == [False, True]:
                    yield column


def _is_past(deviation: float | None, base: float | None, when: Past, limits: Thresholds) -> bool:
    return deviation is not None and (limits.short if when.deficit else limits.past)(deviation, base or 0.0)


def _tell_change(old: float, new: float) -> dict[str, Any]:
    key = "more_than_answered" if new > old else "less_than_answered"
    return {"change": Word(key, {"amount": add_amounts((max(old, new), -min(old, new)))})}


def _tell_day(others: OtherReturns) -> dict[str, Any]:
    assert others.booked is not None
    return {"day": local_day(others.booked.recorded_at, others.zone)}


RULES: tuple[Rule, ...] = (find_changed_outcomes, find_unanswered_outcomes, find_wrongly_placed)
