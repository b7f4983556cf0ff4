"""Uploaded files, put aside in a private folder until a page has said what will come of them.

No name that a sender chose is ever a file's name there. An upload whose list was not written is none: it was cut short.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, BinaryIO

from styrxl.model.errors import StyrxlError
from styrxl.model.masking import make_showable
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, find_files
from styrxl.rounds.receive import Identities
from styrxl.store.files import StagedFiles, is_system_file, make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER
from styrxl.web.desk.access import EVERYTHING, Access, read_access

FOLDER = "desk-uploads"
KEPT = timedelta(days=1)
_LIST, _IDENTITIES = "upload.json", "identities.json"
_TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}", re.ASCII)
_LONGEST_NAME = 200  # letters of a name that are kept
_PIECE = 1 << 20  # bytes
_YEARS = range(1990, 2100)  # in which a file may have been changed


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as a browser sends it: its name, its content, and when it was changed last, where that is told (seconds since 1970)."""

    name: str
    content: BinaryIO
    changed: float | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """Files put aside: for which round, when, each with the name that its sender gave it, and what workbooks say of themselves."""

    token: str
    round: str
    at: datetime
    files: tuple[tuple[str, Path], ...]
    identities: Identities = field(default_factory=dict, repr=False, compare=False)
    access: Access | None = None  # of who put them aside


def put_aside(root: Path, round_id: str, files: Iterable[UploadedFile], now: datetime, access: Access = EVERYTHING) -> Upload:
    """Write files aside, all of them or none; what nobody has taken in for a day is removed.

    Raises StyrxlError: disk-full, not-writable.
    """
    place = _find_place(root)
    remove_old_uploads(root, now)
    token = secrets.token_hex(16)
    make_private_folder(place / token)
    kept: list[tuple[str, Path]] = []
    with StagedFiles() as stage:
        for number, file in enumerate(files, 1):
            name = _shorten(make_showable(file.name)) or "?"
            path = place / token / f"{number:05}{_find_ending(name)}"
            changed = _believe(file.changed, now)
            os.utime(stage.add(path, _read(file.content), 0o600), (changed, changed))
            kept.append((name, path))
        listed: dict[str, Any] = {"round": round_id, "at": now.isoformat(), "files": [(name, path.name) for name, path in kept]}
        listed["access"] = access.to_json()
        stage.add(place / token / _LIST, json.dumps(listed).encode("ascii"), 0o600)  # the last to come to its place
        stage.move_into_place()
    return Upload(token, round_id, now, tuple(kept), access=access)


def _find_place(root: Path) -> Path:
    make_private_folder(root / CACHE_FOLDER)
    make_private_folder(root / CACHE_FOLDER / FOLDER)
    return root / CACHE_FOLDER / FOLDER


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…{_find_ending(name)}"


def _find_last_part(name: str) -> str:
    """Return a file's name without folders, whichever system it comes from."""
    return name.replace("\\", "/").rpartition("/")[2]


def _find_ending(name: str) -> str:
    ending = Path(_find_last_part(name)).suffix
    return ending.lower() if _ENDING.fullmatch(ending) else ""


def _believe(changed: float | None, now: datetime) -> float:
    """Return when a file was changed last, as far as that can be: not after it came."""
    with suppress(OverflowError, ValueError, OSError, TypeError):
        told = datetime.fromtimestamp(changed or -1.0, UTC)
        if told.year in _YEARS and told <= now:
            return told.timestamp()
    return now.timestamp()


def _read(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while piece := content.read(_PIECE):
        yield piece


def find_upload(root: Path, round_id: str, token: str, access: Access = EVERYTHING) -> Upload | None:
    """Return what was put aside for a round under a token; None where there is nothing that may be seen, or no longer."""
    if not _TOKEN.fullmatch(token):
        return None
    folder = root / CACHE_FOLDER / FOLDER / token
    with suppress(OSError, ValueError, KeyError, TypeError):
        listed = json.loads((folder / _LIST).read_bytes())
        if listed["round"] == round_id:
            files = tuple((str(name), folder / Path(path).name) for name, path in listed["files"])
            whose = read_access(listed.get("access"))
            upload = Upload(token, round_id, datetime.fromisoformat(listed["at"]), files, _read_identities(folder), whose)
            return upload if access.covers(whose) else None
    return None


def keep_identities(upload: Upload, identities: Identities) -> None:
    """Keep what workbooks say of themselves beside them, so that they are read once; where that cannot be, they are read again."""
    with suppress(StyrxlError):
        write_atomically(upload.files[0][1].with_name(_IDENTITIES), json.dumps(identities).encode("ascii"), 0o600)


def _read_identities(folder: Path) -> Identities:
    with suppress(OSError, ValueError):
        kept = json.loads((folder / _IDENTITIES).read_bytes())
        return kept if isinstance(kept, dict) else {}
    return {}


def list_uploads(root: Path, round_id: str, now: datetime, access: Access = EVERYTHING) -> list[Upload]:
    """Return what has been put aside for a round, may be seen and is not taken in, the newest first; what is too old is removed."""
    remove_old_uploads(root, now)
    found = [find_upload(root, round_id, token, access) for token in _list_tokens(root)]
    return sorted((upload for upload in found if upload), key=lambda upload: upload.at, reverse=True)


def drop_upload(root: Path, token: str) -> None:
    """Remove what was put aside; its list goes first, so that what is cut short is no upload any more."""
    if _TOKEN.fullmatch(token):
        folder = root / CACHE_FOLDER / FOLDER / token
        with suppress(OSError):
            (folder / _LIST).unlink(missing_ok=True)
        shutil.rmtree(folder, ignore_errors=True)


def _list_tokens(root: Path) -> list[str]:
    with suppress(OSError):
        return [path.name for path in (root / CACHE_FOLDER / FOLDER).iterdir() if _TOKEN.fullmatch(path.name)]
    return []


def remove_old_uploads(root: Path, now: datetime) -> None:
    """Remove what nobody has taken in for a day, and what was cut short."""
    for token in _list_tokens(root):
        folder = root / CACHE_FOLDER / FOLDER / token
        with suppress(OSError, ValueError, KeyError, TypeError):
            at = datetime.fromisoformat(json.loads((folder / _LIST).read_bytes())["at"])
            if now - at > KEPT:
                drop_upload(root, token)
            continue
        with suppress(OSError):  # cut short, or being written just now
            if datetime.now(UTC).timestamp() - folder.stat().st_mtime > KEPT.total_seconds() / 24:
                drop_upload(root, token)


def list_incoming(upload: Upload, most: int, zone: tzinfo | None = None) -> list[IncomingFile | Outcome]:
    """Return what was uploaded, archives opened, under the names that senders gave; ``most``: bytes that a file may have.

    ``zone`` as ``find_files``.
    """
    found: list[IncomingFile | Outcome] = []
    for name, path in upload.files:
        own_name = _find_last_part(name)
        if is_system_file(own_name):
            found.append(Outcome(name, "skipped"))
            continue
        here = make_showable(str(path))
        for one in find_files([path], most, zone, whole=True):
            origin = name + one.origin.removeprefix(here)
            if isinstance(one, Outcome):
                found.append(replace(one, origin=origin))
            else:
                found.append(replace(one, origin=origin, name=one.name if one.path is None else own_name, path=None))
    return found
