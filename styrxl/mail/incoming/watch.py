"""Watching: mail taken in, judged and answered, over and over until somebody stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from threading import Event

from styrxl.mail.certificates import trusted
from styrxl.mail.incoming.imap import from_imap
from styrxl.mail.incoming.mail_lines import as_text as brought_text
from styrxl.mail.incoming.receive import take_in
from styrxl.mail.incoming.sources import Item
from styrxl.mail.outgoing.letter_table import as_text
from styrxl.mail.outgoing.run import Wish, work
from styrxl.mail.outgoing.send import IMAP_PASSWORD, USUAL, Ways
from styrxl.mail.passwords import password
from styrxl.mail.workspace_access import Room
from styrxl.model.catalogue import error_text
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk, open_desk
from styrxl.store.mail_log import MailBook
from styrxl.store.workspace import Workspace

EVERY = 15.0  # seconds between two looks into the mailbox
# What may be over by itself: the servers, and a colleague's command. All else is told and ends the watch.
_PASSING = frozenset({"mail-unreachable", "mail-imap-unreachable", "workspace-held", "ledger-busy", "ledger-unreachable", "file-locked"})


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watch does: ``source`` gives the messages that have come, ``tell`` and ``warn`` say what happened."""

    room: Room
    round: Round
    source: Callable[[], Iterable[Item]]
    stop: Event
    send: bool
    language: str
    tell: Callable[[str], None]
    warn: Callable[[str], None]
    every: float = EVERY
    ways: Ways = USUAL

    def run(self) -> None:
        """Go on until stopped; the message or mail that is under way is finished first.

        Raises StyrxlError: watched-already; what does not pass by itself.
        """
        with self._alone():
            seen: object = None
            trouble = ""
            while not self.stop.is_set():
                try:
                    seen = self._turn(self._room(), seen)
                    trouble = ""
                except StyrxlError as error:
                    if error.code not in _PASSING:
                        raise
                    text = error_text(error.code, {**error.facts}, self.language)
                    if text != trouble:  # said once, not each time
                        self.warn(text)
                    trouble, seen = text, None
                self.stop.wait(self.every)

    def _alone(self) -> ExitStack:
        with ExitStack() as stack:
            try:
                stack.enter_context(self.room.alone("inbox", patience=0.0))
            except StyrxlError as error:
                raise StyrxlError("watched-already", **error.facts) if error.code == "workspace-held" else error from error
            return stack.pop_all()

    def _room(self) -> Room:
        """Return the room as it is now: a controller may have changed the plan or the settings meanwhile."""
        desk = self.room.desk
        fresh = open_desk(Workspace.open(desk.workspace.root), desk.ledger, datetime.now(UTC), desk.by)
        return replace(self.room, desk=fresh)

    def _turn(self, room: Room, seen: object) -> object:
        """Take in what has come; judge and answer if anything has, or if the inbox has changed. Return how the inbox looks."""
        book = MailBook(room.desk.ledger.database)
        notes = list(take_in(room.desk, book, self.round, self._until_stopped(), room.noting))
        if notes:
            self.tell(brought_text(notes, self.language))
        looks = _looks(room.desk, book, self.round)
        if looks != seen and not self.stop.is_set():
            done = work(room, self.round, Wish("answers", send=self.send), self._ways())
            if done.letters.letters:
                self.tell(as_text(done.letters, done.results, self.language, sent=self.send))
            if any(result.state in {"waiting", "unsure"} for result in done.results):
                return None  # answers are left to send
        return looks

    def _ways(self) -> Ways:
        return replace(self.ways, wait=self._pause, stopped=self.stop.is_set)

    def _pause(self, seconds: float) -> None:
        self.stop.wait(seconds)

    def _until_stopped(self) -> Iterator[Item]:
        for item in self.source():
            yield item
            if self.stop.is_set():
                return


def _looks(desk: Desk, book: MailBook, round_: Round) -> object:
    """Return what changes when there is something to answer."""
    files = desk.workspace.inbox_files(round_).files
    told = [note.id for note in book.brought(round_.id) if note.outcome in {"held", "noted"}]
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files], told


def mailbox_of(room: Room, ways: Ways = USUAL) -> Callable[[], Iterable[Item]]:
    """Return what gives the messages in the round's mailbox.

    Raises StyrxlError: mail-not-set-up, mail-no-server, mail-ca-file, mail-password-missing.
    """
    settings = room.desk.workspace.settings.mail
    if settings is None:
        raise StyrxlError("mail-not-set-up")
    if settings.mailbox is None:
        raise StyrxlError("mail-no-server", section="mail.imap")
    secret = partial(password, settings.mailbox.server, IMAP_PASSWORD)
    secret()  # before anything is done
    context = trusted(settings.mailbox.server, room.desk.workspace.root)
    return partial(from_imap, settings.mailbox, context, secret, ways.patience)
