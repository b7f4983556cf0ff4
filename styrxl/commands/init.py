"""The command ``init``."""

from __future__ import annotations

from pathlib import Path

import click

from styrxl.commands.session import Session, with_session
from styrxl.model.limits import OWN_ROWS


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default="Min kommun", show_default=True, help="The municipality's name.")
@click.option("--rows", type=click.IntRange(1, OWN_ROWS), help="Rows for the organisation; the other sheets get as many, up to 2000.")
@with_session
def init(session: Session, folder: Path, name: str, rows: int | None) -> None:
    """Make a new workspace in DIR, with settings and an empty multi-year plan to fill in."""
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
