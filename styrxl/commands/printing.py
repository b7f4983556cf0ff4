"""What several commands print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from styrxl.model.catalogue import Word
    from styrxl.model.rounds import Round
    from styrxl.rounds.decide import DecisionResult as Decided
    from styrxl.rounds.desk import Desk


def say_notes(notes: Sequence[Word], language: str) -> None:
    """Print notes on stderr, one a line."""
    from styrxl.model.catalogue import say

    for note in notes:
        click.echo(say(note, language), err=True)


def say_next_step(desk: Desk, round_: Round, language: str, *, came: bool | None = None) -> None:
    """Say what comes first, where nothing has been handed out or (unless ``came`` says otherwise) nothing has come in."""
    from styrxl.rounds.hints import suggest_next_step

    there = bool(desk.workspace.inbox_files(round_).files) if came is None else came
    issued, folder = bool(desk.ledger.issues(round_.id)), desk.workspace.shown(desk.workspace.inbox(round_))
    say_notes([*suggest_next_step(desk.forms, round_, folder, issued=issued, came=there)], language)


def say_waiting(desk: Desk, round_: Round, language: str) -> None:
    """Say which files in a round's inbox wait, and why."""
    from styrxl.model.catalogue import word

    for path in desk.workspace.inbox_files(round_).waiting:
        click.echo(word("waits", language, path=desk.workspace.shown(path), why=word("waits_in_cloud", language)), err=True)


def say_decided(done: Decided, key: str, language: str, zone: tzinfo) -> None:
    """Print what was decided about a return, or that it was decided before."""
    from styrxl.model.catalogue import say, word
    from styrxl.model.days import local_day

    decision, standing = done.decision, ""
    if not done.new:
        at = say(local_day(decision.decided_at, zone), language)
        click.echo(word(f"{key}_before", language, path=decision.path, by=decision.decided_by, at=at, reason=decision.reason))
        return
    if decision.owner:
        counts = "counts_now" if done.counts else "counts_nothing"
        standing = word(counts, language, owner=decision.owner, **({"path": done.counts.path} if done.counts else {}))
    click.echo(word(key, language, path=decision.path, standing=standing).rstrip())
