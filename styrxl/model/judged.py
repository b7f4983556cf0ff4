"""What judging a round gives: each return with its verdict and findings, and the round's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.decisions import ASSIGN
from styrxl.model.findings import Finding

if TYPE_CHECKING:
    import pandas as pd

BOOKED_NET, ALONE = "_booked_net", "_booked_alone"  # columns of a round's tables
VERDICTS = ("accepted", "rejected", "unreadable", "superseded", "duplicate", "set-aside")


@dataclass(frozen=True, slots=True)
class Decided:
    """What a controller decided about a return: a kind of ``model/decisions``, with what it says.

    ``assign``: to an owner, as a form; ``anew``: by which edition of its form.
    """

    kind: str
    reason: str
    by: str
    at: datetime
    owner: str | None = None
    form: str | None = None
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A verdict as it was recorded: by which forms and program, what it rests on (``validation/in_force``), and since when it holds."""

    verdict: str
    forms: str
    program: str
    inputs: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """A returned workbook after judging; ``index`` is its ``_source`` in the tables."""

    index: int
    path: str  # relative to the workspace where it lies there, with forward slashes
    sha256: str
    verdict: str
    findings: tuple[Finding, ...]
    form: str | None = None
    profile: str | None = None
    owner: str | None = None
    round: str | None = None
    language: str | None = None
    issue: str | None = None
    received: datetime | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    decided: tuple[Decided, ...] = ()  # oldest first
    edition: str | None = None  # of its form, by which it was judged
    inputs: str = ""  # what its verdict rests on besides its bytes
    in_force: Recorded | None = None  # the verdict of an earlier version of the program, where it is that one

    @property
    def assigned(self) -> bool:
        """Whether a controller has said whose it is."""
        return any(d.kind == ASSIGN for d in self.decided)

    @property
    def errors(self) -> int:
        """Number of findings with severity error."""
        return sum(f.severity == "error" for f in self.findings)

    @property
    def warnings(self) -> int:
        """Number of findings with severity warning."""
        return sum(f.severity == "warning" for f in self.findings)


@dataclass(frozen=True, slots=True)
class ReplacedOutcome:
    """An amount of a return (tkr) in whose place another counts, which the accounts have since: in which table, Excel row and field."""

    source: int
    table: str
    row: int
    field: str
    returned: float | None
    counted: float


@dataclass(frozen=True, slots=True)
class JudgedRound:
    """All returns of a round, judged together.

    ``tables``: table -> frame over *all* readable returns, with the columns ``_source`` (int, a Judged's index), ``_owner``,
    ``_sheet`` (sheet name in the workbook), ``_row`` (Excel row) and the fields, typed as in the schema (choices as codes,
    goals as ids, several ids joined with ``;``, money in tkr). ``in_force`` filters to the returns that count.
    ``booked``: what the accounts say in the round, which stands in the tables already; ``replaced``: what returns said instead. Tables
    that take amounts from the accounts then have the columns ``_booked_net``, the net cost that they gave a row, and, where there are any,
    ``_booked_alone``: whether a row is theirs alone and nobody's answer.
    """

    round: str
    returns: tuple[Judged, ...]
    tables: Mapping[str, pd.DataFrame]
    booked: BookedOutcomes | None = None
    replaced: tuple[ReplacedOutcome, ...] = ()

    @property
    def accepted(self) -> tuple[Judged, ...]:
        """The return that counts for each owner and form: its newest accepted one."""
        return tuple(r for r in self.returns if r.verdict == "accepted")

    def in_force(self, table: str) -> pd.DataFrame:
        """Return a table's rows from the returns that count (empty frame if there is no such table)."""
        frame = self.tables.get(table)
        if frame is None:
            import pandas as pd  # noqa: PLC0415 -- commands that show verdicts alone need not wait for it

            return pd.DataFrame(columns=["_source", "_owner", "_sheet", "_row"])
        return frame[frame["_source"].isin([r.index for r in self.accepted])]
