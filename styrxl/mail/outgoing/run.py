"""The mail room: what a mail command does from letters to previews or the post, and who may be in it at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from styrxl.mail.outgoing.answers import answers, to_answer, unanswered
from styrxl.mail.outgoing.letter import Attachment, Letter
from styrxl.mail.outgoing.letter_writer import Office, check_named
from styrxl.mail.outgoing.notices import notices
from styrxl.mail.outgoing.preview import folder, preview
from styrxl.mail.outgoing.reminders import reminders
from styrxl.mail.outgoing.send import USUAL, Sorted, Ways, redirect, send, sort_out
from styrxl.mail.outgoing.smtp import Result
from styrxl.mail.outgoing.summary import summaries
from styrxl.mail.outgoing.templates import templates
from styrxl.mail.workspace_access import Room
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.give_back import give_back, select_to_give_back
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.store.mail_log import ANSWER, ESCALATION, NOTICE, REMINDER, SUMMARY, TEMPLATES, MailBook

KINDS: Mapping[str, tuple[str, ...]] = {
    "templates": (TEMPLATES,),
    "answers": (ANSWER, NOTICE),
    "reminders": (REMINDER, ESCALATION),
    "summary": (SUMMARY,),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a mail command asks for; ``to`` are owners, ``redirect_to`` the tester that everything goes to."""

    what: str
    to: frozenset[str] = frozenset()
    send: bool = False
    redirect_to: str | None = None
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What a mail command did."""

    letters: Sorted
    results: tuple[Result, ...] = ()
    folder: Path | None = None  # of the previews


def work(room: Room, round_: Round, wish: Wish, ways: Ways | None = None) -> Done:
    """Do what a mail command asks for: previews, or mails on their way.

    Every letter is written before the first one leaves, so that what is wrong with any of them stops all. Raises StyrxlError.
    """
    with room.writing():
        office = office_of(room.desk, round_)
        letters, gone = written(office, wish)
        if wish.redirect_to:
            letters = redirect(office, letters, wish.redirect_to)
        found = sort_out(office, letters, gone, noted=not wish.redirect_to)
        if not wish.send:
            place = folder(office)
            preview(office, found.letters, KINDS[wish.what])
            return Done(found, folder=place)
    with room.alone("outmail", patience=10.0):
        # Somebody else may have sent some of them while we waited.
        found = sort_out(office, letters, gone, noted=not wish.redirect_to)
        return Done(found, tuple(send(office, found.ready, ways or USUAL, room.noting, noted=not wish.redirect_to)))


def office_of(desk: Desk, round_: Round) -> Office:
    """Return the office of a round."""
    return Office(desk, MailBook(desk.ledger.database), round_)


def written(office: Office, wish: Wish) -> tuple[list[Letter], int]:
    """Return the letters that a wish calls for, and how many have gone before and were not written again; raises StyrxlError."""
    check_named(office, wish.to)
    if wish.what == "templates":
        return templates(office, wish.to), 0
    if wish.what == "reminders":
        return reminders(office, wish.to), 0
    if wish.what == "summary":
        return summaries(office, wish.to, incomplete=wish.incomplete), 0
    judged = judge_inbox(office.desk, office.round)
    asked = to_answer(judged, wish.to)
    new = asked if wish.redirect_to else unanswered(office, asked)
    letters = answers(office, judged, new, _annotated(office, judged, new))
    return [*letters, *([] if wish.to else notices(office))], len(asked) - len(new)


def _annotated(office: Office, judged: JudgedRound, new: Sequence[Judged]) -> dict[str, Attachment]:
    """Return the marked workbooks of returns that are to be mended, by the returns' paths."""
    workspace = office.desk.workspace
    those = replace(judged, returns=tuple(new))
    written_ = set(give_back(office.desk, those, workspace.inbox_files(office.round).files))
    found = {}
    for one in select_to_give_back(those.returns):
        path = workspace.returned(office.round) / f"{one.owner}.xlsx"
        if path in written_:
            found[one.path] = Attachment(path.name, path.read_bytes())
    return found
