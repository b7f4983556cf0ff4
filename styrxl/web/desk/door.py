"""The way in: a secret link that works once and is changed for a cookie, so that nobody else on this computer comes in by the address."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Self

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from styrxl.store.files import find_host_name, make_private_folder, write_atomically
from styrxl.store.processes import is_process_alive, read_process_start
from styrxl.store.workspace import CACHE_FOLDER
from styrxl.web.desk.access import EVERYTHING
from styrxl.web.desk.entrance import Visitor
from styrxl.web.desk.form_marks import FormMarks

ENTRY = "/enter/"
_FILE = "desk.json"
_LONGEST_VISIT = 7 * 24 * 3600  # seconds after which a cookie is changed for a new link
_SPENT_AT_MOST = 10_000


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk that is open in a workspace: where, by which process of which computer, begun when, and what its links are signed with."""

    port: int
    pid: int
    key: str
    started: str = ""
    host: str = ""

    @classmethod
    def of_this_process(cls, port: int) -> Self:
        """Return the desk that this process opens at a port."""
        return cls(port, os.getpid(), make_key(), read_process_start(os.getpid()), find_host_name())

    @property
    def origin(self) -> str:
        """Its address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def make_link(self) -> str:
        """Return a link that lets its bearer in once."""
        return f"{self.origin}{ENTRY}{_links(self.key).dumps(secrets.token_urlsafe(16))}"


def keep_open_desk(root: Path, desk: OpenDesk) -> None:
    """Write down which desk is open in a workspace, for its owner's eyes alone; raises StyrxlError (not-writable, disk-full)."""
    make_private_folder(root / CACHE_FOLDER)
    write_atomically(root / CACHE_FOLDER / _FILE, json.dumps(asdict(desk)).encode("ascii"), mode=0o600)


def forget_open_desk(root: Path, desk: OpenDesk) -> None:
    """Write down no longer that a desk is open in a workspace, where it was this one; it may have moved to another."""
    if find_last_desk(root) == desk:
        with suppress(OSError):
            (root / CACHE_FOLDER / _FILE).unlink(missing_ok=True)


def find_open_desk(root: Path) -> OpenDesk | None:
    """Return the desk that is open in a workspace, if its process still runs on this computer."""
    desk = find_last_desk(root)
    here = desk is not None and desk.host in {"", find_host_name()}
    return desk if here and desk and is_process_alive(desk.pid, desk.started) else None


def find_last_desk(root: Path) -> OpenDesk | None:
    """Return the desk that was opened last in a workspace, open or not."""
    try:
        kept = json.loads((root / CACHE_FOLDER / _FILE).read_bytes())
        return OpenDesk(int(kept["port"]), int(kept["pid"]), str(kept["key"]), str(kept.get("started", "")), str(kept.get("host", "")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Door(FormMarks):
    """Lets people in by links and knows them again by their cookies."""

    def __init__(self, desk: OpenDesk) -> None:
        """Take the desk that it is the door of."""
        super().__init__(desk.key)
        self.origin = desk.origin
        self.closed = "/closed"
        self.cookie = f"styrxl-{desk.port}"  # cookies are shared by all ports of a host
        self._links, self._visits = _links(desk.key), URLSafeTimedSerializer(desk.key, "visit")
        self._spent: dict[str, None] = {}
        self._lock = Lock()

    def enter(self, link: str) -> str | None:
        """Return the cookie's value for a link that was not used before; None for any other."""
        try:
            nonce = self._links.loads(link)
        except BadSignature:
            return None
        with self._lock:
            if nonce in self._spent or len(self._spent) >= _SPENT_AT_MOST:
                return None
            self._spent[nonce] = None
        return str(self._visits.dumps(secrets.token_urlsafe(16)))

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks: the way in, and what all pages look like."""
        return path.startswith((ENTRY, "/static/"))

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from elsewhere: by the link alone."""
        return path.startswith(ENTRY)

    def hides(self, path: str) -> bool:
        """Whether a page's own address is a secret: that of the link."""
        return path.startswith(ENTRY)

    def recognise(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Return the visit that a cookie stands for, of somebody who may do everything; None where it stands for none."""
        try:
            return Visitor(str(self._visits.loads(cookies.get(self.cookie, ""), max_age=_LONGEST_VISIT)), EVERYTHING)
        except BadSignature:
            return None


def _links(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, "link")


def make_key() -> str:
    """Return what a desk's links and cookies are signed with."""
    return secrets.token_urlsafe(32)
