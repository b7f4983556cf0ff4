"""Who has signed in, apart from all else and for a short while: for those who look for somebody who should not have been there."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from styrxl.model.errors import StyrxlError
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER, SIGN_INS_FILE, Workspace
from styrxl.web.desk.workplace import Workplace


class SignInLog:
    """The sign-ins of late, one a line; those that are older than the settings say are removed with each new one, and each day."""

    def __init__(self, place: Workplace) -> None:
        """Take the workspace."""
        self._place = place
        self._lock = Lock()

    @property
    def path(self) -> Path:
        """Where it lies, for its owner's eyes alone."""
        return self._place.root / CACHE_FOLDER / SIGN_INS_FILE

    def note(self, who: str, *, may: bool) -> None:
        """Note that somebody has signed in, and whether they may come in. Where it cannot be written they come in all the same."""
        now = self._place.clock()
        line = json.dumps({"at": now.isoformat(timespec="seconds"), "who": who, "may": may}, ensure_ascii=False)
        with self._lock, suppress(StyrxlError):
            make_private_folder(self.path.parent)
            self._write([*self._read(now), line])

    def forget_old(self) -> None:
        """Remove what has been kept long enough, whether anybody signs in or not."""
        with self._lock, suppress(StyrxlError):
            if self.path.is_file():
                self._write(self._read(self._place.clock()))

    def _write(self, lines: Sequence[str]) -> None:
        write_atomically(self.path, "".join(f"{one}\n" for one in lines).encode("utf-8"), mode=0o600)

    def _read(self, now: datetime) -> list[str]:
        """Return the lines that are not too old."""
        return split_sign_ins(self.path, now, find_days(self._place.find_workspace()))[1]


def split_sign_ins(path: Path, now: datetime, days: int) -> tuple[list[str], list[str]]:
    """Return the lines of a log that are older than so many days (or cannot be read), and the others."""
    first = (now - timedelta(days=days)).isoformat(timespec="seconds")
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return [], []
    kept = []
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            if str(json.loads(line)["at"]) >= first:
                kept.append(line)
    return [line for line in lines if line not in kept], kept


def find_days(workspace: Workspace | None) -> int:
    """Return how many days it is kept who signed in."""
    site = workspace.settings.site if workspace else None
    return site.sign_in_log_days if site else 30
