"""One mail gets one answer: letters on the workbooks that came in the same mail become one, in whichever rounds those are filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from styrxl.mail.outgoing.letter import AnsweredMail, Attachment, Letter, join_message_ids
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.message import MB, estimate_size
from styrxl.mail.plain_text import make_file_name
from styrxl.model.addresses import fold_address
from styrxl.model.catalogue import word

TEMPLATE = "answers"  # the words before those of each workbook


def combine_letters(writer: LetterWriter, letters: Iterable[Letter]) -> list[Letter]:
    """Return letters in their order, those that answer the same mail as one, unless that would be too large for a mail.

    ``writer`` need not be of the letters' rounds. Raises StyrxlError (template-broken).
    """
    by_mail: dict[object, list[Letter]] = {}
    for letter in letters:
        by_mail.setdefault(letter.answers.mail if letter.answers and letter.to else letter.key, []).append(letter)
    combined: list[Letter] = []
    for group in by_mail.values():
        one = _combine(writer, group) if len(group) > 1 else group[0]
        combined += [one] if estimate_size(one) <= writer.settings.attachment_limit * MB else group
    return combined


def _combine(writer: LetterWriter, letters: Sequence[Letter]) -> Letter:
    first = letters[0]
    language = writer.language(writer.find(first.owner))
    answers = [letter.answers for letter in letters if letter.answers]
    titles = _name_workbooks(answers)
    settings = writer.desk.workspace.settings
    facts: dict[str, object] = {
        "round_name": word("mail_and", language).join(dict.fromkeys(answer.round_name for answer in answers)),
        "n": len(answers),
        "done": sum(answer.verdict in {"accepted", "duplicate"} for answer in answers),
        "held": sum(answer.verdict == "held" for answer in answers),
        "parts": [{"title": title, "verdict": answer.verdict} for title, answer in zip(titles, answers, strict=True)],
        "accent": writer.accent,
        "municipality": settings.municipality,
        "contact": settings.contact,
    }
    bodies = [(title, letter.content.body) for title, letter in zip(titles, letters, strict=True)]
    to = {fold_address(address): address for letter in letters for address in letter.to}
    return replace(
        first,
        name=first.name if len(to) == 1 else "",
        to=tuple(to.values()),
        content=writer.wording.render(TEMPLATE, language, facts, bodies),
        attachments=_gather_attachments(letters),
        replies_to=join_message_ids(*(message_id for letter in letters for message_id in letter.replies_to)),
        refused_addresses=tuple(dict.fromkeys(refused for letter in letters for refused in letter.refused_addresses)),
        unreached=tuple(dict.fromkeys(address for letter in letters for address in letter.unreached)),
        also=tuple(letter.key for letter in letters[1:]),
    )


def _name_workbooks(answers: Sequence[AnsweredMail]) -> list[str]:
    """Return what each workbook is called, with its round where there are several."""
    several = len({answer.round_name for answer in answers}) > 1
    return [f"{answer.title}, {answer.round_name}" if several else answer.title for answer in answers]


def _gather_attachments(letters: Sequence[Letter]) -> tuple[Attachment, ...]:
    """Return the attachments of all letters; one whose name another has bears its round's too."""
    named: dict[str, Attachment] = {}
    for letter in letters:
        for attachment in letter.attachments:
            name = attachment.name if attachment.name not in named else make_file_name(f"{letter.round} {attachment.name}")
            named[name] = replace(attachment, name=name)
    return tuple(named.values())
