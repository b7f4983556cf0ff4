"""The command ``merge``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, round_argument
from styrxl.commands.session import FINDINGS, FINE, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.argument("owner", metavar="OWNER")
@click.option("--newer-wins", is_flag=True, help="Where both have filled in a sheet, take the newer return's.")
@click.option("--reason", default="", metavar="TEXT", help="Why; it is kept and shown.")
@decider_option
@with_session
def merge(session: Session, round_: Round, owner: str, reason: str, by: str | None, *, newer_wins: bool) -> None:
    """Join two returns of OWNER in ROUND that fill different sheets, into a new return.

    The newest one's answers, and on the sheets where it has none those of the older one. Both are kept.
    """
    from styrxl.model.catalogue import word
    from styrxl.model.findings import message
    from styrxl.rounds.merge import merge_returns

    with session.desk(by=by) as desk:
        language = session.language()
        done = merge_returns(desk, round_, owner, newer_wins=newer_wins, reason=reason)
        state = word(f"verdict_{done.verdict}", language)
        facts = {"older": done.older.path, "newer": done.newer.path, "sheets": ", ".join(done.sheets), "state": state}
        click.echo(word("merged", language, path=done.path, **facts))
        for path, found in done.left:
            click.echo(word("merged_left", language, path=path, what=message(found, language)), err=True)
    sys.exit(FINE if done.verdict == "accepted" else FINDINGS)
