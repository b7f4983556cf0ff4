"""A round as a table: the same as ``status`` says, to be chosen, sorted and searched without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import Visitor, visit_desk
from town import ROUND, Town, lost

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
PAGE = f"/rounds/{ROUND}"
_OWNER = re.compile(r'<tr class="owner">(.*?)</tr>', re.DOTALL)
_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def plain(html: str) -> str:
    return " ".join(_TAG.sub(" ", html).split())


def rows(page: str) -> list[list[str]]:
    """Return the cells of a table's owners."""
    return [[plain(cell) for cell in _CELL.findall(row)] for row in _OWNER.findall(page)]


def names(page: str) -> list[str]:
    return [row[0].partition(" · ")[0].rpartition(" ")[2] for row in rows(page)]


@pytest.fixture(scope="module")
def town(shared_planned: Town, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Make a town whose boards are done; one school has something to mend, another nothing, and one file is nobody's."""
    town = shared_planned.copy(tmp_path_factory.mktemp("table") / "town")
    school = {"commitments": [{"text": "Läsa varje dag", "parent_id": "UBN-M9", "school_form": "compulsory", "responsible": "Rektor"}]}
    town.put("UBN-ÅBY.xlsx", town.filled("UBN-ÅBY", school))
    town.put("<b>vems?.xlsx", b"no workbook", 5)
    town.run("validate", "--round", ROUND, expect=1)
    return town


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, NOW) as visitor:
        yield visitor


def test_owners_stand_by_board_with_their_verdicts_and_findings(visitor: Visitor) -> None:
    page = visitor.get(PAGE)
    assert names(page) == ["UBN", "UBN-ÅBY", "UBN-ÖST", "KFN", "KFN-BIB"]
    school = rows(page)[1]
    assert school[0] == "Åby skola UBN-ÅBY · enhet"
    assert school[4:7] == ["✗ Behöver kompletteras", "1", "0"]
    assert rows(page)[2][4:7] == ["– Inte inkommen", "", ""]
    assert f'href="{PAGE}/owners/UBN-%C3%85BY"' in page
    assert f'href="{PAGE}/returns/UBN-%C3%85BY.xlsx"' in page


def test_the_numbers_are_those_of_status(town: Town, visitor: Visitor) -> None:
    printed = town.run("status", ROUND).output
    page = visitor.get(PAGE)
    sums = printed.strip().splitlines()[-1]
    assert sums in plain(page)
    for row in rows(page):
        owner = row[0].partition(" · ")[0].rpartition(" ")[2]
        line = next(line for line in printed.splitlines() if line.split("  ")[0] == owner)
        assert line.endswith(row[4].partition(" ")[2])
        assert row[1] in line  # when it was handed out
    assert "&lt;b&gt;vems?.xlsx" in page
    assert "<b>vems?" not in page
    home = plain(visitor.get("/"))
    assert "2 är klara" in home
    assert "1 ska rättas" in home
    assert "2 har inte svarat" in home


def test_counts_lead_to_the_rows_that_they_count(visitor: Visitor) -> None:
    page = visitor.get(PAGE)
    for href, text in re.findall(r'<li><a href="([^"]*)"(?: aria-current="true")?>([^<]* \d+)</a></li>', page):
        assert len(rows(visitor.get(href))) == int(text.rpartition(" ")[2]), text
    for href, text in re.findall(r'<li><a href="([^"]*\?state=[^"]*)">(\d+) [^<]*</a></li>', visitor.get("/")):
        assert len(rows(visitor.get(href))) == int(text)


@pytest.mark.parametrize(
    "query, expected",
    [
        ("q=skola+åby", ["UBN-ÅBY"]),
        ("board=KFN", ["KFN", "KFN-BIB"]),
        ("level=board&sort=name", ["KFN", "UBN"]),
        ("level=board&sort=name&order=down", ["UBN", "KFN"]),
        ("sort=errors&order=down&q=ubn-å", ["UBN-ÅBY"]),
        ("state=nonsense&sort=nonsense&page=nonsense", ["UBN", "UBN-ÅBY", "UBN-ÖST", "KFN", "KFN-BIB"]),
    ],
)
def test_a_form_chooses_without_script(visitor: Visitor, query: str, expected: list[str]) -> None:
    assert names(visitor.get(f"{PAGE}?{query}")) == expected


def test_headings_sort_and_say_so(visitor: Visitor) -> None:
    page = visitor.get(f"{PAGE}?sort=name&state=done")
    assert '<th scope="col" aria-sort="ascending"><a href="/rounds/2027-plan?state=done&amp;sort=name&amp;order=down">' in page
    assert page.count("aria-sort") == 1


def test_what_is_searched_for_is_shown_as_it_was_typed(visitor: Visitor) -> None:
    page = visitor.get(f"{PAGE}?q=%22%3E%3Cscript%3E")
    assert "<script>" not in page
    assert 'value="&#34;&gt;&lt;script&gt;"' in page


def test_a_round_that_was_not_begun_leads_to_handing_out(visitor: Visitor) -> None:
    page = visitor.get("/rounds/2028-t1")
    assert "Ingen ska svara i den här omgången än." in page or rows(page)
    visitor.get("/rounds/2028-nonsense", expect=404)


def test_a_file_without_identity_waits_on_top(tmp_path: Path, town: Town) -> None:
    copy = town.copy(tmp_path / "town")
    copy.put("Kopia.xlsx", lost(copy.filled("KFN-BIB")))
    with visit_desk(copy.root, NOW) as visitor:
        assert "Inte granskad än" in plain(visitor.get(PAGE))
