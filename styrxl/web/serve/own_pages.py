"""Where owners come who have signed in: the workbooks that their address is registered for, each opened by its link."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.model.settings import BY_LINK
from styrxl.rounds.desk import Desk
from styrxl.rounds.open_rounds import list_open_rounds
from styrxl.rounds.owner_links.links import give_link
from styrxl.rounds.owner_links.tokens import OWNERS_PAGE, make_token
from styrxl.web.desk.error_texts import describe_error
from styrxl.web.desk.visit import LONGEST_FIELD, MARK, Rooms, Visit
from styrxl.web.serve.roles import SignedIn, list_own
from styrxl.web.serve.sessions import MINE, Sessions

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OwnPages:
    """The page of somebody's own workbooks."""

    rooms: Rooms
    sessions: Sessions

    def list_routes(self) -> list[Route]:
        """Return the routes of this page."""
        return [Route(MINE, self.show, methods=["GET"]), Route(MINE, self.open, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """Return the page."""
        person = self.sessions.find_person(request.cookies)
        if person is None:
            return RedirectResponse(self.sessions.closed, 303)
        return await run_in_threadpool(_tell_trouble, self._show, Visit(request, self.rooms), person)

    async def open(self, request: Request) -> Response:
        """Lead to an owner's page, for somebody whose address is registered for it."""
        person = self.sessions.find_person(request.cookies)
        async with request.form(max_files=0, max_fields=10, max_part_size=LONGEST_FIELD) as form:
            if person is None or not self.sessions.is_form_of(person.session, str(form.get(MARK, ""))):
                raise HTTPException(403)
            round_id, owner = str(form.get("round", "")), str(form.get("owner", ""))
            return await run_in_threadpool(_tell_trouble, self._open, Visit(request, self.rooms), person, round_id, owner)

    def _show(self, visit: Visit, person: SignedIn) -> Response:
        with visit.reading() as desk:
            settings, language = desk.workspace.settings, visit.language
            mine = [
                (round_.id, owner, settings.round_name(round_, language), desk.plan.names(round_.day).get(owner, owner))
                for round_, owner in list_mine(desk, person)
            ]
            mark = self.sessions.sign_form(person.session)
            return visit.show("site_mine", mine=mine, person=person.who, mark=mark, contact=settings.contact)

    def _open(self, visit: Visit, person: SignedIn, round_id: str, owner: str) -> Response:
        with visit.reading() as desk:
            if (round_id, owner) not in {(round_.id, one) for round_, one in list_mine(desk, person)}:
                raise HTTPException(403)
            site = desk.workspace.settings.site
        with visit.place.seen_by(person.who).writing("sign-in", lambda _: None) as desk:
            link = give_link(desk, desk.workspace.rounds.parse(round_id), owner, site.link_days if site else 1)
            return RedirectResponse(f"{OWNERS_PAGE}/{make_token(desk.workspace, link)}", 303)


def _tell_trouble(page: Callable[..., Response], visit: Visit, *values: object) -> Response:
    """Return a page, or that the workspace cannot be read or written just now."""
    try:
        return page(visit, *values)
    except StyrxlError as error:
        _LOG.error("the page of somebody's own workbooks could not be shown: %s", "; ".join(describe_error(error, visit.language)))
        return visit.show("site_closed", status=503, reason="trouble", contact="")


def list_mine(desk: Desk, person: SignedIn) -> list[tuple[Round, str]]:
    """Return the owners of open rounds whose workbooks were handed out and of which somebody is a contact, the newest round first."""
    site = desk.workspace.settings.site
    if site is None or site.owners == BY_LINK:
        return []
    found = []
    for round_ in list_open_rounds(desk)[::-1]:
        issued = {owner for owner, _ in desk.ledger.issues_by_form(round_.id)}
        found += [(round_, owner) for owner in list_own(person, desk.plan, round_.day) if owner in issued]
    return found
