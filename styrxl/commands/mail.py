"""The command ``mail``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import listed_option, mail_options
from styrxl.commands.printing import say_next_step
from styrxl.commands.session import FINDINGS, FINE, OPERATOR, Session, with_session
from styrxl.commands.speech.groups import OrderedGroup
from styrxl.commands.speech.window import find_width

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


_CHECK_PATIENCE = 30.0  # seconds for each answer of a server


@click.group(cls=OrderedGroup)
def mail() -> None:
    """Write to owners: previews in outmail/ROUND, and mails on their way with --send alone."""


@mail.command("templates")
@mail_options
@with_session
def mail_templates(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, form: str, *, send: bool) -> None:
    """Mail each owner its workbook, the last day and how to return it."""
    _mail(session, round_, "templates", only, redirect_to, form, send=send)


@mail.command("answers")
@mail_options
@with_session
def mail_answers(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, form: str, *, send: bool) -> None:
    """Mail what came of each return: a receipt, or what to mend with the marked workbook."""
    _mail(session, round_, "answers", only, redirect_to, form, send=send)


@mail.command("reminders")
@mail_options
@with_session
def mail_reminders(session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, form: str, *, send: bool) -> None:
    """Remind those who have nothing that is done, once a day, and tell the boards of those who are very late; on working days."""
    _mail(session, round_, "reminders", only, redirect_to, form, send=send)


@mail.command("summary")
@mail_options
@click.option("--allow-incomplete", is_flag=True)
@with_session
def mail_summary(  # the options are what they are
    session: Session, round_: Round, only: tuple[str, ...], redirect_to: str | None, form: str, *, send: bool, allow_incomplete: bool
) -> None:
    """Mail each board its summary, and the council's office all of it: accepted returns only, and the newest of them."""
    _mail(session, round_, "summary", only, redirect_to, form, send=send, incomplete=allow_incomplete)


@mail.command("check")
@listed_option
@with_session
def mail_check(session: Session, form: str) -> None:
    """Try all that mail needs, step by step, and send one mail to oneself."""
    from styrxl.commands.listed.handed_out import tell_mail_step
    from styrxl.commands.listed.values import format_listed
    from styrxl.mail.check import FAILS, UNTRIED, WORKS, check_mail
    from styrxl.mail.outgoing.transport import Timing
    from styrxl.model.catalogue import say, word

    workspace = session.open_workspace()
    language, told = session.language(workspace), list[dict[str, object]]()
    marks = {WORKS: "✓", FAILS: "✗", UNTRIED: "–"}
    for step in check_mail(workspace, language, session.now(), Timing(session.wait, timeout=_CHECK_PATIENCE)):
        error = session.error_text(step.error) if step.error else ""
        told.append(tell_mail_step(step, language, error))
        if form == "text":
            untried = " " + word("check_untried", language) if step.state == UNTRIED else ""
            click.echo(f"{marks[step.state]} {say(step.text, language)}{untried}" + (f"\n    {error}" if error else ""))
    if form == "json":
        click.echo(format_listed({"steps": told}), nl=False)
    sys.exit(OPERATOR if any(step["error"] for step in told) else FINE)


@mail.command("sign-in")
@click.option("--code", is_flag=True)
@with_session
def mail_sign_in(session: Session, *, code: bool) -> None:
    """Sign in to Microsoft 365 once, where styrxl.toml says that a person does (sign_in = "person")."""
    from styrxl.mail.sign_in.person import sign_in_person
    from styrxl.model.catalogue import word
    from styrxl.model.errors import StyrxlError

    workspace = session.open_workspace()
    language, settings = session.language(workspace), workspace.settings.mail
    if settings is None:
        raise StyrxlError("mail-not-set-up")

    def tell_address(address: str) -> None:
        click.echo(word("sign_in_address", language, address=address), err=True)

    def tell_code(address: str, typed: str) -> None:
        click.echo(word("sign_in_code", language, address=address, code=typed), err=True)

    who = sign_in_person(settings, workspace.root, tell_address, tell_code if code else None, _CHECK_PATIENCE)
    click.echo(word("signed_in", language, who=who))


def _mail(
    session: Session,
    round_: Round,
    mailing: str,
    only: tuple[str, ...],
    redirect_to: str | None,
    form: str,
    *,
    send: bool,
    incomplete: bool = False,
) -> None:
    from styrxl.commands.listed.handed_out import tell_letters
    from styrxl.commands.listed.values import format_listed
    from styrxl.mail.outgoing.letter_table import describe_doubt, format_letter_table, is_unfinished, needs_controller
    from styrxl.mail.outgoing.request import MailRequest
    from styrxl.mail.outgoing.run import run_mailing
    from styrxl.mail.outgoing.summary import find_everything_gap
    from styrxl.mail.outgoing.transport import Timing
    from styrxl.mail.working_days import find_next_working_day, is_working_day
    from styrxl.model.catalogue import word
    from styrxl.store.mail_log import Mail

    with session.desk(reading=True) as desk:
        request = MailRequest(mailing, frozenset(map(desk.plan.spelled, only)), send, redirect_to, incomplete)
        language, doubts = session.language(), list[Mail]()

        def tell_doubt(mail: Mail) -> None:
            doubts.append(mail)
            if form == "text":
                click.echo(describe_doubt(mail, language))

        done = run_mailing(session.access(desk), round_, request, Timing(session.wait), tell_doubt)
        if form == "json":
            told = format_listed(tell_letters(done.letters, done.results, doubts, round_.id, language, sent=send))
        else:
            told = format_letter_table(done.letters, done.results, language, sent=send, width=find_width())
        click.echo(told, nl=False)
        if mailing == "summary" and not only and (gap := find_everything_gap(desk, round_)):
            click.echo(word(gap, language), err=True)
        if form == "text" and mailing in {"answers", "reminders"} and not done.letters.letters:
            say_next_step(desk, round_, language, came=None if mailing == "answers" else True)
        today = desk.today
        if mailing == "reminders" and not redirect_to and not is_working_day(today):
            click.echo(word("mail_not_working_day", language, day=find_next_working_day(today)), err=True)
        if redirect_to:
            click.echo(word("mail_redirected", language, address=redirect_to), err=True)
        if done.preview_folder and done.letters.letters:
            click.echo(word("mail_folder", language, folder=desk.workspace.shown(done.preview_folder)), err=True)
        if is_unfinished(done.results):
            sys.exit(OPERATOR)
    sys.exit(FINDINGS if needs_controller(done.letters, done.results) else FINE)
