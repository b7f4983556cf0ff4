"""The red thread: ids and texts by which answers refer to goals, commitments and organisations.

Finds ``unknown-parent``, ``parent-not-allowed``, ``goal-not-valid``, ``interpreted-value``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.model.forms import Column
from styrxl.model.prefill import Prefill
from styrxl.returns.cell_values import fold_text
from styrxl.returns.typed_frames import TypedBatch
from styrxl.validation.known_goals import KnownGoal

_NEAREST = 3
_NEAR_ENOUGH = 60


def collect_own_options(parsed: Iterable[TypedBatch]) -> dict[tuple[str, int], dict[str, str]]:
    """Collect what a return's own rows offer to its other sheets: (sheet key, source) -> id -> text."""
    options_of: dict[tuple[str, int], dict[str, str]] = {}
    for part in parsed:
        fields, key = [c.field for c in part.batch.sheet.columns[:2]], part.batch.sheet.key
        asked_for = any(f"own:{key}" in column.source for sheet in part.batch.form.sheets for column in sheet.columns)
        if len(fields) < 2 or part.batch.sheet.layout != "rows" or not asked_for:
            continue
        for source, code, text in zip(part.batch.source, part.frame[fields[0]].tolist(), part.frame[fields[1]].tolist(), strict=True):
            if isinstance(code, str):
                options_of.setdefault((key, source), {}).setdefault(code.split(" ", 1)[0], text if isinstance(text, str) else "")
    return options_of


def check_references(
    parsed: TypedBatch,
    issued: Mapping[int, Prefill],
    own: Mapping[tuple[str, int], Mapping[str, str]],
    known: Mapping[str, KnownGoal],
    year: int,
) -> tuple[pd.DataFrame, list[Remark]]:
    """Resolve every reference of a batch to ids that its owner may use.

    Returns the frame with ids in place of texts, and ``unknown-parent``, ``parent-not-allowed``, ``goal-not-valid`` and
    ``interpreted-value`` (a goal given by its text).
    """
    frame, remarks = parsed.frame, []
    for column in parsed.batch.sheet.columns:
        if column.kind != "ref" or column.locked:
            continue
        options = _options(parsed, column, issued, own)
        values, more = _resolve(parsed, column, options, known, issued, year)
        remarks += more
        frame = frame.assign(**{column.field: pd.Series(values, index=frame.index, dtype="str")})
    return frame, remarks


def _options(
    parsed: TypedBatch, column: Column, issued: Mapping[int, Prefill], own: Mapping[tuple[str, int], Mapping[str, str]]
) -> dict[int, Mapping[str, str]]:
    options: dict[int, Mapping[str, str]] = {}
    shared: dict[tuple[Any, ...], dict[str, str]] = {}
    plain = [s for s in column.source if not s.startswith("own:")]
    for source in set(parsed.batch.source):
        lists = issued[source].lists if source in issued else {}
        key = tuple(lists.get(name, ()) for name in plain)
        if key not in shared:
            shared[key] = {code: text for pairs in key for code, text in pairs}
        options[source] = shared[key]
        for name in column.source:
            if name.startswith("own:") and (mine := own.get((name[4:], source))):
                options[source] = {**options[source], **mine}
    return options


def _resolve(
    parsed: TypedBatch,
    column: Column,
    options: Mapping[int, Mapping[str, str]],
    known: Mapping[str, KnownGoal],
    issued: Mapping[int, Prefill],
    year: int,
) -> tuple[list[str | None], list[Remark]]:
    batch = parsed.batch
    values: list[str | None] = []
    remarks: list[Remark] = []
    for i, value in enumerate(parsed.frame[column.field].tolist()):
        if not isinstance(value, str):
            values.append(None)
            continue
        source, row, allowed = batch.source[i], batch.row[i], options[batch.source[i]]
        if value in allowed and (value not in known or known[value].holds(year)):  # as nearly all are
            values.append(value)
            continue
        ids: list[str] = []
        for token in value.split(";"):
            code = token if token in allowed else _by_text(token, allowed)
            if code is None:
                facts: dict[str, Any] = {"candidates": _candidates(token, allowed)}
                if why := _why_not(token, column, known, issued.get(source)):
                    remarks.append(Remark(source, batch.sheet.key, row, column.field, "parent-not-allowed", token, {"why": why, **facts}))
                else:
                    remarks.append(Remark(source, batch.sheet.key, row, column.field, "unknown-parent", token, facts))
                ids.append(token)
                continue
            ids.append(code)
            if code != token:
                remarks.append(Remark(source, batch.sheet.key, row, column.field, "interpreted-value", token, {"read": code}))
            goal = known.get(code)
            if goal and not goal.holds(year):
                facts = {"from_year": str(goal.from_year), "to_year": str(goal.to_year), "year": str(year)}
                remarks.append(Remark(source, batch.sheet.key, row, column.field, "goal-not-valid", code, facts))
        values.append(";".join(dict.fromkeys(ids)))
    return values, remarks


def _by_text(token: str, allowed: Mapping[str, str]) -> str | None:
    """Return the one option whose text is just what was written."""
    same = [code for code, text in allowed.items() if fold_text(text) == fold_text(token)]
    return same[0] if len(same) == 1 else None


def _why_not(token: str, column: Column, known: Mapping[str, KnownGoal], issued: Prefill | None) -> Word | None:
    """Say why an owner may not refer to a goal or commitment that exists; None where there is no such."""
    goal = known.get(token)
    if goal is None:
        return None
    if goal.kind == "council_goal" and "council_goals" in column.source:
        return Word("why_not_concerned")
    if issued is not None and goal.kind.startswith("board") and goal.owner not in {issued.owner, issued.board_id}:
        return Word("why_other_owner", {"owner": goal.owner})
    return Word("why_level", {"what": Word(f"level_{goal.kind}")})


def _candidates(token: str, allowed: Mapping[str, str]) -> Word:
    """Name the nearest options by id or text; where none is near, all that can be chosen."""
    shown = {code: f"{code} {text}" for code, text in allowed.items()}
    scored = process.extract(token, shown, scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=_NEAR_ENOUGH)
    if scored:
        return Word("nearest", {"list": [text for text, _, _ in scored]})
    return Word("valid_parents", {"list": list(allowed)})
