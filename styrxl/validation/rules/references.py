"""The red thread: what answers point at, and what the plans say together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby
from math import fsum
from operator import itemgetter
from typing import Any

import pandas as pd
from rapidfuzz import fuzz, process

from styrxl.model.council_plan import Plan, round_kind, round_words
from styrxl.model.findings import CellOf, Remark, Word
from styrxl.model.forms import Column, Sheet
from styrxl.model.prefill import Prefill
from styrxl.returns.cell_values import fold
from styrxl.returns.typed_columns import Parsed

LINK_ERRORS = frozenset({"unknown-parent", "parent-not-allowed", "missing-parent"})

_NEAREST = 3
_NEAR_ENOUGH = 60
_SUSPECT = 100  # times the frame (or its inverse): nobody plans like that, but kronor and millions look like it
_ORE = 0.005  # half of 0.01 tkr: less than the öre of any sum


@dataclass(frozen=True, slots=True)
class Known:
    """A goal or commitment that exists: what it is, whose, its text and the years in which it holds."""

    kind: str  # council_goal, board_goal, board_commitment, unit_goal, commitment
    owner: str
    text: str
    from_year: int | None = None
    to_year: int | None = None

    def holds(self, year: int) -> bool:
        """Whether it holds in a year (always, where it says nothing)."""
        return (self.from_year or 0) <= year <= (self.to_year or 9999)


def known_goals(plan: Plan, boards: Mapping[str, pd.DataFrame]) -> dict[str, Known]:
    """Everything that can be tied to: the council's goals and (tables goals, commitments, with ``_owner``) the boards'."""
    known = {g.goal_id: Known("council_goal", "KF", g.text, g.from_year, g.to_year) for g in plan.goals}
    for row in _records(boards.get("goals"), ["goal_id", "_owner", "text", "from_year", "to_year"]):
        known[row[0]] = Known("board_goal", row[1], row[2] or "", _year(row[3]), _year(row[4]))
    for row in _records(boards.get("commitments"), ["commitment_id", "_owner", "text"]):
        known[row[0]] = Known("board_commitment", row[1], row[2] or "")
    return known


def _year(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def _records(frame: pd.DataFrame | None, columns: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    if frame is None or frame.empty:
        return ()
    rows = zip(*(frame[name] if name in frame else [None] * len(frame) for name in columns), strict=True)
    return (row for row in rows if isinstance(row[0], str))


def own_options(parsed: Iterable[Parsed]) -> dict[tuple[str, int], dict[str, str]]:
    """Collect what a return's own rows offer to its other sheets: (sheet key, source) -> id -> text."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for part in parsed:
        fields, key = [c.field for c in part.batch.sheet.columns[:2]], part.batch.sheet.key
        asked_for = any(f"own:{key}" in column.source for sheet in part.batch.form.sheets for column in sheet.columns)
        if len(fields) < 2 or part.batch.sheet.layout != "rows" or not asked_for:
            continue
        for source, code, text in zip(part.batch.source, part.frame[fields[0]].tolist(), part.frame[fields[1]].tolist(), strict=True):
            if isinstance(code, str):
                found.setdefault((key, source), {}).setdefault(code.split(" ", 1)[0], text if isinstance(text, str) else "")
    return found


def check_references(
    parsed: Parsed,
    issued: Mapping[int, Prefill],
    own: Mapping[tuple[str, int], Mapping[str, str]],
    known: Mapping[str, Known],
    year: int,
) -> tuple[pd.DataFrame, list[Remark]]:
    """Resolve every reference of a batch to ids that its owner may use.

    Returns the frame with ids in place of texts, and ``unknown-parent``, ``parent-not-allowed``, ``goal-not-valid`` and
    ``interpreted-value`` (a goal given by its text).
    """
    frame, found = parsed.frame, []
    for column in parsed.batch.sheet.columns:
        if column.kind != "ref" or column.locked:
            continue
        options = _options(parsed, column, issued, own)
        values, remarks = _resolve(parsed, column, options, known, issued, year)
        found += remarks
        frame = frame.assign(**{column.field: pd.Series(values, index=frame.index, dtype="str")})
    return frame, found


def _options(
    parsed: Parsed, column: Column, issued: Mapping[int, Prefill], own: Mapping[tuple[str, int], Mapping[str, str]]
) -> dict[int, Mapping[str, str]]:
    found: dict[int, Mapping[str, str]] = {}
    shared: dict[tuple[Any, ...], dict[str, str]] = {}
    plain = [s for s in column.source if not s.startswith("own:")]
    for source in set(parsed.batch.source):
        lists = issued[source].lists if source in issued else {}
        key = tuple(lists.get(name, ()) for name in plain)
        if key not in shared:
            shared[key] = {code: text for pairs in key for code, text in pairs}
        found[source] = shared[key]
        for name in column.source:
            if name.startswith("own:") and (mine := own.get((name[4:], source))):
                found[source] = {**found[source], **mine}
    return found


def _resolve(
    parsed: Parsed,
    column: Column,
    options: Mapping[int, Mapping[str, str]],
    known: Mapping[str, Known],
    issued: Mapping[int, Prefill],
    year: int,
) -> tuple[list[str | None], list[Remark]]:
    batch = parsed.batch
    values: list[str | None] = []
    found: list[Remark] = []
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
                facts = _trouble(token, column, allowed, known, issued.get(source))
                found.append(Remark(source, batch.sheet.key, row, column.field, facts.pop("rule"), token, facts))
                ids.append(token)
                continue
            ids.append(code)
            if code != token:
                found.append(Remark(source, batch.sheet.key, row, column.field, "interpreted-value", token, {"read": code}))
            goal = known.get(code)
            if goal and not goal.holds(year):
                facts = {"from_year": str(goal.from_year), "to_year": str(goal.to_year), "year": str(year)}
                found.append(Remark(source, batch.sheet.key, row, column.field, "goal-not-valid", code, facts))
        values.append(";".join(dict.fromkeys(ids)))
    return values, found


def _by_text(token: str, allowed: Mapping[str, str]) -> str | None:
    """Return the one option whose text is just what was written."""
    same = [code for code, text in allowed.items() if fold(text) == fold(token)]
    return same[0] if len(same) == 1 else None


def _trouble(token: str, column: Column, allowed: Mapping[str, str], known: Mapping[str, Known], issued: Prefill | None) -> dict[str, Any]:
    candidates = _candidates(token, allowed)
    goal = known.get(token)
    if goal is None:
        return {"rule": "unknown-parent", "candidates": candidates}
    if goal.kind == "council_goal" and "council_goals" in column.source:
        why = Word("why_not_concerned")
    elif issued is not None and goal.kind.startswith("board") and goal.owner not in {issued.owner, issued.board_id}:
        why = Word("why_other_owner", {"owner": goal.owner})
    else:
        why = Word("why_level", {"what": Word(f"level_{goal.kind}")})
    return {"rule": "parent-not-allowed", "why": why, "candidates": candidates}


def _candidates(token: str, allowed: Mapping[str, str]) -> Word:
    """Name the nearest options by id or text; where none is near, all that can be chosen."""
    shown = {code: f"{code} {text}" for code, text in allowed.items()}
    scored = process.extract(token, shown, scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=_NEAR_ENOUGH)
    if scored:
        return Word("nearest", {"list": [text for text, _, _ in scored]})
    return Word("valid_parents", {"list": list(allowed)})


def check_board_plan(parts: Mapping[str, Parsed], issued: Mapping[int, Prefill], broken: frozenset[int]) -> list[Remark]:
    """Check what a board's plan says against the council's goals: denied, uncovered, not confirmed (sheet key -> batch of one form).

    ``broken``: returns with links that are in error; what they cover is not known before those are mended.
    """
    found: list[Remark] = []
    if "confirmation" in parts:
        batch = parts["confirmation"].batch
        for i, answer in enumerate(parts["confirmation"].frame["confirms"].tolist()):
            if answer == "no":
                found.append(
                    Remark(batch.source[i], "confirmation", batch.row[i], "confirms", "not-confirmed", batch.columns["confirms"][i])
                )
    if "goal_responses" not in parts:
        return found
    batch, frame = parts["goal_responses"].batch, parts["goal_responses"].frame
    served = _served(parts)
    named = {s: {r["goal_id"] for r in p.rows.get("goal_responses", ()) if r.get("concerns") == "yes"} for s, p in issued.items()}
    for i, (goal, answer) in enumerate(zip(frame["goal_id"].tolist(), frame["concerns"].tolist(), strict=True)):
        source, raw = batch.source[i], batch.columns["concerns"][i]
        if answer == "no" and goal in named.get(source, ()):
            found.append(Remark(source, "goal_responses", batch.row[i], "concerns", "concern-denied", raw, {"goal": goal}))
        elif answer == "yes" and source not in broken and goal not in served.get(source, ()):
            found.append(Remark(source, "goal_responses", batch.row[i], "concerns", "goal-uncovered", raw, {"goal": goal}))
    return found


def _served(parts: Mapping[str, Parsed]) -> dict[int, set[str]]:
    served: dict[int, set[str]] = {}
    for key in ("goals", "commitments"):
        if key not in parts:
            continue
        part = parts[key]
        for name in ("parent_id", "more_parents"):
            if name in part.frame:
                for source, value in zip(part.batch.source, part.frame[name].tolist(), strict=True):
                    if isinstance(value, str):
                        served.setdefault(source, set()).update(value.split(";"))
    return served


def check_frames(parsed: Parsed, frames: Mapping[int, Mapping[str, float | None]]) -> list[Remark]:
    """Hold the sum of a sheet's limited column against each owner's frame (source -> frame name -> tkr)."""
    limit = parsed.batch.sheet.limit
    if limit is None or parsed.frame.empty:
        return []
    column = parsed.batch.sheet.column(limit.column)
    found: list[Remark] = []
    amounts: dict[int, list[float]] = {}
    for source, value in zip(parsed.batch.source, parsed.frame[limit.column].tolist(), strict=True):
        amounts.setdefault(source, []).extend(() if pd.isna(value) else (float(value),))
    for source in sorted(amounts):
        frame = frames.get(source, {}).get(limit.frame)
        if frame is not None:
            found += _over(parsed.batch.sheet, source, column, amounts[source], frame)
    return found


def _over(sheet: Sheet, source: int, column: Column, values: Sequence[float], frame: float) -> list[Remark]:
    total = fsum(values)
    if frame > 0 and total > _SUSPECT * frame:
        facts = {"why": Word("why_kronor", {"times": round(total / frame), "frame": frame})}
        return [Remark(source, sheet.key, None, column.field, "unit-suspect", total, facts)]
    if sheet.table == "budget" and 0 < total < frame / _SUSPECT:
        facts = {"why": Word("why_million", {"total": total, "frame": frame})}
        return [Remark(source, sheet.key, None, column.field, "unit-suspect", total, facts)]
    if total <= frame + _ORE:
        return []
    rule = "unit-frames-exceeded" if sheet.table == "unit_frames" else "frame-exceeded"
    sums = {"total": total, "frame": frame, "excess": round(total - frame, 2)}
    return [Remark(source, sheet.key, None, column.field, rule, total, sums)]


def check_copies(
    commitments: Sequence[Parsed], owners: Mapping[int, str], texts: Mapping[str, str], places: Mapping[int, str]
) -> list[Remark]:
    """Find commitments that are word for word their parent's text, or a whole return that is another owner's.

    ``texts``: id -> text of what can be a parent; ``places``: source -> how to name the return.
    """
    found: list[Remark] = []
    whole: dict[bytes, int] = {}  # what a return says, as a digest -> the first that says it
    parents: dict[str, str] = {}
    for part in commitments:
        batch = part.batch
        said = (part.frame[name].tolist() for name in ("text", "parent_id"))
        for source, rows in groupby(zip(batch.source, batch.row, *said, strict=True), key=itemgetter(0)):
            mine = [(row, fold(text), text, parent) for _, row, text, parent in rows if isinstance(text, str)]
            for row, folded, text, parent in mine:
                first = parent.split(";", 1)[0] if isinstance(parent, str) else ""
                if first and first not in parents:
                    parents[first] = fold(texts.get(first, ""))
                if first and parents[first] == folded:
                    facts = {"other": Word("the_parent", {"id": first})}
                    found.append(Remark(source, batch.sheet.key, row, "text", "copied-text", text, facts))
            if len(mine) < 2:
                continue
            other = whole.setdefault(_digest(folded for _, folded, *_ in mine), source)
            if owners.get(other) != owners.get(source):
                facts = {"other": Word("the_other", {"owner": owners.get(other, ""), "path": places.get(other, "")})}
                found.append(Remark(source, batch.sheet.key, mine[0][0], "text", "copied-text", mine[0][1], facts))
    return found


def _digest(texts: Iterable[str]) -> bytes:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def check_organisation(parts: Mapping[str, Parsed], kinds: Mapping[str, set[str]]) -> list[Remark]:
    """In the multi-year plan: periods of one id that overlap, and references to the wrong kind of organisation."""
    found: list[Remark] = []
    for part in parts.values():
        batch = part.batch
        for column in batch.sheet.columns:
            if not column.kinds:
                continue
            for i, value in enumerate(part.frame[column.field].tolist()):
                for code in value.split(";") if isinstance(value, str) else ():
                    if code in kinds and not kinds[code] & set(column.kinds):
                        facts = {"why": Word("why_kind"), "candidates": Word("valid_parents", {"list": _of_kinds(kinds, column.kinds)})}
                        found.append(
                            Remark(batch.source[i], batch.sheet.key, batch.row[i], column.field, "parent-not-allowed", code, facts)
                        )
    return found + ([*_overlaps(parts["organisation"]), *_rounds(parts["organisation"])] if "organisation" in parts else [])


def _rounds(part: Parsed) -> list[Remark]:
    """Find words under Uppföljning that name no round."""
    batch, found = part.batch, []
    for i, value in enumerate(part.frame["followup_rounds"]):
        for word in round_words(value):
            if round_kind(word) is None:
                choices = ["T1", "T2", {"sv": "År", "en": "Year"}]
                found.append(
                    Remark(batch.source[i], batch.sheet.key, batch.row[i], "followup_rounds", "not-in-list", word, {"choices": choices})
                )
    return found


def _of_kinds(kinds: Mapping[str, set[str]], wanted: Iterable[str]) -> list[str]:
    return [code for code, has in kinds.items() if has & set(wanted)]


def _overlaps(part: Parsed) -> list[Remark]:
    batch, found = part.batch, []
    earlier: dict[str, list[tuple[Any, Any, int]]] = {}
    low, high = pd.Timestamp.min, pd.Timestamp.max
    for i, (code, start, end) in enumerate(zip(*(part.frame[name].tolist() for name in ("org_id", "from", "to")), strict=True)):
        if not isinstance(code, str):
            continue
        span = (low if pd.isna(start) else start, high if pd.isna(end) else end, batch.row[i])
        clash = [row for a, b, row in earlier.get(code, ()) if a <= span[1] and span[0] <= b]
        if clash:
            facts = {"first": CellOf("org_id", clash[0])}
            found.append(Remark(batch.source[i], batch.sheet.key, batch.row[i], "org_id", "duplicate-id", code, facts))
        earlier.setdefault(code, []).append(span)
    return found
