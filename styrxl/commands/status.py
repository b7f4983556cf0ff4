"""The command ``status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import listed_option, round_argument
from styrxl.commands.printing import say_next_step, say_notes, say_waiting
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.window import find_width

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@listed_option
@with_session
def status(session: Session, round_: Round, form: str) -> None:
    """Say who has been issued, returned, accepted and reminded in ROUND."""
    from styrxl.commands.listed.values import format_listed, tell_status
    from styrxl.commands.texts.status_text import format_status
    from styrxl.rounds.hints import list_changed_forms
    from styrxl.rounds.status import find_status

    with session.desk(reading=True) as desk:
        if form == "json":
            click.echo(format_listed(tell_status(find_status(desk, round_), round_.id)), nl=False)
            return
        click.echo(format_status(find_status(desk, round_), round_.id, session.language(), desk.zone, find_width()), nl=False)
        say_next_step(desk, round_, session.language(), came=True)
        say_notes([*list_changed_forms(desk.ledger, desk.forms, round_)], session.language())
        say_waiting(desk, round_, session.language())
