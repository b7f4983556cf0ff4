"""What is put aside until a page has said what will come of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from styrxl.web.desk.staging import drop_staged, find_staged, stage


def test_what_was_put_aside_is_found_again_until_it_is_dropped(tmp_path: Path) -> None:
    staged = stage(tmp_path, b"bytes", "Flerårsplan å.xlsx", base="1")
    found = find_staged(tmp_path, staged.token)
    assert found == staged
    assert (found.name, found.data, found.facts) == ("Flerårsplan å.xlsx", b"bytes", {"base": "1"})
    drop_staged(tmp_path, staged)
    assert find_staged(tmp_path, staged.token) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_is_a_day_old_is_removed_when_something_else_is_put_aside(tmp_path: Path) -> None:
    old = stage(tmp_path, b"old")
    for path in tmp_path.rglob(f"{old.token}*"):
        os.utime(path, (0, 0))
    new = stage(tmp_path, b"new")
    assert find_staged(tmp_path, old.token) is None
    assert find_staged(tmp_path, new.token) == new


@pytest.mark.parametrize("token", ["", "..", "../../../styrxl", "a/b", "0123456789abcde", "0123456789abcdef", "0123456789abcdef.json"])
def test_nothing_else_can_be_asked_for(tmp_path: Path, token: str) -> None:
    stage(tmp_path, b"bytes")
    assert find_staged(tmp_path, token) is None
