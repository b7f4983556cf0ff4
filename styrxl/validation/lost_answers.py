"""What a newer return of an owner lacks of an older one."""

from __future__ import annotations

from collections.abc import Iterable

from styrxl.returns.tables import Table, blank


def answer_count(table: Table) -> int:
    """Count the answers that an owner has written on a sheet."""
    own = [c.field for c in table.sheet.columns if c.asked and not c.locked_when_prefilled]
    return len(table.marks) + sum(not blank(value) for name in own for value in table.columns.get(name, ()))


def lost(newer: Iterable[Table], older: Iterable[Table]) -> list[Table]:
    """Return the older return's sheets that have answers where the newer has none."""
    kept = {table.place.key for table in newer if table.answered}
    return [table for table in older if table.answered and table.place.key not in kept]
