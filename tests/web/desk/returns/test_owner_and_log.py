"""The pages of an owner and of what has happened."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from desk_cells import read_page
from desk_visitor import Visitor, visit_desk
from styrxl.web.desk.return_links import owner_href, return_href
from styrxl.web.desk.returns import log_page
from town import BOARD, ROUND, Town

OTHER = {**BOARD, "budget": [{"activity": "Skola", "cost": 7}]}
LOG = f"/rounds/{ROUND}/log"


@pytest.fixture(scope="module")
def town(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town in which a board has answered twice, and one file is set aside for an evil reason."""
    town = shared_full.copy(tmp_path_factory.mktemp("owners") / "town")
    town.put("UBN igen.xlsx", town.filled("UBN", OTHER), 100)
    town.put("UBN <i>tredje.xlsx", town.filled("UBN", {**OTHER, "indicators": []}), 101)
    town.run("validate", "--round", ROUND, expect=None)
    town.run("set-aside", ROUND, str(town.inbox / "UBN <i>tredje.xlsx"), "--reason", "<b>fel</b>", "--by", "Anna")
    return town


@pytest.fixture(scope="module")
def visitor(town: Town) -> Iterator[Visitor]:
    with visit_desk(town.root) as visitor:
        yield visitor


def story(page: str) -> list[str]:
    """Return the events of a page, without their times."""
    return [one.text[17:] for one in read_page(page) if one.tag == "li" and one.text[:2] == "20" and one.text[13] == ":"]


def test_an_owner_s_page_says_what_counts_and_what_came_before(visitor: Visitor) -> None:
    page = visitor.get(owner_href(ROUND, "UBN"))
    rows = [one.text for one in read_page(page) if one.tag == "tr"][1:]
    assert [row.split(".xlsx")[0] for row in rows] == ["UBN <i>tredje", "UBN igen", "UBN"]
    assert "! Undantagen" in rows[0]
    assert "✓ Klar (räknas)" in rows[1]
    assert "Ersatt" in rows[2]
    assert f'Det som räknas är <a href="{return_href(ROUND, "UBN igen.xlsx")}">' in page
    assert f'href="/files/outbox/{ROUND}/UBN.xlsx"' in page
    assert "do/merge?owner=UBN" in page
    assert "<i>tredje" not in page
    assert "<b>fel" not in page


def test_an_owner_that_nobody_knows_has_no_page(visitor: Visitor) -> None:
    for owner in ("XYZ", "..%2F..", "%3Cb%3E"):
        visitor.get(f"/rounds/{ROUND}/owners/{owner}", expect=404)


def test_what_has_happened_is_told_the_newest_first_as_the_terminal_has_it(visitor: Visitor, town: Town) -> None:
    told = json.loads(town.run("log", ROUND, "--format", "json").stdout)["events"]
    shown = story(visitor.get(LOG))
    decided = shown.index("UBN Utbildningsnämnden: inbox/2027-plan/UBN <i>tredje.xlsx undantogs av Anna: <b>fel</b> Se svaret")
    assert decided
    assert all("granskades" in line for line in shown[:decided]), "what came of the decision"
    texts = [event["text"] for event in told]
    assert all(any(text in line for line in shown) for text in texts)
    places = [next(n for n, text in enumerate(texts) if text in line) for line in shown[::-1]]
    assert len(shown) == len(set(texts))
    assert places == sorted(places)


@pytest.mark.parametrize("searched", ["KFN-BIB", "kfn-bib", "KFN-BIB.xlsx", "biblioteket"])
def test_events_are_searched_for_by_owner_file_and_name(visitor: Visitor, searched: str) -> None:
    lines = story(visitor.get(f"{LOG}?q={searched}"))
    assert lines
    assert all("KFN-BIB" in line for line in lines)


def test_a_long_log_has_pages(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = story(visitor.get(LOG))
    monkeypatch.setattr(log_page, "ON_A_PAGE", 5)
    pages = -(-len(whole) // 5)
    parts = [line for number in range(1, pages + 1) for line in story(visitor.get(f"{LOG}?page={number}"))]
    assert parts == whole
    for odd in ("0", "-1", "x", "99999999999", "²", ""):
        assert story(visitor.get(f"{LOG}?page={odd}"))


def test_all_rounds_have_a_log_together(visitor: Visitor) -> None:
    page = visitor.get("/log")
    assert len(story(page)) == len(story(visitor.get(LOG)))
    [name] = {line.partition(" · ")[0] for line in story(page)}
    assert "2027" in name
    assert "Inget hittades" in visitor.get("/log?q=finnsinte")
