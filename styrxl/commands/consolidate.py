"""The command ``consolidate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import reading_options, round_argument
from styrxl.commands.printing import say_notes
from styrxl.commands.session import ReadingOptions, Session, with_session
from styrxl.commands.speech.completion import complete_owner

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.option("--board", "boards", multiple=True, metavar="OWNER", shell_complete=complete_owner)
@click.option("--all", "every", is_flag=True)
@click.option("--tables", is_flag=True)
@reading_options
@with_session
def consolidate(session: Session, round_: Round, boards: tuple[str, ...], *, every: bool, tables: bool, reads: ReadingOptions) -> None:
    """Write council/ROUND.xlsx, or boards/ROUND/OWNER.xlsx, from the accepted returns."""
    from styrxl.model.catalogue import word
    from styrxl.rounds.publish import publish

    with session.desk(reads=reads) as desk:
        done = publish(desk, round_, boards, every=every, tables=tables)
        for path in done.written:
            click.echo(word("written", session.language(), path=desk.workspace.shown(path)))
        if done.missing:
            click.echo(word("consolidated_missing", session.language(), n=len(done.missing)), err=True)
        say_notes(done.notes, session.language())
