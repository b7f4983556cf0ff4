"""Watching: mail taken in, judged and answered, over and over until somebody stops it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event

from styrxl.mail.incoming.mail_lines import format_mail_lines
from styrxl.mail.incoming.receive import receive_mail
from styrxl.mail.incoming.sources import FetchedMessage
from styrxl.mail.outgoing.letter_table import describe_doubt, format_letter_table, is_unfinished
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.run import run_mailings
from styrxl.mail.outgoing.transport import USUAL_TIMING, Timing
from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.catalogue import error_text, word
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.open_rounds import list_open_rounds
from styrxl.rounds.own_files import check_own_files
from styrxl.store.mail_log import Mail, MailLog, MailPart
from styrxl.store.mail_states import ASIDE, HELD, NOTED
from styrxl.store.workspace import Workspace

Seen = dict[Round, object]  # how each round's inbox was
EVERY = 15.0  # seconds between two looks into the mailbox
# Errors that may pass by themselves: of servers, of a colleague's command, of files that a controller is changing. Others end it.
_PASSING = frozenset(
    {
        "disk-full",
        "file-locked",
        "ledger-busy",
        "ledger-unreachable",
        "mail-imap-unreachable",
        "lock-unreadable",
        "mail-login-unreachable",
        "mail-not-moved",
        "mail-unreachable",
        "not-readable",
        "not-writable",
        "own-files-broken",
        "plan-broken",
        "plan-empty",
        "plan-missing",
        "workspace-held",
    }
)
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch of a mailbox: ``source`` gives the messages that have come, ``tell`` and ``warn`` are told what happened.

    ``round``: None for all that are open. What is filed in another open round is answered there and then, too.
    """

    access: WorkspaceAccess
    round: Round | None
    source: Callable[[], Iterable[FetchedMessage]]
    stop: Event
    send: bool
    language: str
    tell: Callable[[str], None]
    warn: Callable[[str], None]
    every: float = EVERY
    timing: Timing = USUAL_TIMING

    def run(self) -> None:
        """Go on until stopped; the message or mail that is under way is finished first.

        Raises StyrxlError: watched-already; what does not pass by itself.
        """
        with self._watch_alone():
            seen: Seen = {}
            warning, began = "", datetime.now(UTC)
            while not self.stop.is_set():
                try:
                    seen, trouble = self._look_once(self._refresh(), seen, began)
                except StyrxlError as error:
                    seen, trouble = {}, self._describe_passing(error)
                except Exception as error:  # of the program itself: one look lost is better than a watch that nobody knows has ended
                    seen, trouble = {}, word("watch_failed", self.language, why=type(error).__name__)
                    if trouble != warning:
                        _LOGGER.exception("a look into the mailbox failed")
                if trouble and trouble != warning:  # the same trouble is told once
                    self.warn(trouble)
                warning = trouble
                self.stop.wait(self.every)

    def _watch_alone(self) -> ExitStack:
        """Return the lock that keeps other watches away, already taken."""
        with ExitStack() as stack:
            try:
                stack.enter_context(self.access.exclusively("inbox", patience=0.0))
            except StyrxlError as error:
                raise StyrxlError("watched-already", **error.facts) if error.code == "workspace-held" else error from error
            return stack.pop_all()

    def _refresh(self) -> WorkspaceAccess:
        """Return access to the workspace as it is now: a controller may have changed the plan or the settings meanwhile."""
        desk = self.access.desk
        check_own_files(desk.workspace.root)
        fresh = open_desk(Workspace.open(desk.workspace.root), desk.ledger, datetime.now(UTC), desk.by)
        return replace(self.access, desk=fresh)

    def _describe_passing(self, error: StyrxlError) -> str:
        """Return what an error that may pass by itself says; raises any other."""
        if error.code not in _PASSING:
            raise error
        return error_text(error.code, error.facts, self.language)

    def _look_once(self, access: WorkspaceAccess, seen: Seen, began: datetime) -> tuple[Seen, str]:
        """Take in what has come, then judge and answer in the rounds whose inboxes are not as they were ``seen``.

        Returns how they are now, and what kept the rest of what has come out: what came before that is answered all the same.
        """
        mail_log, trouble, parts = MailLog(access.desk.ledger.database), "", list[MailPart]()
        try:
            for part in receive_mail(access.desk, mail_log, self.round, self._fetch_until_stopped(), access.recording):
                parts.append(part)
        except StyrxlError as error:
            trouble = self._describe_passing(error)
        if parts:
            self.tell(format_mail_lines(parts, self.language))
        now = {round_: _describe_inbox(access.desk, mail_log, round_) for round_ in self._list_rounds(access.desk, mail_log, began)}
        changed = [round_ for round_ in now if now[round_] != seen.get(round_)]
        if changed and not self.stop.is_set():
            done = run_mailings(access, changed, MailRequest("answers", send=self.send), self._stoppable_timing(), self._tell_doubt)
            if done.letters.letters:
                self.tell(format_letter_table(done.letters, done.results, self.language, sent=self.send))
            if is_unfinished(done.results):
                return {}, trouble
        return now, trouble or self._describe_waiting(access.desk, now)

    def _list_rounds(self, desk: Desk, mail_log: MailLog, began: datetime) -> list[Round]:
        """Return the rounds to answer in: the one that is watched and those in which this watch has filed anything.

        Where all open ones are watched, those in which mail goes at all: nobody expects a mail about what was handed in otherwise.
        """
        open_rounds = list_open_rounds(desk)
        if self.round is None:
            return [round_ for round_ in open_rounds if mail_log.parts(round_.id) or mail_log.mails(round_.id)]
        filed = mail_log.find_rounds(began)
        return [self.round, *(round_ for round_ in open_rounds if round_ != self.round and round_.id in filed)]

    def _describe_waiting(self, desk: Desk, rounds: Iterable[Round]) -> str:
        """Return which files in the inboxes wait to be fetched from the cloud, and why."""
        waiting = [one for round_ in rounds for one in desk.workspace.inbox_files(round_).waiting]
        why = word("waits_in_cloud", self.language)
        return "\n".join(word("waits", self.language, path=desk.workspace.shown(path), why=why) for path in waiting)

    def _tell_doubt(self, mail: Mail) -> None:
        self.tell(describe_doubt(mail, self.language) + "\n")

    def _stoppable_timing(self) -> Timing:
        return replace(self.timing, wait=self._pause, is_stopped=self.stop.is_set)

    def _pause(self, seconds: float) -> None:
        self.stop.wait(seconds)

    def _fetch_until_stopped(self) -> Iterator[FetchedMessage]:
        for message in self.source():
            yield message
            if self.stop.is_set():
                return


def _describe_inbox(desk: Desk, mail_log: MailLog, round_: Round) -> object:
    """Return what is different as soon as there is something new to answer."""
    files = desk.workspace.inbox_files(round_).files
    notable = [part.id for part in mail_log.parts(round_.id) if part.outcome in {HELD, NOTED, ASIDE}]
    # What waits for tomorrow goes when the day is another.
    return [(path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files], notable, desk.today
