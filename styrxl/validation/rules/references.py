"""The red thread: ids and texts by which answers refer to goals, commitments and organisations.

Finds ``unknown-parent``, ``parent-not-allowed``, ``goal-not-valid``, ``interpreted-value``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from styrxl.model.catalogue import LISTED, Word
from styrxl.model.findings import Remark
from styrxl.model.forms import EVERYBODY, Column, Form
from styrxl.model.prefill import Prefill
from styrxl.returns.cell_values import fold_text
from styrxl.returns.typed_frames import TypedBatch
from styrxl.validation.known_goals import KnownGoal

_NEAREST = 3
_NEAR_ENOUGH = 60
_OFFERED = {  # what an owner was given to choose from, in words
    "council_goals": "of_council_goals",
    "board_goals": "of_board_goals",
    "board_commitments": "of_board_commitments",
    "goals": "of_goals_and_commitments",
    "units": "of_units",
}


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
    years: Sequence[int],
    kinds: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> tuple[pd.DataFrame, list[Remark]]:
    """Resolve every reference of a batch to ids that its owner may use.

    ``years``: that of each row. ``kinds``: what each organisation is, by id. Returns the frame with ids in place of texts, and
    ``unknown-parent``, ``parent-not-allowed``, ``goal-not-valid`` and ``interpreted-value`` (a goal given by its text).
    """
    frame, remarks = parsed.frame, []
    for column in parsed.batch.sheet.columns:
        if column.kind != "ref" or column.locked:
            continue
        options = _options(parsed, column, issued, own)
        values, more = _resolve(parsed, column, options, _Existing(known, kinds), issued, years)
        remarks += more
        frame = frame.assign(**{column.field: pd.Series(values, index=frame.index, dtype="str")})
    return frame, remarks


@dataclass(frozen=True, slots=True)
class _Existing:
    """All that can be meant anywhere: goals and commitments, and of which kinds each organisation is; by id."""

    goals: Mapping[str, KnownGoal]
    organisations: Mapping[str, Collection[str]]


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
    existing: _Existing,
    issued: Mapping[int, Prefill],
    years: Sequence[int],
) -> tuple[list[str | None], list[Remark]]:
    batch, known = parsed.batch, existing.goals
    values: list[str | None] = []
    remarks: list[Remark] = []
    for i, value in enumerate(parsed.frame[column.field].tolist()):
        if not isinstance(value, str):
            values.append(None)
            continue
        source, row, year, allowed = batch.source[i], batch.row[i], years[i], options[batch.source[i]]
        if value in allowed and (value not in known or known[value].holds(year)):  # as nearly all are
            values.append(value)
            continue
        ids: list[str] = []
        for token in value.split(";"):
            known_as_it_is = token in allowed or (token == EVERYBODY and column.everybody is not None)
            code = token if known_as_it_is else _by_text(token, allowed)
            if code is None:
                offered = _of_kinds(allowed, column, existing.organisations)
                facts: dict[str, Any] = {"how": _how_to_choose(column), "candidates": _candidates(token, offered, column)}
                if why := _why_not(token, column, existing, issued.get(source), batch.form, year):
                    remarks.append(Remark(source, batch.sheet.key, row, column.field, "parent-not-allowed", token, {"why": why, **facts}))
                else:
                    facts["what"] = _describe_options(column, batch.form)
                    remarks.append(Remark(source, batch.sheet.key, row, column.field, "unknown-parent", token, facts))
                ids.append(token)
                continue
            ids.append(code)
            if code != token:
                remarks.append(Remark(source, batch.sheet.key, row, column.field, "interpreted-value", token, {"read": code}))
            goal = known.get(code)
            if goal and not goal.holds(year):
                facts = {"years": _describe_years(goal), "year": str(year)}
                remarks.append(Remark(source, batch.sheet.key, row, column.field, "goal-not-valid", code, facts))
        values.append(";".join(dict.fromkeys(ids)))
    return values, remarks


def _describe_years(goal: KnownGoal) -> Word:
    """Say in which years a goal holds; it has a first year, a last, or both."""
    years = {"first": str(goal.from_year), "last": str(goal.to_year)}
    return Word("years_until" if goal.from_year is None else "years_from" if goal.to_year is None else "years_between", years)


def _by_text(token: str, allowed: Mapping[str, str]) -> str | None:
    """Return the one option whose text is just what was written."""
    same = [code for code, text in allowed.items() if fold_text(text) == fold_text(token)]
    return same[0] if len(same) == 1 else None


def _why_not(token: str, column: Column, existing: _Existing, issued: Prefill | None, form: Form, year: int) -> Word | None:
    """Say why an owner may not refer to what exists; None where there is no such."""
    goal = existing.goals.get(token)
    kinds = existing.organisations.get(token.split(" ", 1)[0].upper(), ())
    if goal is None and not kinds:
        return None
    if goal is None:
        other_units = "unit" in kinds and "units" in column.source
        return Word("why_other_unit") if other_units else Word("why_kind", {"kind": form.lists["kind"].get(min(kinds), min(kinds))})
    of_board, is_offered = goal.kind.startswith("board") and "units" not in column.source, f"{goal.kind}s" in column.source
    if issued is not None and of_board and goal.owner not in {issued.owner, issued.board_id}:
        return Word("why_other_owner", {"owner": goal.owner})
    if is_offered and not goal.holds(year):
        return Word("why_not_then", {"years": _describe_years(goal)})
    if is_offered and goal.kind == "council_goal":
        return Word("why_not_concerned")
    if is_offered and goal.units:
        return Word("why_other_units", {"units": _join(goal.units)})
    return Word("why_level", {"what": Word(f"level_{goal.kind}")})


def _join(parts: Sequence[str]) -> Word | Sequence[str]:
    """Return texts with an "and" before the last, as far as all of them are named."""
    return Word("and_last", {"list": parts[:-1], "last": parts[-1]}) if 1 < len(parts) <= LISTED else parts


def _of_kinds(allowed: Mapping[str, str], column: Column, kinds: Mapping[str, Collection[str]]) -> Mapping[str, str]:
    """Return those of the options that are of the kinds of organisation that a column asks for."""
    if not column.kinds:
        return allowed
    return {code: text for code, text in allowed.items() if {*column.kinds} & {*kinds.get(code, ())}}


def _how_to_choose(column: Column) -> Word:
    return Word("choose_in_list" if column.has_drop_down else "write_id_in")


def _describe_options(column: Column, form: Form) -> Word:
    """Say among what something was looked for: goals, commitments, units, or organisations of some kinds."""
    parts = [part for source in column.source for part in _describe_source(source, column, form)]
    return parts[0] if len(parts) == 1 else Word("and_last", {"list": parts[:-1], "last": parts[-1]})


def _describe_source(source: str, column: Column, form: Form) -> list[Word]:
    if source in _OFFERED:
        return [Word(_OFFERED[source])]
    sheet = {"sheet": form.sheet(source.removeprefix("own:")).name} if source.startswith("own:") else {}
    if source != "own:organisation":
        return [Word("of_goals_on_sheet", sheet) if sheet else Word("of_choices")]
    kinds = [form.lists["kind"].get(kind, kind) for kind in column.kinds]
    return [Word("of_rows_of_kinds", {**sheet, "kinds": kinds}) if kinds else Word("of_rows_on_sheet", sheet)]


def _candidates(token: str, allowed: Mapping[str, str], column: Column) -> Word:
    """Name the nearest options by id or text; where none is near, all that can be chosen."""
    if not allowed:
        return Word("nothing_to_choose" if column.required else "nothing_leave_empty")
    shown = {code: f"{code} {text}" for code, text in allowed.items()}
    scored = process.extract(token, shown, scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=_NEAR_ENOUGH)
    if scored:
        *others, last = [text for text, _, _ in scored]
        return Word("nearest", {"list": Word("or_last", {"list": others, "last": last}) if others else last})
    return Word("valid_parents", {"list": list(allowed)})
