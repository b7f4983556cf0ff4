"""The command ``validate``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from styrxl.commands.options import read_round, reading_options, refuse_own_files
from styrxl.commands.printing import say_next_step, say_notes
from styrxl.commands.session import FINDINGS, FINE, ReadingOptions, Session, with_session

if TYPE_CHECKING:
    from styrxl.model.rounds import Round
    from styrxl.rounds.desk import Desk


@click.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--round", "round_", metavar="ROUND", callback=read_round, help="The round (needed where inbox/ holds several).")
@click.option(
    "--format", "form_of_report", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="Form of the report."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the report to FILE.")
@click.option("--owner", metavar="OWNER", help="Whose it is, for a workbook that lost its identity.")
@click.option("--form", "form_name", metavar="FORM", help="Which form it is, for a workbook that lost its identity.")
@click.option("--annotate", is_flag=True, help="Write returned/ROUND/OWNER.xlsx for each that needs completing, with what to mend marked.")
@click.option("--anew", is_flag=True, help="Judge all returns of ROUND by today's rules and forms, and let that hold from now on.")
@click.option("--reason", metavar="TEXT", help="Why they are judged anew.")
@reading_options
@with_session
def validate(
    session: Session,
    paths: tuple[Path, ...],
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
    """Judge the returns in inbox/ROUND, or those in PATH (files or folders), and say what to mend.

    Files named by PATH are judged against what was issued, and are not recorded. What a return was found to be stays in force when
    styrxl or a form changes, unless a controller says --anew.
    """
    from styrxl.commands.claims import make_claim_of_files
    from styrxl.commands.findings_report import count_verdicts
    from styrxl.model.catalogue import word
    from styrxl.model.days import local_day
    from styrxl.rounds.desk import find_only_round
    from styrxl.rounds.files_to_receive import list_named_files
    from styrxl.rounds.hints import list_changed_forms
    from styrxl.rounds.judge_anew import judge_anew
    from styrxl.rounds.judge_inbox import judge_files, judge_inbox

    if reads.inbox and (paths or annotate):
        raise click.UsageError("--inbox is for judging all that lies there, without PATH and --annotate.")
    if (owner or form_name) and not paths:
        raise click.UsageError("--owner and --form are about a PATH. For a file in the inbox: styrxl receive ROUND FILE --owner OWNER.")
    if anew and (paths or round_ is None or not (reason or "").strip()):
        raise click.UsageError("--anew is for a whole round, and says why: styrxl validate --round ROUND --anew --reason TEXT.")
    if reason and not anew:
        raise click.UsageError("--reason says why a round is judged anew: add --anew.")
    refuse_own_files(session, output)
    with session.desk(reading=bool(paths) and not annotate, reads=reads) as desk:
        if paths:
            if (owner or form_name) and round_ is None:
                round_ = find_only_round(desk.workspace, local_day(desk.now).year)
                click.echo(word("judged_by", session.language(), round=round_.id), err=True)
            files = list_named_files(paths)
            judged = judge_files(desk, files, round_, make_claim_of_files(desk, round_, files, owner, form_name))
        else:
            round_ = round_ or find_only_round(desk.workspace, local_day(desk.now).year)
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
    from styrxl.model.catalogue import word
    from styrxl.rounds.give_back import give_back, list_without_copy

    written = give_back(desk, judged, files)
    if without := list_without_copy(desk, judged):
        click.echo(word("annotated_none", language, n=len(without), paths=", ".join(without)), err=True)
    for folder in sorted({path.parent for path in written}):
        n = sum(path.parent == folder for path in written)
        click.echo(word("annotated", language, n=n, folder=desk.workspace.shown(folder)), err=True)


def _say_skipped(desk: Desk, round_: Round, language: str) -> None:
    from styrxl.commands.printing import say_waiting
    from styrxl.model.catalogue import word

    for path in desk.workspace.inbox_files(round_).skipped:
        click.echo(word("skipped", language, path=desk.workspace.shown(path)), err=True)
    say_waiting(desk, round_, language)


def _report(session: Session, desk: Desk, judged: Any, round_: Round | None, form_of_report: str, output: Path | None) -> None:
    from styrxl.commands import findings_report
    from styrxl.model.catalogue import word
    from styrxl.model.days import local_day
    from styrxl.store.files import write_atomically

    language = session.language()
    names = desk.plan.names(round_.day if round_ else local_day(desk.now))
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
