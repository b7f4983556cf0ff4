"""A site whose visitors are who their cookie says: the desk's own pages, behind an entrance of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from desk_visitor import ORIGIN
from desk_visitor import Visitor as Reader
from styrxl.web.desk.access import Access
from styrxl.web.desk.actions import Action, make_action_route
from styrxl.web.desk.app import guard_pages
from styrxl.web.desk.entrance import Visitor
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve import about_pages

WHO = "who"  # the cookie


@dataclass(slots=True)
class ByCookie:
    """An entrance at which everybody is who their cookie says."""

    people: Mapping[str, Access]
    origin: str = ORIGIN
    closed: str = "/closed"

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        return path.startswith("/static/")

    def is_way_in(self, _: str) -> bool:
        """Whether a page may be come to from elsewhere: none."""
        return False

    def hides(self, _: str) -> bool:
        """Whether a page's own address is a secret: none."""
        return False

    def recognise(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Return who comes with these cookies."""
        who = cookies.get(WHO, "")
        return Visitor(who, self.people[who]) if who in self.people else None

    def sign_form(self, visit: str) -> str:
        """Return the mark that a visit's forms carry."""
        return f"form of {visit}"

    def is_form_of(self, visit: str, mark: str) -> bool:
        """Whether a form carries the mark of a visit."""
        return mark == f"form of {visit}"


@dataclass(frozen=True, slots=True)
class ScopedSite:
    """A site and its visitors by who they are."""

    visitors: Mapping[str, Reader]
    tasks: TaskBook


@contextmanager
def open_scoped_site(root: Path, people: Mapping[str, Access], now: datetime, actions: Sequence[Action] = ()) -> Iterator[ScopedSite]:
    """Open a workspace's pages to people, each in a browser of their own; ``actions``: which it has besides."""
    place = Workplace(root, clock=lambda: now, by="servern")
    tasks = TaskBook(lambda: root)
    rooms = Rooms(place, ByCookie(people), tasks)
    app: ASGIApp = guard_pages(rooms, [*about_pages.list_routes(rooms), *(make_action_route(action, rooms) for action in actions)])
    with ExitStack() as stack:
        visitors = {}
        for who in people:
            client = stack.enter_context(TestClient(app, base_url=ORIGIN, follow_redirects=True, cookies={WHO: who}))
            visitors[who] = Reader(client, "/", place, tasks)
        yield ScopedSite(visitors, tasks)
