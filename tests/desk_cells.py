"""A return's page as tests read it: what stands at each id, and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote

_EMPTY = frozenset({"meta", "link", "input", "br", "img", "progress"})


@dataclass
class Element:
    """An element: its tag, id, classes, text with that of all within, and the links within."""

    tag: str
    id: str
    classes: tuple[str, ...]
    text: str = ""
    links: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []
        self.every: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        element = Element(tag, given.get("id") or "", tuple((given.get("class") or "").split()))
        self.every.append(element)
        if tag not in _EMPTY:
            self.open.append(element)
        if tag == "a":
            for one in self.open:
                one.links.append(unquote(given.get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data


def read_page(page: str) -> list[Element]:
    """Return a page's elements in order, their texts with single spaces."""
    reader = _Reader()
    reader.feed(page)
    for one in reader.every:
        one.text = " ".join(one.text.split())
    return reader.every


def read_ids(page: str) -> dict[str, Element]:
    """Return a page's elements by id; each may stand once."""
    named = [one for one in read_page(page) if one.id]
    assert len({one.id for one in named}) == len(named), [one.id for one in named]
    return {one.id: one for one in named}
