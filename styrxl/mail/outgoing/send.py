"""Sending: which letters can be sent, and each of them recorded in the ledger before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from styrxl.mail.addresses import sort_addresses
from styrxl.mail.outgoing.delivery import DeliveryLog, DeliveryResult, DeliveryRun, QueuedMessage
from styrxl.mail.outgoing.letter import Letter, redirect_letter
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.message import MB, WIRE_POLICY, build_message, estimate_size
from styrxl.mail.outgoing.mounting import Reason, find_mounting
from styrxl.mail.outgoing.transport import USUAL_TIMING, Timing, open_transport
from styrxl.model.days import begin_of_day
from styrxl.model.errors import StyrxlError
from styrxl.scale.return_files import Progress, Step, show_no_progress
from styrxl.store.mail_log import Mail, MailLog
from styrxl.store.mail_states import NEW, REDIRECTED, SENDING, SENT, UNSURE, WAITING


@dataclass(frozen=True, slots=True)
class SortedLetters:
    """Letters that are ready to be sent, the reasons of those that cannot be, by their keys, and how many were sent before."""

    ready: tuple[Letter, ...]
    sent_before: int
    blocked: Mapping[tuple[str, str, str, str], Reason] = field(default_factory=dict)
    letters: tuple[Letter, ...] = ()  # those ready and those blocked, in their order


def sort_letters(writer: LetterWriter, letters: Sequence[Letter], sent_before: int = 0, *, trial: bool = False) -> SortedLetters:
    """Return letters sorted by what the ledger knows of them; ``sent_before`` others were sent and are not among them.

    A trial mailing may go any number of times.
    """
    rounds = {writer.round.id, *(letter.round for letter in letters)}
    mails = {} if trial else {key: mail for round_id in sorted(rounds) for key, mail in writer.mail_log.mails(round_id).items()}
    unsent = [letter for letter in letters if letter.key not in mails or mails[letter.key].state != SENT]
    counts = Counter[tuple[str, str]]() if trial else writer.mail_log.count_answers(begin_of_day(writer.desk.now, writer.desk.zone))
    mounting = {} if trial else find_mounting(unsent, counts, writer.settings.most_a_day)
    return block_letters(unsent, writer.settings.attachment_limit, sent_before + len(letters) - len(unsent), mounting)


def block_letters(
    letters: Sequence[Letter], limit: float, sent_before: int = 0, stopped: Mapping[tuple[str, str, str, str], Reason] | None = None
) -> SortedLetters:
    """Return unsent letters sorted into those that can be sent and those that cannot; ``limit`` in MB; ``stopped``: with reasons."""
    reasons = {letter.key: reason for letter in letters if (reason := _find_reason(letter, limit))} | dict(stopped or {})
    ready = tuple(letter for letter in letters if letter.key not in reasons)
    return SortedLetters(ready, sent_before, reasons, tuple(letters))


def _find_reason(letter: Letter, limit: float) -> Reason | None:
    """Return why a letter cannot be sent, or None where it can."""
    if letter.refused_addresses and not letter.to:
        address, reason = letter.refused_addresses[0]
        return reason, {"address": address}
    if not letter.to:
        return ("mail_no_address", {}) if letter.owner else ("mail_nobody", {"file": letter.about.partition("|")[0]})
    if (size := estimate_size(letter)) > limit * MB:
        return "mail_too_large", {"size": round(size / MB, 1), "limit": limit}
    return None


def redirect_letters(writer: LetterWriter, letters: Iterable[Letter], address: str) -> list[Letter]:
    """Return letters as they go to one tester.

    Raises StyrxlError (mail-redirect) where the address is none, or outside the allowed domains.
    """
    allowed, refused = sort_addresses([address], writer.settings.allowed_domains)
    if refused:
        raise StyrxlError("mail-redirect", address=address, domains=", ".join(writer.settings.allowed_domains))
    return [redirect_letter(letter, allowed[0], writer.message_id("redirected", allowed[0], *letter.key)) for letter in letters]


def _rename(mail: Mail, key: tuple[str, str, str, str]) -> Mail:
    """Return a mail under another key."""
    round_id, kind, owner, about = key
    return replace(mail, round=round_id, kind=kind, owner=owner, about=about)


class LedgerDeliveryLog(DeliveryLog):
    """Records in the ledger what is sent; ``recording`` keeps others from writing meanwhile."""

    def __init__(
        self,
        mail_log: MailLog,
        letters: Iterable[Letter],
        clock: Callable[[], datetime],
        recording: Callable[[], AbstractContextManager[None]],
        step: Step = lambda _: None,
    ) -> None:
        """Take the ledger's record of mail, the letters that are to be sent, a clock, a lock, and what is told of each that is done."""
        self._mail_log = mail_log
        self._letters: dict[tuple[str, ...], Letter] = {letter.key: letter for letter in letters}
        self._clock = clock
        self._recording, self._step = recording, step

    def begin(self, message: QueuedMessage) -> str:
        """Record that a message is being sent, and return what was known of it before."""
        letter = self._letters[message.key]
        recipients, subject = "; ".join(letter.to), letter.content.subject
        mail = Mail(*letter.key, letter.message_id, recipients, subject, SENDING, "", self._clock())
        with self._recording():
            return self._mail_log.begin(mail, [_rename(mail, key) for key in letter.also])

    def end(self, message: QueuedMessage, result: DeliveryResult) -> None:
        """Record what became of a message; one that may or may not have been delivered stays ``sending``."""
        refused = "; ".join(f"{address}: {reply}" for address, reply in result.refused.items())
        reply = " · ".join(part for part in (result.reply, refused) if part)
        state = SENDING if result.state == UNSURE else result.state
        with self._recording():
            self._mail_log.end(message.key, state, reply, self._clock(), self._letters[message.key].also)
        self._tell(result)

    def _tell(self, result: DeliveryResult) -> None:
        """Tell that one more is done with, unless it is tried again."""
        if result.state != WAITING:
            self._step(1)


class TrialDeliveryLog(LedgerDeliveryLog):
    """Records in the ledger what went to a tester; it never counts as sent."""

    def begin(self, message: QueuedMessage) -> str:  # noqa: ARG002 -- a trial may go any number of times
        """Return that nothing is known of it."""
        return NEW

    def end(self, message: QueuedMessage, result: DeliveryResult) -> None:
        """Record a message that was sent; the time in its key lets it go any number of times."""
        self._tell(result)
        if result.state != SENT:
            return
        letter, now = self._letters[message.key], self._clock()
        about = f"{letter.about}|{REDIRECTED} {now.isoformat()}"
        to, subject = "; ".join(letter.to), letter.content.subject
        mail = Mail(letter.round, letter.kind, letter.owner, about, letter.message_id, to, subject, REDIRECTED, "", now, now)
        with self._recording():
            self._mail_log.record_trial(mail)


def send_letters(
    writer: LetterWriter,
    letters: Sequence[Letter],
    timing: Timing = USUAL_TIMING,
    recording: Callable[[], AbstractContextManager[None]] = nullcontext,
    *,
    trial: bool = False,
    progress: Progress = show_no_progress,
) -> list[DeliveryResult]:
    """Send letters that are ready, in their order, and return what became of each; ``progress`` is told how far it is.

    Raises StyrxlError: as ``open_transport``, ``DeliveryRun.send``.
    """
    if not letters:
        return []
    transport = open_transport(writer.settings, writer.desk.workspace.root, timing)
    try:
        with progress(len(letters)) as step:
            log = (TrialDeliveryLog if trial else LedgerDeliveryLog)(writer.mail_log, letters, _now, recording, step)
            run = DeliveryRun(transport, log, timing.wait, 60 / writer.settings.rate, timing.is_stopped, timing.clock)
            return run.send([_queue(writer, letter) for letter in letters], timing.pauses)
    finally:
        transport.close()


def _queue(writer: LetterWriter, letter: Letter) -> QueuedMessage:
    now = _now()
    data, bare = (
        build_message(each, writer.sender, now).as_bytes(policy=WIRE_POLICY) for each in (letter, replace(letter, attachments=()))
    )
    return QueuedMessage(letter.key, data, writer.sender.address, letter.to, letter.message_id, bare, letter.attachments)


def _now() -> datetime:
    return datetime.now(UTC)
