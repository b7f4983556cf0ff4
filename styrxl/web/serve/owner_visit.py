"""A request by an owner's link: what its pages share, and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any

from starlette.responses import Response

from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE, make_token
from styrxl.store.owner_links import OwnerLink
from styrxl.web.desk.visit import Rooms, Visit, find_language
from styrxl.web.serve.attempts import Attempts
from styrxl.web.serve.checks import Checks
from styrxl.web.serve.roles import SignedIn

_AT_ONCE = 2  # workbooks that are judged at the same time; others wait


@dataclass(frozen=True, slots=True)
class OwnerRooms:
    """What all of these pages share."""

    rooms: Rooms
    checks: Checks = field(default_factory=Checks)
    attempts: Attempts = field(default_factory=Attempts)
    judging: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_AT_ONCE))
    person: Callable[[Mapping[str, str]], SignedIn | None] = lambda _: None  # who is signed in, by cookies


@dataclass(frozen=True, slots=True)
class OwnerVisit:
    """A request by an owner's link, which holds."""

    visit: Visit
    here: OwnerRooms
    desk: Desk
    link: OwnerLink
    round: Round

    @property
    def language(self) -> str:
        """The owner's language."""
        owner = self.desk.plan.find(self.link.owner, self.round.day)
        return (owner.language if owner else None) or find_language(self.visit.place)

    @property
    def address(self) -> str:
        """The address of the owner's page."""
        return f"{OWNERS_PAGE}/{make_token(self.desk.workspace, self.link)}"

    def show(self, page: str, status: int = 200, **values: Any) -> Response:
        """Return a page of the owner's."""
        settings, language = self.desk.workspace.settings, self.language
        return self.visit.show(
            page,
            status=status,
            language=language,
            owner=self.desk.plan.names(self.round.day).get(self.link.owner, self.link.owner),
            of_round=settings.round_name(self.round, language),
            due=self._find_due(),
            contact=settings.contact,
            address=self.address,
            **values,
        )

    def _find_due(self) -> str:
        owner = self.desk.plan.find(self.link.owner, self.round.day)
        due = self.desk.workspace.settings.due(self.round, self.link.owner, owner.kind) if owner else None
        return due.isoformat() if due else ""
