"""The command ``init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.session import Session, with_session
from styrxl.commands.speech.language import say_usage
from styrxl.model.limits import OWN_ROWS

if TYPE_CHECKING:
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.renew_plan import RenewedPlan


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="Min kommun", show_default=True)
@click.option("--rows", type=click.IntRange(1, OWN_ROWS))
@click.option("--renew", is_flag=True)
@with_session
def init(session: Session, folder: Path | None, name: str, rows: int | None, renew: bool) -> None:  # noqa: FBT001 -- as click calls it
    """Make a new workspace in DIR, with settings and an empty multi-year plan to fill in."""
    if renew:
        _renew(session, folder, rows)
    elif folder is None:
        raise click.UsageError(say_usage("folder_needed"))
    else:
        _make(session, folder, name, rows)


def _make(session: Session, folder: Path, name: str, rows: int | None) -> None:
    from styrxl.model.catalogue import word
    from styrxl.model.days import local_day
    from styrxl.rounds.setup.new_workspace import make_workspace

    workspace = make_workspace(folder, name, session.language(), rows=rows)
    round_ = f"{local_day(session.now(), workspace.settings.zone).year + 1}-plan"
    typed = f'"{folder}"' if " " in str(folder) else folder
    click.echo(word("init_done", session.language(), path=folder, quoted=typed, plan=workspace.plan_path, round=round_))


def _renew(session: Session, folder: Path | None, rows: int | None) -> None:
    from styrxl.rounds.renew_plan import renew_plan

    session.root = folder or session.root
    with session.desk() as desk:
        for line in _tell(desk, renew_plan(desk, rows), session.language()):
            click.echo(line)


def _tell(desk: Desk, done: RenewedPlan, language: str) -> list[str]:
    """Return what was done, line by line."""
    from styrxl.model.catalogue import word
    from styrxl.rounds.setup.renewal_texts import list_left, list_new

    plan = desk.workspace.plan_path.name
    if done.kept is None:
        return [word("renew_nothing", language, plan=plan)]
    lines = [word("renew_done", language, plan=plan, kept=done.kept.name), *list_new(done, language)]
    left = list_left(desk, done, language)
    return [*lines, word("renew_left", language, kept=done.kept.name), *(f"  {line}" for line in left)] if left else lines
