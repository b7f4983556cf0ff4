"""A round's table in a real browser: rows chosen while one types, keys from row to row, and nothing wrong for whoever cannot see it."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from accessibility import NARROW, find_in_each_light, measure_overflow
from desk_in_chromium import open_page
from town import ROUND, Town


@pytest.fixture(scope="module")
def town(shared_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards are done, and whose units have answered nothing; one file is nobody's."""
    town = shared_planned.copy(tmp_path_factory.mktemp("keys") / "town")
    town.put("vems.xlsx", b"no workbook")
    town.run("validate", "--round", ROUND, expect=1)
    return town


def shown(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(
        "tr.owner", "rows => rows.filter(r => r.offsetParent).map(r => r.querySelector('a').textContent)"
    )
    return found


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.textContent || document.activeElement.id")
    return found


def test_rows_are_chosen_while_one_types_and_reached_by_keys(town: Town, browser: BrowserContext) -> None:
    with open_page(town.root, browser) as (page, address):
        page.goto(f"{address}/rounds/{ROUND}")
        everybody = shown(page)
        assert len(everybody) == 5
        page.fill("#q", "skola")
        assert shown(page) == ["Åby skola", "Östra förskolan"]
        assert page.inner_text("#shown") == "2 av 5 visas."
        page.press("#q", "ArrowDown")
        assert focused(page) == "Åby skola"
        page.keyboard.press("j")
        assert focused(page) == "Östra förskolan"
        page.keyboard.press("ArrowDown")  # there is no more
        assert focused(page) == "Östra förskolan"
        page.keyboard.press("k")
        page.keyboard.press("/")
        assert focused(page) == "q"
        page.keyboard.press("Escape")
        assert shown(page) == everybody
        page.focus("main a")
        page.keyboard.press("/")  # not where nobody has asked for it
        assert focused(page) != "q"
        page.press("#q", "ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/owners/UBN")


@pytest.mark.parametrize("path", ["/", f"/rounds/{ROUND}", f"/rounds/{ROUND}?sort=name&state=missing"])
def test_nothing_is_wrong_for_whoever_cannot_see_it(town: Town, browser: BrowserContext, path: str) -> None:
    with open_page(town.root, browser) as (page, address):
        page.goto(address + path)
        assert find_in_each_light(page) == []
        page.set_viewport_size({"width": NARROW, "height": 800})
        assert measure_overflow(page) <= 0


def test_headings_stay_in_sight(town: Town, browser: BrowserContext) -> None:
    with open_page(town.root, browser) as (page, address):
        page.emulate_media(reduced_motion="reduce")
        page.set_viewport_size({"width": 1280, "height": 180})
        page.goto(f"{address}/rounds/{ROUND}")
        page.evaluate("document.querySelector('tr.owner:last-child').scrollIntoView({block: 'start'})")
        top = page.evaluate("document.querySelector('#owners thead th').getBoundingClientRect().top")
        assert -1 <= top <= 1
