"""The command ``take-back``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, reason_option, round_argument
from styrxl.commands.printing import say_decided
from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.completion import complete_owner_or_file

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


@click.command("take-back")
@round_argument
@click.argument("name", metavar="FILE|OWNER", shell_complete=complete_owner_or_file)
@reason_option
@decider_option
@with_session
def take_back(session: Session, round_: Round, name: str, reason: str, by: str | None) -> None:
    """Let a return in ROUND count again that was set aside."""
    from styrxl.rounds import decide

    with session.desk(by=by) as desk:
        say_decided(decide.take_back(desk, round_, name, reason), "taken_back", session.language(), desk.zone)
