"""Every route of the desk, found among the application's own: who is let in, what a form must carry, what no address reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx2 as httpx
import pytest
from starlette.routing import Route

from desk_visitor import ORIGIN, Visitor, visit_desk
from desk_walk import fill_address, list_methods, list_page_routes, read_page
from long_runs import long_run
from town import ROUND, Town

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
SECRET = "utanför all uppsikt"  # noqa: S105 -- what lies outside the workspace, and may be on no page
OURS = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
REAL = {"round": ROUND, "folder": "inbox", "name": "UBN.xlsx", "owner": "UBN"}
ASKED = (
    "file",
    "upload",
    "owner",
    "mailing",
    "only",
    "staged",
    "chapter",
    "id",
    "kind",
    "token",
    "about",
    "q",
    "board",
    "state",
    "there",
    "folder",
)
LONG = "ö" * 5_000
FEW = ("GET", "POST", "DELETE")[: long_run(2, 3)]  # methods: the guard stands before all of them
TRICKS = (
    "..%2f..%2fhemligt.txt",
    "%2e%2e%2f%2e%2e%2fhemligt.txt",
    "%252e%252e%252fhemligt.txt",
    "..%5c..%5chemligt.txt",
    "%2fetc%2fpasswd",
    "C%3a%5cWindows%5cwin.ini",
    "hemligt.txt%00.xlsx",
    "%00",
    "UBN.xlsx%00",
    "UBN.xlsx%2f..%2f..%2f..%2fstyrxl.toml",
    "%e2%80%aexslx.NBU",
    "%ff%fe",
    "UBN.xlsx::$DATA",
    "CON",
    "~",
    "*",
    "%0d%0aSet-Cookie%3a%20x%3d1",
    LONG,
)


def all_routes() -> list[Route]:
    """Return the routes of all pages; which they are does not depend on the workspace."""
    return list_page_routes(Path.cwd())


ROUTES = all_routes()


@pytest.fixture(scope="module")
def town(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Give a town in which everybody has answered, and a file beside it that is nobody's business."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "hemligt.txt").write_text(SECRET, "utf-8")
    town = shared_full.copy(folder / "town")
    (town.root / "hemligt.txt").write_text(SECRET, "utf-8")
    return town


@pytest.fixture(scope="module")
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk, and come in."""
    with visit_desk(town.root, NOW) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def stranger(town: Town) -> Iterator[Visitor]:
    """Open its desk to somebody who has no link."""
    with visit_desk(town.root, NOW, enter=False) as visitor:
        yield visitor


@pytest.fixture(scope="module")
def marks(visitor: Visitor, town: Town) -> tuple[str, str]:
    """Return the marks that the forms of the visit carry, and those of another."""
    with visit_desk(town.root, NOW) as other:
        own, others = (one.find_hidden(f"/rounds/{ROUND}/take-in")["form_mark"] for one in (visitor, other))
    return own, others


def ask(
    visitor: Visitor, route: Route, headers: dict[str, str], methods: Sequence[str] = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD")
) -> Iterator[tuple[str, httpx.Response]]:
    """Ask for a route by each method that it knows, and by those that it does not."""
    address = fill_address(route, **REAL)
    for method in {*list_methods(route), *methods}:
        yield method, visitor.client.request(method, address, headers=headers, follow_redirects=False)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_whoever_has_no_cookie_sees_the_closed_page_alone(stranger: Visitor, route: Route) -> None:
    closed = stranger.client.get("/closed")
    assert closed.status_code == 403
    for method, answer in ask(stranger, route, OURS):
        if route.path.startswith("/static/"):
            continue
        assert answer.status_code == 403, method
        assert answer.text in {closed.text, ""}, method
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_requests_that_are_not_the_desks_own_are_refused(visitor: Visitor, route: Route) -> None:
    for status, headers in (
        (421, {**OURS, "Host": "evil.example.se"}),
        (421, {**OURS, "Host": "127.0.0.1:1"}),
        (421, {**OURS, "Host": "[::1]:8765"}),
        (403, {**OURS, "Sec-Fetch-Site": "cross-site"}),
        (403, {**OURS, "Sec-Fetch-Site": "same-site"}),
    ):
        for method, answer in ask(visitor, route, headers, FEW):
            assert (answer.status_code, method) == (status, method), headers
    for origin in (None, "null", "http://127.0.0.1:1", "https://127.0.0.1:8765", f"{ORIGIN}.example.se"):
        headers = {"Sec-Fetch-Site": "same-origin"} | ({"Origin": origin} if origin else {})
        for method in {*list_methods(route), "POST", "DELETE"} - {"GET"}:
            answer = visitor.client.request(method, fill_address(route, **REAL), headers=headers)
            assert answer.status_code == 403, (method, origin)


@pytest.mark.parametrize("route", [route for route in ROUTES if "POST" in list_methods(route)], ids=lambda route: route.path)
def test_a_form_without_the_visits_own_mark_is_refused(visitor: Visitor, marks: tuple[str, str], route: Route) -> None:
    address, (own, others) = fill_address(route, **REAL), marks
    for fields in ({}, {"form_mark": ""}, {"form_mark": "x"}, {"form_mark": others}, {"form_mark": visitor.client.cookies["styrxl-8765"]}):
        for files in (None, [("file", ("UBN.xlsx", b"PK"))]):
            assert visitor.post(address, fields, files).status_code == 403, fields
    assert visitor.client.post(address, json={"form_mark": own}, headers=OURS).status_code == 403  # what no form can send


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_answer_binds_the_browser(visitor: Visitor, route: Route) -> None:
    for method, answer in ask(visitor, route, OURS):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'"), method
        scripts = [part for part in policy.split(";") if "script" in part]
        assert scripts in ([" script-src 'self'"], []), policy
        assert "unsafe" not in policy or route.path.endswith("letter.html")
        assert "frame-ancestors 'none'" in policy or route.path.endswith("letter.html")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        stored = answer.headers["cache-control"]
        assert stored == "no-store" or (stored in {"no-cache", "private, max-age=3600"} and route.path.endswith((".css", ".js")))
        assert "server" not in answer.headers
        if "attachment" not in answer.headers.get("content-disposition", ""):
            assert answer.headers.get("content-type", "text/plain").partition(";")[0] in {
                "text/html",
                "text/plain",
                "text/css",
                "text/javascript",
                "application/json",
            }


def test_what_is_downloaded_is_kept_and_not_shown(visitor: Visitor) -> None:
    for address in (f"/files/inbox/{ROUND}/UBN.xlsx", f"/zip/inbox/{ROUND}", "/plan/file", f"/rounds/{ROUND}/returns/UBN.xlsx/annotated"):
        answer = visitor.client.get(address)
        assert answer.status_code == 200 or address.endswith("annotated"), address
        assert answer.status_code == 404 or answer.headers["content-disposition"].startswith("attachment; filename"), address


@pytest.mark.parametrize("route", [route for route in ROUTES if route.param_convertors], ids=lambda route: route.path)
def test_no_name_in_an_address_reaches_anything_else(visitor: Visitor, town: Town, route: Route) -> None:
    before = _list_files(town)
    first, step = ROUTES.index(route), long_run(3, 1)  # each trick at a third of the routes
    for place in route.param_convertors:
        for trick in TRICKS[first % step :: step]:
            address = fill_address(route, **(REAL | {place: trick}))
            for method in list_methods(route):
                answer = visitor.client.request(method, address, headers=OURS)
                assert answer.status_code in ({404} if method == "GET" else {403, 404}), (method, address[:200], answer.status_code)
                assert SECRET not in answer.text
                assert "set-cookie" not in answer.headers
    assert _list_files(town) == before


@pytest.mark.parametrize("trick", ("../../hemligt.txt", "%00%0d%0a", "hemligt.txt", "%2fetc%2fpasswd", "%ff", "ö" * 200)[: long_run(2, 6)])
def test_nothing_that_is_asked_after_an_address_reaches_anything_else(visitor: Visitor, trick: str) -> None:
    asked = "&".join(f"{key}={trick}" for key in ASKED)
    for route in (route for route in ROUTES if "GET" in list_methods(route)):
        answer = visitor.client.get(f"{fill_address(route, **REAL)}?{asked}")
        assert answer.status_code in {200, 404, 409, 422}, (route.path, answer.status_code)
        assert SECRET not in answer.text


@pytest.mark.parametrize(
    "address", ["/static", "/static/", "/files", "/files/inbox", f"/files/inbox/{ROUND}/", "/inbox", "/static/../app.py"]
)
def test_no_folder_is_listed(visitor: Visitor, address: str) -> None:
    answer = visitor.client.get(address)
    assert answer.status_code == 404
    assert not [tag for tag in read_page(answer.text)[0] if tag.name == "a" and tag.get("href").endswith((".xlsx", ".css", ".py"))]


@pytest.mark.parametrize(
    "address", ["/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/..%5capp.py", "/static/%00"]
)
def test_what_lies_beside_what_is_served_is_not_there(visitor: Visitor, address: str) -> None:
    assert visitor.client.get(address).status_code == 404


def test_an_address_is_no_way_to_another_site(visitor: Visitor) -> None:
    for address in (
        "//evil.example.se/",
        "/%2f%2fevil.example.se",
        "/rounds/2027-plan/?next=//evil.example.se",
        "/begin?round=//evil.example.se",
    ):
        answer = visitor.client.get(address, follow_redirects=False)
        assert urlsplit(urljoin(ORIGIN, answer.headers.get("location", ""))).netloc == urlsplit(ORIGIN).netloc, address


def _list_files(town: Town) -> list[tuple[str, bytes]]:
    files = (path for path in town.root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts)
    return sorted((str(path), path.read_bytes()) for path in files if not path.name.startswith("styrxl."))
