"""What a mail command does: letters written, then previewed or sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.mail.outgoing.combined import combine_letters
from styrxl.mail.outgoing.delivery import DeliveryResult
from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.mail.outgoing.letter import WrittenLetters
from styrxl.mail.outgoing.letter_writer import LetterWriter, check_owners
from styrxl.mail.outgoing.preview import choose_preview_folder, write_previews
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.send import SortedLetters, redirect_letters, send_letters, sort_letters
from styrxl.mail.outgoing.transport import USUAL_TIMING, Timing
from styrxl.mail.workspace_access import WorkspaceAccess
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.scale.return_files import Progress, show_no_progress
from styrxl.store.mail_log import Mail


@dataclass(frozen=True, slots=True)
class MailResult:
    """What a mail command did: its letters, and either where previews are or what became of each delivery."""

    letters: SortedLetters
    results: tuple[DeliveryResult, ...] = ()
    preview_folder: Path | None = None


def run_mailing(
    access: WorkspaceAccess,
    round_: Round,
    request: MailRequest,
    timing: Timing = USUAL_TIMING,
    tell_doubt: Callable[[Mail], None] = lambda _: None,
    progress: Progress = show_no_progress,
) -> MailResult:
    """Preview or send the letters that are asked for in a round; as ``run_mailings``."""
    return run_mailings(access, [round_], request, timing, tell_doubt, progress)


def foresee_mailing(desk: Desk, round_: Round, request: MailRequest) -> SortedLetters:
    """Return the letters that would be sent now, and write and record nothing; raises StyrxlError."""
    writer = LetterWriter.open(desk, round_, quietly=True)
    return _sort_written(writer, [writer], request)


def run_mailings(
    access: WorkspaceAccess,
    rounds: Sequence[Round],
    request: MailRequest,
    timing: Timing = USUAL_TIMING,
    tell_doubt: Callable[[Mail], None] = lambda _: None,
    progress: Progress = show_no_progress,
) -> MailResult:
    """Preview or send the letters that are asked for in rounds; those that answer one mail are one letter.

    Every letter is written before the first one is sent, so that what is wrong with any of them stops all. However sending ends,
    ``tell_doubt`` is then told of each mail that may have come twice, or at all, since a command broke off. Raises StyrxlError.
    """
    trial = bool(request.redirect_to)
    with access.writing():
        writers = [LetterWriter.open(access.desk, round_) for round_ in rounds]
        writer = writers[0]
        sorted_letters = _sort_written(writer, writers, request)
        if not request.send:
            for each in writers:
                theirs = [letter for letter in sorted_letters.letters if letter.round == each.round.id]
                write_previews(each, theirs, [kind.name for kind in MAILINGS[request.mailing]])
            return MailResult(sorted_letters, preview_folder=choose_preview_folder(writer))
    with access.exclusively("outmail", patience=10.0):
        # Another command may have sent some of them while this one waited.
        sorted_letters = sort_letters(writer, sorted_letters.letters, sorted_letters.sent_before, trial=trial)
        try:
            results = send_letters(writer, sorted_letters.ready, timing, access.recording, trial=trial, progress=progress)
        finally:
            for each in writers:
                _tell_doubts(each, request, access, tell_doubt)
        return MailResult(sorted_letters, tuple(results))


def _sort_written(writer: LetterWriter, writers: Sequence[LetterWriter], request: MailRequest) -> SortedLetters:
    """Return the letters that are asked for of some writers, those that answer one mail as one, sorted by whether they can be sent."""
    for each in writers:
        check_owners(each, request.owners)
    written = [write_letters(each, request) for each in writers]
    letters = combine_letters(writer, [letter for some in written for letter in some.letters])
    if request.redirect_to:
        letters = redirect_letters(writer, letters, request.redirect_to)
    return sort_letters(writer, letters, sum(some.sent_before for some in written), trial=bool(request.redirect_to))


def _tell_doubts(writer: LetterWriter, request: MailRequest, access: WorkspaceAccess, tell_doubt: Callable[[Mail], None]) -> None:
    doubtful = [mail for mail in writer.mail_log.list_doubtful(writer.round.id) if request.concerns(mail.owner)]
    for mail in doubtful:
        tell_doubt(mail)
    if doubtful:
        with access.recording():
            writer.mail_log.mark_told(doubtful)


def write_letters(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return the letters of all kinds that are asked for; raises StyrxlError."""
    kinds = [kind.write(writer, request) for kind in MAILINGS[request.mailing]]
    return WrittenLetters(tuple(letter for kind in kinds for letter in kind.letters), sum(kind.sent_before for kind in kinds))
