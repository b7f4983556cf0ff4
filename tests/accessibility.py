"""What axe-core finds on a page in Chromium: nothing may be wrong by WCAG 2.1 A and AA, nor by axe's own good practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe().axe_script
_COLOURS = ("color-contrast", "link-in-text-block")  # the rules that see colours; they take longer than all others together
NARROW = 320  # pixels: 1280 at a zoom of 400 %, at which nothing may have to be scrolled sideways (WCAG 1.4.10)

# No more than is told crosses over from the browser.
_RUN = """async (options) => {
    const found = await axe.run(document, { ...options, resultTypes: ["violations"] });
    const tell = ({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ target, failureSummary }) => ({ target, failureSummary })) });
    return found.violations.map(tell);
}"""
# Each kind of element that there is: what a style sheet can tell it by, and those around it. Nothing else gives it colours (CSP).
_KINDS = """() => {
    const named = (node) => [...node.attributes].filter((one) => /^(class|type|open|disabled|aria-.*current)$/.test(one.name));
    const tell = (node) => node.tagName + named(node).map((one) => one.name + "=" + one.value).sort();
    const kinds = new Set();
    const walk = (node, around) => {
        const kind = around + ">" + tell(node);
        kinds.add(kind);
        [...node.children].forEach((child) => walk(child, kind));
    };
    walk(document.documentElement, "");
    return [...kinds];
}"""


class SeenKinds:
    """Kinds of elements whose colours have been looked at."""

    def __init__(self) -> None:
        """Begin with none."""
        self._seen: set[str] = set()

    def note(self, page: Page) -> bool:
        """Note those of a page, and return whether any is new."""
        kinds = set(map(str, page.evaluate(_KINDS)))
        is_new = not kinds <= self._seen
        self._seen |= kinds
        return is_new


def find_violations(page: Page, options: Mapping[str, Any] | None = None) -> list[str]:
    """Return what axe finds on the page as it is shown now: the rule, what is wrong, and the first places where it is.

    ``options``: axe's own.
    """
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_AXE)
    return [f"{one['id']} ({one['help']}): {_show_places(one['nodes'])}" for one in page.evaluate(_RUN, options or {})]


def find_in_each_light(page: Page, lights: Sequence[str] = ("light", "dark"), seen: SeenKinds | None = None) -> list[str]:
    """Return what axe finds in each of the lights that a reader may have chosen: another light is other colours, and nothing else.

    ``seen``: the kinds of elements whose colours need not be looked at again.
    """
    looks_at_colours = seen is None or seen.note(page)
    options: Mapping[str, Any] = {} if looks_at_colours else {"rules": {rule: {"enabled": False} for rule in _COLOURS}}
    found = []
    for light in lights if looks_at_colours else lights[:1]:
        page.emulate_media(color_scheme="dark" if light == "dark" else "light")
        found += [f"{light}: {told}" for told in find_violations(page, options)]
        options = {"runOnly": _COLOURS}
    return found


def measure_overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    wide: int = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    return wide


def _show_places(nodes: Sequence[Mapping[str, object]]) -> str:
    return "; ".join(f"{node['target']} {node['failureSummary']}" for node in nodes[:3]) + (
        f" and {len(nodes) - 3} more" if nodes[3:] else ""
    )
