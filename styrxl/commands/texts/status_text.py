"""What ``status`` prints."""

from __future__ import annotations

from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.model.findings import message
from styrxl.model.masking import make_showable
from styrxl.rounds.mail_status import MailStatus
from styrxl.rounds.status import OutcomeStatus, OwnerStatus, RoundStatus


def format_status(status: RoundStatus, language: str) -> str:
    """Return a round's status as a table for the terminal, and its sums."""
    head = [word(f"status_{key}", language) for key in ("owner", "name", "issued", "due", "returned", "reminded", "state")]
    rows = [head, *(_row(owner_status, language) for owner_status in status.owners)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    if status.unplaced:
        lines += ["", word("status_unplaced", language, files=", ".join(status.unplaced))]
    lines += _format_overdue(status, language)
    lines += _format_mail(status.mail, language)
    lines += _format_outcomes(status.outcomes, language) if status.outcomes else []
    owners = status.owners
    sums = word(
        "status_sum",
        language,
        issued=sum(o.issued is not None for o in owners),
        returned=sum(o.returned is not None for o in owners),
        accepted=sum(o.state == "accepted" or o.earlier_counts for o in owners),
        reminded=sum(o.reminded is not None for o in owners),
    )
    return "\n".join([*lines, "", sums]) + "\n"


def _format_overdue(status: RoundStatus, language: str) -> list[str]:
    """Return a line on each owner with assignments of the council past their last day."""
    named = [(owner, ", ".join(f"{a.assignment_id} ({a.due.isoformat()})" for a in late)) for owner, late in status.overdue.items()]
    lines = [word("status_overdue", language, owner=owner, list=late) for owner, late in named]
    return ["", *lines] if lines else []


def _format_mail(mail: MailStatus, language: str) -> list[str]:
    """Return a line on each thing that mail leaves to see to."""
    lines = [
        word(
            "status_unanswered",
            language,
            path=part.path,
            sender=make_showable(part.sender or word("brought_nobody", language)),
            kind=word(f"brought_{part.kind}", language),
        )
        for part in mail.unanswered
    ]
    lines += [word("status_stopped", language, address=make_showable(address)) for address in mail.stopped]
    for part in mail.aside:
        sender = make_showable(part.sender or word("brought_nobody", language))
        lines.append(word("status_aside", language, path=part.path, sender=sender, why=word(f"brought_{part.reason}", language)))
    return ["", *lines] if lines else []


def _format_outcomes(outcomes: OutcomeStatus, language: str) -> list[str]:
    """Return when the accounts were read, and a line on each thing that they leave to see to."""
    facts = {"day": local_day(outcomes.booked.recorded_at), "file": make_showable(outcomes.booked.file_name)}
    lines = [f"{owner}: {make_showable(message(finding, language))}" for owner, finding in outcomes.findings]
    return ["", word("status_outcomes", language, **facts), *lines]


def _row(owner_status: OwnerStatus, language: str) -> list[str]:
    states = {"waiting": "status_waiting", "late": "status_late", "not_issued": "status_not_issued"}
    state = word(states.get(owner_status.state, f"verdict_{owner_status.state}"), language)
    if owner_status.earlier_counts:
        state = word("status_in_force", language, state=state)
    if owner_status.unreached:
        state = word("status_unreached", language, state=state)
    days = (owner_status.issued, owner_status.due, local_day(owner_status.returned), local_day(owner_status.reminded))
    owner = f"{owner_status.owner} {owner_status.form}" if owner_status.form else owner_status.owner
    return [owner, owner_status.name, *(str(day or "") for day in days), state]
