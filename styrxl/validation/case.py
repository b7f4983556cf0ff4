"""One return on its way through the stages of judging, which write into it what they find."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import Form
from styrxl.model.judged import Decided
from styrxl.model.prefill import Prefill
from styrxl.returns.read import year_of
from styrxl.returns.tables import Place, Table

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Case:
    """A return; ``decided``: what controllers have decided about it, oldest first."""

    index: int
    path: str
    sha256: str
    received: datetime | None
    findings: list[Finding]
    decided: Sequence[Decided] = ()
    readable: bool = False
    form: Form | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    claimed: bool = False  # by a controller, who is believed in place of a signature
    prefill: Prefill | None = None
    places: dict[str, Place] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()

    @property
    def owner(self) -> str | None:
        """Whose it is, as far as it is known."""
        return self.identity.get("owner")

    @property
    def year(self) -> int:
        """Year of its round."""
        return year_of(self.identity)

    @property
    def day(self) -> date:
        """Day of its receipt, by which whatever depends on a date is judged."""
        return local_day(self.received) if self.received else date(self.year, 1, 1)

    @property
    def doubled(self) -> bool:
        """Whether another return has the same bytes."""
        return any(f.rule == "duplicate-return" for f in self.findings)

    @property
    def aside(self) -> Decided | None:
        """The decision by which it is set aside, if it is."""
        decided = [d for d in self.decided if d.kind in {"set-aside", "take-back"}]
        return decided[-1] if decided and decided[-1].kind == "set-aside" else None

    def errors(self) -> bool:
        """Whether anything is to be mended."""
        return any(f.severity == "error" for f in self.findings)

    def give_up(self, error: Exception) -> None:
        """Call it unreadable: its content made the program fail. The trace is kept for those who mend programs."""
        _LOG.error("%s could not be judged", self.path, exc_info=error)
        self.findings = [finding("unreadable-workbook", why=Word("crashed"))]
        self.readable, self.form, self.tables, self.places = False, None, (), {}
