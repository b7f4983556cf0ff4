"""The command ``init``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.session import Session, with_session
from styrxl.model.limits import OWN_ROWS

if TYPE_CHECKING:
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.renew_plan import RenewedPlan


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="Min kommun", show_default=True, help="The municipality's name.")
@click.option("--rows", type=click.IntRange(1, OWN_ROWS), help="Rows for the organisation; the other sheets get as many, up to 2000.")
@click.option("--renew", is_flag=True, help="Write the multi-year plan of the workspace by today's form, with all its rows.")
@with_session
def init(session: Session, folder: Path | None, name: str, rows: int | None, renew: bool) -> None:  # noqa: FBT001 -- as click calls it
    """Make a new workspace in DIR, with settings and an empty multi-year plan to fill in.

    With --renew the plan of a workspace that is there already is written by today's form; the old file is kept beside it.
    """
    if renew:
        _renew(session, folder, rows)
    elif folder is None:
        raise click.UsageError("Missing argument 'DIR'.")
    else:
        _make(session, folder, name, rows)


def _make(session: Session, folder: Path, name: str, rows: int | None) -> None:
    from styrxl.model.catalogue import word
    from styrxl.model.days import local_day
    from styrxl.rounds.issue import build_empty_plan, keep_plan_edition
    from styrxl.store.files import write_atomically
    from styrxl.store.ledger import Ledger
    from styrxl.store.workspace import Workspace

    workspace = Workspace.init(folder, name, language=session.language())
    if not workspace.plan_path.exists():
        with Ledger.open(workspace.database) as ledger:
            keep_plan_edition(workspace, ledger)
        write_atomically(workspace.plan_path, build_empty_plan(workspace, rows))
    round_ = f"{local_day(session.now()).year + 1}-plan"
    click.echo(word("init_done", session.language(), path=folder, plan=workspace.plan_path, round=round_))


def _renew(session: Session, folder: Path | None, rows: int | None) -> None:
    from styrxl.rounds.renew_plan import renew_plan

    session.root = folder or session.root
    with session.desk() as desk:
        for line in _tell(desk, renew_plan(desk, rows), session.language()):
            click.echo(line)


def _tell(desk: Desk, done: RenewedPlan, language: str) -> list[str]:
    """Return what was done, line by line."""
    from styrxl.model.catalogue import say, word

    plan, texts = desk.workspace.plan_path.name, desk.forms.words
    if done.kept is None:
        return [word("renew_nothing", language, plan=plan)]
    kept = done.kept.name
    lines = [word("renew_done", language, plan=plan, kept=kept)]
    lines += [word("renew_sheet", language, sheet=sheet[language]) for sheet in done.new_sheets]
    lines += [word("renew_column", language, sheet=sheet[language], column=column[language]) for sheet, column in done.new_columns]
    left = [texts.text(one.what, language, n=one.count, **one.facts) for one in done.left]
    left += [word("renew_stray", language, sheet=one.sheet, cell=one.cell, value=say(one.value, language)) for one in done.strays]
    return [*lines, word("renew_left", language, kept=kept), *(f"  {line}" for line in left)] if left else lines
