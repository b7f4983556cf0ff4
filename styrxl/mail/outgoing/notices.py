"""The letter to a sender whose mail brought no workbook, or one that waits for a controller.

Whoever hands in a workbook is told of each. All else is told once a day for an address and a cause, and never in reply to an answer of
ours: a machine that nothing gives away would answer for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from styrxl.mail.addresses import sort_addresses
from styrxl.mail.outgoing.letter import Letter, WrittenLetters, join_message_ids
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.model.addresses import fold_address
from styrxl.model.days import local_day
from styrxl.model.masking import mask_persons
from styrxl.store.mail_log import MailPart
from styrxl.store.mail_states import ANSWER, ASIDE, BOUNCE, FORGED, HELD, NOTED, NOTICE, RELEASED, SENT, TAKEN

_NONE = "none"  # reason: nothing was attached


def write_notices(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter to each sender within the municipality whose message brought no workbook, or one that waits for a controller.

    None where letters to some owners are asked for.
    """
    if request.owners:
        return WrittenLetters()
    sent = {mail.about for mail in writer.mail_log.mails(writer.round.id, [NOTICE]).values() if mail.state == SENT}
    messages = group_notable(writer.mail_parts)
    if request.redirect_to is None:
        messages = [parts for parts in messages if parts[0].about not in sent]
    held = [parts for parts in messages if parts[0].outcome == HELD]
    others = _choose_due(writer, [parts for parts in messages if parts[0].outcome != HELD], trial=request.redirect_to is not None)
    done = _list_done(writer) if others else frozenset()
    letters = (_write_notice(writer, parts, done) for parts in (*held, *others))
    return WrittenLetters(tuple(letter for letter in letters if letter), 0 if request.redirect_to else len(sent))


def group_notable(parts: Iterable[MailPart]) -> list[list[MailPart]]:
    """Return of each message that a notice may be due on the parts that it is due on: those that wait, else those without a workbook.

    Machines are told nothing, and nobody of a mail that somebody else wrote in that name.
    """
    messages: dict[str, list[MailPart]] = {}
    for part in parts:
        if not part.by_machine and part.reason not in {BOUNCE, FORGED}:
            messages.setdefault(part.mail, []).append(part)
    return [notable for message in messages.values() if (notable := _find_notable(message))]


def _find_notable(parts: Sequence[MailPart]) -> list[MailPart]:
    if waiting := [part for part in parts if part.outcome == HELD]:
        return waiting
    if any(part.outcome in {TAKEN, RELEASED} for part in parts):
        return []
    return [part for part in parts if part.outcome in {NOTED, ASIDE}]


@dataclass(frozen=True, slots=True)
class _Told:
    """What has been written before: on which days each address was told of each cause, of which kinds our letters were, and answers."""

    days: dict[tuple[str, str], date]
    kinds: dict[str, str]
    answers: list[tuple[str, str]]  # to whom, and the subject
    zone: tzinfo  # of the days

    def covers(self, part: MailPart) -> bool:
        """Tell whether a notice went on the day on which a message came, or later, on the same cause."""
        last = self.days.get(_name_cause(part))
        return last is not None and last >= local_day(part.recorded_at or part.received_at, self.zone)

    def knows_reply(self, part: MailPart) -> bool:
        """Tell whether a message replies to an answer or a notice of ours; one that the ledger does not know counts as such."""
        ids = (part.replies_to or "").split()
        replied = any(self.kinds.get(message_id, ANSWER) in {ANSWER, NOTICE} for message_id in ids)
        return replied or any(fold_address(part.sender) in to and subject in part.subject for to, subject in self.answers)


def _choose_due(writer: LetterWriter, messages: Sequence[list[MailPart]], *, trial: bool) -> list[list[MailPart]]:
    """Return the messages that a notice is due on: of each address and cause the first that no notice has covered."""
    told = _read_told(writer, messages)
    due: dict[tuple[str, str], list[MailPart]] = {}
    for parts in messages:
        if trial or not (told.knows_reply(parts[0]) or told.covers(parts[0])):
            due.setdefault(_name_cause(parts[0]), parts)
    return list(due.values())


def _name_cause(part: MailPart) -> tuple[str, str]:
    return fold_address(part.sender), part.reason


def _read_told(writer: LetterWriter, messages: Sequence[list[MailPart]]) -> _Told:
    days: dict[tuple[str, str], date] = {}
    for sender, reason, at in writer.mail_log.list_noticed():
        key = (fold_address(sender), reason)
        days[key] = max(local_day(at, writer.desk.zone), days.get(key, date.min))
    kinds = writer.mail_log.find_kinds(word for parts in messages for word in (parts[0].replies_to or "").split())
    mails = writer.mail_log.mails(writer.round.id, [ANSWER, NOTICE]).values()
    answers = [(mail.recipients.casefold(), mail.subject) for mail in mails if mail.state == SENT]
    return _Told(days, kinds, answers, writer.desk.zone)


def _list_done(writer: LetterWriter) -> frozenset[str]:
    """Return the addresses of those who have handed in all that is asked of them: a mail of theirs wants no workbook."""
    asked = [status for status in writer.owners if status.issued]
    addresses: dict[str, bool] = {}
    for status in asked:
        row = writer.find(status.owner)
        for address in map(fold_address, row.email if row else ()):
            addresses[address] = addresses.get(address, True) and (status.state == "accepted" or status.earlier_counts)
    return frozenset(address for address, is_done in addresses.items() if is_done)


def _write_notice(writer: LetterWriter, parts: Sequence[MailPart], done: Collection[str]) -> Letter | None:
    first = parts[0]
    to, _ = sort_addresses([first.sender], writer.settings.allowed_domains)
    if not to:
        return None  # nobody outside is told anything; the controller sees it in the list
    owner = writer.find(_find_owner(writer, first.sender))
    reason = {HELD: HELD, ASIDE: "damaged"}.get(first.outcome, first.reason)
    if reason == _NONE and not first.name and fold_address(first.sender) in done:
        reason = "done"
    facts = {"reason": reason, "files": [mask_persons(part.name) for part in parts if part.name]}
    replies_to = join_message_ids(first.message_id)
    answers = writer.describe_answer(first, None, ", ".join(mask_persons(part.name) for part in parts), HELD) if reason == HELD else None
    return writer.write(NOTICE, first.about, owner, facts, to=to, replies_to=replies_to, is_reply=True, answers=answers)


def _find_owner(writer: LetterWriter, sender: str) -> str | None:
    """Return the first owner that an address is a contact of."""
    wanted = fold_address(sender)
    return next((o.org_id for o in writer.desk.plan.organisations if wanted in map(fold_address, o.email)), None)
