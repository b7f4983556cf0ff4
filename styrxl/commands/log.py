"""The command ``log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import round_argument
from styrxl.commands.printing import say_next_step
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.argument("name", metavar="[OWNER|FILE|NUMBER]", required=False)
@click.option("--format", "form_of_report", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_session
def log(session: Session, round_: Round, name: str | None, form_of_report: str) -> None:
    """Tell what has happened in ROUND: issued, received, judged, decided and mailed."""
    from styrxl.rounds.log import write_log

    with session.desk(reading=True) as desk:
        click.echo(write_log(desk, round_, name, session.language(), form_of_report), nl=False)
        if form_of_report == "text":
            say_next_step(desk, round_, session.language(), came=True)
