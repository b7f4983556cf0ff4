"""The site as an application: the desk's pages for controllers, and those that owners come to by their links."""

from __future__ import annotations

from starlette.types import ASGIApp

from styrxl.rounds.owner_links.tokens import OWNERS_PAGE
from styrxl.web.desk.app import guard_pages, list_ways_in
from styrxl.web.desk.door import Door
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.owner_pages import OwnerRooms, list_routes


class SiteDoor(Door):
    """The way in to a site of this computer alone, as long as nobody can sign in: the desk's link, and owners' own."""

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        return super().is_open(path) or is_for_owners(path)

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from elsewhere: from mails."""
        return super().is_way_in(path) or is_for_owners(path)


def is_for_owners(path: str) -> bool:
    """Whether a page is one that owners come to by a link or a code."""
    return path == OWNERS_PAGE or path.startswith(f"{OWNERS_PAGE}/")


def make_local_site(place: Workplace, door: SiteDoor, tasks: TaskBook | None = None) -> ASGIApp:
    """Return the site of this computer alone."""
    rooms = Rooms(place, door, tasks or TaskBook(lambda: place.root))
    return guard_pages(rooms, [*list_ways_in(rooms, door), *list_routes(OwnerRooms(rooms))])
