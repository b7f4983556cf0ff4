"""The workbook's pages in the order in which councillors read, with its charts where they belong."""

from __future__ import annotations

from styrxl.excel.pages import Block, Field, Page
from styrxl.web.report.chapters import list_chapters


def block(about: str = "", heading: str = "tabell") -> Block:
    return Block((Field("x"),), (), heading, empty="–", about=about)


def shown(*pages: Page) -> dict[str, list[str | None]]:
    """Return the headings of each chapter."""
    return {page.name: [each.heading for each in page.blocks] for page in list_chapters(pages)}


def test_chapters_come_in_the_order_in_which_people_read() -> None:
    keys = ["overview", "tree", "commitments", "finance", "own", "oversight", "missing", "indicators"]
    pages = [Page(key, "", "", (block(),), "" if key == "own" else key) for key in keys]
    assert [*shown(*pages)] == ["overview", "tree", "indicators", "commitments", "finance", "own", "oversight", "missing"]


def test_a_chart_stands_first_in_the_chapter_on_its_subject_where_there_is_one() -> None:
    charts = Page("charts", "", "", (block("finance", "pengar"), block("tree", "mål")), "charts")
    money = Page("finance", "", "", (block(),), "finance")
    assert shown(money, charts) == {"charts": ["mål"], "finance": ["pengar", "tabell"]}
    goals = Page("tree", "", "", (block(),), "tree")
    assert shown(charts, money, goals) == {"tree": ["mål", "tabell"], "finance": ["pengar", "tabell"]}


def test_pages_of_a_workspaces_own_keep_their_order() -> None:
    """What is on another page's subject elsewhere than on the page of charts stays, and so do pages without any key."""
    pages = [Page(name, "", "", (block("elsewhere", "diagram"),), key) for name, key in (("B", "other"), ("A", ""), ("C", "other"))]
    assert shown(*pages) == {"B": ["diagram"], "A": ["diagram"], "C": ["diagram"]}
