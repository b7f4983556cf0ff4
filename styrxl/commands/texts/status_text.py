"""What ``status`` prints."""

from __future__ import annotations

from datetime import tzinfo

from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.rounds.overview.status_words import describe_mail, describe_outcomes, describe_overdue, describe_state, describe_sums
from styrxl.rounds.overview.text_table import fit_lines, format_table
from styrxl.rounds.status import OwnerStatus, RoundStatus


def format_status(status: RoundStatus, round_id: str, language: str, zone: tzinfo, width: int | None = None) -> str:
    """Return a round's status as a table for the terminal, and its sums; within a width, where there is one."""
    head = [word(f"status_{key}", language) for key in ("owner", "name", "issued", "due", "returned", "reminded", "state")]
    rows = [head, *(_row(owner_status, language, zone) for owner_status in status.owners)]
    table, lines = format_table(rows, width), list[str]()
    if status.unplaced:
        lines += ["", word("status_unplaced", language, files=", ".join(status.unplaced))]
    if status.unjudged:
        lines += ["", word("status_unjudged", language, n=len(status.unjudged), round=round_id)]
    for notes in (
        describe_overdue(status.overdue, language),
        describe_mail(status.mail, language),
        describe_outcomes(status.outcomes, language, zone),
    ):
        lines += ["", *notes] if notes else []
    return "\n".join([*table, *fit_lines([*lines, "", describe_sums(status.owners, language)], width)]) + "\n"


def _row(owner_status: OwnerStatus, language: str, zone: tzinfo) -> list[str]:
    state = describe_state(owner_status, language)
    if owner_status.unreached:
        state = word("status_unreached", language, state=state)
    days = (owner_status.issued, owner_status.due, local_day(owner_status.returned, zone), local_day(owner_status.reminded, zone))
    owner = f"{owner_status.owner} {owner_status.form}" if owner_status.form else owner_status.owner
    return [owner, owner_status.name, *(str(day or "") for day in days), state]
