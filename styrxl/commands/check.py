"""The command ``check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import listed_option
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.model.form_files import Forms
    from styrxl.store.workspace import Workspace


@click.command()
@listed_option
@with_session
def check(session: Session, form: str) -> None:
    """Look through the workspace's own forms, lists, letters and settings, and tell every mistake."""
    from styrxl.commands.listed.values import format_listed, tell_own_files
    from styrxl.descriptions.refused_words import find_refused_words
    from styrxl.model.catalogue import word
    from styrxl.rounds.own_files import describe_own_files

    session.check_own_files(anew=True)
    workspace = session.open_workspace()
    language = session.language(workspace)
    compared = _compare_with_plan(workspace)
    refused = list(find_refused_words(workspace.forms))
    if form == "json":
        told = tell_own_files(describe_own_files(session.root), refused, language, compared=compared)
        click.echo(format_listed(told), nl=False)
        return
    click.echo(word("check_well", language))
    for name, key, facts in describe_own_files(session.root):
        click.echo(f"  {name}: {word(key, language, **facts)}")
    for each in refused:
        texts = {"word": each.word[language], "heading": each.heading[language], "sheet": each.sheet[language]}
        click.echo(word("check_refused", language, list=each.list, schema=each.schema, **texts))
    if not compared:
        click.echo(word("check_no_plan", language, path=workspace.plan_path.name))


def _compare_with_plan(workspace: Workspace) -> bool:
    """Hold the settings against the organisation; return whether there is one yet."""
    from styrxl.model.errors import StyrxlError
    from styrxl.rounds.council_plan import read_plan
    from styrxl.rounds.own_files import check_due_owners, check_outcome_owners

    try:
        plan = read_plan(workspace, _read_forms(workspace))
    except StyrxlError as error:
        if error.code in {"plan-missing", "plan-empty"}:
            return False
        raise
    check_due_owners(workspace, plan)
    check_outcome_owners(workspace, plan)
    return True


def _read_forms(workspace: Workspace) -> Forms:
    """Return the forms, with those of the ledger if there is one yet: nothing is written here."""
    from pathlib import Path

    from styrxl.store.ledger import Ledger

    if isinstance(workspace.database, Path) and not workspace.database.exists():
        return workspace.forms
    with Ledger.open(workspace.database) as ledger:
        return workspace.forms_with(ledger.editions)
