"""Mailing: which letters a round calls for, from what was issued, returned and judged. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from styrxl.commands.findings_report import told
from styrxl.mail.outgoing.letter import Attachment, Letter, Sender, sorted_out, thread
from styrxl.mail.outgoing.wording import Wording, read_wording
from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, word
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import masked
from styrxl.model.rounds import Round
from styrxl.returns.workbook import read
from styrxl.rounds.desk import Desk, judge_inbox, meant
from styrxl.rounds.issue import look
from styrxl.rounds.status import Standing, stand
from styrxl.store.ledger import Issue
from styrxl.store.mail_log import ANSWER, ESCALATION, NOTICE, REMINDER, TEMPLATES, Brought, MailBook
from styrxl.store.settings_file import MailSettings

_TOLD = 20  # groups of findings that an answer lists; the marked workbook has them all
_ANSWERED = ("accepted", "rejected", "unreadable", "duplicate")
_TO_MEND = ("rejected", "unreadable")


@dataclass(frozen=True)
class Office:
    """What writing letters in a round takes."""

    desk: Desk
    book: MailBook
    round: Round

    @cached_property
    def settings(self) -> MailSettings:
        """What ``[mail]`` says; raises StyrxlError (mail-not-set-up) where it says nothing."""
        found = self.desk.workspace.settings.mail
        if found is None:
            raise StyrxlError("mail-not-set-up")
        return found

    @cached_property
    def wording(self) -> Wording:
        """The words, the workspace's own over the standard ones; raises as ``read_wording``."""
        standard = Path(str(resources.files("styrxl.mail").joinpath("words")))
        return read_wording(standard, self.desk.workspace.root / "mail")

    @cached_property
    def accent(self) -> str:
        """The municipality's colour."""
        return look(self.desk.workspace).accent

    @cached_property
    def issues(self) -> dict[str, Issue]:
        """The newest issue of each owner."""
        return self.desk.ledger.issues(self.round.id)

    @cached_property
    def brought(self) -> list[Brought]:
        """What mail has brought."""
        return self.book.brought(self.round.id)

    @property
    def sender(self) -> Sender:
        """Who mails come from."""
        return Sender(self.settings.sender, self.settings.reply_to, self.desk.workspace.settings.municipality)

    @property
    def day(self) -> date:
        """Day on which the organisation is looked up."""
        return self.round.day

    @property
    def today(self) -> date:
        """The day that people here have."""
        return local_day(self.desk.now)

    def find(self, owner: str | None) -> Organisation | None:
        """Return an owner's row of the organisation."""
        return self.desk.plan.find(owner, self.day) if owner else None

    def language(self, owner: Organisation | None) -> str:
        """Return the language of an owner, else the municipality's."""
        return (owner.language if owner else None) or self.desk.workspace.settings.language

    def due(self, owner: Organisation | None) -> date | None:
        """Return when an owner's return is due."""
        return self.desk.workspace.settings.due(self.round, owner.org_id, owner.kind) if owner else None

    def message_id(self, *about: str) -> str:
        """Return the id of a message: the same each time it is made, and another one in another workspace."""
        host = self.sender.address.rpartition("@")[2]
        return f"<styrxl.{self.desk.workspace.sign(['mail', self.round.id, *about])[:40]}@{host}>"

    def handed_out(self, owner: str) -> str | None:
        """Return the id of the message that an owner's newest workbook went with, for others to thread with."""
        issue = self.issues.get(owner)
        return self.message_id(TEMPLATES, owner, issue.issue_id) if issue else None

    def letter(
        self,
        kind: str,
        about: str,
        owner: Organisation | None,
        facts: Mapping[str, Any],
        *,
        to: Iterable[str] | None = None,
        attachments: Sequence[Attachment] = (),
        answers: tuple[str, ...] = (),
        replies: bool = False,
    ) -> Letter:
        """Return a letter to an owner's contacts, or to the addresses given."""
        language, settings = self.language(owner), self.desk.workspace.settings
        shared = {
            "municipality": settings.municipality,
            "round_name": settings.round_name(self.round, language),
            "owner": owner.org_id if owner else "",
            "owner_name": owner.name if owner else settings.municipality,
            "contact": settings.contact,
            "due": (due := self.due(owner)),
            "late": due is not None and self.today > due,
            "accent": self.accent,
        }
        good, kept = sorted_out(owner.email if to is None and owner else to or (), self.settings.allowed_domains)
        return Letter(
            round=self.round.id,
            kind=kind,
            owner=owner.org_id if owner else "",
            about=about,
            name=(owner.contact or owner.name) if owner and to is None else "",
            to=good,
            said=self.wording.say(kind, language, {**shared, **facts}),
            message_id=self.message_id(kind, owner.org_id if owner else "", about),
            attachments=tuple(attachments),
            answers=answers,
            replies=replies,
            kept_back=kept,
        )


def check_named(office: Office, only: Collection[str]) -> None:
    """Raise StyrxlError (mail-unknown-owner) for an owner that the multi-year plan does not have."""
    for owner in only:
        if office.find(owner) is None:
            raise StyrxlError("mail-unknown-owner", owner=owner, round=office.round.id, **meant(office.desk.plan, owner))


# what was handed out


def templates(office: Office, only: Collection[str] = ()) -> list[Letter]:
    """Return a letter for each owner that a workbook was made for.

    Raises StyrxlError: nothing-issued; outbox-stale where the file is not the one that was issued last.
    """
    if not office.issues:
        raise StyrxlError("nothing-issued", round=office.round.id)
    found = []
    for owner, issue in office.issues.items():
        if (not only or owner in only) and (row := office.find(owner)):
            workbook = _workbook(office, issue)
            found.append(office.letter(TEMPLATES, issue.issue_id, row, {"file_name": workbook.name}, attachments=[workbook]))
    return found


def _workbook(office: Office, issue: Issue) -> Attachment:
    path = office.desk.workspace.outbox(office.round) / issue.file_name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StyrxlError("outbox-stale", path=str(path), round=office.round.id) from error
    returned, _ = read(data)
    if returned is None or returned.identity.get("issue") != issue.issue_id:
        raise StyrxlError("outbox-stale", path=str(path), round=office.round.id)
    return Attachment(issue.file_name, data)


# what came back


def to_answer(judged: JudgedRound, only: Collection[str] = ()) -> list[Judged]:
    """Return the returns that have a verdict to tell, unless a newer one took their place."""
    return [one for one in judged.returns if one.verdict in _ANSWERED and (not only or one.owner in only)]


def unanswered(office: Office, returns: Iterable[Judged]) -> list[Judged]:
    """Return those of the returns whose verdict has not been told."""
    told_of = _answered(office)
    return [one for one in returns if _about(one) not in told_of]


def _answered(office: Office) -> dict[str, date | None]:
    """Return on which day each answer that has gone did, by what it was about."""
    mails = office.book.mails(office.round.id, [ANSWER]).values()
    return {mail.about: local_day(mail.ended_at) for mail in mails if mail.state == "sent"}


def _about(one: Judged) -> str:
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
    errors, warnings = (_told(one.findings, severity, language, marked=annotated is not None) for severity in ("error", "warning"))
    facts = {
        "verdict": one.verdict,
        "errors": sum(group["times"] for group in errors),
        "mends": errors if one.verdict != "duplicate" else [],
        "checks": warnings if one.verdict in {"accepted", "rejected"} else [],
        "file_name": masked((message.name if message else None) or one.path.rpartition("/")[2]),
        "received": one.received.astimezone().strftime("%Y-%m-%d %H:%M") if one.received else "",
        "sha256": one.sha256,
        "contents": _contents(office, one, language),
        "in_force": one.verdict not in {"accepted", "duplicate"} and has_accepted,
        "annotated": annotated is not None,
    }
    return office.letter(
        ANSWER,
        _about(one),
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


def _told(findings: Sequence[Finding], severity: str, language: str, *, marked: bool) -> list[dict[str, Any]]:
    groups = told([f for f in findings if f.severity == severity], language)
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


# who has not come


def reminders(office: Office, only: Collection[str] = ()) -> list[Letter]:
    """Return a letter for each owner that has been issued a workbook and has none that is done, and for the boards of the very late.

    Each once a day; the inbox is judged first, so that nobody is reminded of what lies there.
    """
    judged, answered = judge_inbox(office.desk, office.round), _answered(office)
    open_ = [one for one in stand(office.desk, office.round).owners if one.issued and one.state != "accepted" and not one.in_force]
    asked = [one for one in open_ if not only or one.owner in only]
    mends = {one.owner: one for one in sorted(judged.returns, key=lambda r: str(r.received)) if one.verdict in _TO_MEND}
    return [*(_reminder(office, one, mends.get(one.owner), answered) for one in asked), *_escalations(office, open_, only)]


def _reminder(office: Office, one: Standing, newest: Judged | None, answered: Mapping[str, date | None]) -> Letter:
    owner = office.find(one.owner)
    mend = newest if one.state in _TO_MEND else None
    on = answered.get(_about(mend)) if mend else None
    listed = _told(mend.findings, "error", office.language(owner), marked=False) if mend and not on else []
    workbook = None if mend else _workbook(office, office.issues[one.owner])
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


def _escalations(office: Office, late: Sequence[Standing], only: Collection[str]) -> Iterator[Letter]:
    limit = office.settings.escalate_after
    groups: dict[str, list[Standing]] = {}
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


def _late(one: Standing, language: str) -> dict[str, str]:
    return {"name": one.name, "due": str(one.due), "state": _state(one, language), "reminded": str(local_day(one.reminded) or "–")}


def _state(one: Standing, language: str) -> str:
    return word({"late": "status_late", "waiting": "status_waiting"}.get(one.state, f"verdict_{one.state}"), language)


# what came without a workbook


def notices(office: Office) -> list[Letter]:
    """Return a letter to each sender within the municipality whose message brought no workbook, or one that waits for a controller."""
    by_mail: dict[str, list[Brought]] = {}
    for one in office.brought:
        by_mail.setdefault(one.mail, []).append(one)
    found = []
    for mail, parts in by_mail.items():
        held = [one for one in parts if one.outcome == "held"]
        noted = [one for one in parts if one.outcome == "noted"]
        shown = held or (noted if not any(one.outcome in {"taken", "known", "released"} for one in parts) else [])
        if not shown:
            continue
        first = shown[0]
        good, _ = sorted_out([first.sender], office.settings.allowed_domains)
        if not good:
            continue  # nobody outside is told anything; the controller sees it in the list
        owner = office.find(contact_of(office, first.sender))
        facts = {"reason": "held" if held else first.reason, "files": [masked(one.name) for one in shown if one.name]}
        about = mail[:16]
        found.append(office.letter(NOTICE, about, owner, facts, to=good, answers=thread(first.message_id), replies=True))
    return found


def contact_of(office: Office, sender: str) -> str | None:
    """Return the first owner that an address is a contact of."""
    wanted = sender.casefold()
    return next((o.org_id for o in office.desk.plan.organisations if wanted in {a.casefold() for a in o.email}), None)
