"""Which desk is open in a workspace, as far as that can be known here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from styrxl.web.desk.door import OpenDesk, find_last_desk, find_open_desk, forget_open_desk, keep_open_desk


def test_an_open_desk_is_found_until_it_is_closed(tmp_path: Path) -> None:
    desk = OpenDesk.of_this_process(8765)
    keep_open_desk(tmp_path, desk)
    assert find_open_desk(tmp_path) == desk
    forget_open_desk(tmp_path, desk)
    assert find_open_desk(tmp_path) is None


@pytest.mark.parametrize("other", [{"host": "server-1"}, {"started": "1"}, {"pid": 2**31 - 1}])
def test_one_of_another_computer_or_process_is_not_open_here(tmp_path: Path, other: dict[str, object]) -> None:
    """A process that got the number of a dead desk's is no desk; nor is one that merely has the same number elsewhere."""
    desk = replace(OpenDesk.of_this_process(8765), **other)  # type: ignore[arg-type] # each of its own type
    keep_open_desk(tmp_path, desk)
    assert find_open_desk(tmp_path) is None
    assert find_last_desk(tmp_path) == desk


def test_one_of_an_earlier_version_is_found_by_its_number(tmp_path: Path) -> None:
    desk = OpenDesk.of_this_process(8765)
    (tmp_path / ".styrxl-cache").mkdir()
    (tmp_path / ".styrxl-cache" / "desk.json").write_text(json.dumps({"port": 8765, "pid": desk.pid, "key": "x"}))
    assert find_open_desk(tmp_path) == OpenDesk(8765, desk.pid, "x")
