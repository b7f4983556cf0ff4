"""A return as Python sees it: whose it is, what came of it, and what was found, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from styrxl.model.findings import Finding, fix, message
from styrxl.model.judged import Judged
from styrxl.model.masking import make_showable

if TYPE_CHECKING:
    import pandas as pd

FINDING_COLUMNS = ("owner", "path", "verdict", "rule", "severity", "sheet", "cell", "column", "value", "message", "fix")


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """One thing wrong or worth knowing.

    ``rule``: its name in the catalogue. ``severity``: ``error`` (it cannot be taken as it is), ``warning`` (asked about) or ``info``.
    ``sheet``, ``column``: as the workbook has them, the column without unit and star. ``cell``: as ``C7``. ``value``: what stands there.
    ``message``, ``fix``: what it is and what to do about it, in the workspace's language.
    """

    rule: str
    severity: str
    sheet: str | None
    cell: str | None
    column: str | None
    value: Any
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class CheckedReturn:
    """A workbook that came back.

    ``path``: relative to the workspace where it lies there. ``verdict``: ``accepted``, ``rejected``, ``unreadable``, ``superseded``,
    ``duplicate`` or ``set-aside``. ``received``: when it came, in UTC; None for a file that is only looked at. ``findings``: all of them.
    """

    path: str
    owner: str | None
    form: str | None
    round: str | None
    verdict: str
    received: datetime | None
    sha256: str
    findings: tuple[ToldFinding, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether it counts."""
        return self.verdict == "accepted"


def tell_return(judged: Judged, language: str) -> CheckedReturn:
    """Return a judged return with its findings in words of a language."""
    return CheckedReturn(
        make_showable(judged.path),
        judged.owner,
        judged.form,
        judged.round,
        judged.verdict,
        judged.received,
        judged.sha256,
        tuple(_tell(finding, language) for finding in judged.findings),
    )


def make_findings_frame(returns: Iterable[CheckedReturn]) -> pd.DataFrame:
    """Return the findings of returns, one row each (columns ``FINDING_COLUMNS``)."""
    import pandas as pd  # noqa: PLC0415 -- who asks for verdicts alone need not wait for it

    rows: Sequence[tuple[Any, ...]] = [
        (one.owner, one.path, one.verdict, f.rule, f.severity, f.sheet, f.cell, f.column, f.value, f.message, f.fix)
        for one in returns
        for f in one.findings
    ]
    return pd.DataFrame(rows, columns=[*FINDING_COLUMNS])


def _tell(finding: Finding, language: str) -> ToldFinding:
    return ToldFinding(
        finding.rule,
        finding.severity,
        finding.sheet,
        finding.cell,
        finding.column,
        finding.value,
        message(finding, language),
        fix(finding, language),
    )
