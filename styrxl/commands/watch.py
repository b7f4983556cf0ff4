"""The command ``watch``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import read_round
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.completion import complete_round

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@click.argument("round_", metavar="[ROUND]", required=False, callback=read_round, shell_complete=complete_round)
@click.option("--send", is_flag=True)
@click.option("--every", type=click.FloatRange(1, 3600), default=15.0, show_default=True, metavar="SECONDS")
@with_session
def watch(session: Session, round_: Round | None, *, send: bool, every: float) -> None:
    """Take in, judge and answer what comes to the mailbox, until stopped (Ctrl+C)."""
    import signal
    from threading import Event

    from styrxl.mail.incoming.mailbox import open_mailbox
    from styrxl.mail.incoming.watch import Watch
    from styrxl.model.catalogue import word
    from styrxl.rounds.open_rounds import choose_newest_round, list_open_rounds

    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with session.desk(reading=True) as desk:
        language, source = session.language(), open_mailbox(desk)
        if round_:
            click.echo(word("watching", language, round=round_.id), err=True)
        else:
            choose_newest_round(desk)  # raises where none is open
            rounds = ", ".join(each.id for each in list_open_rounds(desk))
            click.echo(word("watching_open", language, rounds=rounds), err=True)
        if not send:
            click.echo(word("watch_dry", language), err=True)
        tell, warn = partial(click.echo, nl=False), partial(click.echo, err=True)
        Watch(session.access(desk), round_, source, stop, send, language, tell, warn, every).run()
        click.echo(word("watch_stopped", language), err=True)
