"""Beforehand: what a round's workbooks will lack, each as a phrase that says what to do about it; nothing of it stops a command."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from rapidfuzz import fuzz

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.catalogue import Word
from styrxl.model.council_plan import Plan
from styrxl.model.form_files import Forms
from styrxl.model.forms import ASSIGNMENT_TABLES
from styrxl.model.levels import COMMON, COMPANY, FINANCE, LEVELS
from styrxl.model.rounds import Round
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text
from styrxl.rounds.form_changes import find_changed_sheets
from styrxl.store.ledger import Ledger

_SAME_MEANING = 50  # of a hundred: texts that are less alike are about something else


def suggest_next_step(forms: Forms, round_: Round, folder: str, *, issued: bool, came: bool) -> Iterator[Word]:
    """Yield what comes first in a round in which nothing has been handed out, or nothing has come in."""
    if not issued and forms.takes_others_alone(round_.kind):
        if not came:
            names = [name for level in LEVELS for name in forms.awaited(level, round_.kind)]
            yield Word("next_receive_others", {"round": round_.id, "form": names[0]})
    elif not issued:
        yield Word("next_distribute", {"round": round_.id})
    elif not came:
        yield Word("next_receive", {"folder": folder})


def list_missing_from_plan(forms: Forms, plan: Plan, round_: Round) -> Iterator[Word]:
    """Yield what the multi-year plan does not have for a round's year; nothing for a round whose workbooks hang on no plan."""
    names = [name for level in LEVELS for name in forms.for_level(level, round_.kind)]
    if not any(forms.form(name).about_plans for name in names):
        return
    bare = [o.org_id for o in plan.of_kind(["board"], round_.day) if (o.org_id, round_.year) not in plan.frames]
    if bare:
        yield Word("lacks_frames", {"boards": bare, "year": round_.year})
    if not plan.council_goals(round_.year):
        yield Word("lacks_goals", {"year": round_.year})


def list_left_out(plan: Plan, round_: Round, forms: Forms, issued: Collection[str]) -> Iterator[Word]:
    """Yield who has been handed nothing, since that is done by naming the level: the finance administration, companies."""
    for level in (COMMON, COMPANY):
        owners = [o.org_id for o in plan.of_kind([FINANCE if level == COMMON else level], round_.day) if o.org_id not in issued]
        if owners and forms.for_level(level, round_.kind):
            yield Word("by_name_alone", {"owners": owners, "level": level, "round": round_.id})


def list_renamed_assignments(plan: Plan, past: Iterable[AnswersInForce]) -> Iterator[Word]:
    """Yield the assignments that were something else, as it seems, when anybody answered about them: an id never changes its meaning."""
    texts: dict[str, str] = {}
    for answers in past:
        for table in ASSIGNMENT_TABLES:
            rows = (row for owned in answers.tables.get(table, {}).values() for row in owned)
            texts |= {row["assignment_id"]: row["text"] for row in rows if row["assignment_id"] and row.get("text")}
    for assignment in plan.assignments:
        old = texts.get(assignment.assignment_id, assignment.text)
        if fuzz.token_set_ratio(fold_text(old), fold_text(assignment.text)) < _SAME_MEANING:
            yield Word("assignment_renamed", {"id": assignment.assignment_id, "old": old, "new": assignment.text})


def list_early_adjustments(plan: Plan, round_: Round, today: date) -> Iterator[Word]:
    """Yield the changes of frames whose day has not come, in a round that counts what is decided after its own day."""
    if round_.frames_day <= round_.day:
        return
    boards: dict[str, list[str]] = {}
    for a in plan.adjustments:
        if a.year == round_.year and today < a.date <= round_.frames_day:
            boards.setdefault(f"{a.date.isoformat()}, {a.decision}", []).append(a.board_id)
    if boards:
        yield Word("early_adjustments", {"list": [f"{' + '.join(ids)} {what}" for what, ids in boards.items()], "year": round_.year})


def list_unfinished(ledger: Ledger, year: YearSoFar | None, asked: Collection[str]) -> Iterator[Word]:
    """Yield who of those asked has no answer that is done in the follow-up before; ``year`` is None for a plan."""
    if year is None or not year.earlier:
        return
    before = year.earlier[-1]
    issued = ledger.issues(before.round.id)
    facts = {"before": before.round.id, "round": year.round.id}
    waiting = [owner for owner in issued if owner in asked and owner not in before.returns]
    if not issued:
        yield Word("before_not_issued", facts)
    elif waiting:
        yield Word("before_not_done", {**facts, "owners": waiting, "n": len(waiting)})


def list_changed_forms(ledger: Ledger, forms: Forms, round_: Round) -> Iterator[Word]:
    """Yield each form that is judged otherwise now than where it was issued in a round: who has the old one, and what that means."""
    owners: dict[tuple[str, str | None, str], list[str]] = {}
    for issue in ledger.issues_by_form(round_.id).values():
        if issue.edition and issue.form in forms.names():
            owners.setdefault((issue.form, issue.profile, issue.edition), []).append(issue.owner)
    for (name, profile, edition), those in owners.items():
        old, new = forms.find_edition(edition), forms.edition(name, profile)
        sheets = find_changed_sheets(old, new, round_.kind) if old and old.id != new.id else []
        if sheets:
            facts = {"form": new.form(round_.kind).title, "sheets": sheets, "owners": those, "n": len(those), "first": those[0]}
            yield Word("form_changed", {**facts, "round": round_.id})
