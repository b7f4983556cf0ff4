"""What the council gives boards to do: days that may have been mixed up.

Finds ``assignment-due-before-decision``.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from styrxl.model.findings import CellOf, Remark
from styrxl.returns.typed_frames import TypedBatch


def check_assignments(part: TypedBatch) -> Iterator[Remark]:
    """Yield a remark for each assignment whose last day is before the day on which it was given."""
    batch, frame = part.batch, part.frame
    for at, (code, due, decided) in enumerate(zip(*(frame[name].tolist() for name in ("assignment_id", "due", "decided_on")), strict=True)):
        if not pd.isna(due) and not pd.isna(decided) and due < decided:
            row = batch.row[at]
            facts = {"id": code or "", "decided": decided.date(), "decided_cell": CellOf("decided_on", row)}
            yield Remark(batch.source[at], batch.sheet.key, row, "due", "assignment-due-before-decision", due.date(), facts)
