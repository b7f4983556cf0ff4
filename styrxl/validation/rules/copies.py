"""Commitments that are copies of each other or of a goal.

Finds ``copied-text``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.returns.cell_values import fold_text
from styrxl.returns.typed_frames import TypedBatch


def check_copies(
    commitments: Sequence[TypedBatch], owners: Mapping[int, str], texts: Mapping[str, str], places: Mapping[int, str]
) -> list[Remark]:
    """Find commitments that are word for word their parent's text, or a whole return that is another owner's.

    ``texts``: id -> text of what can be a parent; ``places``: source -> how to name the return.
    """
    remarks: list[Remark] = []
    whole: dict[bytes, int] = {}  # what a return says, as a digest -> the first that says it
    parents: dict[str, str] = {}
    for part in commitments:
        batch = part.batch
        columns = (part.frame[name].tolist() for name in ("text", "parent_id"))
        for source, rows in groupby(zip(batch.source, batch.row, *columns, strict=True), key=itemgetter(0)):
            own = [(row, fold_text(text), text, parent) for _, row, text, parent in rows if isinstance(text, str)]
            for row, folded, text, parent in own:
                first = parent.split(";", 1)[0] if isinstance(parent, str) else ""
                if first and first not in parents:
                    parents[first] = fold_text(texts.get(first, ""))
                if first and parents[first] == folded:
                    facts = {"other": Word("the_parent", {"id": first})}
                    remarks.append(Remark(source, batch.sheet.key, row, "text", "copied-text", text, facts))
            if len(own) < 2:
                continue
            other = whole.setdefault(_digest(folded for _, folded, *_ in own), source)
            if owners.get(other) != owners.get(source):
                facts = {"other": Word("the_other", {"owner": owners.get(other, ""), "file": places.get(other, "").rpartition("/")[2]})}
                remarks.append(Remark(source, batch.sheet.key, own[0][0], "text", "copied-text", own[0][1], facts))
    return remarks


def _digest(texts: Iterable[str]) -> bytes:
    return blake2b("\0".join(texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
