"""Which letters each mail command writes: the one list of all kinds of letters.

A new kind of letter is a module beside this one, its words in both languages (``words/KIND.LANGUAGE.jinja``), and a line here. The
catalogue's ``log_mail_KIND`` is what the log calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from styrxl.mail.outgoing.answers import write_answers
from styrxl.mail.outgoing.letter import WrittenLetters
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.notices import write_notices
from styrxl.mail.outgoing.reminders import ESCALATION, write_escalations, write_reminders
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.summary import write_summaries
from styrxl.mail.outgoing.templates import write_templates
from styrxl.store.mail_states import ANSWER, NOTICE, REMINDER, SUMMARY, TEMPLATES


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter; its template is ``words/NAME.LANGUAGE.jinja``."""

    name: str
    write: Callable[[LetterWriter, MailRequest], WrittenLetters]


MAILINGS: Mapping[str, tuple[LetterKind, ...]] = {
    "templates": (LetterKind(TEMPLATES, write_templates),),
    "answers": (LetterKind(ANSWER, write_answers), LetterKind(NOTICE, write_notices)),
    "reminders": (LetterKind(REMINDER, write_reminders), LetterKind(ESCALATION, write_escalations)),
    "summary": (LetterKind(SUMMARY, write_summaries),),
}
