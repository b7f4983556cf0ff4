"""What judging a round gave, kept in ``.styrxl-cache/`` under a mark of all that it rests on, so that no round is judged twice.

Like the readings (``cache``) it may be deleted at any time, and is read as data that may be damaged or forged: what does not fit is
judged anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from styrxl.model.booked_outcomes import BookedOutcomes, BookedRow
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.judged import Decided, Judged, JudgedRound, Recorded, ReplacedOutcome
from styrxl.scale.pack import pack_finding
from styrxl.scale.tagged_json import pack_json, unpack_json
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER

MOST_RETURNS = 3_000  # of a round that is kept: packing a larger one takes more memory than judging it
ROUNDS_KEPT = 24
_LONGEST_KEY = 1_000
_MOST = 1 << 30  # bytes of a round, unpacked: far more than there are
_DAYS = "datetime64[ns]"
_JUDGED = [field.name for field in fields(Judged)]


def is_round_kept(root: Path, round_id: str) -> bool:
    """Tell whether anything is kept of a round in a workspace, whether or not it still fits."""
    return _find_file(root, round_id).is_file()


def read_kept_round(root: Path, round_id: str, fits: Callable[[str], bool]) -> tuple[str, JudgedRound] | None:
    """Return what was kept of a round in a workspace, and under which key; None where there is nothing, or its key does not fit."""
    try:
        with _find_file(root, round_id).open("rb") as file:
            key = file.readline(_LONGEST_KEY).decode("ascii").removesuffix("\n")
            return (key, _unpack_round(file.read())) if fits(key) else None
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def keep_round(root: Path, key: str, judged: JudgedRound) -> None:
    """Keep what judging a round gave under a key, in place of what was kept of it; where that cannot be done it is judged again."""
    if len(judged.returns) > MOST_RETURNS:
        return
    path = _find_file(root, judged.round)
    with suppress(StyrxlError, OSError):
        make_private_folder(path.parent)
        write_atomically(path, key.encode("ascii") + b"\n" + _pack_round(judged), mode=0o600)
        for old in sorted(path.parent.glob("*.judged"), key=lambda p: p.stat().st_mtime)[:-ROUNDS_KEPT]:
            old.unlink(missing_ok=True)


def _find_file(root: Path, round_id: str) -> Path:
    return root / CACHE_FOLDER / f"{hashlib.sha256(round_id.encode()).hexdigest()[:16]}.judged"


def _pack_round(judged: JudgedRound) -> bytes:
    raw = [
        judged.round,
        [_pack_return(return_) for return_ in judged.returns],
        {table: _pack_frame(frame) for table, frame in judged.tables.items()},
        _pack_booked(judged.booked) if judged.booked else None,
        [astuple(one) for one in judged.replaced],
    ]
    return pack_json(raw)


def _unpack_round(packed: bytes) -> JudgedRound:
    round_id, returns, tables, booked, replaced = unpack_json(packed, _MOST)
    return JudgedRound(
        round_id,
        tuple(_unpack_return(raw) for raw in returns),
        {table: _unpack_frame(*raw) for table, raw in tables.items()},
        _unpack_booked(*booked) if booked else None,
        tuple(ReplacedOutcome(*one) for one in replaced),
    )


def _pack_booked(booked: BookedOutcomes) -> list[Any]:
    return [booked.run, booked.recorded_at, booked.file_name, [astuple(row) for row in booked.rows]]


def _unpack_booked(run: int, recorded_at: datetime, file_name: str, rows: Sequence[Sequence[Any]]) -> BookedOutcomes:
    return BookedOutcomes(run, recorded_at, file_name, tuple(BookedRow(*row) for row in rows))


def _pack_return(judged: Judged) -> list[Any]:
    return [
        [pack_finding(finding) for finding in judged.findings],
        [astuple(decided) for decided in judged.decided],
        astuple(judged.in_force) if judged.in_force else None,
        *(getattr(judged, name) for name in _JUDGED if name not in {"findings", "decided", "in_force"}),
    ]


def _unpack_return(raw: Sequence[Any]) -> Judged:
    findings, decided, in_force, *rest = raw
    plain = dict(zip((name for name in _JUDGED if name not in {"findings", "decided", "in_force"}), rest, strict=True))
    return Judged(
        **plain,
        findings=tuple(Finding(*finding) for finding in findings),
        decided=tuple(Decided(*one) for one in decided),
        in_force=Recorded(*in_force) if in_force else None,
    )


def _pack_frame(frame: pd.DataFrame) -> list[Any]:
    return [len(frame), [[name, str(frame[name].dtype), _pack_column(frame[name])] for name in frame.columns]]


def _pack_column(column: pd.Series[Any]) -> list[Any]:
    if str(column.dtype) == _DAYS:
        return column.astype("int64").tolist()
    return column.astype(object).where(column.notna(), None).tolist()


def _unpack_frame(rows: int, columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=dtype) for name, dtype, values in columns}, index=range(rows))
