"""The command ``rollover``."""

from __future__ import annotations

import click

from styrxl.commands.session import Session, with_session


@click.command()
@click.argument("year", metavar="YEAR", type=click.IntRange(2001, 2099))
@with_session
def rollover(session: Session, year: int) -> None:
    """Write a proposal for YEAR beside the multi-year plan: all that it holds, and a row for each thing to fill in."""
    from styrxl.model.catalogue import word
    from styrxl.rounds.rollover import roll_over

    with session.desk() as desk:
        done, language, plan = roll_over(desk, year), session.language(), desk.workspace.plan_path.name
        missing = done.missing
        if done.path is None:
            click.echo(word("rollover_nothing", language, plan=plan, year=year))
        else:
            click.echo(word("rollover_done", language, path=desk.workspace.shown(done.path), plan=plan, year=year))
        told = {
            "rollover_frames": [o.org_id for o in missing.frames],
            "rollover_indicators": [row["indicator_id"] for row in missing.indicators],
            "rollover_goals": missing.goals,
            "rollover_gone": missing.gone,
        }
        for key, names in told.items():
            if names:
                click.echo(word(key, language, n=len(names), names=", ".join(names), year=year))
        if not missing.any_goal:
            click.echo(word("rollover_no_goal", language, year=year))
