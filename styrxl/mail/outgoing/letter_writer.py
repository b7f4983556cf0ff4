"""Mailing: which letters a round calls for, from what was issued, returned and judged. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from styrxl.mail.addresses import sorted_out
from styrxl.mail.outgoing.letter import Attachment, Letter, Sender
from styrxl.mail.outgoing.wording import Wording, read_wording
from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.model.settings import MailSettings
from styrxl.rounds.desk import Desk, read_look, suggest_nearest
from styrxl.store.ledger import Issue
from styrxl.store.mail_log import TEMPLATES, Brought, MailBook


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
        return read_look(self.desk.workspace).accent

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
            raise StyrxlError("mail-unknown-owner", owner=owner, round=office.round.id, **suggest_nearest(office.desk.plan, owner))
