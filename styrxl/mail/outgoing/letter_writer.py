"""Writing letters in a round: what each of them needs to know of the workspace, the owner and what was mailed before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from styrxl.mail.addresses import sort_addresses
from styrxl.mail.outgoing.letter import AnsweredMail, Attachment, Letter, Sender
from styrxl.mail.outgoing.wording import Wording, read_wording
from styrxl.model.addresses import fold_address
from styrxl.model.assignments import Assignment
from styrxl.model.council_plan import Organisation
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import Round
from styrxl.model.settings import MailSettings
from styrxl.rounds.desk import Desk, suggest_nearest
from styrxl.rounds.judge_inbox import judge_inbox, judge_inbox_quietly
from styrxl.rounds.look import read_look
from styrxl.rounds.mail_status import find_mail_status
from styrxl.rounds.purged import refuse_purged
from styrxl.rounds.status import OwnerStatus, find_overdue, find_owners
from styrxl.store.ledger import Issue
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import TEMPLATES


@dataclass(frozen=True)
class LetterWriter:
    """Writes the letters of a round; nothing is sent here. ``quietly``: nothing is recorded either, of what is judged for them."""

    desk: Desk
    mail_log: MailLog
    round: Round
    quietly: bool = False

    @classmethod
    def open(cls, desk: Desk, round_: Round, *, quietly: bool = False) -> LetterWriter:
        """Return the writer of a round's letters; raises StyrxlError (round-purged)."""
        refuse_purged(desk, round_)
        return cls(desk, MailLog(desk.ledger.database), round_, quietly)

    @cached_property
    def settings(self) -> MailSettings:
        """What ``[mail]`` in the settings says; raises StyrxlError (mail-not-set-up) where it says nothing."""
        settings = self.desk.workspace.settings.mail
        if settings is None:
            raise StyrxlError("mail-not-set-up")
        return settings

    @cached_property
    def wording(self) -> Wording:
        """The words of letters, the workspace's own over the standard ones; raises as ``read_wording``."""
        standard = Path(str(resources.files("styrxl.mail").joinpath("words")))
        return read_wording(standard, self.desk.workspace.root / "mail")

    @cached_property
    def accent(self) -> str:
        """The municipality's colour."""
        return read_look(self.desk.workspace).accent

    @cached_property
    def issues(self) -> dict[tuple[str, str], Issue]:
        """The newest issue of each owner and form."""
        return self.desk.ledger.issues_by_form(self.round.id)

    def find_issue(self, owner: str, form: str | None = None) -> Issue | None:
        """Return the newest issue of an owner in a form, or in the first that it has one of."""
        return next((issue for key, issue in self.issues.items() if key[0] == owner and form in (None, key[1])), None)

    @cached_property
    def mail_parts(self) -> list[MailPart]:
        """What has come by mail."""
        return self.mail_log.parts(self.round.id)

    @cached_property
    def unreached(self) -> dict[str, datetime]:
        """Since when addresses, in small letters, do not work."""
        return self.mail_log.find_unreached()

    @cached_property
    def receipt_numbers(self) -> dict[tuple[str, str], int]:
        """The number of each return's receipt, by path and hash."""
        _judged = self.judged  # judging gives what has come its receipt
        return self.desk.ledger.receipt_numbers(self.round.id)

    @cached_property
    def judged(self) -> JudgedRound:
        """The returns in the inbox, judged."""
        return (judge_inbox_quietly if self.quietly else judge_inbox)(self.desk, self.round)

    @cached_property
    def owners(self) -> tuple[OwnerStatus, ...]:
        """How the round's owners stand; the inbox is judged first, so that nobody is reminded of what has come."""
        _judged = self.judged  # judging records in the ledger how each owner stands
        return find_owners(self.desk, self.round, find_mail_status(self.desk, self.round))

    @cached_property
    def _overdue(self) -> Mapping[str, tuple[Assignment, ...]]:
        return find_overdue(self.desk, self.round)

    def list_overdue(self, owner: str) -> list[dict[str, Any]]:
        """Return the council's assignments that are past their last day with an owner, as letters name them."""
        return [{"id": a.assignment_id, "text": a.text, "due": a.due} for a in self._overdue.get(owner, ())]

    @property
    def sender(self) -> Sender:
        """Who letters come from."""
        return Sender(self.settings.sender, self.settings.reply_to, self.desk.workspace.settings.municipality)

    @property
    def day(self) -> date:
        """Day on which the organisation is looked up."""
        return self.round.day

    @property
    def today(self) -> date:
        """Today, in the municipality's time zone."""
        return self.desk.today

    def describe_answer(self, part: MailPart | None, owner: Organisation | None, file_name: str, verdict: str) -> AnsweredMail | None:
        """Return which mail a letter on a workbook answers, and what it says of it; None where no person wrote that mail."""
        if part is None or part.by_machine:
            return None
        name = self.desk.workspace.settings.round_name(self.round, self.language(owner))
        return AnsweredMail(part.mail, f"{owner.name} ({file_name})" if owner else file_name, verdict, name)

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

    def templates_message_id(self, owner: str, form: str | None = None) -> str | None:
        """Return the id of the message that carried an owner's newest workbook, for later letters to refer to."""
        issue = self.find_issue(owner, form)
        return self.message_id(TEMPLATES, owner, issue.issue_id) if issue else None

    def write(
        self,
        kind: str,
        about: str,
        owner: Organisation | None,
        facts: Mapping[str, Any],
        *,
        to: Iterable[str] | None = None,
        attachments: Sequence[Attachment] = (),
        replies_to: tuple[str, ...] = (),
        is_reply: bool = False,
        answers: AnsweredMail | None = None,
    ) -> Letter:
        """Return a letter to an owner's contacts, or to the addresses given; ``facts`` are what its template may name."""
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
        allowed, refused = sort_addresses(owner.email if to is None and owner else to or (), self.settings.allowed_domains)
        return Letter(
            round=self.round.id,
            kind=kind,
            owner=owner.org_id if owner else "",
            about=about,
            name=(owner.contact or owner.name) if owner and to is None else "",
            to=allowed,
            content=self.wording.render(kind, language, {**shared, **facts}),
            message_id=self.message_id(kind, owner.org_id if owner else "", about),
            attachments=tuple(attachments),
            replies_to=replies_to,
            is_reply=is_reply,
            refused_addresses=refused,
            unreached=tuple(address for address in allowed if fold_address(address) in self.unreached),
            answers=answers,
        )


def check_owners(writer: LetterWriter, owners: Collection[str]) -> None:
    """Raise StyrxlError (mail-unknown-owner) for an owner that the multi-year plan does not have."""
    for owner in owners:
        if writer.find(owner) is None:
            raise StyrxlError("mail-unknown-owner", owner=owner, round=writer.round.id, **suggest_nearest(writer.desk.plan, owner))
