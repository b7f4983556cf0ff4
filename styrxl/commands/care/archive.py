"""The command ``archive``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import round_argument
from styrxl.commands.printing import say_notes
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.argument("to", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--pdf/--no-pdf", default=True)
@with_session
def archive(session: Session, round_: Round, to: Path | None, *, pdf: bool) -> None:
    """Write a round as a BagIt package for the archive."""
    from styrxl.care.archive import archive_round
    from styrxl.model.catalogue import number_text, word

    with session.desk() as desk:
        done, language = archive_round(desk, round_, to, pdf=pdf), session.language()
        mb = number_text(round(done.size / 1_000_000, 1), language)
        click.echo(word("archive_done", language, path=desk.workspace.shown(done.path), n=done.files, mb=mb))
        click.echo(word("archive_secrecy", language))
        say_notes(done.notes, language)
