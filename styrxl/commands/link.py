"""The command ``link``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import listed_option, round_argument
from styrxl.commands.printing import say_next_step
from styrxl.commands.session import FINDINGS, FINE, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command()
@round_argument
@click.option("--units", is_flag=True)
@listed_option
@with_session
def link(session: Session, round_: Round, form: str, *, units: bool) -> None:
    """Show the goal tree of ROUND with what hangs on it, and what hangs loose."""
    import shutil

    from styrxl.commands.listed.values import format_listed, tell_tree
    from styrxl.commands.texts.goal_tree_text import format_goal_tree, has_broken_links
    from styrxl.model.goal_tree import TREE_RULES, build_round_tree
    from styrxl.rounds.judge_inbox import judge_inbox

    with session.desk() as desk:
        judged = judge_inbox(desk, round_)
        nodes = build_round_tree(judged, desk.plan, round_.year, round_.day)
        if form == "json":
            click.echo(format_listed(tell_tree(nodes, judged, TREE_RULES)), nl=False)
        else:
            width = shutil.get_terminal_size((120, 40)).columns
            click.echo(format_goal_tree(nodes, judged, session.language(), units=units, width=width), nl=False)
        if not judged.returns and form == "text":
            say_next_step(desk, round_, session.language())
    sys.exit(FINDINGS if has_broken_links(judged) else FINE)
