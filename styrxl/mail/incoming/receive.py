"""Mail taken in: each message once, its workbooks into the inbox if their sender may hand them in, else into quarantine.

A workbook's file is written before the ledger says that it is there, and the message is moved after: what is interrupted is done again
the next time, into the same files. A message that cannot be read is put aside with its reason, and those after it are taken in.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from styrxl.mail.incoming.message import MailRules, ReceivedMessage, hash_mail, make_rules, read_message
from styrxl.mail.incoming.mime import DAMAGED
from styrxl.mail.incoming.senders import find_refusal
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.incoming.stored_files import (
    choose_aside_path,
    choose_inbox_path,
    choose_quarantine_path,
    make_receipt,
    store_workbook,
)
from styrxl.mail.plain_text import to_one_line
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.workbook import ReturnedWorkbook
from styrxl.rounds.desk import Desk
from styrxl.rounds.open_rounds import Filing, make_filing
from styrxl.rounds.originals import is_original
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import ASIDE, BOUNCE, HELD, IGNORED, NOTED, ORIGINAL, PERSON, TAKEN

_LONGEST_OWNER = 100  # characters: a workbook may say anything of whose it is, and it stands in a file's name
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _PlacedFile:
    """A workbook, or a message that cannot be read: what the ledger is to record of it, and where it is to be stored."""

    part: MailPart
    path: Path
    data: bytes
    round: Round


_Read = tuple[list[_PlacedFile], list[MailPart]]  # a message's files, and all that the ledger is to record of it


def receive_mail(
    desk: Desk,
    mail_log: MailLog,
    round_: Round | None,
    messages: Iterable[FetchedMessage],
    recording: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Iterator[MailPart]:
    """Take in messages, and yield the parts of each as soon as they are recorded; messages that are recorded already yield nothing.

    ``round_``: None for the newest one that is open. ``recording`` keeps others from writing meanwhile. Raises StyrxlError: as the source
    of the messages; disk-full, not-writable; once all are taken in, mail-not-moved where one of them could not be moved.
    """
    stuck: StyrxlError | None = None
    rules, filing = make_rules(desk.workspace.settings.mail, desk.limits), make_filing(desk, round_)
    with IsolatedReader(desk.limits) as reader:
        for fetched in messages:
            known = mail_log.find_outcomes(hash_mail(fetched.raw))
            if not known:
                read = _read_fetched(desk, mail_log, filing, fetched, rules, reader)
                with recording():
                    parts = _take_in(desk, mail_log, filing, fetched, read)
                yield from parts
                known = {part.outcome for part in parts}
            stuck = _finish(fetched, set_aside=ASIDE in known) or stuck
    if stuck is not None:
        raise stuck


def foresee_mail(desk: Desk, mail_log: MailLog, round_: Round | None, messages: Iterable[FetchedMessage]) -> Iterator[MailPart]:
    """Yield the parts that ``receive_mail`` would make of messages, and take nothing in; those that are recorded already yield nothing."""
    rules, filing = make_rules(desk.workspace.settings.mail, desk.limits), make_filing(desk, round_)
    seen: set[str] = set()
    with IsolatedReader(desk.limits) as reader:
        for fetched in messages:
            mail = hash_mail(fetched.raw)
            if mail not in seen and not mail_log.find_outcomes(mail):
                yield from _read_fetched(desk, mail_log, filing, fetched, rules, reader)[1]
            seen.add(mail)


def _name_recipient(mail_log: MailLog, part: MailPart) -> MailPart:
    """Return a bounce with the address that we wrote to: a report may name the one that its mails are passed on to."""
    if part.reason != BOUNCE or not part.replies_to:
        return part
    recipients = mail_log.find_recipients(part.replies_to.split())
    return replace(part, name=recipients[0]) if len(recipients) == 1 else part


def _finish(fetched: FetchedMessage, *, set_aside: bool) -> StyrxlError | None:
    """Have a message moved, and return why it could not be: those after it are taken in all the same."""
    try:
        (fetched.set_aside if set_aside and fetched.set_aside else fetched.finish)()
    except StyrxlError as error:
        if error.code != "mail-not-moved":
            raise
        return error
    return None


def _take_in(desk: Desk, mail_log: MailLog, filing: Filing, fetched: FetchedMessage, read: _Read) -> list[MailPart]:
    """Store and record what was read of a message, and return its parts; whatever is wrong with a message stays with it."""
    try:
        return _store(desk, mail_log, fetched, read)
    except StyrxlError:
        raise
    except Exception as error:
        _LOGGER.warning("a mail cannot be taken in", exc_info=error)
    nothing = ReceivedMessage(hash_mail(fetched.raw), "", "", "", PERSON, reason="none", trouble=DAMAGED)
    return _store(desk, mail_log, fetched, _describe_all(desk, filing.asked, nothing, fetched, []))


def _store(desk: Desk, mail_log: MailLog, fetched: FetchedMessage, read: _Read) -> list[MailPart]:
    files, parts = read[0], [_name_recipient(mail_log, part) for part in read[1]]
    files = [file for file in files if file.part.outcome != IGNORED]
    receipts = [(w.round.id, make_receipt(desk, w.part, w.path, len(w.data))) for w in files if w.part.outcome == TAKEN]
    for file in files:
        store_workbook(file.path, file.data, fetched.received)
    mail_log.record_message(parts, receipts, desk.now)
    return parts


def _read_fetched(
    desk: Desk, mail_log: MailLog, filing: Filing, fetched: FetchedMessage, rules: MailRules, reader: IsolatedReader
) -> _Read:
    """Return a message's files with their places, and all that the ledger is to record of it; of one that breaks its reader, its sender."""
    message = read_message(fetched.raw, rules)
    try:
        files = _place_workbooks(desk, filing, message, fetched, reader)
    except StyrxlError:
        raise
    except Exception as error:
        _LOGGER.warning("a mail's workbooks cannot be taken in", exc_info=error)
        message, files = replace(message, workbooks=(), reason="none", trouble=DAMAGED), []
    about = filing.choose_by_text(message.subject, mail_log.find_rounds_of(message.replies_to))
    return _describe_all(desk, about, message, fetched, files)


def _describe_all(desk: Desk, round_: Round, message: ReceivedMessage, fetched: FetchedMessage, files: list[_PlacedFile]) -> _Read:
    """Return a message's files, and what the ledger is to record of it; a message that cannot be read is a file itself."""
    parts = [file.part for file in files]
    if not files or message.kind == BOUNCE:
        parts += describe_message(message, fetched, len(files))
    if parts[0].outcome == ASIDE:
        path = choose_aside_path(desk, round_, parts[0], fetched.raw)
        files = [_PlacedFile(replace(parts[0], path=desk.workspace.shown(path)), path, fetched.raw, round_)]
        parts = [files[0].part]
    return files, [replace(part, recorded_at=desk.now, round=part.round or round_.id) for part in parts]


def _place_workbooks(
    desk: Desk, filing: Filing, message: ReceivedMessage, fetched: FetchedMessage, reader: IsolatedReader
) -> list[_PlacedFile]:
    """Return a message's workbooks, each with its owner and round, and with where its sender may put it."""
    readings = [reader.read(workbook.data)[0] for workbook in message.workbooks]
    rounds = [filing.find_round(reading.identity if reading else {}) for reading in readings]
    originals = _find_originals(desk, readings, rounds, reader)
    placed = []
    for number, (workbook, reading, round_) in enumerate(zip(message.workbooks, readings, rounds, strict=True)):
        owner = (to_one_line(reading.identity.get("owner") or "")[:_LONGEST_OWNER] or None) if reading else None
        reason = find_refusal(desk.plan, date(round_.year, 1, 1), message.sender, owner, is_forged=message.is_forged)
        part = replace(
            _make_part(message, fetched),
            part=number,
            name=workbook.name,
            outcome=HELD if reason else TAKEN,
            reason=reason,
            owner=owner,
            sha256=hashlib.sha256(workbook.data).hexdigest(),
            round=round_.id,
        )
        path = choose_quarantine_path(desk, round_, part) if reason else choose_inbox_path(desk, round_, part)
        part = replace(part, path=desk.workspace.shown(path))
        if number in originals:
            part = replace(part, outcome=IGNORED, reason=ORIGINAL, path=None)
        placed.append(_PlacedFile(part, path, workbook.data, round_))
    return placed


def _find_originals(
    desk: Desk, readings: Sequence[ReturnedWorkbook | None], rounds: Sequence[Round], reader: IsolatedReader
) -> frozenset[int]:
    """Return which of a message's workbooks are as they were handed out, where one of the same owner and form is filled in."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for number, (reading, round_) in enumerate(zip(readings, rounds, strict=True)):
        if reading and reading.identity.get("owner"):
            alike.setdefault((reading.identity["owner"], reading.identity.get("form", ""), round_.id), []).append(number)
    originals: set[int] = set()
    for numbers in alike.values():
        if len(numbers) > 1:
            empty = {n for n in numbers if (reading := readings[n]) and is_original(desk, rounds[n], reading, reader)}
            originals |= empty if len(empty) < len(numbers) else set()
    return frozenset(originals)


def describe_message(message: ReceivedMessage, fetched: FetchedMessage, first: int = 0) -> list[MailPart]:
    """Return what the ledger records of a message that carries no workbook: why there is none; of a bounce, each address.

    ``first`` is the number of the first part.
    """
    plain = replace(_make_part(message, fetched), part=first)
    if message.kind == BOUNCE:
        parts = [replace(plain, reason=BOUNCE, part=first + n, name=address) for n, address in enumerate(message.others)]
        return parts or [replace(plain, reason=BOUNCE)]
    others = replace(plain, name=", ".join(message.others))
    if plain.by_machine:
        return [replace(others, outcome=IGNORED, reason=message.kind)]
    if trouble := fetched.trouble or ("" if fetched.too_large else message.trouble):
        return [replace(others, outcome=ASIDE, reason=trouble)]
    return [replace(others, reason="oversized" if fetched.too_large else message.reason)]


def _make_part(message: ReceivedMessage, fetched: FetchedMessage) -> MailPart:
    return MailPart(
        message.hash,
        0,
        message.message_id,
        message.sender,
        message.subject,
        fetched.received,
        "",
        NOTED,
        kind=message.kind,
        replies_to=" ".join(message.replies_to),
    )
