"""Judging bytes, as the commands judge files, without a file for each in an inbox."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd

from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import Round
from styrxl.returns.read import Reading, ReturnReader
from styrxl.rounds.desk import Desk
from styrxl.rounds.identify_returns import ReadReturn
from styrxl.rounds.judge_inbox import judge_returns
from styrxl.scale.return_files import ReadFile, ReturnFile
from styrxl.store.receipts import Receipt

File = tuple[str, bytes]


def judge_data(
    desk: Desk,
    round_: Round,
    files: Sequence[File],
    received: datetime,
    *,
    boards: Mapping[str, pd.DataFrame] | None = None,
    whole_inbox: bool = False,
    readings: Sequence[Reading | None] | None = None,
) -> JudgedRound:
    """Judge files (name, bytes) together against what was issued; ``readings``: of those that have been read already."""
    with _gathered(desk, files, received, readings or [None] * len(files)) as returns:
        return judge_returns(desk, round_, returns, boards=boards, whole_inbox=whole_inbox)


@contextmanager
def _gathered(desk: Desk, files: Sequence[File], received: datetime, readings: Sequence[Reading | None]) -> Iterator[Iterator[ReadReturn]]:
    with tempfile.TemporaryDirectory() as folder, ReturnReader(desk.workspace.forms, desk.limits) as reader:
        yield (
            (
                _read(Path(folder) / str(number), name, data, received, reading or reader.read(data, name)),
                Receipt(name, hashlib.sha256(data).hexdigest(), len(data), received),
            )
            for number, ((name, data), reading) in enumerate(zip(files, readings, strict=True))
        )


def _read(path: Path, name: str, data: bytes, received: datetime, reading: Reading) -> ReadFile:
    path.write_bytes(data)  # it may have to be read again
    return ReadFile(ReturnFile(name, path, received), hashlib.sha256(data).hexdigest(), len(data), reading)
