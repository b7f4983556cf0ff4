"""How each owner takes part in a round: what was issued, returned and accepted, and whether in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cached_property
from typing import Protocol, TypeVar

from styrxl.model.days import local_day
from styrxl.model.judged import Judged
from styrxl.model.levels import is_demanded, is_on_request
from styrxl.model.table_values import records
from styrxl.reports.view import IssuedForm, Owner, View

ANSWERED = ("accepted", "rejected", "superseded")  # verdicts of returns that can be read


@dataclass(frozen=True)
class Participation:
    """How an owner takes part in the round, in one of its forms."""

    owner: Owner
    issue: IssuedForm | None
    returns: tuple[Judged, ...]  # the newest last
    commitments: int
    elsewhere: str | None  # where the plan is, if in another system
    elsewhere_source: Judged | None
    zone: tzinfo  # whose days count

    @property
    def accepted(self) -> Judged | None:
        """The accepted return."""
        return next((r for r in self.returns if r.verdict == "accepted"), None)

    @property
    def newest(self) -> Judged | None:
        """The newest return that is neither a duplicate nor set aside."""
        return next((r for r in reversed(self.returns) if r.verdict not in ("duplicate", "set-aside")), None)

    @cached_property
    def received_on(self) -> date | None:
        """Day on which the form came in: the first time it was done, or else the first time at all."""
        done = [r for r in self.returns if r.verdict in ("accepted", "superseded")]
        readable = [r for r in self.returns if r.verdict in ANSWERED]
        unreadable = [r for r in self.returns if r.verdict == "unreadable"]
        days = [local_day(r.received, self.zone) for r in done or readable or unreadable if r.received]
        return min(days, default=None)

    @property
    def returned(self) -> bool:
        """Whether anything has come in that can be read."""
        return any(r.verdict in ANSWERED for r in self.returns)

    @property
    def late(self) -> bool:
        """Whether it came in after its last day; judged by the date of receipt, so that a rebuild says the same."""
        due = self.issue.due if self.issue else None
        return due is not None and self.received_on is not None and self.received_on > due


def list_participation(view: View) -> list[Participation]:
    """Return how boards, units and administrations take part; auditors, common items and companies are outside the oversight."""
    return [p for p in _list_all(view) if not is_on_request(p.owner.kind)]


def list_requested(view: View) -> list[Participation]:
    """Return how the others take part that have been handed a workbook: those whose answer is asked for, or has come."""
    return [p for p in _list_all(view) if is_on_request(p.owner.kind) and (is_demanded(p.owner.kind) or p.returns)]


def _list_all(view: View) -> list[Participation]:
    counts = Counter(view.table("commitments")["_owner"].tolist())
    elsewhere = {row["_owner"]: row for row in records(view.table("plan_elsewhere"))}
    found = []
    for owner in view.owners:
        issue = view.issued.get(owner.id)
        returns = tuple(r for r in view.by_owner.get(owner.id, ()) if not view.is_other_form(owner.id, r.form))
        if not (owner.expected or issue or returns):
            continue
        answer = elsewhere.get(owner.id)
        where = (answer.get("where") or view.phrases.word("no_place")) if answer and answer.get("elsewhere") == "yes" else None
        source = view.sources[int(answer["_source"])] if answer else None
        found.append(Participation(owner, issue, returns, counts[owner.id], where, source, view.scope.zone))
    return found


def list_other_forms(view: View) -> list[tuple[str, Participation]]:
    """Return how owners take part in the other forms that they have in the round, each with the form's name; those that it concerns."""
    issued = {(i.owner, i.form): i for i in sorted(view.issues, key=lambda i: i.issued_at)}
    found = []
    for name in (name for names in view.form_names.values() for name in names[1:]):
        for owner in view.owners:
            issue, returns = issued.get((owner.id, name)), tuple(r for r in view.by_owner.get(owner.id, ()) if r.form == name)
            if issue or returns:
                found.append((name, Participation(owner, issue, returns, 0, None, None, view.scope.zone)))
    return found


def verdict_word(view: View, p: Participation) -> str:
    """Say how far an owner's return has come."""
    if shown := p.accepted or p.newest or (p.returns[-1] if p.returns else None):
        return view.phrases.verdict(shown.verdict)
    return view.phrases.word("not_in" if p.issue or p.owner.foreign else "not_issued")


def in_time_word(view: View, p: Participation) -> str:
    """Say whether a return came in time; what has not come in is neither, and a rebuild later says the same."""
    if p.received_on is None:
        return view.phrases.word("none")
    if p.issue is None or p.issue.due is None:
        return view.phrases.word("came_in")
    return view.phrases.word("late" if p.late else "in_time")


def count_done_units(view: View) -> Mapping[str, tuple[int, int]]:
    """Return for each board with units how many of their plans are accepted, and how many there are to be."""
    counts: dict[str, tuple[int, int]] = {}
    for p in list_participation(view):
        if p.owner.kind == "unit":
            done, expected = counts.get(p.owner.board, (0, 0))
            counts[p.owner.board] = (done + (p.accepted is not None), expected + 1)
    return counts


class _OfOwner(Protocol):
    @property
    def owner(self) -> Owner: ...


T = TypeVar("T", bound=_OfOwner)


def group_by_organisation(view: View, items: Sequence[T]) -> list[tuple[str, str, list[T]]]:
    """Return items about owners in groups (kind of organisation in words, its id, items): boards, for the council, then administrations.

    A board's group has its units too; an administration's has units alone.
    """
    by_board, by_administration = dict[str, list[T]](), dict[str, list[T]]()
    for item in items:
        owner = item.owner
        by_board.setdefault(owner.board, []).append(item)
        if owner.administration and owner.kind == "unit":
            by_administration.setdefault(owner.administration, []).append(item)
    kinds = {code: label[view.scope.language] for code, label in view.scope.forms.words.lists["kind"].items()}
    boards = [(kinds["board"], board, mine) for board, mine in by_board.items()] if view.board is None else []
    return [*boards, *((kinds["administration"], administration, mine) for administration, mine in by_administration.items())]
