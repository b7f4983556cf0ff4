"""The command ``unlock``."""

from __future__ import annotations

import click

from styrxl.commands.session import Session, with_session


@click.command()
@with_session
def unlock(session: Session) -> None:
    """Remove the lock of a command that no longer runs, and say whose it was."""
    from styrxl.model.catalogue import word
    from styrxl.model.days import format_moment
    from styrxl.store.lock import UNREADABLE_HOLDER, break_lock, is_elsewhere, is_running

    workspace = session.open_workspace()
    language = session.language(workspace)
    holder = break_lock(workspace.root)
    if holder is None:
        click.echo(word("not_locked", language))
        return
    if holder == UNREADABLE_HOLDER:
        click.echo(word("unlocked_unreadable", language))
        return
    facts = {"user": holder.user, "host": holder.host, "pid": holder.pid, "command": holder.command}
    click.echo(word("unlocked", language, since=format_moment(holder.since, workspace.settings.zone), **facts))
    if is_running(holder):
        click.echo(word("unlocked_running", language), err=True)
    elif is_elsewhere(holder):
        click.echo(word("unlocked_elsewhere", language, user=holder.user), err=True)
