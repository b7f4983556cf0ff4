"""Faults in follow-ups: what people forget, and answers that speak against each other, the plan or the round before.

Done to a filled follow-up that is otherwise in order, as ``faults`` does it to plans: ``break_followup`` says which rule it breaks, and
where. A board's goal against what its units say is not here: no return breaks that by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

from openpyxl.cell.cell import Cell

from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round, standard_rounds
from styrxl.returns.cell_values import read_number
from styrxl.sample.faults import plan
from styrxl.sample.faults.open_return import NotHereError, OpenReturn, open_return
from styrxl.sample.faults.plan import Fault
from styrxl.sample.fill import save_workbook, write_text
from styrxl.validation.rules.followup_money import FAR_FROM_FORECAST, FAR_FROM_PACE

_GOOD, _LATE = frozenset({"on_track", "fulfilled"}), frozenset({"late", "cancelled", "partly_done", "not_done"})
_SHARED = ("empty-return", "unreadable-workbook", "unknown-form", "unknown-sheet")  # faults that any workbook can have


def list_followup_faults() -> list[str]:
    """Names of all faults that a follow-up can have."""
    return [*_SHARED, *_FAULTS]


def break_followup(name: str, data: bytes, form: Form, issued: Prefill) -> tuple[bytes, Fault]:
    """Return a filled follow-up with one fault, and what was done; NotHereError where this return has no place for it."""
    if name in _SHARED:
        return plan.break_return(name, data, form, issued.language)
    rule, change = _FAULTS[name]
    work = _OpenFollowup(open_return(data, form, issued.language), issued)
    cell = change(work)
    return save_workbook(work.return_.book), Fault(rule, cell.parent.title, cell.coordinate)


@dataclass(frozen=True, slots=True)
class _OpenFollowup:
    """A follow-up that is being changed, and what was issued with it, shown or not."""

    return_: OpenReturn
    issued: Prefill

    @property
    def final(self) -> bool:
        """Whether it is the one at year-end."""
        return self.round.kind.final

    @property
    def round(self) -> Round:
        """Its round."""
        return standard_rounds().parse(self.issued.round)

    def rows(self, key: str) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a sheet with what was issued in them; NotHereError if the form has no such sheet."""
        self.return_.grid(key)
        return enumerate(self.issued.rows.get(key, ()))

    def cell(self, key: str, field: str, row: int) -> Cell:
        """Return a cell; NotHereError where the round does not ask for it."""
        if field not in self.return_.grid(key).columns:
            raise NotHereError(f"{key}.{field}")
        return self.return_.cell(key, field, row)

    def number(self, key: str, field: str, row: int) -> float:
        """Return the amount in a cell, 0 where there is none or the round does not ask for it."""
        if field not in self.return_.grid(key).columns:
            return 0.0
        return float(read_number(self.return_.grid(key).value(field, row), money=True).value or 0)

    def code(self, key: str, field: str, row: int) -> str | None:
        """Return which choice stands in a cell, by its code."""
        said = str(self.return_.grid(key).value(field, row) or "").strip().casefold()
        words = self.return_.form.lists[self.return_.form.sheet(key).column(field).list or ""]
        return next((code for code, texts in words.items() if texts[self.issued.language].casefold() == said), None)

    def choose(self, key: str, field: str, row: int, code: str) -> Cell:
        """Choose something in a cell."""
        cell = self.cell(key, field, row)
        write_text(cell, self.return_.word(self.return_.form.sheet(key).column(field).list or "", code))
        return cell

    def say(self, key: str, field: str, row: int, text: str) -> Cell:
        """Write a text in a cell."""
        cell = self.cell(key, field, row)
        write_text(cell, text)
        return cell

    def put(self, key: str, field: str, row: int, value: float) -> Cell:
        """Write an amount in a cell."""
        cell = self.cell(key, field, row)
        cell.value = value
        return cell

    def behind(self, row: int) -> None:
        """Make a commitment one that is behind, with all that this asks for."""
        self.choose("commitment_status", "status", row, "not_done" if self.final else "late")
        self.say("commitment_status", "comment", row, "Arbetet har inte kommit i gång som det skulle.")
        if self.final:
            self.choose("commitment_status", "continues", row, "yes")

    # money

    def budget(self, row: int) -> float:
        """Return an activity's current budget."""
        return float(self.issued.rows["outcomes"][row]["planned_budget"] or 0) + self.number("outcomes", "decided_changes", row)

    def deviation(self, row: int) -> float:
        """Return an activity's deviation."""
        what = "outcome" if self.final else "forecast"
        net = self.number("outcomes", f"{what}_cost", row) - self.number("outcomes", f"{what}_revenue", row)
        return self.budget(row) - net

    def deviate(self, row: int, deviation: float, effect: float) -> None:
        """Let an activity deviate, with the reasons that this asks for, of it and of the whole board."""
        what = "outcome" if self.final else "forecast"
        self.put("outcomes", f"{what}_cost", row, self.budget(row) - deviation + self.number("outcomes", f"{what}_revenue", row))
        closing = (len(self.issued.rows["outcomes"]),) if self.return_.form.sheet("outcomes").closing_columns else ()
        for at in (row, *closing):
            self.say("outcomes", "explanation", at, "Priserna har stigit mer än beräknat.")
            if not self.final:
                self.say("outcomes", "measures", at, "Inköpen prövas en gång till.")
                self.put("outcomes", "measures_effect", at, effect)


def _first(found: Iterator[Any], what: str) -> Any:
    """Return the first of what fits; NotHereError where nothing does."""
    one = next(found, None)
    if one is None:
        raise NotHereError(what)
    return one


# what people forget


def _unexplained(work: _OpenFollowup) -> Cell:
    """Leave out why an activity deviates."""
    rows = (n for n, _ in work.rows("outcomes") if work.issued.limits.past(work.deviation(n), work.budget(n)))
    cell = work.cell("outcomes", "explanation", _first(rows, "deviation"))
    cell.value = None
    return cell


def _behind(work: _OpenFollowup) -> int:
    found: int = _first((n for n, _ in work.rows("commitment_status") if work.code("commitment_status", "status", n) in _LATE), "late")
    return found


def _emptied(field: str) -> Callable[[_OpenFollowup], Cell]:
    """Return a fault that leaves out what has to be said of a commitment that is behind."""

    def change(work: _OpenFollowup) -> Cell:
        cell = work.cell("commitment_status", field, _behind(work))
        cell.value = None
        return cell

    return change


def _missing(work: _OpenFollowup) -> Cell:
    """Leave out how the first commitment stands."""
    cell = work.cell("commitment_status", "status", _first((n for n, _ in work.rows("commitment_status")), "commitments"))
    cell.value = None
    return cell


def _not_in_list(work: _OpenFollowup) -> Cell:
    return work.say("commitment_status", "status", _first((n for n, _ in work.rows("commitment_status")), "commitments"), "Rullar på")


def _placeholder(work: _OpenFollowup) -> Cell:
    key, field = ("goal_assessments", "analysis") if work.issued.rows.get("goal_assessments") else ("commitment_status", "comment")
    row = 0 if key == "goal_assessments" else _behind(work)
    return work.say(key, field, row, "se bilaga")


def _wrong_type(work: _OpenFollowup) -> Cell:
    if "outcomes" in work.return_.places:
        return work.say("outcomes", "outcome_cost", _first((n for n, _ in work.rows("outcomes")), "outcomes"), "ungefär som i fjol")
    return work.say("unit_outcomes", "outcome", _first((n for n, _ in work.rows("unit_outcomes")), "unit_outcomes"), "ungefär som i fjol")


# goals


def _under(work: _OpenFollowup, goal: str) -> list[int]:
    """Return the rows of the commitments under a goal."""
    rows = work.rows("commitment_status")
    return [n for n, row in rows if goal in f"{row['parent_id'] or ''};{row.get('more_parents') or ''}".split(";")]


def _indicators(work: _OpenFollowup, goal: str) -> list[int]:
    return (
        [n for n, row in work.rows("indicator_outcomes") if row["goal_id"] == goal] if "indicator_outcomes" in work.return_.places else []
    )


def _misses(work: _OpenFollowup, row: int) -> bool:
    """Whether an indicator is not met: at year-end by its outcome, before that by its board's answer."""
    if not work.final:
        return work.code("indicator_outcomes", "target_reached", row) == "no"
    if work.return_.grid("indicator_outcomes").value("outcome", row) is None:
        return False
    given = work.issued.rows["indicator_outcomes"][row]
    outcome, target = work.number("indicator_outcomes", "outcome", row), float(given["target"])
    return outcome > target if given["direction"] == "lower" else outcome < target


def _goal(work: _OpenFollowup, fits: Callable[[int, Row], bool]) -> int:
    found: int = _first((n for n, row in work.rows("goal_assessments") if fits(n, row)), "goals")
    return found


def _is_good(work: _OpenFollowup, row: int) -> bool:
    return work.code("goal_assessments", "assessment", row) in _GOOD


def _against_indicators(work: _OpenFollowup) -> Cell:
    """Let every indicator of a goal that goes well miss its target."""
    at = _goal(work, lambda n, row: _is_good(work, n) and bool(_indicators(work, row["goal_id"])))
    for row in _indicators(work, work.issued.rows["goal_assessments"][at]["goal_id"]):
        given = work.issued.rows["indicator_outcomes"][row]
        if work.final:
            work.put("indicator_outcomes", "outcome", row, float(given["target"]) + (5 if given["direction"] == "lower" else -5))
        else:
            work.choose("indicator_outcomes", "target_reached", row, "no")
    return work.cell("goal_assessments", "assessment", at)


def _against_commitments(work: _OpenFollowup) -> Cell:
    """Let most commitments under a goal that goes well be behind."""

    def fits(n: int, row: Row) -> bool:
        under = _under(work, row["goal_id"])
        return _is_good(work, n) and bool(under) and all(_open(work, at) for at in under)

    at = _goal(work, fits)
    for row in _under(work, work.issued.rows["goal_assessments"][at]["goal_id"]):
        work.behind(row)
    return work.cell("goal_assessments", "assessment", at)


def _open(work: _OpenFollowup, row: int) -> bool:
    """Whether a commitment was not done already in the round before."""
    return bool(work.issued.rows["commitment_status"][row].get("last_status") != "done")


def _despite_results(work: _OpenFollowup) -> Cell:
    """Call a goal whose commitments all go as planned one that is not reached."""

    def fits(_: int, row: Row) -> bool:
        under = _under(work, row["goal_id"])
        ahead = all(work.code("commitment_status", "status", n) in {"on_plan", "done"} for n in under)
        return bool(under) and ahead and not any(_misses(work, n) for n in _indicators(work, row["goal_id"]))

    return work.choose("goal_assessments", "assessment", _goal(work, fits), "not_fulfilled" if work.final else "off_track")


def _same_analysis(work: _OpenFollowup) -> Cell:
    at = _goal(work, lambda _, row: bool(row.get("last_analysis")))
    return work.say("goal_assessments", "analysis", at, str(work.issued.rows["goal_assessments"][at]["last_analysis"]))


def _again(work: _OpenFollowup) -> Cell:
    at = _goal(work, lambda _, row: row.get("last_assessment") == "not_assessable")
    return work.choose("goal_assessments", "assessment", at, "not_assessable")


# commitments


def _day(row: Row, name: str) -> date | None:
    return date.fromisoformat(row[name]) if row.get(name) else None


def _done_early(work: _OpenFollowup) -> Cell:
    """Call a commitment done that has not started."""
    rows = (n for n, row in work.rows("commitment_status") if (_day(row, "start") or date.min) > work.round.day)
    return work.choose("commitment_status", "status", _first(rows, "start"), "done")


def _past_end(work: _OpenFollowup) -> Cell:
    """Call a commitment under way as planned that should have ended."""
    if work.final:
        raise NotHereError("on_plan")
    rows = (n for n, row in work.rows("commitment_status") if (_day(row, "end") or date.max) < work.round.day and _open(work, n))
    return work.choose("commitment_status", "status", _first(rows, "end"), "on_plan")


def _reopened(work: _OpenFollowup) -> Cell:
    """Let a commitment that was done be behind, where its goal stands that."""
    rows = (n for n, _ in work.rows("commitment_status") if not _open(work, n))
    row = _first(rows, "done")
    work.behind(row)
    if work.final:
        work.choose("commitment_status", "status", row, "partly_done")
    return work.cell("commitment_status", "status", row)


# money


def _line(work: _OpenFollowup, fits: Callable[[int], bool]) -> int:
    found: int = _first((n for n, _ in work.rows("outcomes") if fits(n)), "outcomes")
    return found


def _interim(work: _OpenFollowup) -> None:
    if work.final:
        raise NotHereError("forecast")


def _total(work: _OpenFollowup) -> float:
    return sum(work.deviation(n) for n, _ in work.rows("outcomes"))


def _deficit(work: _OpenFollowup) -> Cell:
    """Let a board that confirmed its undertaking within the frame begin the year with a deficit."""
    _interim(work)
    confirmed = any(row["confirms"] == "yes" for row in work.issued.memory.get("confirmation", ()))
    first = not any(standard_rounds().parse(code).followup for code in work.issued.based_on)
    if not (confirmed and first) or _total(work) < 0:
        raise NotHereError("confirmation")
    row = _line(work, lambda _: True)
    deficit = ceil(_total(work) - work.deviation(row)) + 5
    work.deviate(row, -deficit, deficit)
    return work.return_.heading("outcomes", "deviation")


def _beyond(work: _OpenFollowup) -> Cell:
    """Let an activity's measures give less than its deficit."""
    _interim(work)
    row = _line(work, lambda n: work.deviation(n) < 0)
    work.deviate(row, work.deviation(row), 0)
    return work.cell("outcomes", "measures_effect", row)


def _on_budget(work: _OpenFollowup) -> Cell:
    """Forecast the budget to the krona though far more than its share of the year is spent."""
    _interim(work)
    share = work.round.day.month / 12

    def spent(n: int) -> float:
        return work.budget(n) * share + max(FAR_FROM_PACE * work.budget(n), work.issued.limits.tkr) + 1

    row = _line(work, lambda n: work.deviation(n) <= 0 and spent(n) < work.budget(n))
    work.put("outcomes", "outcome_cost", row, ceil(spent(row) + work.number("outcomes", "outcome_revenue", row)))
    return work.put("outcomes", "forecast_cost", row, work.budget(row) + work.number("outcomes", "forecast_revenue", row))


def _fell(work: _OpenFollowup) -> Cell:
    """Let what has been spent be less than it was in the round before."""
    key, field = ("investment_outcomes", "accumulated") if work.final else ("outcomes", "outcome_cost")
    old = {n: row.get(f"last_{field}") for n, row in work.rows(key)}
    row = _first((n for n, amount in old.items() if amount), "last")
    return work.put(key, field, row, float(old[row] or 0) - 1)


def _above(work: _OpenFollowup) -> Cell:
    """Spend more than what is forecast for the full year."""
    _interim(work)
    board = "outcomes" in work.return_.places
    key, field, forecast = ("outcomes", "outcome_cost", "forecast_cost") if board else ("unit_outcomes", "outcome", "forecast")
    row = _first((n for n, _ in work.rows(key)), key)
    return work.put(key, field, row, work.number(key, forecast, row) + 1)


def _far(work: _OpenFollowup) -> Cell:
    """End the year far from what was forecast in August."""
    if not work.final:
        raise NotHereError("year")
    row = _line(work, lambda n: str(work.issued.rows["outcomes"][n].get("last_round") or "").endswith("-t2"))
    far = max(FAR_FROM_FORECAST * work.budget(row), work.issued.limits.tkr) + 10
    deviation = work.budget(row) - float(work.issued.rows["outcomes"][row]["last_forecast"]) - far
    work.deviate(row, deviation, max(0.0, -deviation))
    return work.cell("outcomes", "outcome_cost", row)


def _over_total(work: _OpenFollowup) -> Cell:
    """Spend more on an investment than was decided for all of it."""
    row = _first((n for n, _ in work.rows("investment_outcomes")), "investments")
    return work.put(
        "investment_outcomes", "accumulated", row, float(work.issued.rows["investment_outcomes"][row]["total_expenditure"] or 0) + 1
    )


def _unbalanced(work: _OpenFollowup) -> Cell:
    """Decide on changes that the council has not decided on; what is spent is as much more."""
    row = _line(work, lambda _: True)
    work.put("outcomes", "decided_changes", row, work.number("outcomes", "decided_changes", row) + 7)
    what = "outcome" if work.final else "forecast"
    work.put("outcomes", f"{what}_cost", row, work.number("outcomes", f"{what}_cost", row) + 7)
    return work.return_.heading("outcomes", "decided_changes")


def _in_kronor(work: _OpenFollowup) -> Cell:
    """Write a unit's money in kronor."""
    field = "outcome" if work.final else "forecast"
    row = _first((n for n, row in work.rows("unit_outcomes") if row["frame"]), "frame")
    work.put("unit_outcomes", field, row, work.number("unit_outcomes", field, row) * 1000)
    return work.return_.heading("unit_outcomes", field)


_FAULTS: dict[str, tuple[str, Callable[[_OpenFollowup], Cell]]] = {
    "explanation-missing": ("explanation-missing", _unexplained),
    "comment-missing": ("explanation-missing", _emptied("comment")),
    "continues-missing": ("missing-value", _emptied("continues")),
    "missing-value": ("missing-value", _missing),
    "not-in-list": ("not-in-list", _not_in_list),
    "placeholder-text": ("placeholder-text", _placeholder),
    "wrong-type": ("wrong-type", _wrong_type),
    **{
        rule: (rule, change)
        for rule, change in {
            "fulfilled-despite-indicators": _against_indicators,
            "fulfilled-despite-commitments": _against_commitments,
            "unfulfilled-despite-results": _despite_results,
            "analysis-unchanged": _same_analysis,
            "not-assessable-again": _again,
            "done-before-start": _done_early,
            "on-plan-past-end": _past_end,
            "commitment-reopened": _reopened,
            "deficit-despite-confirmation": _deficit,
            "deficit-beyond-measures": _beyond,
            "forecast-equals-budget": _on_budget,
            "outcome-fell": _fell,
            "outcome-above-forecast": _above,
            "outcome-far-from-forecast": _far,
            "investment-over-total": _over_total,
            "changes-unbalanced": _unbalanced,
            "unit-suspect": _in_kronor,
        }.items()
    },
}
