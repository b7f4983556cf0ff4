"""Quarantine: workbooks from senders who may not hand them in, until a controller lets them in or sends them away."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from styrxl.mail.incoming.stored_files import choose_inbox_path, make_receipt, store_workbook
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import ASIDE, DISCARDED, HELD, RELEASED


def list_waiting(mail_log: MailLog, round_: Round) -> list[MailPart]:
    """Return the workbooks that wait for a controller, and the mails that could not be read."""
    return [part for part in mail_log.parts(round_.id) if part.outcome in {HELD, ASIDE}]


def release(desk: Desk, mail_log: MailLog, round_: Round, name: str) -> MailPart:
    """Let a workbook into the inbox, as of the time at which it came; raises StyrxlError (not-in-quarantine, not-readable)."""
    part = _find_waiting(mail_log, round_, name, HELD)
    quarantined, path = desk.workspace.root / (part.path or ""), choose_inbox_path(desk, round_, part)
    try:
        data = quarantined.read_bytes()
    except OSError as error:
        raise StyrxlError("not-readable", path=str(quarantined), why=error.strerror or str(error)) from error
    store_workbook(path, data, part.received_at)
    mail_log.settle(round_.id, part, make_receipt(desk, part, path, len(data)), desk.by, desk.now)
    with suppress(OSError):
        quarantined.unlink()  # it is in the inbox now
    return replace(part, outcome=RELEASED, reason="", path=desk.workspace.shown(path))


def discard(desk: Desk, mail_log: MailLog, round_: Round, name: str) -> MailPart:
    """Send a workbook or a mail away; its file stays in quarantine. Raises StyrxlError (not-in-quarantine)."""
    part = _find_waiting(mail_log, round_, name, HELD, ASIDE)
    mail_log.settle(round_.id, part, None, desk.by, desk.now)
    return replace(part, outcome=DISCARDED, reason="")


def _find_waiting(mail_log: MailLog, round_: Round, name: str, *outcomes: str) -> MailPart:
    """Return what waits under a name; raises StyrxlError (not-in-quarantine)."""
    waiting = [part for part in list_waiting(mail_log, round_) if part.outcome in outcomes]
    for part in waiting:
        if part.id == name:
            return part
    raise StyrxlError("not-in-quarantine", id=name, known=", ".join(part.id for part in waiting) or "–")
