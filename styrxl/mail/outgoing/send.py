"""Dispatch: letters as previews in ``outmail/``, or on their way, each noted in the ledger before and after."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from styrxl.mail.addresses import sorted_out
from styrxl.mail.outgoing.letter import MB, WIRE, Letter, encoded_size, message, preview_name, redirected
from styrxl.mail.outgoing.office import Office
from styrxl.mail.outgoing.smtp import PAUSES, Counter, Parcel, Result, Sending, Smtp, trusted
from styrxl.mail.passwords import password
from styrxl.model.catalogue import number_text, word
from styrxl.model.errors import StyrxlError
from styrxl.model.grouped import named
from styrxl.store.files import write_atomically
from styrxl.store.mail_log import REDIRECTED, Mail, MailBook

SMTP_PASSWORD, IMAP_PASSWORD = "STYRXL_SMTP_PASSWORD", "STYRXL_IMAP_PASSWORD"
_SUBJECT = 60  # letters of a subject that the table shows


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


def folder(office: Office) -> Path:
    """Return where a round's previews lie."""
    return office.desk.workspace.root / "outmail" / office.round.id


def preview(office: Office, letters: Sequence[Letter], kinds: Iterable[str]) -> list[Path]:
    """Write letters as files that any mail program opens, in place of earlier previews of these kinds.

    Raises as ``write_atomically``.
    """
    place = folder(office)
    for kind in kinds:
        for old in place.glob(f"{kind}-*.eml"):
            old.unlink()
    written = []
    for letter in letters:
        path = place / preview_name(letter)
        write_atomically(path, message(letter, office.sender, office.desk.now).as_bytes(policy=WIRE))
        written.append(path)
    return written


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


# what the controller sees


def as_text(found: Sorted, results: Iterable[Result], language: str, *, sent: bool) -> str:
    """Return a table of letters: to whom, what, attachments, size, and what became of each; then the sums."""
    by_key = {result.key: result for result in results}
    heads = [word(f"mail_{key}", language) for key in ("owner", "to", "subject", "attachments", "size", "state")]
    rows = [heads, *(_row(letter, found, by_key.get(letter.key), language, sent=sent) for letter in found.letters)]
    lines = []
    if found.letters:
        widths = [max(len(row[n]) for row in rows) for n in range(len(heads))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        lines.insert(1, "  ".join("─" * width for width in widths))
        lines.append("")
    lines += _remarks(found, by_key, language)
    count = sum(result.state == "sent" for result in by_key.values()) if sent else len(found.ready)
    stuck = len(found.letters) - count
    lines.append(word("mail_sum_sent" if sent else "mail_sum_preview", language, n=count, stuck=stuck, gone=found.gone))
    return "\n".join(lines) + "\n"


def _row(letter: Letter, found: Sorted, result: Result | None, language: str, *, sent: bool) -> list[str]:
    subject = letter.said.subject
    shown = subject if len(subject) <= _SUBJECT else subject[: _SUBJECT - 1] + "…"
    size = word("mail_kb", language, n=number_text(max(1, round(encoded_size(letter) / 1000)), language))
    files = ", ".join(a.name for a in letter.attachments) or "–"
    return [letter.owner or "–", ", ".join(letter.to) or "–", shown, files, size, _state(letter, found, result, language, sent=sent)]


def _state(letter: Letter, found: Sorted, result: Result | None, language: str, *, sent: bool) -> str:
    if letter.key in found.stuck:
        key, facts = found.stuck[letter.key]
        return "! " + word(key, language, **facts)
    if result is None:
        return word("mail_waiting" if sent else "mail_ready", language)
    return word(f"mail_{result.state}", language)


def _remarks(found: Sorted, results: Mapping[tuple[str, ...], Result], language: str) -> list[str]:
    """Say what the table has no room for: what the server answered, addresses kept back, and what may have come twice."""
    lines = []
    for letter in found.letters:
        result, who = results.get(letter.key), letter.owner or "–"
        for address, key in letter.kept_back if letter.to else ():
            lines.append(f"! {who}: " + word(key, language, address=address))
        if result is None:
            continue
        if result.reply and result.state != "sent":
            lines.append(f"! {who}: {result.reply}")
        lines += [f"! {who}: {address}: {reply}" for address, reply in result.refused.items()]
        if result.twice and result.state == "sent":
            lines.append(f"! {who}: " + word("mail_twice", language))
    lines += _of_nobody(found, language)
    return [*lines, ""] if lines else []


def _of_nobody(found: Sorted, language: str) -> list[str]:
    """Say what to do about files that are nobody's."""
    files = {str(facts["file"]): key[0] for key, (why, facts) in found.stuck.items() if why == "mail_nobody"}
    if not files:
        return []
    file = named(next(iter(files)), language) if len(files) == 1 else word("any_file", language)
    return [word("mail_nobody_hint", language, round=next(iter(files.values())), file=file)]


def troubled(found: Sorted, results: Iterable[Result]) -> bool:
    """Tell whether anything needs the controller: a letter that cannot go, or a recipient that was refused or kept back."""
    refused = any(result.state == "refused" or result.refused for result in results)
    return bool(found.stuck) or refused or any(letter.kept_back for letter in found.ready)


def put_off(results: Iterable[Result]) -> bool:
    """Tell whether anything is left to be sent by the next command."""
    return any(result.state in {"waiting", "unsure"} for result in results)
