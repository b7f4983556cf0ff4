"""A request as pages see it: whose it is, what it asks, the workspace to answer from, and how an answer is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from styrxl import __version__
from styrxl.model.days import format_moment, local_day, standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.purged import refuse_purged
from styrxl.store.log_file import write_down
from styrxl.store.workspace import Workspace
from styrxl.web.desk.access import EVERYTHING, Access
from styrxl.web.desk.entrance import Entrance
from styrxl.web.desk.entries import Entry, find_entry, keep_entry
from styrxl.web.desk.error_texts import LEADING, describe_error_to, list_ways_out
from styrxl.web.desk.tabs import ROUND_TABS, TABS
from styrxl.web.desk.tasks import Task, TaskBook
from styrxl.web.desk.texts import Texts
from styrxl.web.desk.workplace import Workplace
from styrxl.web.shown_values import make_fit_for_page

MOST_FILES, MOST_FIELDS = 2_000, 20_000
LONGEST_FIELD = 1 << 20  # bytes
MARK = "form_mark"
_NOT_FOUND = frozenset({"unknown-round", "round-without-year"})


@dataclass(frozen=True, slots=True)
class Rooms:
    """What all requests share: the workspace, how people come in, and what is being done."""

    place: Workplace
    entrance: Entrance
    tasks: TaskBook


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody who was let in."""

    request: Request
    rooms: Rooms
    form: FormData = field(default_factory=FormData)

    @property
    def access(self) -> Access:
        """What the visitor may see and do."""
        return find_access(self.request)

    @property
    def place(self) -> Workplace:
        """The workspace that the desk works in, under the visitor's name."""
        return self.rooms.place.seen_by(self.access.who)

    @property
    def language(self) -> str:
        """The language that pages speak: the one asked for, else the workspace's, else Swedish."""
        return find_language(self.place)

    @property
    def query(self) -> Mapping[str, str]:
        """What the address asks after its question mark."""
        return self.request.query_params

    @property
    def path(self) -> Mapping[str, str]:
        """What the address names: a round, a file, a task."""
        return self.request.path_params

    def posted(self, name: str) -> str:
        """Return what was typed into a field of the form, without spaces around it; nothing where there is no such field."""
        value = self.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def uploads(self, name: str) -> list[UploadFile]:
        """Return the files of a field of the form."""
        return [value for value in self.form.getlist(name) if isinstance(value, UploadFile) and value.filename]

    @contextmanager
    def reading(self, *, purged_too: bool = False) -> Iterator[Desk]:
        """Open the workspace for reading; raises StyrxlError (round-purged) where the address names such a round, unless ``purged_too``."""
        with self.place.reading() as desk:
            named = self.path.get("round", "")
            if not purged_too and desk.workspace.rounds.kind_of(named):
                refuse_purged(desk, desk.workspace.rounds.parse(named))
            yield desk

    def check_seen(self, owner: str | None) -> None:
        """Raise HTTPException (404) for what is of an owner that the visitor may not see: nobody is told that it is there."""
        if not self.access.sees(owner):
            raise HTTPException(404)

    def can_open(self, href: str) -> bool:
        """Whether an address leads the visitor to a page that is for them, or to something that they can do."""
        if self.access.is_own_desk:
            return True
        entry = find_entry(self.request.app.routes, href)
        return entry is None or entry.is_for(self.access)

    def list_tasks(self) -> list[Task]:
        """Return what is and was done, as far as the visitor may see it, the newest first."""
        return [task for task in self.rooms.tasks.list_tasks() if self.access.covers(task.access)]

    def describe_error(self, error: StyrxlError) -> tuple[str, ...]:
        """Return what is to be done about an error, as far as the visitor may know what it is about."""
        return describe_error_to(self.access, error, self.language)

    def find_round(self, workspace: Workspace) -> Round:
        """Return the round that the address names; raises StyrxlError (unknown-round)."""
        return workspace.rounds.parse(self.path["round"])

    def show(
        self, page: str, *, status: int = 200, template: str = "", round_: Round | None = None, language: str = "", **values: Any
    ) -> Response:
        """Return a page: its texts are ``words/PAGE.yaml``, its template is ``templates/PAGE.html`` unless another is named.

        ``language``: to be spoken instead of the workspace's.
        """
        texts = Texts(page, language or self.language)
        shown = _environment().get_template(template or f"{page}.html").render(**self._shared(texts, round_), **values)
        return HTMLResponse(shown, status)

    def go(self, href: str) -> Response:
        """Return the answer that leads to another page."""
        return RedirectResponse(href, 303)

    def _shared(self, texts: Texts, round_: Round | None) -> dict[str, Any]:
        workspace = self.place.find_workspace()
        zone = workspace.settings.zone if workspace else standard_zone()
        path, is_in = self.request.url.path, hasattr(self.request.state, "visit")
        return {
            "t": texts,
            "moment": partial(format_moment, zone=zone),
            "day_of": partial(local_day, zone=zone),
            "language": texts.language,
            "municipality": workspace.settings.municipality if workspace else self.place.root.name,
            "folder": str(self.place.root),
            "version": __version__,
            "form_mark": self.rooms.entrance.sign_form(self.request.state.visit) if is_in else "",
            "tabs": [(key, href, path == href) for key, href in TABS if self.can_open(href)] if self.place.is_there else [],
            "round": round_,
            "round_name": workspace.settings.round_name(round_, texts.language) if workspace and round_ else "",
            "round_tabs": [(key, href, path == href) for key, href in _round_tabs(round_) if self.can_open(href)] if round_ else [],
            "running": [task for task in self.list_tasks() if not task.has_ended] if is_in else [],
            "writer": self.place.find_other_writer() if workspace and self.access.sees_all else None,
            "path": path,
            "who": self.access.who,
            "may_open": self.can_open,
            "access": self.access,
        }


def _round_tabs(round_: Round) -> list[tuple[str, str]]:
    return [(key, f"/rounds/{round_.id}{rest}") for key, rest in ROUND_TABS]


def find_language(place: Workplace) -> str:
    """Return the language that a workspace's pages speak."""
    workspace = None if place.asked else place.find_workspace()
    return place.asked or (workspace.settings.language if workspace else "sv")


Page = Callable[[Visit], Response]
Endpoint = Callable[[Request], Any]


def find_access(request: Request) -> Access:
    """Return what whoever asks may see and do: everything, unless a server has said otherwise."""
    access = getattr(request.state, "access", EVERYTHING)
    assert isinstance(access, Access)
    return access


def make_endpoint(page: Page, rooms: Rooms, *, scoped: bool = False, own_desk: bool = False, changes: bool = False) -> Endpoint:
    """Return what answers requests for a page: a form that is posted is read, and must be one of our own; errors are told as pages.

    ``scoped``: the page itself shows no more than its visitor may see; any other is for those alone who may see everybody.
    ``own_desk``: it is about this computer's folders or screen, and so for the desk of its user alone. ``changes``: it is there for
    something that is changed by it: who only reads may look at what would happen, and is led there by no page.
    """
    entry = Entry(scoped=scoped, own_desk=own_desk, changes=changes)

    async def answer(request: Request) -> Response:
        access = find_access(request)
        if not entry.lets_in(access, request.method):
            raise HTTPException(403)
        if request.method != "POST":
            return await run_in_threadpool(_answer, page, Visit(request, rooms))
        async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD) as form:
            if not rooms.entrance.is_form_of(request.state.visit, str(form.get(MARK, ""))):
                raise HTTPException(403)
            return await run_in_threadpool(_answer, page, Visit(request, rooms, form))

    return keep_entry(answer, entry)


def _answer(page: Page, visit: Visit) -> Response:
    try:
        return page(visit)
    except StyrxlError as error:
        return show_error(visit, error)
    except HTTPException:
        raise
    except Exception as error:  # noqa: BLE001 -- told as a page; the log has it whole
        log = write_down(error, f"desk: {visit.request.method} {visit.request.url.path}", visit.place.root)
        return visit.show("error", status=500, told=(), ways=(), log=str(log) if visit.access.is_own_desk else log.name)


def show_error(visit: Visit, error: StyrxlError) -> Response:
    """Return the page that says what the terminal would say of an error, and leads to where it is seen to."""
    status, ways = 404 if error.code in _NOT_FOUND else 409, [way for way in list_ways_out(error) if visit.can_open(f"/{way}")]
    if error.code in LEADING and ways and visit.request.method == "GET" and visit.request.url.path != f"/{ways[0]}":
        return visit.go(f"/{ways[0]}")
    return visit.show("error", status=status, told=visit.describe_error(error), ways=ways, log="")


@cache
def _environment() -> Environment:
    loader = ChoiceLoader([PackageLoader("styrxl.web.desk"), PackageLoader("styrxl.web.serve")])
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=make_fit_for_page
    )
    made.filters["exact"] = escape  # what a form brings back must be as it was, whatever it holds
    return made
