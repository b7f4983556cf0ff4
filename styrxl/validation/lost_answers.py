"""Which sheets' answers only an older return of an owner has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding
from styrxl.returns.tables import Table, is_blank
from styrxl.validation.admitted import Admitted


def find_lost_tables(newer: Iterable[Table], older: Iterable[Table]) -> list[Table]:
    """Return the older return's tables that have answers where the newer has none."""
    answered = {table.place.key for table in newer if table.answered}
    return [table for table in older if table.answered and table.place.key not in answered]


def find_lost_answers(return_: Admitted, older: Sequence[Admitted]) -> list[Finding]:
    """Return a finding for each older return of the same owner (oldest first) that has answers which neither this one nor a newer has."""
    findings: list[Finding] = []
    named: set[str] = set()  # sheets of which it has been said already
    for other in reversed(older) if return_.tables else ():
        tables = [table for table in find_lost_tables(return_.tables, other.tables) if table.place.key not in named]
        named |= {table.place.key for table in tables}
        if tables:
            sheets = [Word("lost_sheet", {"sheet": table.place.sheet, "n": _answer_count(table)}) for table in tables]
            findings.append(finding("answers-lost", older=other.path, owner=return_.owner, sheets=sheets))
    return findings


def _answer_count(table: Table) -> int:
    """Count the answers that an owner has written on a sheet."""
    own = [c.field for c in table.sheet.columns if c.asked and not c.locked_when_prefilled]
    return len(table.marks) + sum(not is_blank(value) for name in own for value in table.columns.get(name, ()))
