"""The command ``validate``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from styrxl.commands.options import read_paths, read_round, reading_options, refuse_own_files
from styrxl.commands.printing import say_next_step, say_notes
from styrxl.commands.session import FINDINGS, FINE, ReadingOptions, Session, with_session
from styrxl.commands.speech.completion import complete_owner, complete_round
from styrxl.commands.speech.language import say_usage

if TYPE_CHECKING:
    from styrxl.model.rounds import Round
    from styrxl.rounds.desk import Desk


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--round", "round_", metavar="ROUND", callback=read_round, shell_complete=complete_round)
@click.option("--format", "form_of_report", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--owner", metavar="OWNER", shell_complete=complete_owner)
@click.option("--form", "form_name", metavar="FORM")
@click.option("--annotate", is_flag=True)
@click.option("--anew", is_flag=True)
@click.option("--reason", metavar="TEXT")
@reading_options
@with_session
def validate(
    session: Session,
    paths: tuple[str, ...],
    round_: Round | None,
    form_of_report: str,
    output: Path | None,
    owner: str | None,
    form_name: str | None,
    *,
    annotate: bool,
    anew: bool,
    reason: str | None,
    reads: ReadingOptions,
) -> None:
    """Judge the returns in inbox/ROUND, or those in PATH (files or folders), and say what to mend."""
    from styrxl.commands.claims import make_claim_of_files
    from styrxl.commands.findings_report import count_verdicts
    from styrxl.model.catalogue import word
    from styrxl.rounds.desk import find_only_round
    from styrxl.rounds.files_to_receive import list_named_files
    from styrxl.rounds.hints import list_changed_forms
    from styrxl.rounds.judge_anew import judge_anew
    from styrxl.rounds.judge_inbox import judge_files, judge_inbox

    named, round_ = read_paths(click.get_current_context(), paths, round_)
    if reads.inbox and (named or annotate):
        raise click.UsageError(say_usage("inbox_alone"))
    if (owner or form_name) and not named:
        raise click.UsageError(say_usage("owner_needs_path"))
    if anew and (named or round_ is None or not (reason or "").strip()):
        raise click.UsageError(say_usage("anew_whole_round"))
    if reason and not anew:
        raise click.UsageError(say_usage("reason_needs_anew"))
    refuse_own_files(session, output)
    with session.desk(reading=bool(named) and not annotate, reads=reads) as desk:
        if named:
            if (owner or form_name) and round_ is None:
                round_ = find_only_round(desk.workspace, desk.today.year)
                click.echo(word("judged_by", session.language(), round=round_.id), err=True)
            files = list_named_files(named)
            judged = judge_files(desk, files, round_, make_claim_of_files(desk, round_, files, owner, form_name))
        else:
            round_ = round_ or find_only_round(desk.workspace, desk.today.year)
            _say_skipped(desk, round_, session.language())
            judged = judge_anew(desk, round_, reason) if anew and reason else judge_inbox(desk, round_)
            if not judged.returns and not reads.inbox:
                say_next_step(desk, round_, session.language())
            files = list(desk.workspace.inbox_files(round_).files) if annotate else []
        _report(session, desk, judged, round_, form_of_report, output)
        if round_:
            say_notes([*list_changed_forms(desk.ledger, desk.forms, round_)], session.language())
        if annotate:
            _give_back(desk, judged, files, session.language())
    sys.exit(FINDINGS if count_verdicts(judged)["errors"] else FINE)


def _give_back(desk: Desk, judged: Any, files: Sequence[Path], language: str) -> None:
    from styrxl.model.catalogue import LISTED, word
    from styrxl.rounds.give_back import give_back, list_without_copy

    written = give_back(desk, judged, files)
    if without := list_without_copy(desk, judged):
        click.echo(word("annotated_none", language, n=len(without), paths=", ".join(without)), err=True)
    for folder in sorted({path.parent for path in written}):
        here = [desk.workspace.shown(path) for path in written if path.parent == folder]
        paths = here if len(here) <= LISTED else [desk.workspace.shown(folder)]
        click.echo(word("annotated", language, n=len(here), paths=", ".join(paths)), err=True)


def _say_skipped(desk: Desk, round_: Round, language: str) -> None:
    from styrxl.commands.printing import say_waiting
    from styrxl.model.catalogue import word

    for path in desk.workspace.inbox_files(round_).skipped:
        click.echo(word("skipped", language, path=desk.workspace.shown(path)), err=True)
    say_waiting(desk, round_, language)


def _report(session: Session, desk: Desk, judged: Any, round_: Round | None, form_of_report: str, output: Path | None) -> None:
    from styrxl.commands import findings_report
    from styrxl.model.catalogue import word
    from styrxl.store.files import write_atomically

    language = session.language()
    names = desk.plan.names(round_.day if round_ else desk.today)
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: findings_report.format_text(judged, language, names),
        "json": lambda: findings_report.format_json(judged, language),
        "html": lambda: findings_report.format_page(
            judged, language, names, word("report_title", language, round=judged.round or ""), _accent(desk)
        ),
    }
    text = writers[form_of_report]()
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode("utf-8"))
        click.echo(word("written", language, path=output), err=True)


def _accent(desk: Desk) -> str:
    from styrxl.rounds.look import read_look

    return read_look(desk.workspace).accent
