"""The command ``distribute``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import round_argument
from styrxl.commands.printing import say_notes
from styrxl.commands.session import FINDINGS, FINE, Session, with_session
from styrxl.commands.speech.completion import complete_owner
from styrxl.model.levels import LEVELS

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.option("--level", type=click.Choice(LEVELS))
@click.option("--to", "only", multiple=True, metavar="OWNER", shell_complete=complete_owner)
@click.option("--rows", type=click.IntRange(1, 2000))
@with_session
def distribute(session: Session, round_: Round, level: str | None, only: tuple[str, ...], rows: int | None) -> None:
    """Write each owner's workbook to outbox/ROUND, prefilled."""
    from styrxl.model.catalogue import word
    from styrxl.rounds.issue import issue_round, levels_of

    with session.desk() as desk:
        done = issue_round(desk, round_, levels_of(level, only), frozenset(only), rows)
        language = session.language()
        folder = desk.workspace.shown(desk.workspace.outbox(round_))
        click.echo(word("distributed", language, n=len(done.written), folder=folder))
        groups: dict[tuple[str, str | None], list[str]] = {}
        for unserved in done.unserved:
            groups.setdefault((unserved.why, unserved.board), []).append(unserved.owner)
        for (why, board), names in groups.items():
            reason = word(f"why_{why}", language, board=board)
            click.echo(word("not_served", language, n=len(names), owners=", ".join(names), why=reason), err=True)
        if not done.written and not done.unserved:
            click.echo(word("nothing_distributed", language), err=True)
        say_notes(done.notes, language)
    sys.exit(FINDINGS if done.unserved else FINE)
