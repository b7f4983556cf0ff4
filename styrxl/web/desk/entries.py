"""Whom each page is for: what its endpoint says of itself, asked by the page's own answer and by every link to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute, Match, Route

from styrxl.web.desk.access import Access

_KEPT = "entry"


@dataclass(frozen=True, slots=True)
class Entry:
    """Whom a page is for: ``scoped``, ``own_desk`` and ``changes`` as ``make_endpoint`` has them."""

    scoped: bool = False
    own_desk: bool = False
    changes: bool = False

    def lets_in(self, access: Access, method: str) -> bool:
        """Whether a request of somebody is answered at all."""
        if self.own_desk and not access.is_own_desk:
            return False
        return (self.scoped or access.sees_all) and (access.may_write or method != "POST")

    def is_for(self, access: Access) -> bool:
        """Whether somebody is led to the page: they may come, and do what it is there for."""
        return self.lets_in(access, "POST" if self.changes else "GET")


def keep_entry(endpoint: Callable[..., Any], entry: Entry) -> Callable[..., Any]:
    """Return an endpoint that says whom it is for."""
    setattr(endpoint, _KEPT, entry)
    return endpoint


def find_entry(routes: Sequence[BaseRoute], href: str) -> Entry | None:
    """Return whom the page at an address is for; None for one that does not say so: a way in, or what lies in the package."""
    scope = {"type": "http", "path": href.partition("#")[0].partition("?")[0], "method": "GET"}
    route = next((one for one in routes if isinstance(one, Route) and one.matches(scope)[0] is not Match.NONE), None)
    entry = getattr(route.endpoint, _KEPT, None) if route else None
    assert entry is None or isinstance(entry, Entry)
    return entry
