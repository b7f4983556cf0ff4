"""The browser that tests read pages in, and what looks for barriers on them: neither may say that all is well where it is not."""

from __future__ import annotations

import asyncio

import pytest
from playwright.sync_api import BrowserContext

from accessibility import find_in_each_light, measure_overflow

GOOD = '<!doctype html><html lang="sv"><title>Sida</title><style>{style}</style><main><h1>Rubrik</h1>{body}</main></html>'


def test_what_is_wrong_is_named_with_its_place_in_the_light_in_which_it_is(browser: BrowserContext) -> None:
    page = browser.new_page()
    page.set_content(GOOD.format(style="", body="<p>Text</p>"))
    assert find_in_each_light(page) == []
    faint = "@media (prefers-color-scheme: dark) { p { color: #333; background: #222; } }"
    page.set_content(GOOD.format(style=faint, body="<p>Text</p>"))
    [told] = find_in_each_light(page)
    assert told.startswith("dark: color-contrast")
    assert "p" in told


def test_a_page_wider_than_its_window_is_told(browser: BrowserContext) -> None:
    page = browser.new_page()
    page.set_viewport_size({"width": 320, "height": 600})
    page.set_content(GOOD.format(style="", body='<p style="width: 400px">x</p>'))
    assert measure_overflow(page) > 50
    page.set_content(GOOD.format(style="", body="<p>x</p>"))
    assert measure_overflow(page) == 0


@pytest.mark.usefixtures("chromium")
def test_others_may_run_loops_of_their_own_between_pages() -> None:
    assert asyncio.run(asyncio.sleep(0, "done")) == "done"
