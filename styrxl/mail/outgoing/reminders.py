"""The letters to owners without a return in force, and to the boards of units that are very late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo

from styrxl.mail.outgoing.answers import TO_MEND, find_answer_days, list_findings, name_answer
from styrxl.mail.outgoing.letter import Attachment, Letter, WrittenLetters, join_message_ids
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.templates import is_written_to, read_issued_workbook
from styrxl.mail.working_days import is_working_day
from styrxl.model.catalogue import word
from styrxl.model.days import local_day
from styrxl.model.judged import Judged
from styrxl.model.levels import is_demanded
from styrxl.rounds.status import OwnerStatus
from styrxl.store.mail_states import REMINDER

ESCALATION = "escalation"


def write_reminders(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter for each owner that has been issued a workbook and has no return in force; each once a day, on working days."""
    if _waits(writer, request):
        return WrittenLetters()
    answer_days = find_answer_days(writer)
    mends = {(r.owner, r.form): r for r in sorted(writer.judged.returns, key=lambda r: str(r.received)) if r.verdict in TO_MEND}
    asked = [owner for owner in _list_unfinished(writer) if request.concerns(owner.owner)]
    return WrittenLetters(tuple(_write_reminder(writer, owner, _find_mend(mends, owner), answer_days) for owner in asked))


def write_escalations(writer: LetterWriter, request: MailRequest) -> WrittenLetters:
    """Return a letter for each board with units that are very late; each once a day, on working days."""
    if _waits(writer, request):
        return WrittenLetters()
    limit = writer.settings.escalate_after
    boards: dict[str, list[OwnerStatus]] = {}
    for unit in _list_unfinished(writer):
        row = writer.find(unit.owner)
        if row and row.board_id and unit.kind == "unit" and unit.due and (writer.today - unit.due).days >= limit:
            boards.setdefault(row.board_id, []).append(unit)
    letters = []
    for board, units in boards.items():
        row = writer.find(board)
        if row and request.concerns(board):
            facts = {"units": [_describe_unit(unit, writer.language(row), writer.desk.zone) for unit in units], "days": limit}
            letters.append(writer.write(ESCALATION, writer.today.isoformat(), row, facts))
    return WrittenLetters(tuple(letters))


def _waits(writer: LetterWriter, request: MailRequest) -> bool:
    """Tell whether nothing goes today, since nobody is at work; previews and tests may be made on any day."""
    return request.send and not request.redirect_to and not is_working_day(writer.today)


def _list_unfinished(writer: LetterWriter) -> list[OwnerStatus]:
    """Return how those owners stand that have been issued a workbook, are to answer, and have no return in force."""
    waiting = [owner for owner in writer.owners if owner.issued and owner.state != "accepted" and not owner.earlier_counts]
    return [owner for owner in waiting if is_demanded(owner.kind) and (row := writer.find(owner.owner)) and is_written_to(row)]


def _write_reminder(writer: LetterWriter, status: OwnerStatus, newest: Judged | None, answer_days: Mapping[str, date | None]) -> Letter:
    owner = writer.find(status.owner)
    mend = newest if status.state in TO_MEND else None
    answered = answer_days.get(name_answer(mend)) if mend else None
    # What to mend is listed here where no mail has listed it.
    listed = list_findings(mend.findings, "error", writer.language(owner), marked=False) if mend and not answered else []
    workbook = None if mend else _read_issued(writer, status)
    facts = {
        "days": (status.due - writer.today).days if status.due else None,
        "mend": mend is not None,
        "answered": answered,
        "mends": listed,
        "errors": sum(group["times"] for group in listed),
        "receipts": bool(answer_days),
        "aside": status.state == "set-aside",
        "returned": local_day(status.returned, writer.desk.zone),
        "file_name": workbook.name if workbook else "",
        "overdue": writer.list_overdue(status.owner),
    }
    return writer.write(
        REMINDER,
        writer.today.isoformat() + (f" {status.form}" if status.form else ""),
        owner,
        facts,
        attachments=[workbook] if workbook else [],
        replies_to=join_message_ids(writer.templates_message_id(status.owner, status.form)),
    )


def _find_mend(mends: Mapping[tuple[str | None, str | None], Judged], status: OwnerStatus) -> Judged | None:
    """Return the newest return that is to be mended, of the form that is asked for where an owner has several."""
    return next((r for (owner, form), r in reversed([*mends.items()]) if owner == status.owner and status.form in (None, form)), None)


def _read_issued(writer: LetterWriter, status: OwnerStatus) -> Attachment | None:
    issue = writer.find_issue(status.owner, status.form)
    return read_issued_workbook(writer, issue) if issue else None


def _describe_unit(unit: OwnerStatus, language: str, zone: tzinfo) -> dict[str, str]:
    state = word({"late": "status_late", "waiting": "status_waiting"}.get(unit.state, f"verdict_{unit.state}"), language)
    return {"name": unit.name, "due": str(unit.due), "state": state, "reminded": str(local_day(unit.reminded, zone) or "–")}
