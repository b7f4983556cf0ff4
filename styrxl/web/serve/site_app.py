"""The site as an application: the desk's pages for controllers, and those that owners come to by their links or their sign-in."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp

from styrxl.model.settings import SiteSignIn
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE
from styrxl.web.desk.app import guard_pages
from styrxl.web.desk.entrance import Visitor
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms, make_endpoint
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve import about_pages, owner_pages
from styrxl.web.serve.own_pages import OwnPages
from styrxl.web.serve.owner_visit import OwnerRooms
from styrxl.web.serve.sessions import ABOUT, SIGN_IN, Sessions
from styrxl.web.serve.sign_in import SignInPages, make_client
from styrxl.web.serve.sign_in_log import SignInLog

_SIGNING_IN = 600  # seconds that somebody may take to sign in


class OwnersOnly:
    """The entrance of a site at which nobody signs in: owners come by their links, and controllers work elsewhere."""

    def __init__(self, origin: str) -> None:
        """Take the site's address."""
        self.origin, self.closed = origin, "/closed"

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        return self.is_way_in(path) or path.startswith("/static/")

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from elsewhere: from mails."""
        return path in {OWNERS_PAGE, *ABOUT} or path.startswith(f"{OWNERS_PAGE}/")

    def hides(self, _: str) -> bool:
        """Whether a page's own address is a secret that its own site may not see: none, since a site tells others nothing."""
        return False

    def recognise(self, _: Mapping[str, str]) -> Visitor | None:
        """Return nobody."""
        return None

    def sign_form(self, _: str) -> str:
        """Return no mark: nobody's forms need one."""
        return ""

    def is_form_of(self, _: str, __: str) -> bool:
        """Whether a form is somebody's: nobody's."""
        return False


def make_owners_site(place: Workplace, entrance: OwnersOnly, tasks: TaskBook | None = None) -> ASGIApp:
    """Return the site that owners come to by their links."""
    rooms = Rooms(place, entrance, tasks or TaskBook(lambda: place.root))
    here = OwnerRooms(rooms)
    closed = Route(entrance.closed, make_endpoint(owner_pages.show_closed, rooms, scoped=True))
    return guard_pages(rooms, [closed, *owner_pages.list_routes(here), *about_pages.list_routes(rooms)])


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
