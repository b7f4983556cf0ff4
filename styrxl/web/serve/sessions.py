"""Who is signed in: kept in a signed cookie alone, so that a server that is started anew knows them again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date

from itsdangerous import BadSignature, URLSafeTimedSerializer

from styrxl.model.errors import StyrxlError
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE
from styrxl.web.desk.access import Access
from styrxl.web.desk.entrance import Visitor
from styrxl.web.desk.form_marks import FormMarks
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.ended_sessions import EndedSessions
from styrxl.web.serve.roles import SignedIn, find_named, list_owners

SIGN_IN, SIGN_BACK, SIGN_OUT, MINE = "/sign-in", "/sign-in/back", "/sign-out", "/mine"
ABOUT = ("/about/data", "/about/accessibility")
LONGEST = 10 * 3600  # seconds, a working day


class Sessions(FormMarks):
    """The entrance of a site where people sign in."""

    def __init__(self, place: Workplace, origin: str, key: str, today: Callable[[], date]) -> None:
        """Take the workspace, the site's address, what cookies are signed with, and what tells the day."""
        super().__init__(key)
        self._place, self._today = place, today
        self.origin, self.closed = origin, "/sign-in/closed"
        self.is_secure = origin.startswith("https://")
        self.cookie = "__Host-styrxl" if self.is_secure else "styrxl-site"
        self._cookies = URLSafeTimedSerializer(key, "session")
        self._ended = EndedSessions(place, LONGEST)

    def begin(self, person: SignedIn) -> str:
        """Return the cookie of somebody who has signed in."""
        kept = {"who": person.who, "address": person.address, "roles": person.roles, "session": secrets.token_urlsafe(12)}
        return str(self._cookies.dumps(kept))

    def end(self, person: SignedIn) -> None:
        """Let a sign-in hold no longer, whoever has its cookie."""
        self._ended.add(person.session)

    def find_person(self, cookies: Mapping[str, str]) -> SignedIn | None:
        """Return who is signed in, whatever they may; None where nobody is."""
        try:
            kept = self._cookies.loads(cookies.get(self.cookie, ""), max_age=LONGEST)
            person = SignedIn(str(kept["who"]), str(kept["address"]), tuple(map(str, kept["roles"])), str(kept["session"]))
        except (BadSignature, KeyError, TypeError):
            return None
        return None if person.session in self._ended else person

    def recognise(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Return who comes with these cookies, with what they may see and do by the settings as they are now."""
        person = self.find_person(cookies)
        access = self.find_access(person) if person else None
        return Visitor(person.session, access) if person and access else None

    def find_access(self, person: SignedIn) -> Access | None:
        """Return what somebody may see and do; None for those who may not come in, or as long as that cannot be read.

        Who may see everybody comes in whatever state the council's plan is in, since it is they who mend it.
        """
        try:
            site = self._place.open_workspace().settings.site
            named = find_named(person, site.people if site else ())
            if named is None or not named.of:
                return Access(person.who, named.may_write) if named else None
            with self._place.reading() as desk:
                return Access(person.who, named.may_write, list_owners(desk.plan, named.of, self._today()))
        except StyrxlError:
            return None

    def is_open(self, path: str) -> bool:
        """Whether a page is shown to whoever asks."""
        return path != "/" and (self.is_way_in(path) or path.startswith("/static/") or path == SIGN_OUT)

    def is_way_in(self, path: str) -> bool:
        """Whether a page may be come to from other sites: from mails, and from where people sign in."""
        return path in {"/", MINE, SIGN_IN, SIGN_BACK, self.closed, OWNERS_PAGE, *ABOUT} or path.startswith(f"{OWNERS_PAGE}/")

    def hides(self, _: str) -> bool:
        """Whether a page's own address is a secret that its own site may not see: none, since a site tells others nothing."""
        return False
