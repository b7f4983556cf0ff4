"""What mail there was in a round, and what of it is still to be sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.decisions import ASSIGN
from styrxl.model.levels import COMMON, find_level
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.mail_status import MailStatus
from styrxl.rounds.overview.consolidation import Consolidation
from styrxl.rounds.status import OwnerStatus
from styrxl.store.ledger import Verdict
from styrxl.store.mail_log import Mail, MailLog
from styrxl.store.mail_states import ANSWER, HELD, SENT, SUMMARY, TAKEN, TEMPLATES

_ANSWERED = frozenset({"accepted", "rejected", "unreadable", "duplicate"})  # verdicts that are mailed


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What mail there was in a round. ``handed_out``: owner -> the day on which its workbook was mailed.

    ``unmailed``: owners whose workbook was not, and that have answered nothing. ``unanswered``: paths of returns whose verdict was not
    mailed. ``results_sent``: whether the summary was sent since the council's workbook was made.
    """

    status: MailStatus = field(default_factory=lambda: MailStatus({}))
    handed_out: Mapping[str, date] = field(default_factory=dict)
    unmailed: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    quarantined: int = 0
    doubtful: int = 0
    results_sent: bool = False


def find_mail_facts(
    desk: Desk,
    round_: Round,
    status: MailStatus,
    owners: Sequence[OwnerStatus],
    verdicts: Sequence[Verdict],
    consolidation: Consolidation | None,
) -> MailFacts:
    """Return what mail there was in a round; ``verdicts``: on what lies in its inbox."""
    mail_log = MailLog(desk.ledger.database)
    mails = [mail for mail in mail_log.mails(round_.id, [TEMPLATES, ANSWER, SUMMARY]).values() if mail.state == SENT]
    made = consolidation.at if consolidation else None
    return MailFacts(
        status,
        {mail.owner: local_day(_sent_at(mail), desk.zone) for mail in mails if mail.kind == TEMPLATES},
        _list_unmailed(desk, round_, owners, {mail.about for mail in mails if mail.kind == TEMPLATES}),
        _list_unanswered(desk, round_, verdicts, [mail.about for mail in mails if mail.kind == ANSWER]),
        sum(part.outcome == HELD for part in mail_log.parts(round_.id)),
        len(mail_log.list_doubtful(round_.id)),
        any(mail.kind == SUMMARY and made is not None and _sent_at(mail) >= made for mail in mails),
    )


def _sent_at(mail: Mail) -> datetime:
    return mail.ended_at or mail.begun_at


def _list_unmailed(desk: Desk, round_: Round, owners: Iterable[OwnerStatus], sent: Collection[str]) -> tuple[str, ...]:
    waiting = {(owner.owner, owner.form) for owner in owners if owner.issued and owner.returned is None}
    issues = desk.ledger.issues_by_form(round_.id).items()
    found = [o for (o, form), issue in issues if issue.issue_id not in sent and not waiting.isdisjoint({(o, form), (o, None)})]
    return tuple(owner for owner in dict.fromkeys(found) if has_address(desk.plan.find(owner, round_.day)))


def has_address(organisation: Organisation | None) -> bool:
    """Tell whether an organisation that fills in for itself has an address that letters can go to."""
    return organisation is not None and bool(organisation.email) and find_level(organisation.kind) != COMMON


def _list_unanswered(desk: Desk, round_: Round, verdicts: Iterable[Verdict], answers: Sequence[str]) -> tuple[str, ...]:
    """Return the paths of returns of whose verdict nobody was told; what the accounts have changed since is not looked for here."""
    parts = MailLog(desk.ledger.database).parts(round_.id)
    withheld = {(part.path, part.sha256) for part in parts if part.by_machine and part.outcome == TAKEN}
    assigned = {sha for sha, decided in desk.ledger.decisions(round_.id).items() if any(d.kind == ASSIGN for d in decided)}
    told = _Told(answers)
    asked = [v for v in verdicts if v.verdict in _ANSWERED and (v.sha256 in assigned or (v.path, v.sha256) not in withheld)]
    return tuple(
        v.path for v in asked if not told.knows(f"{v.path}|{v.sha256[:12]}|{v.verdict}", v.owner if v.sha256 in assigned else None)
    )


class _Told:
    """What answers were about: a return and its verdict, perhaps what the accounts have changed, perhaps to whom it was assigned."""

    def __init__(self, answers: Iterable[str]) -> None:
        parted = [(about, *_cut(about)) for about in answers]
        self._returns = {name for about, head, _ in parted for name in (about, head, _cut(head)[0])}
        self._owners = {(name, last) for _, head, last in parted for name in (head, _cut(head)[0])}

    def knows(self, about: str, owner: str | None) -> bool:
        return about in self._returns if owner is None else (about, owner) in self._owners


def _cut(about: str) -> tuple[str, str]:
    head, _, last = about.rpartition("|")
    return head, last
