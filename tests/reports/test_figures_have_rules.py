"""The handbook says of every column and key figure of the reports how it comes about, on the pages that have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import figure_pages
from figure_pages import make_figure_page, read_rules
from key_pages import DOCS
from small_year import UBN, follow_up, history, planning
from styrxl.excel.pages import Page
from styrxl.model.forms import LANGUAGES
from styrxl.reports.book import make_book
from styrxl.reports.phrases import Phrases
from word_pages import read_standard

REPORT, RULES = read_standard("report.yaml"), read_rules()


class Keyed(str):
    """A heading that knows its name."""

    __slots__ = ("key",)
    key: str


@pytest.fixture
def keyed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let headings know their names."""
    usual = Phrases.heading

    def heading(self: Phrases, key: str) -> str:
        text = Keyed(usual(self, key))
        text.key = key
        return text

    monkeypatch.setattr(Phrases, "heading", heading)


def list_pages() -> Iterator[Page]:
    """Yield the council's and a board's pages of each round of the small year."""
    made: list[tuple[tuple[Any, ...], Any]] = [(planning(), None), *((follow_up(kind), history(kind)) for kind in ("t1", "t2", "year"))]
    for given, before in made:
        for board in (None, UBN):
            judged, plan, issued, scope = given
            yield from make_book(judged, plan, issued, scope, board, before)[1].pages


@pytest.mark.usefixtures("keyed")
def test_each_column_of_a_page_has_its_rule_there() -> None:
    """Columns of answers have their forms' headings, and need none."""
    found = {
        (page.key, field.heading.key)
        for page in list_pages()
        for block in page.blocks
        for field in block.fields
        if isinstance(field.heading, Keyed)
    }
    assert len(found) > 150
    assert {(page, key) for page, key in found if key not in RULES["pages"][page]["columns"]} == set()


def test_every_page_heading_and_figure_has_a_rule_in_both_languages() -> None:
    """And there is none of anything that is not there."""
    assert RULES["pages"].keys() == REPORT["sheets"].keys()
    assert RULES["columns"].keys() == REPORT["headings"].keys()
    assert RULES["figures"].keys() == REPORT["figures"].keys()
    assert {key for page in RULES["pages"].values() for key in page["columns"]} == RULES["columns"].keys()
    rules = [*RULES["columns"].values(), *RULES["figures"].values()]
    assert [rule for rule in rules if rule.keys() != set(LANGUAGES) or not all(rule.values())] == []


def test_what_is_named_as_testing_it_is_there() -> None:
    named = {name for page in RULES["pages"].values() for name in page["tests"]}
    assert [name for name in sorted(named) if not (DOCS.parent / name).is_file()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_made_of_the_rules(language: str) -> None:
    """``python tests/figure_pages.py`` writes it anew."""
    assert (DOCS / figure_pages.PAGES[language]).read_text("utf-8") == make_figure_page(language)
