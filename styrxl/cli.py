"""The command line: what comes before a command, and the commands, one a module in ``commands``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from styrxl import __version__
from styrxl.commands.care.archive import archive
from styrxl.commands.care.backup import backup
from styrxl.commands.care.doctor import doctor
from styrxl.commands.care.purge import purge
from styrxl.commands.care.restore import restore
from styrxl.commands.check import check
from styrxl.commands.consolidate import consolidate
from styrxl.commands.demo import demo
from styrxl.commands.desk import desk
from styrxl.commands.distribute import distribute
from styrxl.commands.ending import CommandGroup
from styrxl.commands.export import export
from styrxl.commands.init import init
from styrxl.commands.link import link
from styrxl.commands.log import log
from styrxl.commands.mail import mail
from styrxl.commands.merge import merge
from styrxl.commands.outcomes import outcomes
from styrxl.commands.quarantine import quarantine
from styrxl.commands.receive import receive
from styrxl.commands.report import report
from styrxl.commands.rollover import rollover
from styrxl.commands.serve import serve
from styrxl.commands.session import Session
from styrxl.commands.set_aside import set_aside
from styrxl.commands.speech.code_pages import set_encoding
from styrxl.commands.status import status
from styrxl.commands.take_back import take_back
from styrxl.commands.unlock import unlock
from styrxl.commands.validate import validate
from styrxl.commands.watch import watch


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="styrxl")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
)
@click.option("--lang", type=click.Choice(["sv", "en"]))
@click.pass_context
def cli(context: click.Context, workspace: Path, lang: str | None) -> None:
    """Steer by goals, with Excel: workbooks out, returns validated, linked and consolidated."""
    context.obj = Session(workspace, lang, **(context.obj or {}))  # the demonstration says what time it is


for command in (
    init,
    check,
    doctor,
    demo,
    distribute,
    receive,
    outcomes,
    validate,
    link,
    consolidate,
    report,
    export,
    desk,
    serve,
    status,
    set_aside,
    take_back,
    merge,
    log,
    rollover,
    unlock,
    backup,
    restore,
    archive,
    purge,
    mail,
    quarantine,
    watch,
):
    cli.add_command(command)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line, or the words that are given."""
    # What is imported, and thousands of returns, are kept to the end: looking for cycles among them finds none.
    gc.set_threshold(500_000, 20, 100)
    set_encoding((sys.stdout, sys.stderr))
    cli(words, prog_name="styrxl")
