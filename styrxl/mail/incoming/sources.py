"""Where messages come from: files (``.eml``, ``.msg``, ``.mbox``), maildirs, and mails saved among other files. Each is given as bytes.

A message is finished when it has been taken in: one in a maildir is then moved to a folder for those, as one in a mailbox (``imap``) is; a
file is left as it is, since the ledger knows what has been taken in.
"""

from __future__ import annotations

import mailbox
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from styrxl.mail.incoming.mime import BROKEN, parse_mail, read_header, read_header_block, read_headers
from styrxl.mail.incoming.unwrap import open_mail
from styrxl.model.errors import StyrxlError
from styrxl.returns.package.file_type import is_mail_file
from styrxl.rounds.files_to_receive import IncomingFile, Outcome, RefusedFileError, find_files

_YEARS = range(1990, 2200)  # of mails; the times of other years are no times


@dataclass(frozen=True, slots=True)
class FetchedMessage:
    """A message: its bytes (only its headers where it is ``too_large``), when it came, and what is to be done once it is taken in.

    ``set_aside``: what is done instead with one that cannot be read, where that is something else. ``trouble``: why it could not be fetched
    (a word of the catalogue); ``raw`` then only names it.
    """

    raw: bytes
    received: datetime
    finish: Callable[[], None] = lambda: None
    too_large: bool = False
    set_aside: Callable[[], None] | None = None
    trouble: str = ""


def fetch_from_paths(paths: Iterable[Path]) -> Iterator[FetchedMessage]:
    """Yield the messages in files (``.eml``, ``.msg``, ``.mbox``) and maildirs.

    Raises StyrxlError: not-readable; mail-source-unknown for something else.
    """
    for path in paths:
        if is_maildir(path):
            yield from fetch_from_maildir(path)
        elif path.suffix.lower() == ".mbox" and path.is_file():
            _read(path, 1)  # raises where it cannot be read; mailbox would make another error of it
            yield from (date_message(raw, _now()) for raw in _read_mbox(path))
        elif path.suffix.lower() in {".eml", ".msg"} and path.is_file():
            yield date_message(_read(path), _now())
        else:
            raise StyrxlError("mail-source-unknown", path=str(path))


def is_maildir(path: Path) -> bool:
    """Tell whether a folder is a maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def is_mail(path: Path) -> bool:
    """Tell whether a path holds mail rather than workbooks."""
    return is_maildir(path) or is_mail_file(path.name)


def _read_mbox(path: Path) -> Iterator[bytes]:
    """Yield the messages of an mbox, in their order."""
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield box.get_bytes(key)
    finally:
        box.close()


def fetch_from_maildir(path: Path, done: str = "styrxl") -> Iterator[FetchedMessage]:
    """Yield the messages of a maildir, the oldest first, and move each to the folder ``done`` in it once it is finished."""
    files = sorted(
        (p for name in ("cur", "new") for p in (path / name).iterdir() if p.is_file()), key=lambda p: (p.stat().st_mtime, p.name)
    )
    for file in files:
        data = _read(file)
        yield FetchedMessage(data, datetime.fromtimestamp(file.stat().st_mtime, UTC), lambda file=file: _move_to_done(path, file, done))  # type: ignore[misc]


def _move_to_done(path: Path, file: Path, done: str) -> None:
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


def believe_time(moment: datetime | None) -> datetime:
    """Return a time in UTC, or now where it is none or not of our days."""
    try:
        return moment.astimezone(UTC) if moment and moment.year in _YEARS else _now()
    except (OverflowError, ValueError, OSError):
        return _now()


def _now() -> datetime:
    return datetime.now(UTC)


def date_message(raw: bytes, now: datetime) -> FetchedMessage:
    """Return a message with the time at which a server took it, else the one that its sender wrote, else now."""
    return FetchedMessage(raw, next(_read_dates(raw), now))


def _read_dates(raw: bytes) -> Iterator[datetime]:
    """Yield the times that a message's headers say, as far as they can be read and are of our days."""
    try:
        head = parse_mail(read_header_block(open_mail(raw)) + b"\r\n\r\n")
    except BROKEN:
        return
    for text in (*(value.rpartition(";")[2] for value in read_headers(head, "Received")[:1]), read_header(head, "Date")):
        with suppress(ValueError, TypeError, LookupError, OverflowError, AttributeError):
            received = parsedate_to_datetime(text.strip())
            if received.year in _YEARS:
                yield received if received.tzinfo else received.replace(tzinfo=UTC)


def holds_mail(sources: Iterable[Path]) -> bool:
    """Tell whether any file in folders and archives holds mail."""
    return any(isinstance(file, IncomingFile) and is_mail_file(file.name) for file in find_files(sources, 0))


def find_mail_files(sources: Iterable[Path], largest: int) -> list[IncomingFile]:
    """Return the files in folders and archives that hold mail, of so many bytes at most; ``receive`` passes them over."""
    files = find_files(sources, largest)
    return [file for file in files if isinstance(file, IncomingFile) and is_mail_file(file.name)]


def fetch_from_files(files: Sequence[IncomingFile], refused: Callable[[Outcome], None]) -> Iterator[FetchedMessage]:
    """Yield the messages in files; ``refused`` is told of a file that cannot be got, which does not stop the others."""
    for file in files:
        try:
            data = file.load()
        except RefusedFileError as error:
            refused(Outcome(file.origin, "refused", why=error.why))
            continue
        if file.name.lower().endswith(".mbox"):
            with TemporaryDirectory(prefix="styrxl-") as folder:  # Python reads an mbox from a file alone
                path = Path(folder) / "mbox"
                path.write_bytes(data)
                yield from (date_message(raw, _now()) for raw in _read_mbox(path))
        else:
            yield date_message(data, _now())
