"""The command ``log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import read_round
from styrxl.commands.printing import say_next_step
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.completion import complete_owner_or_file, complete_round
from styrxl.commands.speech.language import say_usage
from styrxl.commands.speech.window import find_width

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@click.argument("round_", metavar="[ROUND]", required=False, callback=read_round, shell_complete=complete_round)
@click.argument("name", metavar="[OWNER|FILE|NUMBER]", required=False, shell_complete=complete_owner_or_file)
@click.option("--format", "form_of_report", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--address", metavar="ADDRESS")
@with_session
def log(session: Session, round_: Round | None, name: str | None, form_of_report: str, address: str | None) -> None:
    """Tell what has happened in ROUND, or what is held about a mail address in all rounds."""
    if address is not None:
        if name is not None:
            raise click.UsageError(say_usage("address_alone"))
        _tell_of_address(session, address, round_, form_of_report)
    elif round_ is not None:
        _tell_of_round(session, round_, name, form_of_report)
    else:
        raise click.UsageError(say_usage("round_or_address"))


def _tell_of_round(session: Session, round_: Round, name: str | None, form_of_report: str) -> None:
    from styrxl.rounds.log import write_log
    from styrxl.rounds.overview.text_table import fit_lines

    with session.desk(reading=True) as desk:
        told = write_log(desk, round_, name, session.language(), form_of_report)
        width = find_width() if form_of_report == "text" else None
        click.echo("\n".join(fit_lines(told.splitlines(), width)) if width else told, nl=bool(width))
        if form_of_report == "text":
            say_next_step(desk, round_, session.language(), came=True)


def _tell_of_address(session: Session, address: str, round_: Round | None, form_of_report: str) -> None:
    from styrxl.commands.texts.address_text import format_address
    from styrxl.rounds.one_address.find_address import find_address, format_held

    with session.desk(reading=True) as desk:
        held = find_address(desk, address, round_.id if round_ else None)
        told = format_held(held) if form_of_report == "json" else format_address(held, desk, session.language())
        click.echo(told, nl=False)
