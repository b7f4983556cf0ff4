"""What was uploaded is put aside whole, privately, under names of our own, and for a day."""

from __future__ import annotations

import io
import os
import stat
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.rounds.files_to_receive import IncomingFile, Outcome
from styrxl.web.desk.intake.uploads import FOLDER, UploadedFile, drop_upload, find_upload, list_incoming, list_uploads, put_aside

NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
STRANGE = (
    "..\\..\\x.xlsx",
    "../../x.xlsx",
    "CON",
    "CON.xlsx",
    "a\x00b.xlsx",
    "\u202exslx.exe",
    "ö" * 300 + ".xlsx",
    "",
    "/etc/passwd",
    "C:\\x.zip",
)


def uploaded(name: str, data: bytes = b"data", changed: float | None = None) -> UploadedFile:
    return UploadedFile(name, io.BytesIO(data), changed)


def list_files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_no_name_of_a_senders_is_a_name_on_disk(tmp_path: Path) -> None:
    root = tmp_path / "town"
    root.mkdir()
    upload = put_aside(root, "2027-plan", [uploaded(name, str(n).encode()) for n, name in enumerate(STRANGE)], NOW)
    assert [path for path in list_files(tmp_path) if FOLDER not in path.parts] == []
    assert all(path.name[:5].isdecimal() for _, path in upload.files)
    assert [path.read_bytes() for _, path in upload.files] == [str(n).encode() for n in range(len(STRANGE))]
    assert all(len(name) <= 206 and name.isprintable() for name, _ in upload.files)
    assert find_upload(root, "2027-plan", upload.token) == upload


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_nobody_else_may_look(tmp_path: Path) -> None:
    upload = put_aside(tmp_path, "2027-plan", [uploaded("UBN.xlsx")], NOW)
    path = upload.files[0][1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_removed_after_a_day_and_not_before(tmp_path: Path) -> None:
    old = put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx")], NOW)
    assert list_uploads(tmp_path, "2027-plan", NOW + timedelta(hours=23)) == [old]
    new = put_aside(tmp_path, "2027-plan", [uploaded("b.xlsx")], NOW + timedelta(hours=25))
    assert list_uploads(tmp_path, "2027-plan", NOW + timedelta(hours=25)) == [new]
    assert not old.files[0][1].parent.exists()
    drop_upload(tmp_path, new.token)
    assert list_files(tmp_path) == []


def test_one_that_was_cut_short_is_none_and_goes_away(tmp_path: Path) -> None:
    def breaks() -> Iterator[UploadedFile]:
        yield uploaded("a.xlsx")
        raise OSError(28, "full")

    with pytest.raises(OSError, match="full"):
        put_aside(tmp_path, "2027-plan", breaks(), NOW)
    assert list_files(tmp_path) == []
    killed = put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx")], NOW).files[0][1].parent
    (killed / "upload.json").unlink()  # as one that is killed leaves it
    assert find_upload(tmp_path, "2027-plan", killed.name) is None
    assert list_uploads(tmp_path, "2027-plan", NOW) == []
    assert killed.exists()  # somebody may be writing there just now
    os.utime(killed, (0, 0))
    list_uploads(tmp_path, "2027-plan", NOW)
    assert not killed.exists()


@pytest.mark.parametrize("token", ["", "..", "../" * 16, "0" * 31, "0" * 33, "G" * 32, "a/" * 16])
def test_no_other_folder_is_asked_for(tmp_path: Path, token: str) -> None:
    put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx")], NOW)
    assert find_upload(tmp_path, "2027-plan", token) is None
    drop_upload(tmp_path, token)
    assert len(list_files(tmp_path)) == 2


def test_it_belongs_to_its_round(tmp_path: Path) -> None:
    upload = put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx")], NOW)
    assert find_upload(tmp_path, "2027-t1", upload.token) is None


@pytest.mark.parametrize("told", [NOW.timestamp() - 60, NOW.timestamp() + 60, 0.0, -5.0, 1e30, None])
def test_when_a_file_was_changed_is_believed_where_it_can_be(tmp_path: Path, told: float | None) -> None:
    is_believed = told == NOW.timestamp() - 60
    upload = put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx", changed=told)], NOW)
    assert upload.files[0][1].stat().st_mtime == (told if is_believed else NOW.timestamp())


def test_archives_are_opened_and_litter_is_passed_over(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("../../UBN.xlsx", b"PK of a workbook")
        archive.writestr("__MACOSX/._UBN.xlsx", b"")
    files = [uploaded("svar.zip", data.getvalue()), uploaded("~$UBN.xlsx"), uploaded("KFN.xlsx"), uploaded("mapp/länk.url")]
    incoming = list_incoming(put_aside(tmp_path, "2027-plan", files, NOW), 1000)
    told = [(one.origin, one.name if isinstance(one, IncomingFile) else one.state) for one in incoming]
    assert told == [
        ("svar.zip/../../UBN.xlsx", "UBN.xlsx"),
        ("svar.zip/__MACOSX/._UBN.xlsx", "skipped"),
        ("~$UBN.xlsx", "skipped"),
        ("KFN.xlsx", "KFN.xlsx"),
        ("mapp/länk.url", "refused"),
    ]


def test_an_archive_that_becomes_too_much_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(11):
            archive.writestr(f"{n}.txt", bytes(10_000_000))
    [one] = list_incoming(put_aside(tmp_path, "2027-plan", [uploaded("bomb.zip", data.getvalue())], NOW), 1000)
    assert isinstance(one, Outcome)
    assert (one.origin, one.state, one.why and one.why.key) == ("bomb.zip", "refused", "archive_too_large")


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StyrxlError, match="disk-full"):
        put_aside(tmp_path, "2027-plan", [uploaded("a.xlsx")], NOW)
    assert list_files(tmp_path) == []
