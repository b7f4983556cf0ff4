"""The command ``mail``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import mail_options
from styrxl.commands.printing import say_next_step
from styrxl.commands.session import FINDINGS, FINE, OPERATOR, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.group()
def mail() -> None:
    """Write to owners: previews in outmail/ROUND, and mails on their way with --send alone."""


@mail.command("templates")
@mail_options
@with_session
def mail_templates(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Mail each owner its workbook, the last day and how to return it."""
    _mail(session, round_, "templates", only, redirect_to, send=send)


@mail.command("answers")
@mail_options
@with_session
def mail_answers(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Mail what came of each return: a receipt, or what to mend with the marked workbook."""
    _mail(session, round_, "answers", only, redirect_to, send=send)


@mail.command("reminders")
@mail_options
@with_session
def mail_reminders(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool) -> None:
    """Remind those who have nothing that is done, once a day, and tell the boards of those who are very late; on working days."""
    _mail(session, round_, "reminders", only, redirect_to, send=send)


@mail.command("summary")
@mail_options
@click.option("--allow-incomplete", is_flag=True, help="Send it although some are missing; its first line says which.")
@with_session
def mail_summary(  # the options are what they are
    session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, *, send: bool, allow_incomplete: bool
) -> None:
    """Mail each board its summary, and the council's office all of it: accepted returns only, and the newest of them."""
    _mail(session, round_, "summary", only, redirect_to, send=send, incomplete=allow_incomplete)


def _mail(
    session: Session,
    round_: Round,
    mailing: str,
    only: tuple[str, ...],
    redirect_to: str | None,
    *,
    send: bool,
    incomplete: bool = False,
) -> None:
    from styrxl.mail.outgoing.letter_table import format_letter_table, is_unfinished, needs_controller
    from styrxl.mail.outgoing.request import MailRequest
    from styrxl.mail.outgoing.run import run_mailing
    from styrxl.mail.outgoing.transport import Timing
    from styrxl.model.catalogue import word
    from styrxl.model.days import local_day
    from styrxl.model.working_days import find_next_working_day, is_working_day

    with session.desk(reading=True) as desk:
        request = MailRequest(mailing, frozenset(map(desk.plan.spelled, only)), send, redirect_to, incomplete)
        done = run_mailing(session.access(desk), round_, request, Timing(session.wait))
        language = session.language()
        click.echo(format_letter_table(done.letters, done.results, language, sent=send), nl=False)
        if mailing == "summary" and not (desk.workspace.settings.mail and desk.workspace.settings.mail.everything_to):
            click.echo(word("mail_everything", language), err=True)
        if mailing in {"answers", "reminders"} and not done.letters.letters:
            say_next_step(desk, round_, language, came=None if mailing == "answers" else True)
        today = local_day(desk.now)
        if mailing == "reminders" and not redirect_to and not is_working_day(today):
            click.echo(word("mail_not_working_day", language, day=find_next_working_day(today)), err=True)
        if redirect_to:
            click.echo(word("mail_redirected", language, address=redirect_to), err=True)
        if done.preview_folder and done.letters.letters:
            click.echo(word("mail_folder", language, folder=desk.workspace.shown(done.preview_folder)), err=True)
        if is_unfinished(done.results):
            sys.exit(OPERATOR)
    sys.exit(FINDINGS if needs_controller(done.letters, done.results) else FINE)
