"""What controllers decide about returns, as the ledger keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SET_ASIDE, TAKE_BACK = "set-aside", "take-back"  # a return no longer counts; it counts again
MERGE = "merge"  # a return was made of two; the origin of its receipt begins so, and the hashes of the older and the newer follow
ASSIGN = "assign"  # a return counts as an owner's
ANEW = "anew"  # a return is judged by the rules and forms of the day
_QUESTIONS = {TAKE_BACK: SET_ASIDE}  # kinds that answer another's question


@dataclass(frozen=True, slots=True)
class Decision:
    """What a controller decided about a file that came back.

    ``set-aside``, ``take-back``, ``merge`` (which made the file), ``assign``: that it is the owner's, and of a form, or ``anew``: that it
    is judged by the rules of the day, and by an edition of its form.
    """

    path: str
    sha256: str
    owner: str | None
    kind: str
    reason: str
    decided_by: str
    decided_at: datetime
    form: str | None = None
    edition: str | None = None

    def is_about_same_as(self, other: Decision) -> bool:
        """Whether both are about the same question: whether the file counts, whose it is, or what it was merged from."""
        return _QUESTIONS.get(self.kind, self.kind) == _QUESTIONS.get(other.kind, other.kind)

    def decides_same_as(self, other: Decision) -> bool:
        """Whether both give the same answer, if they are about the same question."""
        return self.kind == other.kind != ANEW and (self.kind != ASSIGN or (self.owner, self.form) == (other.owner, other.form))
