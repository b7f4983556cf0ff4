"""The pages Uppsikt (who works with commitments) and Saknas och varningar (what is missing, what to look at)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from styrxl.model.judged import Judged
from styrxl.reports.view import Issued, Part, View, day_of, plain

ANSWERED = ("accepted", "rejected", "superseded")  # verdicts of returns that can be read


@dataclass(frozen=True)
class Standing:
    """How an owner stands in the round."""

    part: Part
    issue: Issued | None
    returns: tuple[Judged, ...]
    commitments: int
    elsewhere: str | None  # where the plan is, if in another system
    elsewhere_source: Judged | None

    @property
    def accepted(self) -> Judged | None:
        """The return that counts."""
        return next((r for r in self.returns if r.verdict == "accepted"), None)

    @property
    def newest(self) -> Judged | None:
        """The newest return that is neither a duplicate nor set aside."""
        return next((r for r in reversed(self.returns) if r.verdict not in ("duplicate", "set-aside")), None)

    @cached_property
    def came(self) -> date | None:
        """Day on which the plan came in: the first time it was done, or else the first time at all."""
        done = [r for r in self.returns if r.verdict in ("accepted", "superseded")]
        those = done or [r for r in self.returns if r.verdict in ANSWERED] or [r for r in self.returns if r.verdict == "unreadable"]
        days = [day_of(r.received) for r in those if r.received]
        return min(days, default=None)

    @property
    def returned(self) -> bool:
        """Whether anything has come in that can be read."""
        return any(r.verdict in ANSWERED for r in self.returns)

    @property
    def late(self) -> bool:
        """Whether it came in after its last day; judged by the date of receipt, so that a rebuild says the same."""
        due = self.issue.due if self.issue else None
        return due is not None and self.came is not None and self.came > day_of(due)


def standings(view: View) -> list[Standing]:
    """Return how each owner stands; auditors and common items hand in nothing and are left out."""
    counts = Counter(view.table("commitments")["_owner"].tolist())
    elsewhere = {r["_owner"]: r for r in plain(view.table("plan_elsewhere"))}
    found = []
    for part in view.parts:
        issue, returns = view.issued.get(part.id), view.by_owner.get(part.id, ())
        if part.kind == "audit" or not (part.expected or issue or returns):
            continue
        said = elsewhere.get(part.id)
        where = (said.get("where") or view.phrases.word("no_place")) if said and said.get("elsewhere") == "yes" else None
        source = view.sources[int(said["_source"])] if said else None
        found.append(Standing(part, issue, returns, counts[part.id], where, source))
    return found


def sum_word(view: View) -> str:
    """Return what the row for all is called."""
    return view.phrases.word("sum" if view.board else "sum_boards")


def verdict(view: View, s: Standing) -> str:
    """Say how far an owner's return has come."""
    if shown := s.accepted or s.newest or (s.returns[-1] if s.returns else None):
        return view.phrases.verdict(shown.verdict)
    return view.phrases.word("not_in" if s.issue else "not_issued")


def in_time(view: View, s: Standing) -> str:
    """Say whether a return came in time; what has not come in is neither, and a rebuild later says the same."""
    if s.came is None:
        return view.phrases.word("none")
    if s.issue is None or s.issue.due is None:
        return view.phrases.word("came_in")
    return view.phrases.word("late" if s.late else "in_time")


def by_board(view: View) -> Mapping[str, tuple[int, int]]:
    """Return for each board with units how many of their plans are done, and how many there are to be."""
    found: dict[str, tuple[int, int]] = {}
    for s in standings(view):
        if s.part.kind == "unit":
            done, all_of = found.get(s.part.board, (0, 0))
            found[s.part.board] = (done + (s.accepted is not None), all_of + 1)
    return found
