"""The command ``report``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import reading_options, round_argument
from styrxl.commands.printing import say_notes
from styrxl.commands.session import ReadingOptions, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.option("--pdf/--no-pdf", default=True)
@reading_options
@with_session
def report(session: Session, round_: Round, *, pdf: bool, reads: ReadingOptions) -> None:
    """Write the round as a page to read, council/ROUND.html, and as PDF."""
    from styrxl.model.catalogue import word
    from styrxl.web.report.publish_report import publish_report

    with session.desk(reads=reads) as desk:
        done = publish_report(desk, round_, pdf=pdf)
        for path in done.written:
            click.echo(word("written", session.language(), path=desk.workspace.shown(path)))
        say_notes(done.notes, session.language())
