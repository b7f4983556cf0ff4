"""What a reader would find: answers that speak against each other, against the plan or against the round before; each a warning, pure.

A rule is one small function over one return, with what was issued to it. What a round's returns say of each other comes in as values.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import compress, groupby
from math import fsum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from styrxl.model.council_plan import ids
from styrxl.model.findings import Remark, Word
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round
from styrxl.returns.cell_values import fold
from styrxl.returns.typed_columns import Parsed
from styrxl.validation.rules.references import LINK_ERRORS, Known
from styrxl.validation.rules.rows import id_key

GOOD, BAD = frozenset({"on_track", "fulfilled"}), frozenset({"off_track", "not_fulfilled"})
BEHIND = frozenset({"late", "cancelled", "not_done"})
PACE_FAR = 0.10  # of the year's budget: how far an outcome may be from its share of the year before a forecast on budget is asked about
FORECAST_FAR = 0.05  # of the year's budget: how far an outcome may be from the August forecast
SUSPECT = 100  # times the frame: kronor where thousands are asked for
ORE = 0.005  # half of 0.01 tkr


class Line(NamedTuple):
    """A row of a sheet: its Excel row, what is said in it (None where empty), and what was issued with it, shown or not."""

    row: int
    said: Row
    given: Row


class Rows:
    """The rows of a sheet in all returns of a form. Columns are taken out of the frame when a rule first asks for them."""

    def __init__(self, part: Parsed) -> None:
        """Take what has been read."""
        self._sheet, self._numbers, self._frame = part.batch.sheet, part.batch.row, part.frame
        self._fields = [c.field for c in part.batch.sheet.columns if c.field in part.frame]
        self._known: dict[str, list[Any]] = {}

    def column(self, name: str, span: slice) -> Sequence[Any]:
        """Return what is said in a column, on some of the rows (None where empty); nothing where there is no such column."""
        if name not in self._known:
            self._known[name] = _plain(self._frame[name]) if name in self._fields else []
        return self._known[name][span]

    def lines(self, span: slice, given: Sequence[Row]) -> Iterator[Line]:
        """Yield some of the rows, with those of the rows that were given with them."""
        column, named = self._sheet.id_column, self._sheet.named
        known = {id_key(row[column.field], named=named): row for row in given} if column else {}
        values = zip(*(self.column(name, span) for name in self._fields), strict=True)
        for row, said in zip(self._numbers[span], (dict(zip(self._fields, one, strict=True)) for one in values), strict=True):
            yield Line(row, said, known.get(id_key(said[column.field], named=named), {}) if column and known else {})


@dataclass(frozen=True, slots=True)
class Return:
    """One return: where its rows are, by sheet key, and what was issued to it. Lines are made when a rule first asks for them."""

    source: int
    form: Form
    issued: Prefill
    rows: Mapping[str, tuple[Rows, slice]] = field(default_factory=dict)
    made: dict[str, tuple[Line, ...]] = field(default_factory=dict)

    def of(self, key: str) -> tuple[Line, ...]:
        """Return a sheet's lines."""
        if key not in self.made:
            rows, span = self.rows.get(key, (None, slice(0)))
            self.made[key] = tuple(rows.lines(span, self.issued.rows.get(key, ()))) if rows else ()
        return self.made[key]

    def said(self, key: str, name: str) -> Sequence[Any]:
        """Return what is said in a column of a sheet, row by row: nothing where it has no such column."""
        rows, span = self.rows.get(key, (None, slice(0)))
        return rows.column(name, span) if rows else ()

    @property
    def round(self) -> Round:
        """Its round."""
        return Round.parse(self.issued.round)

    def remark(self, key: str, row: int | None, name: str, rule: str, value: Any, **facts: Any) -> Remark:
        """Return a remark on a field; the sheets that facts name are named as the form names them."""
        named = {fact: self.form.sheet(at).name for fact, at in facts.items() if fact.startswith("sheet_")}
        return Remark(self.source, key, row, name, rule, value, {**facts, **named})

    def word(self, name: str, code: str | None) -> Mapping[str, str] | str:
        """Return what a list calls a code."""
        return self.form.lists[name].get(code or "", code or "")


@dataclass(frozen=True, slots=True)
class Others:
    """What the round's other returns say: ``units`` board goal -> unit -> whether it says no; ``served`` unit -> what its plan serves.

    Of ``served`` are only units that a goal names. ``known``: all goals; ``siblings``: return -> row -> the unit of the same board, and
    its commitment, that says the same and is first. ``unsure``: returns with links in error, of which it is not known what they serve;
    ``copied``: returns and rows that are known to be copied already.
    """

    units: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    served: Mapping[str, frozenset[str]] = field(default_factory=dict)
    known: Mapping[str, Known] = field(default_factory=dict)
    siblings: Mapping[int, Mapping[int, tuple[str, str]]] = field(default_factory=dict)
    unsure: frozenset[int] = frozenset()
    copied: frozenset[tuple[int, int | None]] = frozenset()


Rule = Callable[[Return, Others], Iterator[Remark]]


def contradictions(
    parts: Sequence[Parsed], issued: Mapping[int, Prefill], known: Mapping[str, Known], before: Iterable[Remark] = ()
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


def _plain(values: pd.Series) -> list[Any]:
    return values.astype(object).where(values.notna(), None).tolist()


# what the other returns say


def _serves(row: Row) -> tuple[str, ...]:
    return (*ids(row.get("parent_id")), *ids(row.get("more_parents")))


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
                for parent in _serves(line.given):
                    goals.setdefault(parent, []).append(line.said["assessment"] in BAD)
        for line in one.of("commitment_status"):
            if line.said["status"] is not None:
                for parent in _serves(line.given):
                    commitments.setdefault(parent, []).append(line.said["status"] in BEHIND)
        for parent, answers in (commitments | goals).items():
            found.setdefault(parent, {})[one.issued.owner] = _most(answers)
    return found


def _most(answers: Iterable[bool]) -> bool:
    told = list(answers)
    return 2 * sum(told) > len(told)


def _served(returns: Sequence[Return], unsure: Collection[int], named: Collection[str]) -> dict[str, frozenset[str]]:
    """Return what the plan of each of the named units serves; units whose plan is elsewhere are left out."""
    found = {}
    for one in (r for r in returns if r.issued.owner in named):
        elsewhere = any(line.said["elsewhere"] == "yes" for line in one.of("plan_elsewhere"))
        if one.form.level == "unit" and one.form.kind is None and not elsewhere and one.source not in unsure:
            rows = (*one.of("goals"), *one.of("commitments"))
            found[one.issued.owner] = frozenset(parent for line in rows for parent in _serves(line.said))
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


def uncommitted(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal of the highest priority that no commitment serves."""
    if 1 not in one.said("goals", "priority") or one.source in others.unsure:
        return
    served = {parent for line in one.of("commitments") for parent in _serves(line.said)}
    for line in one.of("goals"):
        if line.said["priority"] == 1 and line.said["goal_id"] not in served:
            facts = {"goal": line.said["goal_id"], "sheet_other": "commitments"}
            yield one.remark("goals", line.row, "priority", "priority-uncommitted", line.said["priority"], **facts)


def unserved(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal that names units, of which some have answered without serving it or a commitment under it."""
    for line in one.of("goals") if any(one.said("goals", "concerned_units")) else ():
        answered = [unit for unit in ids(line.said.get("concerned_units")) if unit in others.served]
        under = {c.said["commitment_id"] for c in one.of("commitments") if line.said["goal_id"] in _serves(c.said)} if answered else set()
        units = [unit for unit in answered if not {line.said["goal_id"], *under} & others.served[unit]]
        if units:
            facts = {"goal": line.said["goal_id"], "units": units}
            yield one.remark("goals", line.row, "concerned_units", "goal-unserved", line.said["concerned_units"], **facts)


def outlives(one: Return, others: Others) -> Iterator[Remark]:
    """Find a board's goal that holds for longer than the council's goal that it serves."""
    for line in one.of("goals") if one.form.level == "board" else ():
        parent = others.known.get(line.said["parent_id"] or "")
        to_year = line.said["to_year"]
        if parent and parent.to_year and to_year is not None and to_year > parent.to_year:
            facts = {
                "goal": line.said["goal_id"],
                "parent": line.said["parent_id"],
                "year": str(to_year),
                "parent_year": str(parent.to_year),
            }
            yield one.remark("goals", line.row, "to_year", "goal-outlives-parent", int(to_year), **facts)


def worse_target(one: Return, _: Others) -> Iterator[Remark]:
    """Find an indicator whose target is worse than what it starts from."""
    for line in one.of("indicators"):
        target, baseline, direction = line.said["target"], line.said["baseline"], line.said["direction"]
        if None not in {target, baseline, direction} and _misses(target, baseline, direction):
            yield one.remark("indicators", line.row, "target", "target-below-baseline", target, baseline=baseline, target=target)


def from_last_year(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment that is word for word one of last year's."""
    old = {fold(row["text"] or ""): row["id"] for row in one.issued.memory.get("last_commitments", ())}
    for line in one.of("commitments") if old else ():
        code = old.get(fold(line.said["text"] or "")) if line.said["text"] else None
        if code:
            yield one.remark("commitments", line.row, "text", "copied-from-last-year", line.said["text"], other=code)


def from_sibling(one: Return, others: Others) -> Iterator[Remark]:
    """Find a unit's commitment that is word for word one of another unit of the same board."""
    mine = others.siblings.get(one.source, {})
    for line in one.of("commitments") if mine else ():
        first = mine.get(line.row)
        if first and (one.source, line.row) not in others.copied:
            yield one.remark("commitments", line.row, "text", "copied-from-sibling", line.said["text"], owner=first[0], other=first[1])


# goals


def _misses(outcome: float, target: float, direction: str | None) -> bool:
    return outcome > target if direction == "lower" else outcome < target


def against_goals(one: Return, others: Others) -> Iterator[Remark]:
    """Find a goal assessed as fulfilled against its indicators, its commitments or its units; or as not, against all of them."""
    for line in one.of("goal_assessments"):
        goal, told = line.said["goal_id"], line.said["assessment"]
        measured = [i for i in one.of("indicator_outcomes") if i.given.get("goal_id") == goal and i.said["outcome"] is not None]
        missing = [
            i for i in measured if i.given["target"] is not None and _misses(i.said["outcome"], i.given["target"], i.given["direction"])
        ]
        statuses = {c.said["commitment_id"]: c.said["status"] for c in one.of("commitment_status") if goal in _serves(c.given)}
        behind = [code for code, status in statuses.items() if status in BEHIND]
        units = others.units.get(goal or "", {}) if one.form.level == "board" else {}
        no = sorted(unit for unit, says_no in units.items() if says_no)
        facts: dict[str, Any] = {"goal": goal, "told": one.word("assessment", told)}

        def said(rule: str, line: Line = line, facts: Mapping[str, Any] = facts, **more: Any) -> Remark:
            return one.remark("goal_assessments", line.row, "assessment", rule, facts["told"]["sv"], **facts, **more)

        if told in GOOD:
            if measured and len(missing) == len(measured):
                yield said("fulfilled-despite-indicators", list=[i.said["indicator_id"] for i in missing], sheet_other="indicator_outcomes")
            if _most(code in behind for code in statuses):
                yield said("fulfilled-despite-commitments", list=behind, n=len(statuses), sheet_other="commitment_status")
            if _most(units.values()):
                yield said("fulfilled-despite-units", list=no, n=len(units))
        well = not missing and not _most(units.values()) and all(status in {"on_plan", "done"} for status in statuses.values())
        if told in BAD and (measured or statuses) and well:
            yield said("unfulfilled-despite-results", list=[*(i.said["indicator_id"] for i in measured), *statuses])


def same_words(one: Return, _: Others) -> Iterator[Remark]:
    """Find an analysis that is word for word the one of the round before, and one more time that a goal cannot be assessed."""
    for line in one.of("goal_assessments"):
        old, new, round_ = line.given.get("last_analysis"), line.said["analysis"], line.given.get("last_round")
        if old and new and fold(old) == fold(new):
            yield one.remark("goal_assessments", line.row, "analysis", "analysis-unchanged", new, goal=line.said["goal_id"], round=round_)
        if line.said["assessment"] == "not_assessable" and line.given.get("last_assessment") == "not_assessable":
            value = one.word("assessment", "not_assessable")
            facts = {"goal": line.said["goal_id"], "round": round_}
            yield one.remark("goal_assessments", line.row, "assessment", "not-assessable-again", _sv(value), **facts)


def _sv(text: Mapping[str, str] | str) -> str:
    return text if isinstance(text, str) else text["sv"]


# commitments


def against_dates(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment done before it started, and one under way as planned after its end."""
    day = one.round.day
    for line in one.of("commitment_status"):
        start, end = (_day(line.given.get(name)) for name in ("start", "end"))
        status, code = line.said["status"], line.said["commitment_id"]
        value = _sv(one.word("commitment_status", status))
        if status == "done" and start and start > day:
            yield one.remark("commitment_status", line.row, "status", "done-before-start", value, id=code, start=start, day=day)
        if status == "on_plan" and end and end < day:
            yield one.remark("commitment_status", line.row, "status", "on-plan-past-end", value, id=code, end=end, day=day)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def reopened(one: Return, _: Others) -> Iterator[Remark]:
    """Find a commitment that was done in the round before and is not any more."""
    for line in one.of("commitment_status"):
        status = line.said["status"]
        if line.given.get("last_status") == "done" and status not in {None, "done"}:
            told = one.word("commitment_status", status)
            facts = {"id": line.said["commitment_id"], "told": told, "round": line.given["last_round"]}
            yield one.remark("commitment_status", line.row, "status", "commitment-reopened", _sv(told), **facts)


# money


def _net(row: Row, what: str) -> float | None:
    cost = row.get(f"{what}_cost")
    return None if cost is None else cost - (row.get(f"{what}_revenue") or 0.0)


def against_confirmation(one: Return, _: Others) -> Iterator[Remark]:
    """Find a deficit in the first follow-up of a year in which the board confirmed its undertaking within the frame."""
    confirmed = any(row["confirms"] == "yes" for row in one.issued.memory.get("confirmation", ()))
    first = not any(Round.parse(code).followup for code in one.issued.based_on)
    total = fsum(line.said["deviation"] or 0.0 for line in one.of("outcomes"))
    if confirmed and first and one.form.kind != "year" and total < -ORE:
        yield one.remark("outcomes", None, "deviation", "deficit-despite-confirmation", round(total, 2), deficit=round(-total, 2))


def beyond_measures(one: Return, _: Others) -> Iterator[Remark]:
    """Find a deficit that the measures against it do not make up for."""
    for line in one.of("outcomes") if one.form.kind != "year" else ():
        deviation, effect = line.said["deviation"], line.said["measures_effect"]
        if deviation is not None and effect is not None and -deviation > effect + ORE > ORE / 2:
            facts = {"activity": line.said["activity"], "deficit": round(-deviation, 2), "effect": effect}
            yield one.remark("outcomes", line.row, "measures_effect", "deficit-beyond-measures", effect, **facts)


def on_budget(one: Return, _: Others) -> Iterator[Remark]:
    """Find a forecast that is the budget, though the outcome is far from its share of the year."""
    share = one.round.day.month / 12
    for line in one.of("outcomes"):
        budget, outcome, forecast = line.said["current_budget"], _net(line.said, "outcome"), _net(line.said, "forecast")
        if budget is None or outcome is None or forecast is None or abs(forecast - budget) > ORE:
            continue
        if abs(outcome - budget * share) > max(PACE_FAR * abs(budget), one.issued.limits.tkr):
            facts = {"activity": line.said["activity"], "outcome": round(outcome, 2), "share": round(budget * share, 2)}
            yield one.remark("outcomes", line.row, "forecast_cost", "forecast-equals-budget", line.said["forecast_cost"], **facts)


_GROWING = (
    ("outcomes", "activity", "outcome_cost"),
    ("outcomes", "activity", "outcome_revenue"),
    ("investment_outcomes", "project", "outcome"),
    ("investment_outcomes", "project", "accumulated"),
)
_WITHIN = (
    ("outcomes", "activity", "outcome_cost", "forecast_cost"),
    ("outcomes", "activity", "outcome_revenue", "forecast_revenue"),
    ("investment_outcomes", "project", "outcome", "forecast"),
    ("unit_outcomes", "unit_id", "outcome", "forecast"),
)


def fell(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome below the one of the round before."""
    for key, name, amount in _GROWING:
        for line in one.of(key):
            old, new = line.given.get(f"last_{amount}"), line.said[amount]
            if old is not None and new is not None and new < old - ORE:
                facts = {"what": line.said[name], "old": old, "new": new, "round": line.given["last_round"]}
                yield one.remark(key, line.row, amount, "outcome-fell", new, **facts)


def above_forecast(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome that is more already than what is forecast for the full year."""
    for key, name, amount, forecast in _WITHIN:
        for line in one.of(key):
            now, then = line.said[amount], line.said.get(forecast)
            if now is not None and then is not None and now > then + ORE:
                column = one.form.sheet(key).column(forecast).heading
                facts = {"what": line.said[name], "outcome": now, "forecast": then, "heading": column}
                yield one.remark(key, line.row, amount, "outcome-above-forecast", now, **facts)


def far_from_forecast(one: Return, _: Others) -> Iterator[Remark]:
    """Find an outcome of the year that is far from what was forecast in August."""
    for line in one.of("outcomes") if one.form.kind == "year" else ():
        old, new, budget = line.given.get("last_forecast"), _net(line.said, "outcome"), line.said["current_budget"] or 0.0
        august = str(line.given.get("last_round") or "").endswith("-t2")
        if august and old is not None and new is not None and abs(new - old) > max(FORECAST_FAR * abs(budget), one.issued.limits.tkr):
            facts = {"activity": line.said["activity"], "outcome": round(new, 2), "forecast": old, "difference": round(abs(new - old), 2)}
            yield one.remark("outcomes", line.row, "outcome_cost", "outcome-far-from-forecast", line.said["outcome_cost"], **facts)


def over_total(one: Return, _: Others) -> Iterator[Remark]:
    """Find an investment that has cost more than was decided for all of it."""
    for line in one.of("investment_outcomes"):
        total, spent = line.given.get("total_expenditure"), line.said["accumulated"]
        if total is not None and spent is not None and spent > total + ORE:
            facts = {"project": line.said["project"], "spent": spent, "total": total}
            yield one.remark("investment_outcomes", line.row, "accumulated", "investment-over-total", spent, **facts)


def unbalanced(one: Return, _: Others) -> Iterator[Remark]:
    """Decided changes that are not, in all, what the council has changed the frame by: a board's own moves come to nothing."""
    lines = one.of("outcomes")
    total = fsum(line.said["decided_changes"] or 0.0 for line in lines)
    adjustments = one.issued.memory.get("adjustments", ())
    granted = fsum(row["operating"] for row in adjustments)
    if lines and abs(total - granted) > ORE:
        why = Word("adjusted_by", {"list": [row["decision"] for row in adjustments]}) if adjustments else Word("not_adjusted")
        facts = {"total": round(total, 2), "granted": round(granted, 2), "why": why}
        yield one.remark("outcomes", None, "decided_changes", "changes-unbalanced", round(total, 2), **facts)


def in_kronor(one: Return, _: Others) -> Iterator[Remark]:
    """Amounts that are a hundred times what the board or unit has to spend."""
    for key, names in (("outcomes", ("outcome_cost", "forecast_cost")), ("unit_outcomes", ("outcome", "forecast"))):
        lines = one.of(key)
        frame = one.issued.frames.get("operating_frame") if key == "outcomes" else next((li.given.get("frame") for li in lines), None)
        for name in names if frame else ():
            total = fsum(line.said.get(name) or 0.0 for line in lines)
            if frame and total > SUSPECT * frame:
                why = Word("why_kronor", {"times": round(total / frame), "frame": frame})
                yield one.remark(key, None, name, "unit-suspect", total, why=why)


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
