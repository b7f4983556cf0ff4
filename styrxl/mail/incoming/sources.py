"""Where messages come from: a mailbox by IMAP, a maildir, an mbox, a single file. Each gives them one at a time, as bytes.

A message is told to be done with when it has been taken in: by IMAP it is then moved to the folder for those, in a maildir as well; an
mbox and a file are left as they are, since the ledger knows what has been taken in.
"""

from __future__ import annotations

import email
import email.policy
import mailbox
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from styrxl.model.errors import StyrxlError
from styrxl.returns.file_type import is_mail_file
from styrxl.rounds.desk import Desk
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError, find_files
from styrxl.rounds.receive import largest_file


@dataclass(frozen=True, slots=True)
class Item:
    """A message: its bytes (of one that is too large only the head), when it came, and what to do when it has been taken in."""

    raw: bytes
    received: datetime
    done: Callable[[], None] = lambda: None
    too_large: bool = False


def from_paths(paths: Iterable[Path]) -> Iterator[Item]:
    """Yield the messages in files (``.eml``, ``.mbox``) and maildirs.

    Raises StyrxlError: not-readable; mail-source-unknown for something else.
    """
    for path in paths:
        if is_maildir(path):
            yield from from_maildir(path)
        elif path.suffix.lower() == ".mbox" and path.is_file():
            yield from from_mbox(path)
        elif path.suffix.lower() == ".eml" and path.is_file():
            yield _item(path, _read(path))
        else:
            raise StyrxlError("mail-source-unknown", path=str(path))


def is_maildir(path: Path) -> bool:
    """Tell whether a folder is a maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def is_mail(path: Path) -> bool:
    """Tell whether a path holds mail rather than workbooks."""
    return is_maildir(path) or is_mail_file(path.name)


def from_mbox(path: Path) -> Iterator[Item]:
    """Yield the messages of an mbox, in their order; raises StyrxlError (not-readable)."""
    _read(path, 1)
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield _item(path, box.get_bytes(key))
    finally:
        box.close()


def from_maildir(path: Path, done: str = "styrxl") -> Iterator[Item]:
    """Yield the messages of a maildir, the oldest first, and move each to a folder in it when it is done with."""
    found = sorted(
        (p for name in ("cur", "new") for p in (path / name).iterdir() if p.is_file()), key=lambda p: (p.stat().st_mtime, p.name)
    )
    for file in found:
        data = _read(file)
        yield Item(data, datetime.fromtimestamp(file.stat().st_mtime, UTC), lambda file=file: _put_away(path, file, done))  # type: ignore[misc]


def _put_away(path: Path, file: Path, done: str) -> None:
    try:
        mailbox.Maildir(path, create=False).add_folder(done)
        name = file.name if ":" in file.name else f"{file.name}:2,S"
        file.replace(path / f".{done}" / "cur" / name)
    except OSError as error:
        raise StyrxlError("not-writable", path=str(path), why=error.strerror or str(error)) from error


def _read(path: Path, most: int = -1) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error


def _item(path: Path, raw: bytes) -> Item:
    return dated(raw, datetime.fromtimestamp(path.stat().st_mtime, UTC))


def dated(raw: bytes, changed: datetime) -> Item:
    """Return a message with the time at which a server took it, else the one that its sender wrote, else its file's."""
    head = email.message_from_bytes(raw, policy=email.policy.compat32)
    dates = [str(value).rpartition(";")[2] for value in head.get_all("Received", [])[:1]] + [str(head.get("Date", ""))]
    for text in dates:
        try:
            found = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError):
            continue
        return Item(raw, found if found.tzinfo else found.replace(tzinfo=UTC))
    return Item(raw, changed)


def any_mail(sources: Iterable[Path]) -> bool:
    """Tell whether any file in folders and archives holds mail."""
    return any(isinstance(one, IncomingFile) and is_mail_file(one.name) for one in find_files(sources, 0))


def mails_in(desk: Desk, sources: Iterable[Path]) -> list[IncomingFile]:
    """Return the files in folders and archives that hold mail; ``receive`` passes them over."""
    found = find_files(sources, largest_file(desk))
    return [one for one in found if isinstance(one, IncomingFile) and is_mail_file(one.name)]


def from_files(files: Sequence[IncomingFile], refused: Callable[[Outcome], None]) -> Iterator[Item]:
    """Yield the messages in files; one that cannot be got is told, and does not stop the others."""
    for one in files:
        try:
            data = one.load()
        except RefusedFileError as error:
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
