"""What a round's returns say of each other, gathered once for the rules that compare."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo
from itertools import compress

import numpy as np

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark
from styrxl.model.goal_judgement import BAD, BEHIND
from styrxl.model.goal_tree import LINK_ERRORS
from styrxl.returns.cell_values import fold_text
from styrxl.validation.known_goals import KnownGoal
from styrxl.validation.one_return import OtherReturns, Return, is_majority, parent_ids


def gather_other_returns(
    returns: Sequence[Return], goals: Mapping[str, KnownGoal], remarks: Sequence[Remark], booked: BookedOutcomes | None, zone: tzinfo
) -> OtherReturns:
    """Return what the returns say of each other, and the accounts of them.

    ``goals``: all that can be served; ``remarks``: what has been found already; ``booked``: what the accounts say; ``zone``: in
    which days are told.
    """
    copies = [remark for remark in remarks if remark.rule == "copied-text"]
    whole = {remark.source for remark in copies if getattr(remark.facts.get("other"), "key", "") == "the_other"}
    uncertain = frozenset(remark.source for remark in remarks if remark.rule in {*LINK_ERRORS, "goal-not-valid"})
    named = {unit for return_ in returns for units in return_.column("goals", "concerned_units") for unit in ids(units)}
    return OtherReturns(
        says_no=_find_units_that_say_no(returns),
        served=_find_served_goals(returns, uncertain, named),
        goals=goals,
        siblings=_find_sibling_copies(returns, whole),
        uncertain=uncertain,
        copied=frozenset((remark.source, remark.row) for remark in copies),
        booked=booked,
        zone=zone,
    )


def _find_units_that_say_no(returns: Sequence[Return]) -> dict[str, dict[str, bool]]:
    """Return for each goal above a unit whether the unit says no: by its own goals there, else by most of its commitments."""
    result: dict[str, dict[str, bool]] = {}
    for return_ in returns:
        if return_.form.level != "unit" or not return_.form.followup:
            continue
        goals: dict[str, list[bool]] = {}
        commitments: dict[str, list[bool]] = {}
        for row in return_.rows("goal_assessments"):
            if row.answers["assessment"] not in {None, "not_assessable"}:
                for parent in parent_ids(row.issued):
                    goals.setdefault(parent, []).append(row.answers["assessment"] in BAD)
        for row in return_.rows("commitment_status"):
            if row.answers["status"] is not None:
                for parent in parent_ids(row.issued):
                    commitments.setdefault(parent, []).append(row.answers["status"] in BEHIND)
        for parent, answers in (commitments | goals).items():
            result.setdefault(parent, {})[return_.issued.owner] = is_majority(answers)
    return result


def _find_served_goals(returns: Sequence[Return], uncertain: Collection[int], named: Collection[str]) -> dict[str, frozenset[str]]:
    """Return what the plan of each of the named units serves; units whose plan is elsewhere are left out."""
    result = {}
    for return_ in (r for r in returns if r.issued.owner in named):
        elsewhere = any(row.answers["elsewhere"] == "yes" for row in return_.rows("plan_elsewhere"))
        if return_.form.level == "unit" and not return_.form.followup and not elsewhere and return_.source not in uncertain:
            rows = (*return_.rows("goals"), *return_.rows("commitments"))
            result[return_.issued.owner] = frozenset(parent for row in rows for parent in parent_ids(row.answers))
    return result


def _find_sibling_copies(returns: Sequence[Return], copied: Collection[int]) -> dict[int, dict[int, tuple[str, str]]]:
    """Return for each row of a unit's plan that says what another unit of its board says in an earlier return: that unit, and the id."""
    plans = [return_ for return_ in returns if return_.form.level == "unit" and not return_.form.followup]
    first: dict[tuple[str, str], tuple[Return, int]] = {}
    again: list[tuple[Return, int, tuple[str, str]]] = []
    for return_, place, text in _find_repeated_texts(plans):
        board_and_text = return_.issued.board_id or "", text
        if return_.source in copied or board_and_text in first:
            again.append((return_, place, board_and_text))
        else:
            first[board_and_text] = return_, place
    result: dict[int, dict[int, tuple[str, str]]] = {}
    for return_, place, board_and_text in again:
        other, other_place = first.get(board_and_text, (return_, place))
        if board_and_text[1] and other.source < return_.source and other.issued.owner != return_.issued.owner:
            code = other.column("commitments", "commitment_id")[other_place]
            result.setdefault(return_.source, {})[return_.rows("commitments")[place].number] = other.issued.owner, code or ""
    return result


def _find_repeated_texts(plans: Sequence[Return]) -> Iterator[tuple[Return, int, str]]:
    """Yield return, place and folded text of the commitments whose text may stand more than once.

    Their hashes are counted first: most texts stand once, and all of them together would take too much memory.
    """
    texts = [return_.column("commitments", "text") for return_ in plans]
    marks = np.fromiter((hash(fold_text(text or "")) for column in texts for text in column), np.int64)
    values, counts = np.unique(marks, return_counts=True)
    rows = ((return_, place, text) for return_, column in zip(plans, texts, strict=True) for place, text in enumerate(column))
    return ((return_, place, fold_text(text or "")) for return_, place, text in compress(rows, np.isin(marks, values[counts > 1])))
