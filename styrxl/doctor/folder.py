"""The workspace's folder: what is in it, where it lies, who may read and write it, its lock, and what lies there that should not."""

from __future__ import annotations

import os
import re
import shutil
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from styrxl.doctor.computer import format_size
from styrxl.doctor.folder_kind import find_network, find_sync, find_sync_marks, list_synced_folders, read_mounts
from styrxl.doctor.look import FOLDER, GOOD, MEND, WATCH, Look
from styrxl.model.days import format_moment, local_day
from styrxl.model.limits import MB
from styrxl.model.naming.file_names import make_portable
from styrxl.store.backup_note import BackupNote, read_backup_note
from styrxl.store.files import find_leftovers, is_system_file
from styrxl.store.lock import UNREADABLE_HOLDER, LockHolder, is_dead, is_running, read_holder
from styrxl.store.log_file import LOG_NAME
from styrxl.store.workspace import CACHE_FOLDER, FOLDERS, Workspace

_OLD_BACKUP = timedelta(days=31)
_OLD_LOG = timedelta(days=14)
_LEAST_ROOM, _USUAL_ROOM = 100 * MB, 500 * MB  # bytes: less stops a round, less than that of a round of some hundred units
_LONGEST_PATH = 218  # letters of a path that Excel opens
_LONGEST_NAME = 90  # letters that names in a workspace may take, below its folder
_OTHER_LEDGER = re.compile(r"(?i)styrxl[ \-(_].*\.db")
_OFFICE_LOCK = re.compile(r"~\$.+|\.~lock\..+#")


def look_at_place(root: Path, ledger: Path | str | None) -> Iterator[Look]:
    """Tell what kind of folder a workspace lies in; ``ledger``: its path, or the address of a server (None where nobody knows)."""
    mounts, synced = read_mounts(), list_synced_folders()
    outside = isinstance(ledger, Path) and not ledger.resolve().is_relative_to(root)
    places = [root, *([ledger.resolve().parent] if outside and isinstance(ledger, Path) else [])]
    for place in places:
        service = find_sync(place, synced) or find_sync_marks(place)
        system = find_network(place, mounts)
        on_server = isinstance(ledger, str)
        yield tell_place(place, service, system, on_server=on_server)


def tell_place(place: Path, service: str, system: str, *, on_server: bool) -> Look:
    """Tell whether a folder is one that a workspace may lie in; ``on_server``: its ledger is in PostgreSQL."""
    facts = {"path": str(place), "service": service, "system": system}
    if service:
        return Look(FOLDER, MEND, "synced", facts)
    if system and not on_server:
        return Look(FOLDER, WATCH, "network", facts)
    return Look(FOLDER, GOOD, "network-server" if system else "place", facts)


def look_at_other_ledgers(root: Path) -> Iterator[Look]:
    """Tell where there are several ledgers: a service that keeps folders in step makes a copy where two computers have written."""
    others = sorted(path.name for path in root.glob("*.db") if _OTHER_LEDGER.fullmatch(path.name))
    if others:
        yield Look(FOLDER, MEND, "ledger-copies", {"names": others, "n": len(others)})


def look_at_contents(workspace: Workspace, *, begun: bool) -> Iterator[Look]:
    """Tell whether folders are folders, and the key is there and right; ``begun``: workbooks have been handed out or received."""
    wrong = [name for name in FOLDERS if os.path.lexists(workspace.root / name) and not (workspace.root / name).is_dir()]
    if wrong:
        yield Look(FOLDER, MEND, "no-folders", {"names": wrong, "n": len(wrong)})
    if not workspace.key_path.exists() and not begun:
        yield Look(FOLDER, WATCH, "key-none", {"path": workspace.key_path.name})
        return
    workspace.sign(())  # which raises what is wrong with the key
    yield Look(FOLDER, GOOD, "contents")


def look_at_rights(workspace: Workspace, may_write: Callable[[Path], bool] = lambda path: os.access(path, os.W_OK)) -> Iterator[Look]:
    """Tell which folders and files cannot be written, and what others on this computer may read."""
    files = (workspace.key_path, workspace.settings_path, workspace.plan_path, workspace.root / "styrxl.db", workspace.root / LOG_NAME)
    places = [path for path in (*workspace.folders(), *files) if path.exists()]
    closed = [workspace.shown(path) for path in places if path != workspace.key_path and not may_write(path)]
    if closed:
        shown = [name if name != str(workspace.root) else "." for name in closed]
        yield Look(FOLDER, MEND, "not-writable", {"names": shown, "n": len(closed)})
    else:
        yield Look(FOLDER, GOOD, "writable")
    if os.name == "posix":
        yield from _look_at_others(workspace)


def _look_at_others(workspace: Workspace) -> Iterator[Look]:
    """Tell what users who are not of the workspace's group may read; nothing where they do not come into the folder at all."""
    root = workspace.root
    if not all(_is_open(place, stat.S_IXOTH) for place in (root, *root.parents)):
        return
    secret = [path for path in (workspace.key_path, root / CACHE_FOLDER) if _is_open(path, stat.S_IROTH)]
    if secret:
        yield Look(FOLDER, MEND, "secret-open", {"names": [path.name for path in secret], "n": len(secret)})
    read = [path for path in (root / "styrxl.db", root / LOG_NAME, *(root / name for name in FOLDERS)) if _is_open(path, stat.S_IROTH)]
    if read:
        yield Look(FOLDER, WATCH, "open-to-all", {"names": [path.name for path in read], "n": len(read)})


def _is_open(path: Path, mode: int) -> bool:
    try:
        return bool(path.stat().st_mode & mode)
    except OSError:
        return False


def look_at_room(workspace: Workspace) -> Iterator[Look]:
    """Tell whether the disk has room for another round."""
    sizes = _measure_rounds(workspace)
    yield tell_room(shutil.disk_usage(workspace.root).free, max(sizes.values(), default=0))


def tell_room(free: int, largest: int) -> Look:
    """Tell whether so many bytes do for a round, given how many the largest one takes."""
    facts = {"free": format_size(free), "largest": format_size(largest)}
    if free < max(_LEAST_ROOM, largest):
        return Look(FOLDER, MEND, "disk-full", facts)
    return Look(FOLDER, WATCH, "disk-little", facts) if free < max(_USUAL_ROOM, 2 * largest) else Look(FOLDER, GOOD, "disk", facts)


def _measure_rounds(workspace: Workspace) -> dict[str, int]:
    """Return how many bytes each round's files take."""
    sizes: dict[str, int] = {}
    for name in FOLDERS:
        for folder in _list_folders(workspace.root / name):
            for path in folder.glob("**/*"):
                with suppress(OSError):
                    sizes[folder.name] = sizes.get(folder.name, 0) + path.stat().st_size
    return sizes


def _list_folders(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.is_dir()]


def look_at_lock(workspace: Workspace, zone: tzinfo) -> Iterator[Look]:
    """Tell who has the lock, and whether they are still at work; and where the mailbox is watched, which has a lock of its own."""
    if workspace.has_ledger_file and (holder := read_holder(workspace.root)):
        yield tell_lock(holder, zone, dead=is_dead(holder), running=is_running(holder))
    inbox = workspace.root / "inbox"
    watcher = read_holder(inbox) if inbox.is_dir() else None
    if watcher and not is_dead(watcher) and watcher is not UNREADABLE_HOLDER:
        facts = {"user": watcher.user, "host": watcher.host, "since": format_moment(watcher.since, zone)}
        yield Look(FOLDER, GOOD, "watched", facts)


def tell_lock(holder: LockHolder, zone: tzinfo, *, dead: bool, running: bool) -> Look:
    """Tell what a lock says, given whether its process is dead, or runs on this computer; both are false of another computer's."""
    facts = {"user": holder.user, "host": holder.host, "command": holder.command, "since": format_moment(holder.since, zone)}
    if holder is UNREADABLE_HOLDER:
        return Look(FOLDER, MEND, "lock-unreadable")
    if dead:
        return Look(FOLDER, WATCH, "lock-dead", facts)
    return Look(FOLDER, GOOD, "lock-running", facts) if running else Look(FOLDER, WATCH, "lock-elsewhere", facts)


def look_at_leftovers(workspace: Workspace, now: datetime) -> Iterator[Look]:
    """Tell which files commands have left that were cut off."""
    left = find_leftovers(workspace.folders(), now.timestamp())
    if left:
        yield Look(FOLDER, WATCH, "leftovers", {"names": [workspace.shown(path) for path in left], "n": len(left)})


def look_at_open_files(workspace: Workspace) -> Iterator[Look]:
    """Tell which workbooks somebody has open, by the lock files of Excel and LibreOffice."""
    places = (workspace.root, *(folder for name in FOLDERS for folder in (workspace.root / name, *_list_folders(workspace.root / name))))
    names = sorted(workspace.shown(path) for place in places for path in place.glob("*") if _OFFICE_LOCK.fullmatch(path.name))
    if names:
        yield Look(FOLDER, WATCH, "open-files", {"names": names, "n": len(names)})


def look_at_names(workspace: Workspace) -> Iterator[Look]:
    """Tell which files Windows cannot have and, there, which paths are too long for it or for Excel."""
    paths = [path for name in FOLDERS for path in (workspace.root / name).glob("**/*") if not is_system_file(path.name)]
    odd = sorted(workspace.shown(path) for path in paths if make_portable(path.name) != unicodedata.normalize("NFC", path.name))
    if odd:
        yield Look(FOLDER, WATCH, "names-not-portable", {"names": odd, "n": len(odd)})
    if os.name == "nt":
        yield from tell_lengths(str(workspace.root), map(str, paths))


def tell_lengths(root: str, paths: Iterable[str]) -> Iterator[Look]:
    """Tell which paths are longer than Excel opens, or else whether the workspace's own leaves too little room for names below it."""
    long = sorted((path for path in paths if len(path) > _LONGEST_PATH), key=len, reverse=True)
    if long:
        yield Look(FOLDER, MEND, "paths-too-long", {"n": len(long), "path": long[0], "length": len(long[0]), "most": _LONGEST_PATH})
    elif len(root) + _LONGEST_NAME > _LONGEST_PATH:
        yield Look(FOLDER, WATCH, "path-long", {"path": root, "length": len(root), "most": _LONGEST_PATH - _LONGEST_NAME})


def look_at_backup(workspace: Workspace, now: datetime, zone: tzinfo, *, begun: bool) -> Iterator[Look]:
    """Tell how old the newest backup is that is known; a workspace in which nothing has been done needs none yet."""
    if begun:
        note = read_backup_note(workspace.root)
        yield tell_backup(note, now, zone, there=note is not None and note.path.exists())


def tell_backup(note: BackupNote | None, now: datetime, zone: tzinfo, *, there: bool) -> Look:
    """Tell how old a backup is; ``there``: whether it still lies where it was put."""
    if note is None:
        return Look(FOLDER, WATCH, "backup-none")
    facts = {"day": local_day(note.made_at, zone).isoformat(), "path": str(note.path), "days": (now - note.made_at).days}
    if now - note.made_at > _OLD_BACKUP:
        return Look(FOLDER, WATCH, "backup-old", facts)
    return Look(FOLDER, GOOD, "backup", facts) if there else Look(FOLDER, WATCH, "backup-gone", facts)


def look_at_log(workspace: Workspace, now: datetime, zone: tzinfo) -> Iterator[Look]:
    """Tell whether something that nobody foresaw has been written down of late."""
    path = workspace.root / LOG_NAME
    about = path.stat() if path.exists() else None
    if about and about.st_size and now.timestamp() - about.st_mtime < _OLD_LOG.total_seconds():
        yield Look(FOLDER, WATCH, "log", {"path": path.name, "at": format_moment(datetime.fromtimestamp(about.st_mtime, UTC), zone)})
