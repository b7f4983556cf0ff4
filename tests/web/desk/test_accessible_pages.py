"""Every page of the desk as axe-core sees it in Chromium, and as narrow as a telephone: findings, refused forms, long work, empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from accessibility import NARROW, SeenKinds, find_in_each_light, measure_overflow
from desk_in_chromium import enter, find_origin, fork_desk, open_page
from desk_visitor import visit_desk
from desk_walk import fill_address, find_route, list_methods, list_page_routes, walk
from long_runs import long_run
from styrxl.store.lock import hold_lock, this_process
from town import ROUND, Town

LANGUAGES = ("sv", "en")[: long_run(1, 2)]
NO_PAGE = ("/files/", "/zip/", "/plan/file", "/static/", "/report/report.", "/own-files/file/", "/state", "letter.html", "/annotated")


def list_addresses(root: Path) -> list[str]:
    """Return an address of each page that the desk of a workspace has, found by its routes and links."""
    with visit_desk(root, datetime.now(UTC)) as visitor:
        routes = [route for route in list_page_routes(root) if "GET" in list_methods(route)]
        begin = ["/", *(fill_address(route, round=ROUND, owner="UBN") for route in routes)]
        found: dict[object, str] = {}
        for address, answer in walk(visitor, begin, most=long_run(1, 3)).items():
            path = urlsplit(address).path
            is_page = answer.headers["content-type"].startswith("text/html") and not any(part in path for part in NO_PAGE)
            if is_page and answer.status_code == 200:
                key = (find_route(routes, path), "mailing=" in address and address, address if long_run(0, 1) else "")
                found[key] = address  # the one that was found by a link, rather than by its route alone
        return list(found.values())


@pytest.fixture(scope="module")
def seen() -> SeenKinds:
    """Return the kinds of elements whose colours the tests of this module have looked at."""
    return SeenKinds()


def look(page: Page, name: str, seen: SeenKinds) -> list[str]:
    """Return what is wrong with the page as it is shown, in both lights, and as wide as a telephone."""
    page.emulate_media(reduced_motion="reduce")
    found = [f"{name} {told}" for told in find_in_each_light(page, seen=seen)]
    page.set_viewport_size({"width": NARROW, "height": 800})
    if (over := measure_overflow(page)) > 0:
        found.append(f"{name}: {over} pixels too wide")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_accessible(language: str, shared_hostile: Town, tmp_path: Path, browser: BrowserContext, seen: SeenKinds) -> None:
    town = shared_hostile.copy(tmp_path / "town")
    addresses, found = list_addresses(town.root), list[str]()
    assert len(addresses) > 40
    with fork_desk(town.root, language) as (_, link):  # which waits for whoever else works in the workspace
        page, origin = enter(browser, link), find_origin(link)
        for address in addresses:
            page.goto(origin + address)
            assert page.get_attribute("html", "lang") == language or address.endswith("/report")
            assert page.locator("h1").count() == 1, address
            found += look(page, address, seen)
        for name in _refuse(page, origin):
            found += look(page, name, seen)
        with hold_lock(town.root, this_process("styrxl validate", "någon annan", datetime.now(UTC)), waiting=lambda _: None):
            page.goto(f"{origin}/rounds/{ROUND}/do/judge")
            page.click("form.confirm button")
            page.wait_for_selector("main [role=status] >> text=någon annan")  # which stays: until then the page is fetched anew
            found += look(page, "long work", seen)
        page.wait_for_selector(".notice.good")
        found += look(page, "work done", seen)
    assert found == []


def _refuse(page: Page, origin: str) -> Iterator[str]:
    """Have forms refused, and yield what each was."""
    page.goto(f"{origin}/begin?round=nonsens")
    yield "a round that is none"
    page.goto(f"{origin}/rounds/{ROUND}/do/hand-out?rows=x&only=ÅÄÖ")
    yield "handed out to nobody"
    for address, form in ((f"/rounds/{ROUND}/take-in", "form[data-drop]"), ("/plan", "form[action='/plan/upload']")):
        _submit(page, origin + address, form)
        yield f"{address} without a file"
    page.goto(f"{origin}/rounds/{ROUND}")
    file = page.locator("a[href*='/returns/UBN']").first.get_attribute("href")
    page.goto(origin + str(file))
    page.click("a[href*='/do/set-aside']")
    _submit(page, page.url, "form.confirm")
    assert page.locator("[data-focus]").count() == 1
    assert page.evaluate("document.activeElement.hasAttribute('data-focus')")  # is gone to
    yield "set aside without a reason"
    page.goto(f"{origin}/nowhere")
    yield "a page that is not there"


def _submit(page: Page, address: str, form: str) -> None:
    page.goto(address)
    with page.expect_navigation():
        page.eval_on_selector(form, "form => { form.noValidate = true; form.requestSubmit(); }")


def test_without_a_workspace_and_without_a_plan(tmp_path: Path, browser: BrowserContext, seen: SeenKinds) -> None:
    found = list[str]()
    with open_page(tmp_path, browser) as (page, origin):
        for address in ("/", "/new", "/do/make-workspace?name=&folder=", f"/do/make-workspace?name=X&folder={tmp_path / 'ny'}"):
            page.goto(origin + address)
            found += look(page, address, seen)
        page.click("form.confirm button")
        page.wait_for_selector(".notice.good")
        for address in ("/", "/plan", "/settings", "/log", "/tasks", "/begin", f"/rounds/{ROUND}"):
            page.goto(origin + address)
            found += look(page, f"empty {address}", seen)
        browser.clear_cookies()
        page.goto(origin)
        found += look(page, "closed", seen)
    assert found == []
