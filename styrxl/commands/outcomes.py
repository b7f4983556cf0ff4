"""The command ``outcomes``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, round_argument
from styrxl.commands.session import FINDINGS, FINE, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


def _print_example(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- as click calls it
    """Print an example of a mapping, and end; nothing is looked through, since a shell that writes it to a file has emptied that first."""
    if value:
        from styrxl.descriptions.outcome_mapping import read_outcome_example

        click.echo(read_outcome_example(context.ensure_object(Session).language()), nl=False)
        context.exit(FINE)


@click.command()
@round_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--example", is_flag=True, is_eager=True, expose_value=False, callback=_print_example)
@decider_option
@with_session
def outcomes(session: Session, round_: Round, file: Path, format_: str, by: str | None, *, dry_run: bool) -> None:
    """Take the outcomes of ROUND from FILE, an export of the accounts: CSV, a workbook, or SIE of type 3 or 4."""
    import shutil

    from styrxl.rounds.overview.outcome_words import format_json, format_outcomes
    from styrxl.rounds.take_outcomes import take_outcomes

    with session.desk(by=by) as desk:
        result = take_outcomes(desk, round_, file, dry_run=dry_run)
        language = session.language()
        if format_ == "json":
            click.echo(format_json(result, round_.id, language))
        else:
            width = shutil.get_terminal_size((120, 40)).columns
            title = desk.workspace.settings.round_name(round_, language)
            click.echo(format_outcomes(result, title, file.name, language, desk.zone, width), nl=False)
    sys.exit(FINE if result.is_complete else FINDINGS)
