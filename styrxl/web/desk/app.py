"""The desk as an application: its pages, the guard before them, and what is served as it lies in the package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from importlib import resources

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from styrxl.model.limits import MB, STANDARD
from styrxl.web.desk import (
    downloads,
    hand_out,
    home,
    round_report,
    round_table,
    task_pages,
)
from styrxl.web.desk.actions import Action, make_action_route
from styrxl.web.desk.door import ENTRY, Door
from styrxl.web.desk.guard import BodyError, Guard
from styrxl.web.desk.intake import intake_pages
from styrxl.web.desk.letters import letter_pages
from styrxl.web.desk.look import read_style
from styrxl.web.desk.results import result_pages
from styrxl.web.desk.returns import return_pages
from styrxl.web.desk.setup import setup_pages
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import MOST_FILES, Endpoint, Rooms, Visit, make_endpoint
from styrxl.web.desk.workplace import Workplace

PAGES = (  # each with ``list_routes``
    home,
    round_table,
    hand_out,
    round_report,
    downloads,
    task_pages,
    *intake_pages.PAGES,
    *letter_pages.PAGES,
    *result_pages.PAGES,
    *return_pages.PAGES,
    *setup_pages.PAGES,
)
ACTIONS: tuple[Action, ...] = (
    hand_out.HAND_OUT,
    round_report.CHAPTER,
    round_report.PUBLISH,
    *intake_pages.ACTIONS,
    *letter_pages.ACTIONS,
    *result_pages.ACTIONS,
    *return_pages.ACTIONS,
    *setup_pages.ACTIONS,
)

LARGEST_UPLOAD = 20 * STANDARD.file_mb * MB  # bytes of a form with files
_GO_ON = """<!doctype html><meta http-equiv="refresh" content="0;url=/"><link rel="icon" href="/static/icon.svg">
<title>styrxl</title><a href="/">styrxl</a>"""


def make_app(place: Workplace, door: Door, tasks: TaskBook | None = None) -> ASGIApp:
    """Return the application, guarded."""
    rooms = Rooms(place, door, tasks or TaskBook(lambda: place.root))
    return guard_pages(rooms, list_ways_in(rooms, door))


def list_ways_in(rooms: Rooms, door: Door) -> list[BaseRoute]:
    """Return the routes by which people come in at one's own desk."""
    return [Route(ENTRY + "{link}", _enter(rooms, door)), Route("/closed", make_endpoint(_show_closed, rooms, scoped=True))]


def list_routes(rooms: Rooms) -> list[BaseRoute]:
    """Return the routes of all pages but those by which people come in; a test walks them, so that no page is forgotten."""
    static = StaticFiles(directory=str(resources.files("styrxl.web.desk").joinpath("static")))
    return [
        Route("/static/look.css", make_endpoint(_show_look, rooms, scoped=True)),
        Mount("/static", static),
        *(route for page in PAGES for route in page.list_routes(rooms)),
        *(make_action_route(action, rooms) for action in ACTIONS),
    ]


def guard_pages(rooms: Rooms, ways_in: Sequence[BaseRoute]) -> ASGIApp:
    """Return the desk's pages, with those by which people come in, behind a guard."""
    app = Starlette(
        routes=[*ways_in, *list_routes(rooms)],
        exception_handlers={BodyError: _tell_body(rooms), HTTPException: _tell_http(rooms)},
    )
    return Guard(app, rooms.entrance, largest_upload=LARGEST_UPLOAD)


def _enter(rooms: Rooms, door: Door) -> Endpoint:
    """Return what changes a link for a cookie; the browser then goes on by itself, since one that is sent on does not send the cookie."""

    async def enter(request: Request) -> Response:
        cookie = door.enter(request.path_params["link"])
        if cookie is None:
            visit = Visit(request, rooms)
            return visit.show("closed", status=403)
        answer = HTMLResponse(_GO_ON)
        answer.set_cookie(door.cookie, cookie, httponly=True, samesite="strict", path="/")
        return answer

    return enter


def _show_closed(visit: Visit) -> Response:
    return visit.show("closed", status=403)


def _show_look(visit: Visit) -> Response:
    return Response(read_style(visit.place), media_type="text/css", headers={"Cache-Control": "no-cache"})


def _tell_body(rooms: Rooms) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def tell(request: Request, error: Exception) -> Response:
        return _show_too_much(request, rooms, error.status if isinstance(error, BodyError) else 400)

    return tell


def _show_too_much(request: Request, rooms: Rooms, status: int) -> Response:
    """Return the page that says that what was sent is too much at once, or comes too slowly."""
    if not hasattr(request.state, "visit"):
        return PlainTextResponse("", status)
    page = "too_slow" if status == HTTPStatus.REQUEST_TIMEOUT else "too_much"
    return Visit(request, rooms).show("too_much", status=status, told=page, mb=LARGEST_UPLOAD // MB, files=MOST_FILES)


def _tell_http(rooms: Rooms) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def tell(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        if not hasattr(request.state, "visit"):
            return PlainTextResponse("", status)
        if status == HTTPStatus.BAD_REQUEST and request.method == "POST":  # a form that has too many files, or is none
            return _show_too_much(request, rooms, status)
        return Visit(request, rooms).show("refused" if status == 403 else "missing", status=status)

    return tell
