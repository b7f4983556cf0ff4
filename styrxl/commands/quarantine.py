"""The command ``quarantine``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, listed_option, round_argument
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.groups import OrderedGroup
from styrxl.commands.speech.window import find_width

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.group(cls=OrderedGroup)
def quarantine() -> None:
    """See to workbooks that came by mail from senders who may not hand them in."""


@quarantine.command("list")
@round_argument
@click.option("--all", "every", is_flag=True)
@listed_option
@with_session
def quarantine_list(session: Session, round_: Round, form: str, *, every: bool) -> None:
    """List what waits, mails that could not be read too, and why."""
    from styrxl.commands.listed.values import format_listed, tell_mails
    from styrxl.mail.incoming.mail_lines import format_mail_line
    from styrxl.mail.incoming.quarantine import list_waiting
    from styrxl.model.catalogue import word
    from styrxl.rounds.overview.text_table import fit_lines
    from styrxl.store.mail_log import MailLog

    with session.desk(reading=True) as desk:
        language, mail_log = session.language(), MailLog(desk.ledger.database)
        waiting = list_waiting(mail_log, round_)
        parts = mail_log.parts(round_.id) if every else waiting
        if form == "json":
            click.echo(format_listed(tell_mails(parts, round_.id)), nl=False)
            return
        for line in fit_lines([format_mail_line(part, language) for part in parts], find_width()):
            click.echo(line)
        if waiting:
            click.echo(word("quarantine_hint", language, round=round_.id), err=True)
        elif not parts:
            click.echo(word("quarantine_empty", language))


@quarantine.command("release")
@round_argument
@click.argument("name", metavar="ID")
@decider_option
@with_session
def quarantine_release(session: Session, round_: Round, name: str, by: str | None) -> None:
    """Let a workbook into the inbox."""
    from styrxl.mail.incoming.mail_lines import format_mail_line
    from styrxl.mail.incoming.quarantine import release
    from styrxl.store.mail_log import MailLog

    with session.desk(by=by) as desk:
        click.echo(format_mail_line(release(desk, MailLog(desk.ledger.database), round_, name), session.language()))


@quarantine.command("discard")
@round_argument
@click.argument("name", metavar="ID")
@decider_option
@with_session
def quarantine_discard(session: Session, round_: Round, name: str, by: str | None) -> None:
    """Send a workbook or a mail away; its file stays in quarantine/ROUND."""
    from styrxl.mail.incoming.mail_lines import format_mail_line
    from styrxl.mail.incoming.quarantine import discard
    from styrxl.store.mail_log import MailLog

    with session.desk(by=by) as desk:
        click.echo(format_mail_line(discard(desk, MailLog(desk.ledger.database), round_, name), session.language()))
