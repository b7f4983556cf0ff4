"""What a reader would find: answers that speak against each other, against the plan or against the round before; each a warning, pure.

A rule is one small function over one return, with what was issued to it. What a round's returns say of each other comes in as values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import compress, groupby

import numpy as np

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.model.forms import Form
from styrxl.model.goal_tree import LINK_ERRORS
from styrxl.model.prefill import Prefill
from styrxl.model.rollup import BAD, BEHIND
from styrxl.returns.cell_values import fold
from styrxl.returns.typed_columns import Parsed
from styrxl.validation.known_goals import KnownGoal
from styrxl.validation.one_return import Others, Return, Rows, Rule, majority, served_ids
from styrxl.validation.rules.followup_commitments import against_dates, reopened
from styrxl.validation.rules.followup_goals import against_goals, same_words
from styrxl.validation.rules.followup_money import (
    above_forecast,
    against_confirmation,
    beyond_measures,
    far_from_forecast,
    fell,
    in_kronor,
    on_budget,
    over_total,
    unbalanced,
)
from styrxl.validation.rules.plan_consistency import from_last_year, from_sibling, outlives, uncommitted, unserved, worse_target


def find_contradictions(
    parts: Sequence[Parsed], issued: Mapping[int, Prefill], known: Mapping[str, KnownGoal], before: Iterable[Remark] = ()
) -> list[Remark]:
    """Return what speaks against something else in a round's returns (their frames with ids in place of texts).

    ``before``: what has been found already; one cause is told once.
    """
    returns = list(_returns(parts, issued))
    before = tuple(before)
    copies = [remark for remark in before if remark.rule == "copied-text"]
    whole = {remark.source for remark in copies if getattr(remark.facts.get("other"), "key", "") == "the_other"}
    unsure = frozenset(remark.source for remark in before if remark.rule in {*LINK_ERRORS, "goal-not-valid"})
    named = {unit for one in returns for units in one.said("goals", "concerned_units") for unit in ids(units)}
    others = Others(
        units=_units_say(returns),
        served=_served(returns, unsure, named),
        known=known,
        siblings=_siblings(returns, whole),
        unsure=unsure,
        copied=frozenset((remark.source, remark.row) for remark in copies),
    )
    found: list[Remark] = []
    for one in returns:
        rules = RULES["plan"] if one.form.kind is None else RULES["followup"]
        for rule in rules:
            found += rule(one, others)
    return found


def _returns(parts: Sequence[Parsed], issued: Mapping[int, Prefill]) -> Iterator[Return]:
    found: dict[int, dict[str, tuple[Rows, slice]]] = {}
    forms: dict[int, Form] = {}
    for part in parts:
        batch, rows, start = part.batch, Rows(part), 0
        for source, its in groupby(batch.source):
            span = slice(start, start := start + len(list(its)))
            forms[source] = batch.form
            found.setdefault(source, {})[batch.sheet.key] = rows, span
    for source, sheets in found.items():
        if source in issued and forms[source].level in {"board", "unit"}:
            yield Return(source, forms[source], issued[source], sheets)


# what the other returns say


def _units_say(returns: Sequence[Return]) -> dict[str, dict[str, bool]]:
    """Return for each goal above a unit whether the unit says no: by its own goals there, else by most of its commitments."""
    found: dict[str, dict[str, bool]] = {}
    for one in returns:
        if one.form.level != "unit" or one.form.kind is None:
            continue
        goals: dict[str, list[bool]] = {}
        commitments: dict[str, list[bool]] = {}
        for line in one.of("goal_assessments"):
            if line.said["assessment"] not in {None, "not_assessable"}:
                for parent in served_ids(line.given):
                    goals.setdefault(parent, []).append(line.said["assessment"] in BAD)
        for line in one.of("commitment_status"):
            if line.said["status"] is not None:
                for parent in served_ids(line.given):
                    commitments.setdefault(parent, []).append(line.said["status"] in BEHIND)
        for parent, answers in (commitments | goals).items():
            found.setdefault(parent, {})[one.issued.owner] = majority(answers)
    return found


def _served(returns: Sequence[Return], unsure: Collection[int], named: Collection[str]) -> dict[str, frozenset[str]]:
    """Return what the plan of each of the named units serves; units whose plan is elsewhere are left out."""
    found = {}
    for one in (r for r in returns if r.issued.owner in named):
        elsewhere = any(line.said["elsewhere"] == "yes" for line in one.of("plan_elsewhere"))
        if one.form.level == "unit" and one.form.kind is None and not elsewhere and one.source not in unsure:
            rows = (*one.of("goals"), *one.of("commitments"))
            found[one.issued.owner] = frozenset(parent for line in rows for parent in served_ids(line.said))
    return found


def _siblings(returns: Sequence[Return], copied: Collection[int]) -> dict[int, dict[int, tuple[str, str]]]:
    """Return for each row of a unit's plan that says what another unit of its board says in an earlier one: that unit, and the id."""
    plans = [one for one in returns if one.form.level == "unit" and one.form.kind is None]
    first: dict[tuple[str, str], tuple[Return, int]] = {}
    again: list[tuple[Return, int, tuple[str, str]]] = []
    for one, place, text in _alike(plans):
        said = one.issued.board_id or "", text
        if one.source in copied or said in first:
            again.append((one, place, said))
        else:
            first[said] = one, place
    found: dict[int, dict[int, tuple[str, str]]] = {}
    for one, place, said in again:
        other, its = first.get(said, (one, place))
        if said[1] and other.source < one.source and other.issued.owner != one.issued.owner:
            code = other.said("commitments", "commitment_id")[its]
            found.setdefault(one.source, {})[one.of("commitments")[place].row] = other.issued.owner, code or ""
    return found


def _alike(plans: Sequence[Return]) -> Iterator[tuple[Return, int, str]]:
    """Yield the commitments, folded and by their place, that may be said more than once: most are not, and too many to be held beside."""
    texts = [one.said("commitments", "text") for one in plans]
    marks = np.fromiter((hash(fold(text or "")) for said in texts for text in said), np.int64)
    values, counts = np.unique(marks, return_counts=True)
    rows = ((one, place, text) for one, said in zip(plans, texts, strict=True) for place, text in enumerate(said))
    return ((one, place, fold(text or "")) for one, place, text in compress(rows, np.isin(marks, values[counts > 1])))


# the plan


# goals


# commitments


# money


RULES: Mapping[str, tuple[Rule, ...]] = {
    "plan": (uncommitted, unserved, outlives, worse_target, from_last_year, from_sibling),
    "followup": (
        against_goals,
        same_words,
        against_dates,
        reopened,
        against_confirmation,
        beyond_measures,
        on_budget,
        fell,
        above_forecast,
        far_from_forecast,
        over_total,
        unbalanced,
        in_kronor,
    ),
}
