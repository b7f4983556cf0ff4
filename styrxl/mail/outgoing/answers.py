"""The letter that answers a return: a receipt, or what to mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from styrxl.mail.outgoing.letter import Attachment, Letter, thread
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.model.catalogue import word
from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.findings import Finding
from styrxl.model.grouped import group_findings
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import mask_persons
from styrxl.store.mail_log import ANSWER, Brought

_TOLD = 20  # groups of findings that an answer lists; the marked workbook has them all
_ANSWERED = ("accepted", "rejected", "unreadable", "duplicate")
TO_MEND = ("rejected", "unreadable")


def to_answer(judged: JudgedRound, only: Collection[str] = ()) -> list[Judged]:
    """Return the returns that have a verdict to tell, unless a newer one took their place."""
    return [one for one in judged.returns if one.verdict in _ANSWERED and (not only or one.owner in only)]


def unanswered(office: Office, returns: Iterable[Judged]) -> list[Judged]:
    """Return those of the returns whose verdict has not been told."""
    told_of = answered_on(office)
    return [one for one in returns if answer_subject(one) not in told_of]


def answered_on(office: Office) -> dict[str, date | None]:
    """Return on which day each answer that has gone did, by what it was about."""
    mails = office.book.mails(office.round.id, [ANSWER]).values()
    return {mail.about: local_day(mail.ended_at) for mail in mails if mail.state == "sent"}


def answer_subject(one: Judged) -> str:
    """Return what an answer is about: the return, its bytes and its verdict."""
    about = f"{one.path}|{one.sha256[:12]}|{one.verdict}"
    return f"{about}|{one.owner}" if one.assigned else about  # told anew to the one whose it turned out to be


def answers(office: Office, judged: JudgedRound, returns: Iterable[Judged], annotated: Mapping[str, Attachment]) -> list[Letter]:
    """Return a letter for each of the returns; ``annotated`` are the marked workbooks, by the returns' paths."""
    accepted = {one.owner for one in judged.accepted}
    messages = {(one.path, one.sha256): one for one in office.brought if one.path}
    return [_answer(office, one, messages.get((one.path, one.sha256)), one.owner in accepted, annotated.get(one.path)) for one in returns]


def _answer(office: Office, one: Judged, message: Brought | None, has_accepted: bool, annotated: Attachment | None) -> Letter:  # noqa: FBT001
    owner = office.find(one.owner)
    language = office.language(owner)
    errors, warnings = (finding_lines(one.findings, severity, language, marked=annotated is not None) for severity in ("error", "warning"))
    facts = {
        "verdict": one.verdict,
        "errors": sum(group["times"] for group in errors),
        "mends": errors if one.verdict != "duplicate" else [],
        "checks": warnings if one.verdict in {"accepted", "rejected"} else [],
        "file_name": mask_persons((message.name if message else None) or one.path.rpartition("/")[2]),
        "received": one.received.astimezone().strftime("%Y-%m-%d %H:%M") if one.received else "",
        "sha256": one.sha256,
        "contents": _contents(office, one, language),
        "in_force": one.verdict not in {"accepted", "duplicate"} and has_accepted,
        "annotated": annotated is not None,
    }
    return office.letter(
        ANSWER,
        answer_subject(one),
        owner,
        facts,
        to=_readers(owner, message, assigned=one.assigned),
        attachments=[annotated] if annotated else [],
        answers=thread(office.handed_out(owner.org_id) if owner else None, message.message_id if message else None),
        replies=True,
    )


def _readers(owner: Organisation | None, message: Brought | None, *, assigned: bool) -> tuple[str, ...]:
    """Return who is told: the owner's contacts, and a sender whom a controller let in; of a return of nobody, its sender."""
    let_in = assigned or (message is not None and message.outcome == "released")
    sender = (message.sender,) if message and (owner is None or let_in) else ()
    return (*(owner.email if owner else ()), *sender)


def finding_lines(findings: Sequence[Finding], severity: str, language: str, *, marked: bool) -> list[dict[str, Any]]:
    """Return findings of a severity as lines of a letter (place, message, fix, times), the first twenty groups."""
    groups = group_findings([f for f in findings if f.severity == severity], language)
    shown = [{"place": g.place, "message": g.message, "fix": g.fix, "times": g.times} for g in groups[:_TOLD]]
    if rest := groups[_TOLD:]:
        times = sum(g.times for g in rest)
        more = word("mail_more_marked" if marked else "mail_more_findings", language, n=times)
        shown.append({"place": "", "message": more, "fix": "", "times": times})
    return shown


def _contents(office: Office, one: Judged, language: str) -> list[tuple[str, int]]:
    """Return how many rows each sheet holds, by its name."""
    forms = office.desk.workspace.forms
    if one.form not in forms.names():
        return []
    names = {s.table or s.key: s.name[language] for s in forms.form(one.form, one.profile, one.round).sheets if s.layout == "rows"}
    return [(names[table], count) for table, count in one.rows.items() if table in names and count]
