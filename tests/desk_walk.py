"""Every page of the desk, found by its routes and by following its links: so that no page that is new is forgotten."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urldefrag, urljoin, urlsplit

import httpx2 as httpx
from starlette.routing import BaseRoute, Route

from desk_visitor import ORIGIN, PORT, Visitor
from styrxl.web.desk.app import list_routes
from styrxl.web.desk.door import Door, OpenDesk, make_key
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace

MOST = 4  # addresses of a kind that are followed


def list_page_routes(root: Path) -> list[Route]:
    """Return the routes of all pages of the desk of a workspace."""
    place = Workplace(root)
    rooms = Rooms(place, Door(OpenDesk(PORT, os.getpid(), make_key())), TaskBook(lambda: root))
    return [route for route in list_routes(rooms) if isinstance(route, Route)]


def list_methods(route: Route) -> list[str]:
    """Return by which methods a route is asked for, but HEAD."""
    return sorted((route.methods or set()) - {"HEAD"})


def fill_address(route: Route, **values: str) -> str:
    """Return an address of a route, its places filled in; what is not named is ``x``."""
    places = {name: values.get(name, "x") for name in route.param_convertors}
    return route.path_format.format(**places)


def find_route(routes: Sequence[BaseRoute], path: str) -> str:
    """Return the pattern that an address belongs to; nothing for one of none."""
    return next((r.path for r in routes if isinstance(r, Route) and r.path_regex.match(unquote(path))), "")


@dataclass(frozen=True, slots=True)
class Tag:
    """An element as it begins: its name and its attributes, in order."""

    name: str
    attributes: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return an attribute; nothing where it is not there."""
        return dict(self.attributes).get(name, "")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, tuple((name, value or "") for name, value in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read_page(page: str) -> tuple[list[Tag], str]:
    """Return the elements of a page and its text, as a browser reads it."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.tags, "".join(reader.texts)


def list_links(address: str, page: str) -> Iterator[str]:
    """Yield the addresses at the desk that a page leads to without changing anything."""
    for tag in read_page(page)[0]:
        if tag.name == "form" and tag.get("method") == "post":
            continue
        for name in ("href", "src", "action"):
            if value := tag.get(name):
                led = urldefrag(urljoin(ORIGIN + address, value)).url
                if led.startswith(f"{ORIGIN}/"):
                    yield led.removeprefix(ORIGIN)


def walk(visitor: Visitor, begin: Sequence[str] = ("/",), most: int = MOST) -> dict[str, httpx.Response]:
    """Follow the links of pages, from some of them on, without pressing any button; return the answers by address.

    ``most``: how many addresses of one kind (a route, and what is asked of it) are followed.
    """
    routes = list_page_routes(visitor.place.root)
    answers: dict[str, httpx.Response] = {}
    kinds: Counter[tuple[object, ...]] = Counter()
    waiting = list(begin)
    while waiting:
        address = waiting.pop(0)
        kind = _find_kind(routes, address)
        if address in answers or (kinds[kind] >= most and address not in begin):
            continue
        kinds[kind] += 1
        answers[address] = answer = visitor.client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            waiting += list_links(answer.url.raw_path.decode("ascii"), answer.text)
    return answers


def _find_kind(routes: Sequence[BaseRoute], address: str) -> tuple[object, ...]:
    parts = urlsplit(address)
    asked = dict(parse_qsl(parts.query))
    return (find_route(routes, parts.path) or parts.path, tuple(sorted(asked)), asked.get("mailing", ""), asked.get("table", ""))
