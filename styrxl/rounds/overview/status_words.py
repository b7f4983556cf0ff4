"""What is said of a round's status, at the terminal and in the browser alike: states, sums, and what there is to see to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from styrxl.model.assignments import Assignment
from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.model.findings import message
from styrxl.model.masking import make_showable
from styrxl.rounds.mail_status import MailStatus
from styrxl.rounds.status import OutcomeStatus, OwnerStatus

_STATES = {"waiting": "status_waiting", "late": "status_late", "not_issued": "status_not_issued"}


def describe_state(status: OwnerStatus, language: str) -> str:
    """Return how an owner stands, in a few words."""
    state = word(_STATES.get(status.state, f"verdict_{status.state}"), language)
    return word("status_in_force", language, state=state) if status.earlier_counts else state


def describe_sums(owners: Sequence[OwnerStatus], language: str) -> str:
    """Return how many owners have been issued, returned, accepted and reminded."""
    return word(
        "status_sum",
        language,
        issued=sum(o.issued is not None for o in owners),
        returned=sum(o.returned is not None for o in owners),
        accepted=sum(o.state == "accepted" or o.earlier_counts for o in owners),
        reminded=sum(o.reminded is not None for o in owners),
    )


def describe_overdue(overdue: Mapping[str, Sequence[Assignment]], language: str) -> list[str]:
    """Return a line on each owner with assignments of the council past their last day."""
    named = [(owner, ", ".join(f"{a.assignment_id} ({a.due.isoformat()})" for a in late)) for owner, late in overdue.items()]
    return [word("status_overdue", language, owner=owner, list=late) for owner, late in named]


def describe_mail(mail: MailStatus, language: str) -> list[str]:
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
    return lines


def describe_outcomes(outcomes: OutcomeStatus | None, language: str, zone: tzinfo) -> list[str]:
    """Return when the accounts were read, and a line on each thing that they leave to see to; nothing where they say nothing."""
    if outcomes is None:
        return []
    facts = {"day": local_day(outcomes.booked.recorded_at, zone), "file": make_showable(outcomes.booked.file_name)}
    lines = [f"{owner}: {make_showable(message(finding, language))}" for owner, finding in outcomes.findings]
    return [word("status_outcomes", language, **facts), *lines]
