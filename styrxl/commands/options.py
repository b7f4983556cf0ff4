"""Arguments and options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from styrxl.commands.session import ReadingOptions, Session
from styrxl.commands.speech.completion import complete_owner, complete_round
from styrxl.commands.speech.language import say_usage

if TYPE_CHECKING:
    from styrxl.model.rounds import Round


def read_round(context: click.Context, _: click.Parameter, value: str | None) -> Round | None:
    """Read a round's id, or end with what is wrong with it."""
    if value is None or context.resilient_parsing:
        return None  # what is looked at to be completed need not be right
    from styrxl.store.workspace import Workspace

    session = context.ensure_object(Session)
    session.check_own_files()
    return Workspace(session.root).read_round(value)


round_argument = click.argument("round_", metavar="ROUND", callback=read_round, shell_complete=complete_round)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say where and how returns are read."""
    options = (
        click.option("--jobs", type=click.IntRange(1, 256), metavar="N"),
        click.option("--scheduler", metavar="ADDRESS"),
        click.option("--inbox", metavar="ADDRESS"),
    )

    @wraps(command)
    def reads(*arguments: Any, jobs: int | None, scheduler: str | None, inbox: str | None, **others: Any) -> None:
        command(*arguments, reads=ReadingOptions(jobs, scheduler, inbox), **others)

    for option in reversed(options):
        reads = option(reads)
    return reads


def existing_sources(context: click.Context, parameter: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:
    """Find sources: from where one stands, from the workspace, or within the round's inbox."""
    root, round_ = context.ensure_object(Session).root, context.params.get("round_")
    folders = (Path(), root, *([root / "inbox" / round_.id] if round_ else []))
    found = []
    for path in value:
        there = next((folder / path for folder in folders if (folder / path).exists()), None)
        if there is None:
            raise click.BadParameter(say_usage("not_there", path=path), param=parameter)
        found.append(there)
    return tuple(found)


def read_paths(context: click.Context, typed: tuple[str, ...], round_: Round | None) -> tuple[tuple[Path, ...], Round | None]:
    """Return the paths and the round that a command was given; a round typed where paths stand is one, unless there is a file of its name.

    Raises click.BadParameter where there is no such path.
    """
    if typed and round_ is None and not any(Path(each).exists() for each in typed):
        from styrxl.store.workspace import Workspace

        if found := Workspace(context.ensure_object(Session).root).find_round(" ".join(typed)):
            return (), found
    parameter = next(each for each in context.command.params if each.name == "paths")
    there = click.Path(path_type=Path, exists=True)
    return tuple(there.convert(each, parameter, context) for each in typed), round_


def refuse_own_files(session: Session, output: Path | None) -> None:
    """Refuse to write a report over something that belongs to the workspace; raises click.BadParameter, and as ``Workspace.open``."""
    from styrxl.model.catalogue import word

    if output is not None and (workspace := session.open_workspace()).owns(output):
        raise click.BadParameter(word("output_is_ours", session.language(workspace), path=output), param_hint="--output")


def not_empty(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Demand that a reason says something."""
    if value is not None and not value.strip():
        raise click.BadParameter(say_usage("empty"), param=parameter)
    return value


reason_option = click.option("--reason", required=True, metavar="TEXT", callback=not_empty)
decider_option = click.option("--by", metavar="NAME")


listed_option = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")


def mail_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a mail command the options that all of them have."""
    options = (
        round_argument,
        click.option("--to", "only", multiple=True, metavar="OWNER", shell_complete=complete_owner),
        click.option("--send", is_flag=True),
        click.option("--redirect-to", metavar="ADDRESS"),
        listed_option,
    )
    for option in reversed(options):
        command = option(command)
    return command
