"""The first screen: what to do next in each open round."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from styrxl.rounds.open_rounds import list_open_rounds
from styrxl.web.desk.visit import Rooms, Visit, make_endpoint


def list_routes(rooms: Rooms) -> list[Route]:
    """Return the routes of this page."""
    return [Route("/", make_endpoint(show_home, rooms))]


def show_home(visit: Visit) -> Response:
    """Return the first screen."""
    with visit.reading() as desk:
        rounds = [(round_.id, desk.workspace.settings.round_name(round_, visit.language)) for round_ in list_open_rounds(desk)[::-1]]
    return visit.show("home", rounds=rounds)
