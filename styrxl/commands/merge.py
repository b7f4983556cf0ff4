"""The command ``merge``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, round_argument
from styrxl.commands.session import FINDINGS, FINE, Session, with_session
from styrxl.commands.speech.completion import complete_owner

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.argument("owner", metavar="OWNER", shell_complete=complete_owner)
@click.option("--newer-wins", is_flag=True)
@click.option("--dry-run", is_flag=True)
@click.option("--reason", default="", metavar="TEXT")
@decider_option
@with_session
def merge(session: Session, round_: Round, owner: str, reason: str, by: str | None, *, newer_wins: bool, dry_run: bool) -> None:
    """Join two returns of OWNER in ROUND, row by row, into a new return."""
    from styrxl.commands.texts.merge_text import describe_merge
    from styrxl.model.catalogue import word
    from styrxl.model.findings import message
    from styrxl.rounds.merging.merge import carry_out, plan_merge

    with session.desk(by=by) as desk:
        language = session.language()
        planned = plan_merge(desk, round_, owner, newer_wins=newer_wins)
        click.echo("\n".join(describe_merge(planned, language)))
        for path, found in planned.left:
            place = f"{found.sheet} {found.cell}: " if found.cell else ""
            click.echo(word("merged_left", language, path=path, what=f"{place}{message(found, language)}"), err=True)
        if dry_run:
            click.echo(word("merge_nothing_written", language))
            sys.exit(FINE)
        done = carry_out(desk, round_, planned, reason)
        click.echo(word("merged", language, path=done.path, state=word(f"verdict_{done.verdict}", language)))
    sys.exit(FINE if done.verdict == "accepted" else FINDINGS)
