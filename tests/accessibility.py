"""What axe-core finds on a page in Chromium: nothing may be wrong by WCAG 2.1 A and AA, nor by axe's own good practice."""

from __future__ import annotations

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()
NARROW = 320  # pixels: 1280 at a zoom of 400 %, at which nothing may have to be scrolled sideways (WCAG 1.4.10)


def find_violations(page: Page) -> list[str]:
    """Return what axe finds on the page as it is shown now: the rule, what is wrong, and the first places where it is."""
    found = _AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']} ({one['help']}): {_show_places(one['nodes'])}" for one in found]


def find_in_each_light(page: Page, lights: Sequence[str] = ("light", "dark")) -> list[str]:
    """Return what axe finds in each of the lights that a reader may have chosen; the page is loaded once."""
    found = []
    for light in lights:
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        found += [f"{light}: {told}" for told in find_violations(page)]
    return found


def measure_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    return wide


def _show_places(nodes: Sequence[dict[str, object]]) -> str:
    return "; ".join(f"{node['target']} {node['failureSummary']}" for node in nodes[:3]) + (
        f" and {len(nodes) - 3} more" if nodes[3:] else ""
    )
