"""Files in a synced folder: placeholders, empty ones and halves wait; a file that has lain there a while is what it is."""

from __future__ import annotations

import io
import os
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from styrxl.model.rounds import standard_rounds
from styrxl.rounds.files_to_receive import Outcome, find_files
from styrxl.store import workspace as workspace_module
from styrxl.store.synced_files import EMPTY, IN_CLOUD, UNFINISHED, find_wait, is_unfinished
from styrxl.store.workspace import Workspace

NOW = 1_800_000_000.0


def about(size: int = 100, age: float = 5.0, attributes: int | None = None) -> os.stat_result:
    facts = {"st_size": size, "st_mtime": NOW - age}
    return cast("os.stat_result", SimpleNamespace(**facts, **({} if attributes is None else {"st_file_attributes": attributes})))


@pytest.mark.parametrize(
    "facts,why",
    [
        (about(), ""),
        (about(attributes=0x20), ""),
        (about(attributes=0x400020), IN_CLOUD),
        (about(attributes=0x1000), IN_CLOUD),
        (about(attributes=0x40000, age=1e6), IN_CLOUD),
        (about(size=0), EMPTY),
        (about(size=0, age=3600), ""),
    ],
)
def test_a_file_waits_for_what_the_system_says(facts: os.stat_result, why: str) -> None:
    assert find_wait(facts, NOW) == why


def whole() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", b"x" * 1000)
    return target.getvalue()


def test_half_a_workbook_waits_for_a_while(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(whole())
    assert not is_unfinished(path, time.time())
    path.write_bytes(whole()[:500])
    assert is_unfinished(path, time.time())
    assert not is_unfinished(path, time.time() + 1000)


def test_what_is_on_its_way_is_told_and_not_taken_in(tmp_path: Path) -> None:
    for name, data in {
        "a.xlsx": whole(),
        "b.xlsx": b"",
        "c.xlsx": whole()[:500],
        "d.url": b"x",
        "e.partial": b"x",
        "~$a.xlsx": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)
    found = [one for one in find_files([tmp_path], 10_000) if isinstance(one, Outcome)]
    assert {Path(one.origin).name: one.why.key if one.why else one.state for one in found} == {
        "b.xlsx": EMPTY,
        "c.xlsx": UNFINISHED,
        "d.url": "link_file",
        "e.partial": "skipped",
        "~$a.xlsx": "skipped",
    }


def test_a_placeholder_in_the_inbox_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, round_ = Workspace.init(tmp_path / "w", "Åköping"), standard_rounds().parse("2027-plan")
    workspace.inbox(round_).mkdir(parents=True)
    for name in ("a.xlsx", "b.xlsx"):
        (workspace.inbox(round_) / name).write_bytes(whole())
    waits = iter([True, False])
    monkeypatch.setattr(workspace_module, "is_placeholder", lambda _: next(waits))
    found = workspace.inbox_files(round_)
    assert ([path.name for path in found.files], [path.name for path in found.waiting]) == (["b.xlsx"], ["a.xlsx"])
