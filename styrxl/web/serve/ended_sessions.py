"""Sign-ins that were ended before their time: kept as long as their cookies would hold, so that none does after a restart."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Lock

from styrxl.model.errors import StyrxlError
from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER
from styrxl.web.desk.workplace import Workplace

FILE = "ended-sign-ins.json"
_MOST = 20_000


class EndedSessions:
    """The names of ended sign-ins, none of which says who it was."""

    def __init__(self, place: Workplace, seconds: int) -> None:
        """Take the workspace, and how long a sign-in holds."""
        self._place, self._seconds = place, seconds
        self._lock = Lock()
        self._ended = self._read()

    def __contains__(self, session: str) -> bool:
        """Whether a sign-in was ended."""
        return session in self._ended

    def add(self, session: str) -> None:
        """Let a sign-in hold no longer. Where that cannot be written it holds as long as this server runs."""
        now = self._place.clock()
        first = (now - timedelta(seconds=self._seconds)).timestamp()
        with self._lock:
            kept = [(name, at) for name, at in self._ended.items() if at >= first]
            self._ended = dict([*kept, (session, now.timestamp())][-_MOST:])
            with suppress(StyrxlError):
                make_private_folder(self._path.parent)
                write_atomically(self._path, json.dumps(self._ended).encode("utf-8"), mode=0o600)

    @property
    def _path(self) -> Path:
        return self._place.root / CACHE_FOLDER / FILE

    def _read(self) -> dict[str, float]:
        try:
            return {str(name): float(at) for name, at in json.loads(self._path.read_text("utf-8")).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
