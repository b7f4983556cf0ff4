"""The site as an application: the desk's pages for controllers, and those that owners come to by their links or their sign-in."""

from __future__ import annotations

from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp

from styrxl.model.settings import SiteSignIn
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE
from styrxl.web.desk.app import guard_pages, list_ways_in
from styrxl.web.desk.door import Door
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve import about_pages, owner_pages
from styrxl.web.serve.own_pages import OwnPages
from styrxl.web.serve.owner_pages import OwnerRooms
from styrxl.web.serve.sessions import ABOUT, SIGN_IN, Sessions
from styrxl.web.serve.sign_in import SignInPages, make_client
from styrxl.web.serve.sign_in_log import SignInLog

_SIGNING_IN = 600  # seconds that somebody may take to sign in


class SiteDoor(Door):
    """The way in to a site of this computer alone, as long as nobody can sign in: the desk's link, and owners' own."""

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        return super().is_open(path) or _is_for_owners(path)

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from elsewhere: from mails."""
        return super().is_way_in(path) or _is_for_owners(path)


def _is_for_owners(path: str) -> bool:
    """Whether a page is one that owners come to by a link or a code."""
    return path in {OWNERS_PAGE, *ABOUT} or path.startswith(f"{OWNERS_PAGE}/")


def make_local_site(place: Workplace, door: SiteDoor, tasks: TaskBook | None = None) -> ASGIApp:
    """Return the site of this computer alone."""
    rooms = Rooms(place, door, tasks or TaskBook(lambda: place.root))
    return guard_pages(rooms, [*list_ways_in(rooms, door), *owner_pages.list_routes(OwnerRooms(rooms)), *about_pages.list_routes(rooms)])


def make_site(place: Workplace, sessions: Sessions, settings: SiteSignIn, secret: str, key: str, tasks: TaskBook | None = None) -> ASGIApp:
    """Return the site where people sign in; ``key``: what it signs for the while that signing in takes."""
    rooms = Rooms(place, sessions, tasks or TaskBook(lambda: place.root))
    signing_in = SignInPages(rooms, sessions, settings, SignInLog(place), make_client(settings, place.root, secret))
    own = OwnPages(rooms, sessions)
    ways_in = [
        *signing_in.list_routes(),
        *own.list_routes(),
        *owner_pages.list_routes(OwnerRooms(rooms, person=sessions.find_person)),
        *about_pages.list_routes(rooms),
    ]
    return SessionMiddleware(
        guard_pages(rooms, ways_in),
        key,
        session_cookie="styrxl-signing-in",
        max_age=_SIGNING_IN,
        path=SIGN_IN,
        same_site="lax",
        https_only=sessions.is_secure,
    )
