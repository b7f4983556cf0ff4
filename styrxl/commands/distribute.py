"""The command ``distribute``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import listed_option, round_argument
from styrxl.commands.printing import say_notes
from styrxl.commands.session import FINDINGS, FINE, Session, with_session
from styrxl.commands.speech.completion import complete_owner
from styrxl.model.levels import LEVELS

if TYPE_CHECKING:
    from styrxl.model.rounds import Round
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.issue import IssuedRound


@click.command()
@round_argument
@click.option("--level", type=click.Choice(LEVELS))
@click.option("--to", "only", multiple=True, metavar="OWNER", shell_complete=complete_owner)
@click.option("--rows", type=click.IntRange(1, 2000))
@listed_option
@with_session
def distribute(session: Session, round_: Round, level: str | None, only: tuple[str, ...], rows: int | None, form: str) -> None:
    """Write each owner's workbook to outbox/ROUND, prefilled."""
    from styrxl.commands.listed.handed_out import tell_issued
    from styrxl.commands.listed.values import format_listed
    from styrxl.rounds.issue import issue_round, levels_of

    with session.desk() as desk:
        done = issue_round(desk, round_, levels_of(level, only), frozenset(only), rows)
        if form == "json":
            click.echo(format_listed(tell_issued(done, desk.workspace, round_.id, session.language())), nl=False)
        else:
            _say_issued(done, desk, round_, session.language())
    sys.exit(FINDINGS if done.unserved else FINE)


def _say_issued(done: IssuedRound, desk: Desk, round_: Round, language: str) -> None:
    """Say how many workbooks were written, who got none and why, and what the workbooks lack."""
    from styrxl.model.catalogue import word

    click.echo(word("distributed", language, n=len(done.written), folder=desk.workspace.shown(desk.workspace.outbox(round_))))
    groups: dict[tuple[str, str | None], list[str]] = {}
    for unserved in done.unserved:
        groups.setdefault((unserved.why, unserved.board), []).append(unserved.owner)
    for (why, board), names in groups.items():
        reason = word(f"why_{why}", language, board=board)
        click.echo(word("not_served", language, n=len(names), owners=", ".join(names), why=reason), err=True)
    if not done.written and not done.unserved:
        click.echo(word("nothing_distributed", language), err=True)
    say_notes(done.notes, language)
