"""Mails among files: those saved in folders and archives, opened as the ones that a mailbox holds."""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from styrxl.mail.incoming.sources import Item, dated
from styrxl.returns.file_type import is_mail_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.found_files import Incoming, Outcome, RefusedArrivalError, found_in
from styrxl.rounds.receive import largest


def any_mail(sources: Iterable[Path]) -> bool:
    """Tell whether any file in folders and archives holds mail."""
    return any(isinstance(one, Incoming) and is_mail_file(one.name) for one in found_in(sources, 0))


def mails_in(desk: Desk, sources: Iterable[Path]) -> list[Incoming]:
    """Return the files in folders and archives that hold mail; ``receive`` passes them over."""
    found = found_in(sources, largest(desk))
    return [one for one in found if isinstance(one, Incoming) and is_mail_file(one.name)]


def from_files(files: Sequence[Incoming], refused: Callable[[Outcome], None]) -> Iterator[Item]:
    """Yield the messages in files; one that cannot be got is told, and does not stop the others."""
    for one in files:
        try:
            data = one.load()
        except RefusedArrivalError as error:
            refused(Outcome(one.origin, "refused", why=error.why))
            continue
        if one.name.lower().endswith(".mbox"):
            yield from _from_mbox(data, one.changed)
        else:
            yield dated(data, one.changed)


def _from_mbox(data: bytes, changed: datetime) -> Iterator[Item]:
    with TemporaryDirectory(prefix="styrxl-") as folder:  # Python reads an mbox from a file alone
        path = Path(folder) / "mbox"
        path.write_bytes(data)
        box = mailbox.mbox(path, create=False)
        try:
            for key in box.iterkeys():
                yield dated(box.get_bytes(key), changed)
        finally:
            box.close()
