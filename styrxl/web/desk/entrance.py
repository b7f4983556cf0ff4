"""What the guard asks about whoever comes: at one's own desk the door that a link opens, on a server the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from styrxl.web.desk.access import Access


class Visitor(NamedTuple):
    """Somebody who was let in: what names the visit, and what they may see and do."""

    visit: str
    access: Access


class Entrance(Protocol):
    """How people come in. ``origin``: its address as browsers know it. ``closed``: the page for those who are not let in."""

    origin: str
    closed: str

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        ...

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from other sites and programs."""
        ...

    def hides(self, path: str) -> bool:
        """Whether a page's own address is a secret, which no other page is told, not even one of its own site."""
        ...

    def recognise(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Return who comes with these cookies; None for nobody who was let in."""
        ...

    def sign_form(self, visit: str) -> str:
        """Return the mark that a visit's forms carry, so that no other page can fill them in."""
        ...

    def is_form_of(self, visit: str, mark: str) -> bool:
        """Whether a form carries the mark of a visit."""
        ...
