"""The command ``quarantine``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, round_argument
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.group()
def quarantine() -> None:
    """See to workbooks that came by mail from senders who may not hand them in."""


@quarantine.command("list")
@round_argument
@click.option("--all", "every", is_flag=True, help="Everything that mail has brought, not only what waits.")
@with_session
def quarantine_list(session: Session, round_: Round, *, every: bool) -> None:
    """List what waits, and why."""
    from styrxl.mail.incoming.mail_lines import line
    from styrxl.model.catalogue import word
    from styrxl.store.mail_log import MailBook

    with session.desk(reading=True) as desk:
        language = session.language()
        notes = [note for note in MailBook(desk.ledger.database).brought(round_.id) if every or note.outcome == "held"]
        for note in notes:
            click.echo(line(note, language))
        if any(note.outcome == "held" for note in notes):
            click.echo(word("quarantine_hint", language, round=round_.id), err=True)
        elif not notes:
            click.echo(word("quarantine_empty", language))


@quarantine.command("release")
@round_argument
@click.argument("name", metavar="ID")
@decider_option
@with_session
def quarantine_release(session: Session, round_: Round, name: str, by: str | None) -> None:
    """Let a workbook into the inbox."""
    _settle(session, round_, name, by, "release")


@quarantine.command("discard")
@round_argument
@click.argument("name", metavar="ID")
@decider_option
@with_session
def quarantine_discard(session: Session, round_: Round, name: str, by: str | None) -> None:
    """Send a workbook away; its file stays in quarantine/ROUND."""
    _settle(session, round_, name, by, "discard")


def _settle(session: Session, round_: Round, name: str, by: str | None, how: str) -> None:
    from styrxl.mail.incoming.mail_lines import line
    from styrxl.mail.incoming.quarantine import discard, release
    from styrxl.store.mail_log import MailBook

    with session.desk(by=by) as desk:
        settle = release if how == "release" else discard
        click.echo(line(settle(desk, MailBook(desk.ledger.database), round_, name), session.language()))
