"""The note of when a workspace was last backed up, and to where; it lies in the cache, so that a restored workspace has none yet."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER

_FILE = "backup.json"


@dataclass(frozen=True, slots=True)
class BackupNote:
    """The newest backup that was made: of which moment, and the file."""

    made_at: datetime
    path: Path


def keep_backup_note(root: Path, note: BackupNote) -> None:
    """Write down the newest backup; where that cannot be done, nothing is known of it."""
    text = json.dumps({"made_at": note.made_at.isoformat(), "path": str(note.path)})
    with suppress(StyrxlError):
        make_private_folder(root / CACHE_FOLDER)
        write_atomically(root / CACHE_FOLDER / _FILE, text.encode("ascii"), mode=0o600)


def read_backup_note(root: Path) -> BackupNote | None:
    """Return the newest backup; None where none is known."""
    try:
        kept = json.loads((root / CACHE_FOLDER / _FILE).read_bytes())
        return BackupNote(datetime.fromisoformat(kept["made_at"]).astimezone(UTC), Path(kept["path"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
