"""The command ``receive``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, existing_sources, not_empty, round_argument
from styrxl.commands.session import FINDINGS, FINE, Session, with_session
from styrxl.commands.speech.completion import complete_owner
from styrxl.commands.speech.language import say_usage

if TYPE_CHECKING:
    from styrxl.model.rounds import Round
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.files_to_receive import Outcome


@click.command()
@round_argument
@click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=click.Path(path_type=Path), callback=existing_sources)
@click.option("--imap", is_flag=True)
@click.option(
    "--maildir",
    "maildirs",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
)
@click.option("--owner", metavar="OWNER", shell_complete=complete_owner)
@click.option("--form", "form_name", metavar="FORM")
@click.option("--reason", metavar="TEXT", callback=not_empty)
@decider_option
@with_session
def receive(  # the options are what they are
    session: Session,
    round_: Round,
    sources: tuple[Path, ...],
    maildirs: tuple[Path, ...],
    owner: str | None,
    form_name: str | None,
    reason: str | None,
    by: str | None,
    *,
    imap: bool,
) -> None:
    """Take returns in SOURCE (folders, files, zip archives, .eml, .msg and .mbox) into inbox/ROUND, as they are."""
    from styrxl.mail.incoming.sources import is_mail

    by_mail = [*(path for path in sources if is_mail(path)), *maildirs]
    files = [path for path in sources if not is_mail(path)]
    if not (files or by_mail or imap):
        raise click.UsageError(say_usage("name_source"))
    if reason and owner is None and form_name is None:
        raise click.UsageError(say_usage("reason_needs_owner"))
    if owner is not None or form_name is not None:
        if by_mail or imap:
            raise click.UsageError(say_usage("owner_not_for_mail"))
        sys.exit(FINDINGS if _receive_one(session, round_, files, owner, form_name, reason or "", by) else FINE)
    held = _receive_mail(session, round_, by_mail, files, imap=imap)
    refused = _receive_files(session, round_, files) if files else False
    sys.exit(FINDINGS if held or refused else FINE)


def _receive_one(
    session: Session, round_: Round, files: Sequence[Path], owner: str | None, form: str | None, reason: str, by: str | None
) -> bool:
    """Take in a workbook as somebody's, and tell whether it was refused."""
    from styrxl.commands.claims import make_named_claim
    from styrxl.model.catalogue import say, word
    from styrxl.model.days import local_day
    from styrxl.rounds.assign import count_workbooks, receive_as

    if len(files) != 1 or count_workbooks(files[0]) != 1:
        raise click.UsageError(say_usage("owner_for_one"))
    with session.desk(by=by) as desk:
        language = session.language()
        done = receive_as(desk, round_, files[0], make_named_claim(desk, round_, files[0], owner, form), reason)
        refused = _say_received(desk, round_, done.outcomes, language)
        if done.decision and done.judged:
            decision, title = done.decision, desk.forms.titles()[done.decision.form or ""][language]
            facts = {"path": decision.path, "owner": decision.owner, "form": title}
            at = {} if done.new else {"by": decision.decided_by, "at": say(local_day(decision.decided_at, desk.zone), language)}
            state = word(f"verdict_{done.judged.verdict}", language)
            click.echo(word("assigned" if done.new else "assigned_before", language, state=state, **facts, **at))
    return refused


def _receive_mail(session: Session, round_: Round, paths: Sequence[Path], files: Sequence[Path], *, imap: bool) -> bool:
    """Take in mails, those that lie among files too, and tell whether anything waits for a controller."""
    from itertools import chain

    from styrxl.mail.incoming.mail_lines import format_mail_line, format_mail_sums
    from styrxl.mail.incoming.receive import receive_mail
    from styrxl.mail.incoming.sources import fetch_from_files, fetch_from_paths, find_mail_files, holds_mail
    from styrxl.model.catalogue import say, word
    from styrxl.rounds.files_to_receive import Outcome
    from styrxl.rounds.receive import largest_file
    from styrxl.store.mail_log import MailLog, MailPart
    from styrxl.store.mail_states import ASIDE, HELD

    if not (paths or imap or holds_mail(files)):
        return False
    from styrxl.mail.incoming.mailbox import open_mailbox

    with session.desk(reading=True) as desk:
        access, language, parts, refused = session.access(desk), session.language(), list[MailPart](), list[Outcome]()
        box = open_mailbox(desk) if imap else tuple
        messages = chain(fetch_from_paths(paths), fetch_from_files(find_mail_files(files, largest_file(desk)), refused.append), box())
        with access.exclusively("inbox", patience=10.0):
            for part in receive_mail(desk, MailLog(desk.ledger.database), round_, messages, access.recording):
                click.echo(format_mail_line(part, language))
                parts.append(part)
        for outcome in refused:
            click.echo(word("received_not", language, origin=outcome.origin, why=say(outcome.why, language)), err=True)
        click.echo(format_mail_sums(parts, language), err=True)
    return bool(refused) or any(part.outcome in {HELD, ASIDE} for part in parts)


def _receive_files(session: Session, round_: Round, sources: Sequence[Path]) -> bool:
    """Take in what lies in folders, files and archives, and tell whether anything was refused."""
    from styrxl.mail.incoming.sources import holds_mail
    from styrxl.model.catalogue import word
    from styrxl.rounds.receive import receive as take

    with session.desk() as desk:
        outcomes = take(desk, round_, sources)
        if not outcomes and not holds_mail(sources):
            click.echo(word("received_nothing", session.language()), err=True)
            return False
        return _say_received(desk, round_, outcomes, session.language())


def _say_received(desk: Desk, round_: Round, outcomes: Sequence[Outcome], language: str) -> bool:
    """Say what became of files, and tell whether anything was refused."""
    from collections import Counter

    from styrxl.model.catalogue import say, word
    from styrxl.rounds.receive import count_outcomes

    for outcome in outcomes:
        if outcome.state == "taken" and outcome.round:
            name = desk.workspace.settings.round_name(outcome.round, language)
            click.echo(word("received_elsewhere", language, origin=outcome.origin, path=outcome.path, round=name))
        elif outcome.state == "taken":
            click.echo(word("received", language, origin=outcome.origin, path=outcome.path))
        elif outcome.state == "known":
            click.echo(word("received_known", language, origin=outcome.origin, path=outcome.path), err=True)
        elif outcome.state == "skipped":
            click.echo(word("skipped", language, path=outcome.origin), err=True)
        else:
            click.echo(word("received_not", language, origin=outcome.origin, why=say(outcome.why, language)), err=True)
    counted = count_outcomes(outcomes)
    taken = Counter(outcome.round or round_ for outcome in outcomes if outcome.state == "taken") or {round_: 0}
    inboxes = {each: desk.workspace.shown(desk.workspace.inbox(each)) for each in taken}
    into = ", ".join(word("received_into", language, taken=n, folder=inboxes[each]) for each, n in taken.items())
    click.echo(word("received_sum", language, **{**counted, "taken": into}), err=True)
    return bool(counted["refused"])
