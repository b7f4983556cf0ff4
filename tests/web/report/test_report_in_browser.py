"""The report as somebody reads it: in Chromium, in light and dark, on a phone, by keyboard, without a mouse or a network."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from accessibility import NARROW, find_in_each_light, find_violations, measure_overflow
from small_report import make_followup, make_plan, render

UNFOLD = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


def open_page(browser: BrowserContext, html: str, folder: Path) -> Page:
    (folder / "report.html").write_text(html, "utf-8")
    page = browser.new_page()
    page.goto((folder / "report.html").as_uri())
    return page


def test_axe_finds_nothing_in_the_dark_or_on_a_phone(browser: BrowserContext, tmp_path: Path) -> None:
    page = open_page(browser, render(make_plan("sv")), tmp_path)
    page.evaluate(UNFOLD)
    assert find_in_each_light(page, ["dark"]) == []
    page.set_viewport_size({"width": NARROW, "height": 800})
    assert measure_overflow(page) == 0
    assert find_in_each_light(page, ["light"]) == []


def test_axe_finds_nothing_in_english_or_on_paper(browser: BrowserContext, tmp_path: Path) -> None:
    page = open_page(browser, render(make_followup("year", "en")), tmp_path)
    assert find_violations(page) == []
    page.emulate_media(media="print", color_scheme="dark")
    assert find_violations(page) == []


def test_a_reader_searches_folds_and_gets_all_back(browser: BrowserContext, tmp_path: Path) -> None:
    page = open_page(browser, render(make_plan()), tmp_path)
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("searchbox").fill("LÄSTID ")
    page.get_by_text("2 rader", exact=True).wait_for()
    [node, line] = page.locator(".leaf:visible, tbody tr:visible").all_inner_texts()
    assert ("Lästid" in node, "Lästid" in line) == (True, True)
    assert page.locator("summary:visible").all_inner_texts()[0].startswith("Invånarna är mer delaktiga")
    assert page.locator("section:visible h2").all_inner_texts() == ["Målkedja", "Åtaganden"]
    page.get_by_role("searchbox").fill("")
    page.wait_for_function("document.querySelectorAll('[data-away]').length === 0")
    assert page.locator("details[open]").count() == 0
    page.get_by_role("button", name="Fäll ut allt").click()
    assert page.locator("details:not([open])").count() == 0
    assert asked == []


def test_without_script_all_is_there_and_folds(browser: BrowserContext, tmp_path: Path) -> None:
    html = render(make_plan())
    page = open_page(browser, html.replace("<script>", "<script type='off'>"), tmp_path)
    assert not page.get_by_role("searchbox").is_visible()
    outermost = page.locator(".tree > li > details").first
    outermost.locator("> summary").press("Enter")
    assert outermost.locator("> .tree").is_visible()
