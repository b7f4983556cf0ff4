"""Whatever senders, plans, settings, mails and files say: no page of the desk has an element, an address or a direction from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from desk_visitor import Visitor, visit_desk
from desk_walk import Tag, fill_address, find_route, list_methods, list_page_routes, read_page, walk
from hostile_town import EVIL, FILE
from long_runs import long_run
from town import ROUND, Town

NOW = datetime.now(UTC)
SCRIPTS = {"/static/desk.js", "/static/table.js", "/report/report.js"}
LEADS = ("href", "src", "action", "formaction", "srcdoc", "data-task")
OURS = re.compile(r"/|#|https://|\?|\.\./|mailto:|$")  # how an address of ours may begin
STEERING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
TYPED = re.compile(r"(?s)<textarea.*?</textarea>|<input[^>]*>")  # what a form brings back as it was


@pytest.fixture(scope="module")
def town(shared_hostile: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town of the module's own."""
    return shared_hostile.copy(tmp_path_factory.mktemp("hostile") / "town")


@pytest.fixture(params=["sv", "en"][: long_run(1, 2)], scope="module")
def visitor(town: Town, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """Open its desk in a language."""
    with visit_desk(town.root, NOW, request.param) as visitor:
        yield visitor


def test_no_page_has_anything_from_those_who_write(visitor: Visitor, town: Town) -> None:
    routes = [route for route in list_page_routes(town.root) if "GET" in list_methods(route)]
    real = {"round": ROUND, "folder": "council", "name": "x", "owner": "UBN", "task": _work(visitor)}
    answers = walk(visitor, ["/", *(fill_address(route, **real) for route in routes)], most=3)
    assert {route.path for route in routes} <= {find_route(routes, urlsplit(address).path) for address in answers}
    seen = 0
    for address, answer in answers.items():
        assert answer.status_code < 500, address
        if answer.headers["content-type"].startswith("text/html") and "attachment" not in answer.headers.get("content-disposition", ""):
            seen += _look(address, answer.text)
    assert seen > 60  # pages on which somebody's texts stand


def test_what_is_told_of_what_was_typed_has_nothing_of_it(visitor: Visitor) -> None:
    settings = visitor.find_hidden("/settings")
    plan = {"form_mark": visitor.find_hidden("/plan")["form_mark"]}
    pages = {
        "/settings": visitor.post("/settings", settings | {"municipality.accent": EVIL, "contact.role": EVIL, "mail.rate": EVIL}),
        "/settings/text": visitor.post("/settings/text", settings | {"text": f"[{EVIL}]\nx = 1", "base": "x"}),
        "/plan/upload": visitor.post("/plan/upload", plan, {"file": (f"{FILE}.xlsx", b"PK" + EVIL.encode())}),
        "/begin": visitor.client.get("/begin", params={"round": EVIL}),
        "/log": visitor.client.get("/log", params={"q": EVIL}),
        "/rounds": visitor.client.get(f"/rounds/{ROUND}", params={"q": EVIL, "board": EVIL, "state": EVIL, "sort": EVIL, "level": EVIL}),
        "/do/hand-out": visitor.client.get(f"/rounds/{ROUND}/do/hand-out", params={"only": EVIL, "rows": EVIL, "level": EVIL}),
        "/do/make": visitor.client.get("/do/make-workspace", params={"name": EVIL, "folder": EVIL, "role": EVIL, "address": EVIL}),
        "/do/open": visitor.client.get("/do/open-workspace", params={"there": EVIL}),
        "/do/mail": visitor.client.get(f"/rounds/{ROUND}/do/mail", params={"mailing": "templates", "redirect_to": EVIL, "only": EVIL}),
        "/do/words": visitor.client.get(f"/rounds/{ROUND}/do/chapter-words", params={"chapter": EVIL}),
        "/unknown": visitor.client.get(f"/rounds/{ROUND}/owners/{FILE}"),
        "/round": visitor.client.get("/rounds/%22%3E%3Cscript%3E"),
    }
    for name, answer in pages.items():
        assert answer.status_code < 500, name
        _look(name, answer.text)


def _work(visitor: Visitor) -> str:
    """Do a piece of work that tells of what was written, and return its id."""
    answer = visitor.post(f"/rounds/{ROUND}/do/judge", visitor.find_hidden(f"/rounds/{ROUND}/do/judge"))
    visitor.wait(answer.url.path)
    return answer.url.path.rpartition("/")[2]


def _look(address: str, page: str) -> bool:
    """Hold a page against what may be on it; return whether any of the harmful texts is, as text."""
    tags, text = read_page(page)
    for tag in tags:
        _look_at(address, tag)
    assert not STEERING.search(TYPED.sub("", page)), address
    assert "49}" not in text.replace("7*7", ""), address
    assert "$49" not in text, address
    return "onerror=alert(1)" in text


def _look_at(address: str, tag: Tag) -> None:
    assert tag.name not in {"iframe", "object", "embed", "base", "svg"} or tag.get("sandbox") == "" or address.endswith("/report"), (
        address,
        tag,
    )
    assert tag.name != "script" or (tag.get("src") in SCRIPTS and set(dict(tag.attributes)) <= {"src", "defer"}), (address, tag)
    assert not tag.get("http-equiv") or tag.get("content").isdecimal(), (address, tag)
    assert tag.name != "img" or tag.get("src") != "x", (address, tag)
    if "letter.html" not in address and not address.endswith("/report"):
        assert tag.name != "style", (address, tag)
        assert "style" not in dict(tag.attributes), (address, tag)
    for name, value in tag.attributes:
        assert not name.startswith("on"), (address, tag)
        assert name not in LEADS or OURS.match(value), (address, tag)
        assert not value.strip().lower().startswith(("javascript:", "data:text", "vbscript:")) or name in {"value", "title"}, (address, tag)
