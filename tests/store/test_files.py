"""Writing files whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.store.files import StagedFiles, make_folder, write_atomically
from town import ROUND, Town


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_a_file_and_the_folders_above_it(tmp_path: Path) -> None:
    write_atomically(tmp_path / "outbox" / "2027-plan" / "ÄN.xlsx", b"content")
    assert (tmp_path / "outbox" / "2027-plan" / "ÄN.xlsx").read_bytes() == b"content"
    assert names(tmp_path / "outbox" / "2027-plan") == ["ÄN.xlsx"]


def test_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"a longer content than the new one")
    write_atomically(tmp_path / "a.xlsx", b"new")
    assert (tmp_path / "a.xlsx").read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no modes")
@pytest.mark.parametrize(
    "mode,umask,expected", [(0o666, 0o022, 0o644), (0o666, 0o002, 0o664), (0o660, 0o022, 0o640), (0o660, 0o007, 0o660)]
)
def test_narrows_the_mode_by_the_umask(tmp_path: Path, mode: int, umask: int, expected: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "file", b"", mode)
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == expected


@pytest.mark.parametrize(
    "call,number,code",
    [
        ("fsync", errno.ENOSPC, "disk-full"),
        ("fsync", errno.EDQUOT, "disk-full"),
        ("fsync", errno.EIO, "not-writable"),
        ("open", errno.EACCES, "not-writable"),
        ("open", errno.EROFS, "not-writable"),
    ],
)
def test_trouble_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int, code: str
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def refuse(*_args: object, **_kwargs: object) -> int:
        raise OSError(number, "no")

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(StyrxlError) as caught:
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert (caught.value.code, caught.value.facts["path"]) == (code, str(path))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.xlsx"]


def test_an_interruption_leaves_nothing_beside_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def interrupt(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.xlsx"]


@pytest.mark.parametrize("lock", ["~$ÄN.xlsx", ".~lock.ÄN.xlsx#"])
def test_a_workbook_that_somebody_has_open_is_left_alone(tmp_path: Path, lock: str) -> None:
    (tmp_path / "ÄN.xlsx").write_bytes(b"old")
    (tmp_path / lock).touch()
    with pytest.raises(StyrxlError) as caught:
        write_atomically(tmp_path / "ÄN.xlsx", b"new")
    assert (caught.value.code, caught.value.facts) == ("file-locked", {"path": str(tmp_path / "ÄN.xlsx"), "lock": lock})
    assert (tmp_path / "ÄN.xlsx").read_bytes() == b"old"


def test_a_lock_file_without_its_workbook_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "~$a.xlsx").touch()
    write_atomically(tmp_path / "a.xlsx", b"new")
    assert names(tmp_path) == ["a.xlsx", "~$a.xlsx"]


def test_windows_refusing_to_replace_means_that_it_is_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def refuse(_self: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StyrxlError) as caught:
        write_atomically(path, b"new")
    assert (caught.value.code, caught.value.facts) == ("file-locked", {"path": str(path), "lock": "~$a.xlsx"})
    assert names(tmp_path) == ["a.xlsx"]


def test_a_folder_in_the_place_of_the_file_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").mkdir()
    with pytest.raises(StyrxlError) as caught:
        write_atomically(tmp_path / "a.xlsx", b"new")
    assert caught.value.code == "not-writable"
    assert names(tmp_path) == ["a.xlsx"]


def test_a_file_in_the_place_of_a_folder_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "outbox").touch()
    with pytest.raises(StyrxlError) as caught:
        make_folder(tmp_path / "outbox" / "2027-plan")
    assert (caught.value.code, caught.value.facts["path"]) == ("not-writable", str(tmp_path / "outbox" / "2027-plan"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """As ``/dev/stdout`` and ``/dev/null`` are: whoever may replace them would take them from all other programs."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, b"report")
        assert pipe.is_fifo()
        assert os.read(reader, 100) == b"report"
    finally:
        os.close(reader)


def test_files_on_a_stage_are_put_in_their_places_together(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"old")
    with StagedFiles() as stage:
        stage.add(tmp_path / "a.xlsx", b"new")
        stage.add(tmp_path / "b" / "c.xlsx", b"c")
        assert (tmp_path / "a.xlsx").read_bytes() == b"old"
        assert not (tmp_path / "b" / "c.xlsx").exists()
        stage.move_into_place()
    assert (tmp_path / "a.xlsx").read_bytes() == b"new"
    assert (tmp_path / "b" / "c.xlsx").read_bytes() == b"c"
    assert (names(tmp_path), names(tmp_path / "b")) == (["a.xlsx", "b"], ["c.xlsx"])


def test_a_stage_that_is_left_early_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"old")
    (tmp_path / "b.xlsx").touch()
    (tmp_path / "~$b.xlsx").touch()
    with StagedFiles() as stage:
        stage.add(tmp_path / "a.xlsx", b"new")
        with pytest.raises(StyrxlError) as caught:
            stage.add(tmp_path / "b.xlsx", b"b")
        assert len(names(tmp_path)) == 4
    assert caught.value.code == "file-locked"
    assert (tmp_path / "a.xlsx").read_bytes() == b"old"
    assert names(tmp_path) == ["a.xlsx", "b.xlsx", "~$b.xlsx"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_what_is_kept_is_its_owner_s_alone(full: Town) -> None:
    """What was read and what went wrong, also where others had the right to see it before."""
    cache, log = full.root / ".styrxl-cache", full.root / "styrxl.log"
    full.run("validate", "--round", ROUND)
    log.touch()
    for path, mode in ((cache, 0o755), (log, 0o664)):
        path.chmod(mode)
    full.run("status", ROUND)
    assert [path.stat().st_mode & 0o777 for path in (cache, log)] == [0o700, 0o600]
    assert {path.stat().st_mode & 0o777 for path in cache.iterdir()} == {0o600}
