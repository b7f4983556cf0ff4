"""The command ``export``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import reading_options, round_argument
from styrxl.commands.session import ReadingOptions, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.option("--format", "form", type=click.Choice(["csv", "parquet", "json"]), default="csv")
@click.option("--public", is_flag=True)
@reading_options
@with_session
def export(session: Session, round_: Round, form: str, *, public: bool, reads: ReadingOptions) -> None:
    """Write ROUND's figures for other programs into export/ROUND, as a data package.

    The inbox is judged anew. The tables of accepted returns, what was found, how each owner stands and what is worked out of it.
    """
    from styrxl.export.export_round import export_round
    from styrxl.model.catalogue import word

    with session.desk(reads=reads) as desk:
        done = export_round(desk, round_, form, public=public)
        folder = desk.workspace.shown(desk.workspace.export(round_, public=public))
        click.echo(word("exported", session.language(), n=len(done.written), folder=folder))
        if done.small:
            click.echo(word("exported_without", session.language(), names=", ".join(done.small)), err=True)
