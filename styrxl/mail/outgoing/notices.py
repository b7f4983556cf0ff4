"""The letter to a sender whose mail brought no workbook, or one that waits for a controller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from styrxl.mail.addresses import sort_addresses
from styrxl.mail.outgoing.letter import Letter, WrittenLetters, join_message_ids
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.model.masking import mask_persons
from styrxl.store.mail_log import HELD, NOTED, RELEASED, TAKEN, MailPart

NOTICE = "notice"


def write_notices(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter to each sender within the municipality whose message brought no workbook, or one that waits for a controller.

    None where letters to some owners are asked for.
    """
    if request.owners:
        return WrittenLetters()
    letters = (_write_notice(writer, parts) for parts in group_notable(writer.mail_parts))
    return WrittenLetters(tuple(letter for letter in letters if letter))


def group_notable(parts: Iterable[MailPart]) -> list[list[MailPart]]:
    """Return of each message that a notice is due on the parts that it is due on: those that wait, else those without a workbook."""
    messages: dict[str, list[MailPart]] = {}
    for part in parts:
        messages.setdefault(part.mail, []).append(part)
    return [notable for message in messages.values() if (notable := _find_notable(message))]


def _find_notable(parts: Sequence[MailPart]) -> list[MailPart]:
    if waiting := [part for part in parts if part.outcome == HELD]:
        return waiting
    if any(part.outcome in {TAKEN, RELEASED} for part in parts):
        return []
    return [part for part in parts if part.outcome == NOTED]


def _write_notice(writer: LetterWriter, parts: Sequence[MailPart]) -> Letter | None:
    first = parts[0]
    to, _ = sort_addresses([first.sender], writer.settings.allowed_domains)
    if not to:
        return None  # nobody outside is told anything; the controller sees it in the list
    owner = writer.find(_find_owner(writer, first.sender))
    reason = HELD if first.outcome == HELD else first.reason
    facts = {"reason": reason, "files": [mask_persons(part.name) for part in parts if part.name]}
    replies_to = join_message_ids(first.message_id)
    return writer.write(NOTICE, first.mail[:16], owner, facts, to=to, replies_to=replies_to, is_reply=True)


def _find_owner(writer: LetterWriter, sender: str) -> str | None:
    """Return the first owner that an address is a contact of."""
    wanted = sender.casefold()
    return next((o.org_id for o in writer.desk.plan.organisations if wanted in {a.casefold() for a in o.email}), None)
