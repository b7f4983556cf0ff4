"""Where workbooks that came by mail are stored, and their receipts."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path, PurePath

from styrxl.mail.incoming.attachments import SUFFIXES
from styrxl.mail.plain_text import make_file_name
from styrxl.model.days import stamp_moment
from styrxl.model.rounds import Round
from styrxl.returns.package.file_type import OLE
from styrxl.rounds.desk import Desk
from styrxl.store.files import write_atomically
from styrxl.store.mail_log import MailPart
from styrxl.store.mail_states import BY_MAIL
from styrxl.store.receipts import Receipt

_NO_OWNER = "okand"  # in a file's name, in place of the owner


def store_workbook(path: Path, data: bytes, received: datetime) -> None:
    """Write a workbook; the time at which it came becomes its file's."""
    write_atomically(path, data)
    os.utime(path, (received.timestamp(), received.timestamp()))


def make_receipt(desk: Desk, part: MailPart, path: Path, size: int) -> Receipt:
    """Return the receipt of a workbook that came by mail."""
    return Receipt(desk.workspace.shown(path), part.sha256 or "", size, part.received_at, BY_MAIL + part.sender, part.owner)


def choose_inbox_path(desk: Desk, round_: Round, part: MailPart) -> Path:
    """Return where a workbook is stored in the inbox: the same path each time it is taken in."""
    stem = f"{make_file_name(part.owner or _NO_OWNER)}_{stamp_moment(part.received_at, desk.zone)}_{part.id}"
    return desk.workspace.inbox(round_) / f"{stem}{_choose_suffix(part)}"


def choose_quarantine_path(desk: Desk, round_: Round, part: MailPart) -> Path:
    """Return where a workbook waits in quarantine."""
    return desk.workspace.root / "quarantine" / round_.id / f"{part.id}{_choose_suffix(part)}"


def choose_aside_path(desk: Desk, round_: Round, part: MailPart, data: bytes) -> Path:
    """Return where a copy of a mail that could not be read is kept, beside the workbooks in quarantine."""
    return desk.workspace.root / "quarantine" / round_.id / f"{part.id}{'.msg' if data.startswith(OLE) else '.eml'}"


def _choose_suffix(part: MailPart) -> str:
    suffix = PurePath(part.name).suffix.lower()
    return suffix if suffix in SUFFIXES else ".xlsx"
