"""Quarantine: workbooks from senders who may not hand them in, until a controller lets them in or sends them away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from pathlib import Path

from styrxl.mail.incoming.stored_files import inbox_path, put, receipt
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.mail_log import Brought, MailBook


def held(book: MailBook, round_: Round) -> list[Brought]:
    """Return the workbooks that wait."""
    return [note for note in book.brought(round_.id) if note.outcome == "held"]


def release(
    desk: Desk, book: MailBook, round_: Round, name: str, noting: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Brought:
    """Let a workbook into the inbox, as of the time at which it came; raises StyrxlError (not-in-quarantine, not-readable)."""
    note = find(book.brought(round_.id), name)
    place, path = _place(desk, note), inbox_path(desk, round_, note)
    try:
        data = place.read_bytes()
    except OSError as error:
        raise StyrxlError("not-readable", path=str(place), why=error.strerror or str(error)) from error
    with noting():
        put(path, data, note.received_at)
        book.settle(round_.id, note, receipt(desk, note, path, len(data)), desk.by, desk.now)
    with suppress(OSError):
        place.unlink()  # it lies in the inbox now
    return replace(note, outcome="released", reason="", path=desk.workspace.shown(path))


def discard(
    desk: Desk, book: MailBook, round_: Round, name: str, noting: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Brought:
    """Send a workbook away; its file stays, for whoever asks. Raises StyrxlError (not-in-quarantine)."""
    note = find(book.brought(round_.id), name)
    with noting():
        book.settle(round_.id, note, None, desk.by, desk.now)
    return replace(note, outcome="discarded", reason="")


def _place(desk: Desk, note: Brought) -> Path:
    return desk.workspace.root / (note.path or "")


def find(notes: Iterable[Brought], name: str) -> Brought:
    """Return the workbook that waits under a name; raises StyrxlError (not-in-quarantine)."""
    held = [note for note in notes if note.outcome == "held"]
    for note in held:
        if note.id == name:
            return note
    raise StyrxlError("not-in-quarantine", id=name, known=", ".join(note.id for note in held) or "–")
