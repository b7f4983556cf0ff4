"""The command ``purge``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.options import decider_option, listed_option
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.care.purge import PurgePlan
    from styrxl.rounds.desk import Desk

_KINDS = ("returns", "mail", "quarantine", "drafts", "cache", "sign-ins")  # as store/purges has them, which is slow to import


@click.command()
@click.option("--kind", "kinds", multiple=True, type=click.Choice(_KINDS))
@click.option("--carry-out", is_flag=True)
@click.option("--decision", default="", metavar="NUMBER")
@click.option("--files", "names_files", is_flag=True)
@listed_option
@decider_option
@with_session
def purge(
    session: Session, kinds: tuple[str, ...], decision: str, form: str, by: str | None, *, carry_out: bool, names_files: bool
) -> None:
    """List what has been kept for as long as the settings say, and dispose of it where that is asked for."""
    from styrxl.care.purge import plan_purge
    from styrxl.commands.listed.care import tell_purge
    from styrxl.commands.listed.values import format_listed
    from styrxl.model.catalogue import word

    with session.desk(reading=not carry_out, by=by) as desk:
        plan = plan_purge(desk, kinds or _KINDS)
        if form == "text":
            _show(desk, plan, session.language(), names_files=names_files)
        if plan.disposals and carry_out:
            _dispose(session, desk, plan, decision, quietly=form == "json")
        elif plan.disposals and form == "text":
            click.echo(word("purge_dry", session.language()))
        if form == "json":
            click.echo(format_listed(tell_purge(plan, desk.workspace.shown, names_files=names_files, carried_out=carry_out)), nl=False)


def _dispose(session: Session, desk: Desk, plan: PurgePlan, decision: str, *, quietly: bool) -> None:
    """Dispose of what is due, on a decision that is asked for where it was not named."""
    from styrxl.care.purge import carry_out
    from styrxl.model.catalogue import word

    language = session.language()
    if plan.needs_decision and not decision.strip():
        click.echo(word("purge_needs_decision", language), err=True)
        decision = click.prompt(word("purge_ask", language), default="", show_default=False, err=True)
    carry_out(desk, plan, decision)
    files, size, rows = (sum(number) for number in zip(*((len(d.files), d.size, d.rows) for d in plan.disposals), strict=True))
    if not quietly:
        click.echo(word("purge_done", language, n=files, mb=_megabytes(size, language), rows=rows))


def _show(desk: Desk, plan: PurgePlan, language: str, *, names_files: bool) -> None:
    from styrxl.model.catalogue import word

    if not plan.disposals:
        click.echo(word("purge_nothing", language))
    for one in plan.disposals:
        facts = {"round": f"{one.round} " if one.round else "", "what": word(f"purged_{one.kind}", language)}
        click.echo(word("purge_line", language, n=len(one.files), mb=_megabytes(one.size, language), rows=one.rows, **facts))
        if one.begun:
            click.echo(word("purge_resumed", language, decision=one.begun.decision or "–"))
        for path in one.files if names_files else ():
            click.echo(f"  {desk.workspace.shown(path)}")
    if plan.waiting:
        click.echo(word("purge_waiting", language, n=len(plan.waiting), names=", ".join(plan.waiting)), err=True)
    if plan.unset:
        names = ", ".join(word(f"purged_{kind}", language) for kind in plan.unset)
        click.echo(word("purge_unset", language, what=names), err=True)


def _megabytes(size: int, language: str) -> str:
    from styrxl.model.catalogue import number_text

    return number_text(round(size / 1_000_000, 1), language)
