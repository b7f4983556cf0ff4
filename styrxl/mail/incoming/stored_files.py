"""Where workbooks that came by mail are stored, and their receipts."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path, PurePath

from styrxl.mail.incoming.attachments import SUFFIXES
from styrxl.mail.plain_text import file_name
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.files import write_atomically
from styrxl.store.ledger import Receipt
from styrxl.store.mail_log import BY_MAIL, Brought

_UNPLACED = "okand"


def put(path: Path, data: bytes, received: datetime) -> None:
    """Write a workbook with the time at which it came as its file's own."""
    write_atomically(path, data)
    os.utime(path, (received.timestamp(), received.timestamp()))


def receipt(desk: Desk, note: Brought, path: Path, size: int) -> Receipt:
    """Return the receipt of a workbook that came by mail."""
    return Receipt(desk.workspace.shown(path), note.sha256 or "", size, note.received_at, BY_MAIL + note.sender)


def inbox_path(desk: Desk, round_: Round, note: Brought) -> Path:
    """Return where a workbook lies in the inbox: the same place each time it is taken in."""
    suffix = PurePath(note.name).suffix.lower()
    stem = f"{file_name(note.owner or _UNPLACED)}_{note.received_at.astimezone():%Y%m%d-%H%M%S}_{note.id}"
    return desk.workspace.inbox(round_) / f"{stem}{suffix if suffix in SUFFIXES else '.xlsx'}"


def held_path(desk: Desk, round_: Round, note: Brought) -> Path:
    """Return where a workbook waits in quarantine."""
    suffix = PurePath(note.name).suffix.lower()
    return desk.workspace.root / "quarantine" / round_.id / f"{note.id}{suffix if suffix in SUFFIXES else '.xlsx'}"
