"""The pages of the council's workbook as the chapters of a report: in the order in which people read, charts where they belong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from styrxl.excel.pages import Block, Page

# Keys of pages, the first ones of which come first; those of a workspace's own, and others not named, come before the last one.
_FIRST = (
    *("overview", "glance", "collected", "charts", "tree", "standings", "fulfilment", "measures", "indicators", "progress", "commitments"),
    *("assignments", "assignment_plans", "sound_plan", "sound_expected", "sound_final", "finance", "forecast"),
    *("investments", "investment_progress", "companies", "authorities"),
)
_CHARTS = "charts"  # the page whose blocks stand where they belong
_LAST = ("oversight", "oversight_followup", "missing")


def list_chapters(pages: Iterable[Page]) -> tuple[Page, ...]:
    """Return pages in the order of a report. A chart stands in the chapter on its subject, first of all; without one it stays."""
    found = [*pages]
    keys = {page.key for page in found} - {"", _CHARTS}
    charts = [block for page in found if page.key == _CHARTS for block in page.blocks]
    filled = [replace(page, blocks=_place_blocks(page, charts, keys)) for page in found]
    return tuple(sorted((page for page in filled if page.blocks), key=lambda page: _find_place(page.key)))


def _place_blocks(page: Page, charts: Sequence[Block], keys: Collection[str]) -> tuple[Block, ...]:
    if page.key == _CHARTS:
        return tuple(block for block in charts if block.about not in keys)
    return (*(block for block in charts if page.key and block.about == page.key), *page.blocks)


def _find_place(key: str) -> int:
    ranks = (*_FIRST, "", *_LAST)
    return ranks.index(key) if key in ranks else len(_FIRST)
