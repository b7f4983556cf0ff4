"""Faults in follow-ups: what people forget, and answers that speak against each other, the plan or the round before.

Done to a filled follow-up that is otherwise in order, as ``faults`` does it to plans: ``break_followup`` says which rule it breaks, and
where. A board's goal against what its units say is not here: no return breaks that by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from openpyxl.cell.cell import Cell

from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill, Row
from styrxl.sample.faults import plan
from styrxl.sample.faults.followup_money import MONEY_FAULTS
from styrxl.sample.faults.open_followup import OpenFollowup, find_first
from styrxl.sample.faults.open_return import NotHereError, open_return
from styrxl.sample.faults.plan import Fault
from styrxl.sample.opened import save_workbook

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
    work = OpenFollowup(open_return(data, form, issued.language), issued)
    cell = change(work)
    return save_workbook(work.return_.book), Fault(rule, cell.parent.title, cell.coordinate)


# what people forget


def _unexplained(work: OpenFollowup) -> Cell:
    """Leave out why an activity deviates."""
    rows = (n for n, _ in work.rows("outcomes") if work.issued.limits.past(work.deviation(n), work.budget(n)))
    cell = work.cell("outcomes", "explanation", find_first(rows, "deviation"))
    cell.value = None
    return cell


def _behind(work: OpenFollowup) -> int:
    found: int = find_first((n for n, _ in work.rows("commitment_status") if work.code("commitment_status", "status", n) in _LATE), "late")
    return found


def _emptied(field: str) -> Callable[[OpenFollowup], Cell]:
    """Return a fault that leaves out what has to be said of a commitment that is behind."""

    def change(work: OpenFollowup) -> Cell:
        cell = work.cell("commitment_status", field, _behind(work))
        cell.value = None
        return cell

    return change


def _missing(work: OpenFollowup) -> Cell:
    """Leave out how the first commitment stands."""
    cell = work.cell("commitment_status", "status", find_first((n for n, _ in work.rows("commitment_status")), "commitments"))
    cell.value = None
    return cell


def _not_in_list(work: OpenFollowup) -> Cell:
    return work.say("commitment_status", "status", find_first((n for n, _ in work.rows("commitment_status")), "commitments"), "Rullar på")


def _placeholder(work: OpenFollowup) -> Cell:
    key, field = ("goal_assessments", "analysis") if work.issued.rows.get("goal_assessments") else ("commitment_status", "comment")
    row = 0 if key == "goal_assessments" else _behind(work)
    return work.say(key, field, row, "se bilaga")


def _wrong_type(work: OpenFollowup) -> Cell:
    if "outcomes" in work.return_.places:
        return work.say("outcomes", "outcome_cost", find_first((n for n, _ in work.rows("outcomes")), "outcomes"), "ungefär som i fjol")
    return work.say(
        "unit_outcomes", "outcome", find_first((n for n, _ in work.rows("unit_outcomes")), "unit_outcomes"), "ungefär som i fjol"
    )


# goals


def _under(work: OpenFollowup, goal: str) -> list[int]:
    """Return the rows of the commitments under a goal."""
    rows = work.rows("commitment_status")
    return [n for n, row in rows if goal in f"{row['parent_id'] or ''};{row.get('more_parents') or ''}".split(";")]


def _indicators(work: OpenFollowup, goal: str) -> list[int]:
    """Return the rows of a goal's indicators that have a number to reach."""
    rows = work.rows("indicator_outcomes") if "indicator_outcomes" in work.return_.places else ()
    return [n for n, row in rows if row["goal_id"] == goal and row["direction"] in ("higher", "lower")]


def _misses(work: OpenFollowup, row: int) -> bool:
    """Whether an indicator is not met: at year-end by its outcome, before that by its board's answer."""
    if not work.final:
        return work.code("indicator_outcomes", "target_reached", row) == "no"
    if work.return_.grid("indicator_outcomes").value("outcome", row) is None:
        return False
    given = work.issued.rows["indicator_outcomes"][row]
    outcome, target = work.number("indicator_outcomes", "outcome", row), float(given["target"])
    return outcome > target if given["direction"] == "lower" else outcome < target


def _goal(work: OpenFollowup, fits: Callable[[int, Row], bool]) -> int:
    found: int = find_first((n for n, row in work.rows("goal_assessments") if fits(n, row)), "goals")
    return found


def _is_good(work: OpenFollowup, row: int) -> bool:
    return work.code("goal_assessments", "assessment", row) in _GOOD


def _against_indicators(work: OpenFollowup) -> Cell:
    """Let every indicator of a goal that goes well miss its target."""
    at = _goal(work, lambda n, row: _is_good(work, n) and bool(_indicators(work, row["goal_id"])))
    for row in _indicators(work, work.issued.rows["goal_assessments"][at]["goal_id"]):
        given = work.issued.rows["indicator_outcomes"][row]
        if work.final:
            work.put("indicator_outcomes", "outcome", row, float(given["target"]) + (5 if given["direction"] == "lower" else -5))
        else:
            work.choose("indicator_outcomes", "target_reached", row, "no")
    return work.cell("goal_assessments", "assessment", at)


def _against_commitments(work: OpenFollowup) -> Cell:
    """Let most commitments under a goal that goes well be behind."""

    def fits(n: int, row: Row) -> bool:
        under = _under(work, row["goal_id"])
        return _is_good(work, n) and bool(under) and all(_open(work, at) for at in under)

    at = _goal(work, fits)
    for row in _under(work, work.issued.rows["goal_assessments"][at]["goal_id"]):
        work.behind(row)
    return work.cell("goal_assessments", "assessment", at)


def _open(work: OpenFollowup, row: int) -> bool:
    """Whether a commitment was not done already in the round before."""
    return bool(work.issued.rows["commitment_status"][row].get("last_status") != "done")


def _despite_results(work: OpenFollowup) -> Cell:
    """Call a goal whose commitments all go as planned one that is not reached."""

    def fits(_: int, row: Row) -> bool:
        under = _under(work, row["goal_id"])
        ahead = all(work.code("commitment_status", "status", n) in {"on_plan", "done"} for n in under)
        return bool(under) and ahead and not any(_misses(work, n) for n in _indicators(work, row["goal_id"]))

    return work.choose("goal_assessments", "assessment", _goal(work, fits), "not_fulfilled" if work.final else "off_track")


def _same_analysis(work: OpenFollowup) -> Cell:
    at = _goal(work, lambda _, row: bool(row.get("last_analysis")))
    return work.say("goal_assessments", "analysis", at, str(work.issued.rows["goal_assessments"][at]["last_analysis"]))


def _again(work: OpenFollowup) -> Cell:
    at = _goal(work, lambda _, row: row.get("last_assessment") == "not_assessable")
    return work.choose("goal_assessments", "assessment", at, "not_assessable")


# commitments


def _day(row: Row, name: str) -> date | None:
    return date.fromisoformat(row[name]) if row.get(name) else None


def _done_early(work: OpenFollowup) -> Cell:
    """Call a commitment done that has not started."""
    rows = (n for n, row in work.rows("commitment_status") if (_day(row, "start") or date.min) > work.round.day)
    return work.choose("commitment_status", "status", find_first(rows, "start"), "done")


def _past_end(work: OpenFollowup) -> Cell:
    """Call a commitment under way as planned that should have ended."""
    if work.final:
        raise NotHereError("on_plan")
    rows = (n for n, row in work.rows("commitment_status") if (_day(row, "end") or date.max) < work.round.day and _open(work, n))
    return work.choose("commitment_status", "status", find_first(rows, "end"), "on_plan")


def _reopened(work: OpenFollowup) -> Cell:
    """Let a commitment that was done be behind, where its goal stands that."""
    rows = (n for n, _ in work.rows("commitment_status") if not _open(work, n))
    row = find_first(rows, "done")
    work.behind(row)
    if work.final:
        work.choose("commitment_status", "status", row, "partly_done")
    return work.cell("commitment_status", "status", row)


_FAULTS: dict[str, tuple[str, Callable[[OpenFollowup], Cell]]] = {
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
            **MONEY_FAULTS,
        }.items()
    },
}
