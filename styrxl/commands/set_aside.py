"""The command ``set-aside``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, reason_option, round_argument
from styrxl.commands.printing import say_decided
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.completion import complete_owner_or_file

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command("set-aside")
@round_argument
@click.argument("name", metavar="FILE|OWNER", shell_complete=complete_owner_or_file)
@reason_option
@decider_option
@with_session
def set_aside(session: Session, round_: Round, name: str, reason: str, by: str | None) -> None:
    """Let a return in ROUND not count, for a reason. It stays where it is; an older one that is done counts again."""
    from styrxl.rounds import decide

    with session.desk(by=by) as desk:
        say_decided(decide.set_aside(desk, round_, name, reason), "set_aside", session.language(), desk.zone)
