"""Dispatch: letters as previews in ``outmail/``, or on their way, each noted in the ledger before and after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime

from styrxl.mail.addresses import sorted_out
from styrxl.mail.certificates import trusted
from styrxl.mail.outgoing.letter import Letter, redirected
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.mail.outgoing.message import MB, WIRE, encoded_size, message
from styrxl.mail.outgoing.smtp import PAUSES, Counter, Parcel, Result, Sending, Smtp
from styrxl.mail.passwords import password
from styrxl.model.errors import StyrxlError
from styrxl.store.mail_log import REDIRECTED, Mail, MailBook

SMTP_PASSWORD, IMAP_PASSWORD = "STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"


@dataclass(frozen=True, slots=True)
class Sorted:
    """Letters by what can be done with them: to go, gone before, and held back with why (a word of the catalogue, and its facts)."""

    ready: tuple[Letter, ...]
    gone: int
    stuck: Mapping[tuple[str, str, str, str], tuple[str, Mapping[str, object]]] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()  # all but those gone before, in their order


@dataclass(frozen=True, slots=True)
class Ways:
    """How the world is reached; tests put in a clock that does not wait."""

    wait: Callable[[float], None] = time.sleep
    pauses: Sequence[float] = PAUSES
    patience: float = 60.0
    stopped: Callable[[], bool] = lambda: False


USUAL = Ways()


def sort_out(office: Office, letters: Iterable[Letter], gone: int = 0, *, noted: bool = True) -> Sorted:
    """Part letters that can go from those that have gone (``gone`` of them are not even among the letters) and those that cannot.

    A test mailing (not ``noted``) may go any number of times.
    """
    known = office.book.mails(office.round.id) if noted else {}
    ready, rest = [], []
    stuck: dict[tuple[str, str, str, str], tuple[str, Mapping[str, object]]] = {}
    for letter in letters:
        mail = known.get(letter.key)
        if mail is not None and mail.state == "sent":
            gone += 1
            continue
        rest.append(letter)
        if why := _stuck(office, letter):
            stuck[letter.key] = why
        else:
            ready.append(letter)
    return Sorted(tuple(ready), gone, stuck, tuple(rest))


def _stuck(office: Office, letter: Letter) -> tuple[str, Mapping[str, object]] | None:
    limit = office.settings.attachment_limit
    if letter.kept_back and not letter.to:
        return letter.kept_back[0][1], {"address": letter.kept_back[0][0]}
    if not letter.to:
        return ("mail_no_address", {}) if letter.owner else ("mail_nobody", {"file": letter.about.partition("|")[0]})
    if (size := encoded_size(letter)) > limit * MB:
        return "mail_too_large", {"size": round(size / MB, 1), "limit": limit}
    return None


def redirect(office: Office, letters: Iterable[Letter], address: str) -> list[Letter]:
    """Return letters as they go to one tester.

    Raises StyrxlError (mail-redirect) where the address is none, or outside the allowed domains.
    """
    good, kept = sorted_out([address], office.settings.allowed_domains)
    if kept:
        raise StyrxlError("mail-redirect", address=address, domains=", ".join(office.settings.allowed_domains))
    return [redirected(letter, good[0], office.message_id("redirected", good[0], *letter.key)) for letter in letters]


class Account(Counter):
    """The ledger's account of what is sent."""

    def __init__(
        self, book: MailBook, letters: Iterable[Letter], clock: Callable[[], datetime], noting: Callable[[], AbstractContextManager[None]]
    ) -> None:
        """Take the ledger's pages, the letters that are to go, a clock, and what keeps others from writing meanwhile."""
        self._book = book
        self._letters: dict[tuple[str, ...], Letter] = {letter.key: letter for letter in letters}
        self._clock = clock
        self._noting = noting

    def begin(self, parcel: Parcel) -> str:
        """Note that a mail is in flight from now on."""
        letter = self._letters[parcel.key]
        recipients, subject = "; ".join(letter.to), letter.said.subject
        mail = Mail(*letter.key, letter.message_id, recipients, subject, "sending", "", self._clock())
        with self._noting():
            return self._book.begin(mail)

    def end(self, parcel: Parcel, result: Result) -> None:
        """Note what became of it; one that nobody knows of stays in flight."""
        refused = "; ".join(f"{address}: {reply}" for address, reply in result.refused.items())
        reply = " · ".join(part for part in (result.reply, refused) if part)
        state = "sending" if result.state == "unsure" else result.state
        with self._noting():
            self._book.end(parcel.key, state, reply, self._clock())


class Tried(Account):
    """The ledger's account of a test mailing: what went to the tester is told, and never counts as sent."""

    def begin(self, parcel: Parcel) -> str:  # noqa: ARG002 -- a test may go any number of times
        """Know nothing of it."""
        return "new"

    def end(self, parcel: Parcel, result: Result) -> None:
        """Note a mail that went; the time in its name lets it go any number of times."""
        if result.state != "sent":
            return
        letter, now = self._letters[parcel.key], self._clock()
        about = f"{letter.about}|{REDIRECTED} {now.isoformat()}"
        to, subject = "; ".join(letter.to), letter.said.subject
        mail = Mail(letter.round, letter.kind, letter.owner, about, letter.message_id, to, subject, REDIRECTED, "", now, now)
        with self._noting():
            self._book.note(mail)


def send(
    office: Office,
    letters: Sequence[Letter],
    ways: Ways = USUAL,
    noting: Callable[[], AbstractContextManager[None]] = nullcontext,
    *,
    noted: bool = True,
) -> list[Result]:
    """Send letters that are ready, in their order; ``noted``: as the ledger's own, each once (a test mailing is not).

    Raises StyrxlError: mail-no-server, mail-password-missing, mail-ca-file; as ``Sending.send``.
    """
    server = office.settings.server
    if server is None:
        raise StyrxlError("mail-no-server", section="mail")
    if not letters:
        return []
    secret = (lambda: password(server, SMTP_PASSWORD)) if server.user else None
    if secret:
        secret()  # before anything is begun
    context = trusted(server, office.desk.workspace.root)
    made = [(letter, message(letter, office.sender, _now()).as_bytes(policy=WIRE)) for letter in letters]
    parcels = [Parcel(letter.key, data, office.sender.address, letter.to) for letter, data in made]
    account = (Account if noted else Tried)(office.book, letters, _now, noting)
    with Smtp(server, context, secret, ways.patience) as smtp:
        return Sending(smtp, account, ways.wait, 60 / office.settings.rate, ways.stopped).send(parcels, ways.pauses)


def _now() -> datetime:
    return datetime.now(UTC)
