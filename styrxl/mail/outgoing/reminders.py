"""The letters to those who have nothing that is done, and to the boards of units that are very late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from styrxl.mail.outgoing.answers import TO_MEND, answer_subject, answered_on, finding_lines
from styrxl.mail.outgoing.letter import Letter, thread
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.mail.outgoing.templates import issued_workbook
from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.model.judged import Judged
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.status import OwnerStatus, find_status
from styrxl.store.mail_log import ESCALATION, REMINDER


def reminders(office: Office, only: Collection[str] = ()) -> list[Letter]:
    """Return a letter for each owner that has been issued a workbook and has none that is done, and for the boards of the very late.

    Each once a day; the inbox is judged first, so that nobody is reminded of what lies there.
    """
    judged, answered = judge_inbox(office.desk, office.round), answered_on(office)
    open_ = [one for one in find_status(office.desk, office.round).owners if one.issued and one.state != "accepted" and not one.in_force]
    asked = [one for one in open_ if not only or one.owner in only]
    mends = {one.owner: one for one in sorted(judged.returns, key=lambda r: str(r.received)) if one.verdict in TO_MEND}
    return [*(_reminder(office, one, mends.get(one.owner), answered) for one in asked), *_escalations(office, open_, only)]


def _reminder(office: Office, one: OwnerStatus, newest: Judged | None, answered: Mapping[str, date | None]) -> Letter:
    owner = office.find(one.owner)
    mend = newest if one.state in TO_MEND else None
    on = answered.get(answer_subject(mend)) if mend else None
    listed = finding_lines(mend.findings, "error", office.language(owner), marked=False) if mend and not on else []
    workbook = None if mend else issued_workbook(office, office.issues[one.owner])
    facts = {
        "days": (one.due - office.today).days if one.due else None,
        "mend": mend is not None,
        "answered": on,  # what to mend is said here where no mail has said it
        "mends": listed,
        "errors": sum(group["times"] for group in listed),
        "receipts": bool(answered),
        "aside": one.state == "set-aside",
        "returned": local_day(one.returned),
        "file_name": workbook.name if workbook else "",
    }
    return office.letter(
        REMINDER,
        office.today.isoformat(),
        owner,
        facts,
        attachments=[workbook] if workbook else [],
        answers=thread(office.handed_out(one.owner)),
    )


def _escalations(office: Office, late: Sequence[OwnerStatus], only: Collection[str]) -> Iterator[Letter]:
    limit = office.settings.escalate_after
    groups: dict[str, list[OwnerStatus]] = {}
    for one in late:
        owner = office.find(one.owner)
        if owner and owner.board_id and one.kind == "unit" and one.due and (office.today - one.due).days >= limit:
            groups.setdefault(owner.board_id, []).append(one)
    for board, units in groups.items():
        row = office.find(board)
        if row and (not only or board in only):
            language = office.language(row)
            shown = [_late(unit, language) for unit in units]
            yield office.letter(ESCALATION, office.today.isoformat(), row, {"units": shown, "days": limit})


def _late(one: OwnerStatus, language: str) -> dict[str, str]:
    return {"name": one.name, "due": str(one.due), "state": _state(one, language), "reminded": str(local_day(one.reminded) or "–")}


def _state(one: OwnerStatus, language: str) -> str:
    return word({"late": "status_late", "waiting": "status_waiting"}.get(one.state, f"verdict_{one.state}"), language)
