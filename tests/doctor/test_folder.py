"""The workspace's folder, made broken in each way: exactly that is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from styrxl.doctor import folder
from styrxl.doctor.look import GOOD, MEND, WATCH, Look, describe
from styrxl.model.errors import StyrxlError
from styrxl.model.limits import MB
from styrxl.store.backup_note import BackupNote, keep_backup_note
from styrxl.store.files import find_host_name, make_temporary_path
from styrxl.store.lock import UNREADABLE_HOLDER, LockHolder, this_process
from styrxl.store.workspace import FOLDERS, Workspace

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Give a new workspace that nobody else comes into."""
    made = Workspace.init(tmp_path / "akoping", "Åköping")
    made.root.chmod(0o700)
    return made


def seen(looks: Iterable[Look]) -> list[tuple[str, str]]:
    return [(look.state, look.key) for look in looks]


def test_where_it_lies(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's folder counts too, where it is another."""
    monkeypatch.setattr(folder, "read_mounts", lambda: f"//server/h {workspace.root.parent / 'h'} cifs rw 0 0\n")
    (workspace.root.parent / "h").mkdir()
    assert seen(folder.look_at_place(workspace.root, workspace.root / "styrxl.db")) == [(GOOD, "place")]
    [own, ledger] = folder.look_at_place(workspace.root, workspace.root.parent / "h" / "styrxl.db")
    assert seen([own, ledger]) == [(GOOD, "place"), (WATCH, "network")]
    assert describe(ledger, "sv").startswith(f"{workspace.root.parent / 'h'} ligger på en nätverksdisk (cifs).")


@pytest.mark.parametrize(
    "service, system, on_server, told",
    [
        ("OneDrive", "", False, (MEND, "synced")),
        ("OneDrive", "", True, (MEND, "synced")),
        ("", "cifs", False, (WATCH, "network")),
        ("", "cifs", True, (GOOD, "network-server")),
        ("", "", True, (GOOD, "place")),
    ],
)
def test_which_folders_are_good(service: str, system: str, told: tuple[str, str], *, on_server: bool) -> None:
    assert seen([folder.tell_place(Path("/x"), service, system, on_server=on_server)]) == [told]


def test_a_second_ledger_is_seen(workspace: Workspace) -> None:
    """As OneDrive, Dropbox and Nextcloud name their copies; other databases are nobody's business."""
    for name in ("styrxl.db", "annat.db", "styrxlsomething.db"):
        (workspace.root / name).touch()
    assert seen(folder.look_at_other_ledgers(workspace.root)) == []
    for name in ("styrxl-DATOR7.db", "styrxl (conflicted copy 2027-01-05 090000).db"):
        (workspace.root / name).touch()
    [look] = folder.look_at_other_ledgers(workspace.root)
    assert (look.state, look.facts["n"]) == (MEND, 2)
    assert "styrxl-DATOR7.db" in describe(look, "en")


def test_the_key(workspace: Workspace) -> None:
    """Missing in a new workspace it is said; where something was handed out, or it is broken, commands stop."""
    assert seen(folder.look_at_contents(workspace, begun=True)) == [(GOOD, "contents")]
    workspace.key_path.write_text("abc")
    with pytest.raises(StyrxlError, match="key-broken"):
        list(folder.look_at_contents(Workspace(workspace.root), begun=True))
    workspace.key_path.unlink()
    assert seen(folder.look_at_contents(Workspace(workspace.root), begun=False)) == [(WATCH, "key-none")]
    with pytest.raises(StyrxlError, match="key-missing"):
        list(folder.look_at_contents(Workspace(workspace.root), begun=True))


@posix
def test_what_may_not_be_written(workspace: Workspace) -> None:
    """Folders and the files that commands change."""
    assert seen(folder.look_at_rights(workspace)) == [(GOOD, "writable")]
    closed = {workspace.root / "inbox", workspace.settings_path}
    [look] = folder.look_at_rights(workspace, lambda path: path not in closed)
    assert (look.state, look.key, look.facts["names"]) == (MEND, "not-writable", ["inbox", "styrxl.toml"])


@posix
def test_what_others_may_read(workspace: Workspace) -> None:
    """Only where they come into the folder: the key never, the rest where it should be so."""
    for path in [workspace.root, *workspace.root.parents][:4]:
        path.chmod(0o755)
    (workspace.root / "styrxl.db").touch(0o644)
    for name in FOLDERS:
        (workspace.root / name).chmod(0o750)
    (workspace.root / "inbox").chmod(0o755)
    workspace.key_path.chmod(0o644)
    if not all(path.stat().st_mode & 0o001 for path in workspace.root.parents):
        pytest.skip("the folder of temporary files is closed to others")
    looks = list(folder.look_at_rights(workspace))
    assert [(look.key, look.facts.get("names")) for look in looks] == [
        ("writable", None),
        ("secret-open", ["styrxl.key"]),
        ("open-to-all", ["styrxl.db", "inbox"]),
    ]
    workspace.root.chmod(0o750)
    assert seen(folder.look_at_rights(workspace)) == [(GOOD, "writable")]


@pytest.mark.parametrize(
    "free, largest, told",
    [
        (99 * MB, 0, (MEND, "disk-full")),
        (900 * MB, 901 * MB, (MEND, "disk-full")),
        (900 * MB, 451 * MB, (WATCH, "disk-little")),
        (499 * MB, 0, (WATCH, "disk-little")),
        (900 * MB, 450 * MB, (GOOD, "disk")),
    ],
)
def test_room_on_the_disk(free: int, largest: int, told: tuple[str, str]) -> None:
    """As much again as the largest round took, and what a small one takes."""
    assert seen([folder.tell_room(free, largest)]) == [told]


def test_the_largest_round_is_measured_over_all_folders(workspace: Workspace) -> None:
    for name, size in (("outbox/2027-plan/a", 3), ("inbox/2027-plan/a", 4), ("inbox/2027-t1/a", 5)):
        path = workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size * MB)
    [look] = folder.look_at_room(workspace)
    assert look.facts["largest"]["en"] == "7 MB"


def test_locks(workspace: Workspace) -> None:
    """Of a dead process, of this one, and of another computer; and one that cannot be read."""
    lock = workspace.root / "styrxl.lock"
    assert seen(folder.look_at_lock(workspace, UTC)) == []
    ended = int(subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True).stdout)
    holders = {
        (GOOD, "lock-running"): this_process("distribute", "Anna", NOW),
        (WATCH, "lock-dead"): LockHolder("Anna", find_host_name(), ended, "distribute", NOW),
        (WATCH, "lock-elsewhere"): LockHolder("Anna", "DATOR7", 17, "distribute", NOW),
    }
    for told, holder in holders.items():
        lock.write_bytes(holder.to_json())
        assert seen(folder.look_at_lock(workspace, UTC)) == [told]
    lock.write_bytes(b"{")
    [look] = folder.look_at_lock(workspace, UTC)
    assert look == folder.tell_lock(UNREADABLE_HOLDER, UTC, dead=False, running=False)
    assert seen([look]) == [(MEND, "lock-unreadable")]


def test_a_mailbox_that_is_watched(workspace: Workspace) -> None:
    """Here or on another computer; the lock of a watch that has died says nothing."""
    lock = workspace.root / "inbox" / "styrxl.lock"
    for host, pid, told in (("DATOR7", 17, [(GOOD, "watched")]), (find_host_name(), 999_999_999, [])):
        lock.write_bytes(LockHolder("styrxl", host, pid, "watch", NOW).to_json())
        assert seen(folder.look_at_lock(workspace, UTC)) == told


def test_what_cut_off_commands_have_left(workspace: Workspace) -> None:
    """It stays where it is."""
    left = make_temporary_path(workspace.root / "inbox" / "x.xlsx")
    assert seen(folder.look_at_leftovers(workspace, datetime.now(UTC))) == []
    left.with_name(left.name.replace(f"-{os.getpid()}-", "-999999999-")).touch()
    left.touch()  # of this process, which is alive
    [look] = folder.look_at_leftovers(workspace, datetime.now(UTC))
    assert (look.state, look.key, look.facts["n"]) == (WATCH, "leftovers", 1)
    assert len(list((workspace.root / "inbox").iterdir())) == 2


def test_workbooks_that_are_open(workspace: Workspace) -> None:
    """By what Excel and LibreOffice put beside them."""
    (workspace.root / "inbox" / "2027-plan").mkdir()
    for name in ("~$flerarsplan.xlsx", "inbox/2027-plan/.~lock.UBN.xlsx#", "inbox/2027-plan/UBN.xlsx"):
        (workspace.root / name).touch()
    [look] = folder.look_at_open_files(workspace)
    assert (look.state, look.facts["names"]) == (WATCH, ["inbox/2027-plan/.~lock.UBN.xlsx#", "~$flerarsplan.xlsx"])


@posix
def test_names_that_windows_cannot_have(workspace: Workspace) -> None:
    """Its own, and signs that it keeps for itself; letters that macOS has composed otherwise are none."""
    for name in ("con.xlsx", "a:b.xlsx", "UBN-\u00d6ST.xlsx", "UBN-O\u0308ST.xlsx"):
        (workspace.root / "inbox" / name).touch()
    [look] = folder.look_at_names(workspace)
    assert (look.state, look.key, look.facts["names"]) == (WATCH, "names-not-portable", ["inbox/a:b.xlsx", "inbox/con.xlsx"])


@pytest.mark.parametrize(
    "root, longest, told",
    [
        ("D:\\styrxl", 218, []),
        ("D:\\styrxl", 219, [(MEND, "paths-too-long")]),
        ("D:\\" + 126 * "x", 10, [(WATCH, "path-long")]),
        ("D:\\" + 125 * "x", 10, []),
    ],
)
def test_paths_that_are_too_long_for_excel(root: str, longest: int, told: list[tuple[str, str]]) -> None:
    assert seen(folder.tell_lengths(root, ["x" * longest, "x"])) == told


def test_backups(workspace: Workspace, tmp_path: Path) -> None:
    """None, old, moved away, and there; none is needed before anything has been done."""
    note = BackupNote(NOW, tmp_path / "copy.zip")

    def look(now: datetime) -> list[tuple[str, str]]:
        return seen(folder.look_at_backup(workspace, now, UTC, begun=True))

    assert seen(folder.look_at_backup(workspace, NOW, UTC, begun=False)) == []
    assert look(NOW) == [(WATCH, "backup-none")]
    keep_backup_note(workspace.root, note)
    assert look(NOW + timedelta(days=31)) == [(WATCH, "backup-gone")]
    note.path.touch()
    assert look(NOW + timedelta(days=31)) == [(GOOD, "backup")]
    assert look(NOW + timedelta(days=32)) == [(WATCH, "backup-old")]
    (workspace.root / ".styrxl-cache" / "backup.json").write_text("{")
    assert look(NOW) == [(WATCH, "backup-none")]


def test_the_log(workspace: Workspace) -> None:
    """What nobody foresaw, where it is of late."""
    log = workspace.root / "styrxl.log"
    assert seen(folder.look_at_log(workspace, NOW, UTC)) == []
    log.write_text("Traceback")
    os.utime(log, (NOW.timestamp(), NOW.timestamp()))
    assert seen(folder.look_at_log(workspace, NOW + timedelta(days=13), UTC)) == [(WATCH, "log")]
    assert seen(folder.look_at_log(workspace, NOW + timedelta(days=14), UTC)) == []
