"""Personal identity numbers: found in what people write, and never shown in full."""

from __future__ import annotations

import re

from styrxl.model.findings import Remark
from styrxl.model.masking import mask_persons
from styrxl.returns.batch import Batch

PERSON = "personal-identity-number"
_DIGITS = re.compile(r"\d{2}\W?\d\d")  # with fewer together there is no such number, and most texts are told at a glance


def check_personal(batch: Batch) -> list[Remark]:
    """Find numbers of persons in the answers of a batch, whatever is asked for there."""
    remarks = []
    for column in batch.sheet.columns:
        if not column.asked:
            continue
        for index, raw in enumerate(batch.columns[column.field]):
            text = raw if type(raw) is str else str(int(raw)) if isinstance(raw, float) and raw.is_integer() else ""
            if len(text) >= 10 and _DIGITS.search(text) and mask_persons(text) != text:
                remarks.append(Remark(batch.source[index], batch.sheet.key, batch.row[index], column.field, PERSON, text))
    return remarks
