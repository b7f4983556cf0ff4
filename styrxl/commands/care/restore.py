"""The command ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from styrxl.commands.session import FINDINGS, Session, with_session


@click.command()
@click.argument("archive", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("to", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--database", default="", metavar="ADDRESS", help="An empty PostgreSQL database for the ledger, which else is a file in DIR.")
@click.option("--partly", is_flag=True, help="Leave out what is damaged rather than stop; it is named.")
@with_session
def restore(session: Session, archive: Path, to: Path, *, database: str, partly: bool) -> None:
    """Make a workspace in DIR, which is new or empty, of the backup FILE.

    Every file is checked before anything is written, and what is missing is named.
    """
    from datetime import datetime

    from styrxl.care.restore import restore as bring_back
    from styrxl.commands.session import find_language, find_zone
    from styrxl.model.catalogue import word
    from styrxl.model.days import format_moment

    done = bring_back(archive, to, session.now().timestamp(), database=database, partly=partly)
    language = session.asked or find_language(to)
    made = format_moment(datetime.fromisoformat(done.made_at), find_zone(to))
    click.echo(word("restore_done", language, path=to, n=done.files, made=made))
    if done.moved_from:
        click.echo(word("restore_moved", language, database=done.moved_from))
    for key, names in (("restore_renamed", done.renamed), ("restore_damaged", done.damaged), ("backup_absent", done.absent)):
        if names:
            click.echo(word(key, language, n=len(names), names=", ".join(names)), err=True)
    if done.damaged:
        click.get_current_context().exit(FINDINGS)
