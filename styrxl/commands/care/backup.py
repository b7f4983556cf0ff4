"""The command ``backup``."""

from __future__ import annotations

from pathlib import Path

import click

from styrxl.commands.session import Session, with_session


@click.command()
@click.argument("to", metavar="FILE|DIR", type=click.Path(path_type=Path))
@with_session
def backup(session: Session, to: Path) -> None:
    """Copy all of the workspace, ledger and key too, into one file, and check it.

    FILE, or a name with the day and time in DIR; outside the workspace. Others may go on: whoever writes waits a moment.
    """
    from styrxl.care.backup import back_up
    from styrxl.model.catalogue import number_text, word
    from styrxl.store.workspace import Workspace

    workspace = Workspace.open(session.root)  # whatever else is broken there: that is what backups are for
    language = session.language(workspace)
    done = back_up(workspace, to, session.writer(), session.now())
    click.echo(word("backup_done", language, path=done.path, n=done.files, mb=number_text(round(done.size / 1_000_000, 1), language)))
    click.echo(word("backup_secret", language))
    for key, names in (("backup_absent", done.absent), ("backup_left_out", done.left_out)):
        if names:
            click.echo(word(key, language, n=len(names), names=", ".join(names)), err=True)
