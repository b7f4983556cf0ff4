"""What was uploaded or typed, put aside until a page has said what will come of it: nothing of the workspace is touched by then."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from styrxl.store.files import make_private_folder, write_atomically
from styrxl.store.workspace import CACHE_FOLDER

_FOLDER = "desk-staged"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}", re.ASCII)
_KEPT = 24 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Staged:
    """Something put aside: its bytes, what it was called, and what else is known of it."""

    token: str
    data: bytes
    name: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What changes with its bytes."""
        return hashlib.sha256(self.data).hexdigest()


def stage(root: Path, data: bytes, name: str = "", **facts: str) -> Staged:
    """Put something aside in a workspace, for its owner's eyes alone; what is a day old is removed. Raises StyrxlError (not-writable …)."""
    folder = root / CACHE_FOLDER / _FOLDER
    make_private_folder(folder.parent)
    make_private_folder(folder)
    _remove_old(folder)
    staged = Staged(secrets.token_urlsafe(12), data, name, facts)
    write_atomically(folder / staged.token, data, mode=0o600)
    write_atomically(folder / f"{staged.token}.json", json.dumps({"name": name, "facts": facts}).encode("ascii"), mode=0o600)
    return staged


def find_staged(root: Path, token: str) -> Staged | None:
    """Return what was put aside under a token; None where there is nothing, or no longer."""
    if not _TOKEN.fullmatch(token):
        return None
    path = root / CACHE_FOLDER / _FOLDER / token
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(path.with_name(f"{token}.json").read_bytes())
        return Staged(token, path.read_bytes(), str(kept["name"]), {str(key): str(value) for key, value in kept["facts"].items()})
    return None


def drop_staged(root: Path, staged: Staged) -> None:
    """Remove what was put aside, once it has come to its place."""
    _remove(root / CACHE_FOLDER / _FOLDER / staged.token)


def _remove_old(folder: Path) -> None:
    now = time.time()
    for path in folder.iterdir():  # a kill may have left one of the two
        with suppress(OSError):
            if now - path.stat().st_mtime > _KEPT:
                _remove(path.with_name(path.name.removesuffix(".json")))


def _remove(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}.json")):
        with suppress(OSError):
            one.unlink(missing_ok=True)
