"""Two returns merged by the desk: side by side beforehand, and as was said afterwards."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from decisions import ECONOMIST, STRATEGIST, both, verdicts
from desk_cells import read_page
from desk_visitor import visit_desk
from styrxl.web.desk.return_links import action_href, owner_href, return_href
from town import ROUND, Town

ADDED = {**ECONOMIST, "confirmation": [{"responsible": "<b>Ekonomichef</b>", "registry_number": "Dnr 7"}]}
TWICE = {**ECONOMIST, "budget": [{"activity": "Förskola", "cost": 1}, {"activity": "förskola", "cost": 2}]}
MERGE = action_href(ROUND, "merge", owner="UBN")


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path) -> Town:
    return shared_asked.copy(tmp_path / "town")


def rows(page: str) -> list[str]:
    """Return the rows of a page's tables, as texts."""
    return [one.text for one in read_page(page) if one.tag == "tr"]


def find_merged(town: Town) -> Path:
    [path] = [path for path in town.inbox.iterdir() if "merged" in path.name]
    return path


def test_both_versions_stand_side_by_side_with_what_comes_out(town: Town) -> None:
    both(town, ADDED)
    verdicts(town)
    with visit_desk(town.root) as visitor:
        page = visitor.get(MERGE)
        shown = rows(page)
        assert "Ansvarig B15 <b>Ekonomichef</b> Förvaltningschef Förvaltningschef ≠ olika, det nyare gäller" in shown
        assert "Diarienummer B14 Dnr 7 – Dnr 7 + bara det äldre har svarat" in shown
        assert "På en rad skiljer de sig åt." in page
        assert "Åtagande B5 – Starta läsprogram Starta läsprogram" in shown
        differing = page.partition("<details>")[0]
        assert "Dnr 7" in differing
        assert "Starta läsprogram" not in differing
        assert not [path for path in town.inbox.iterdir() if "merged" in path.name]
        after = visitor.press(MERGE, reason="Två delade på arbetet", by="Anna")
    path = find_merged(town)
    assert f"Skrev inbox/{ROUND}/{path.name}. Läge: Klar." in after
    sheet = load_workbook(BytesIO(path.read_bytes()))["Bekräftelse"]
    assert (sheet["B14"].value, sheet["B15"].value) == ("Dnr 7", "Förvaltningschef")
    assert verdicts(town)[path.name] == "accepted"


def test_where_the_newer_is_said_to_win_the_older_s_answer_is_left_out(town: Town) -> None:
    both(town, ADDED)
    verdicts(town)
    with visit_desk(town.root) as visitor:
        path = action_href(ROUND, "merge", owner="UBN", newer_wins="1")
        assert "Diarienummer B14 Dnr 7 – – − det äldres svar följer inte med" in rows(visitor.get(path))
        visitor.press(path)
    assert load_workbook(BytesIO(find_merged(town).read_bytes()))["Bekräftelse"]["B14"].value is None


def test_what_stays_unclear_is_said_with_its_cells(town: Town) -> None:
    both(town, TWICE, {**STRATEGIST, "budget": [{"activity": "Förskola", "cost": 3}]})
    verdicts(town)
    with visit_desk(town.root) as visitor:
        page = visitor.get(MERGE)
        assert "Budget: Förskola. I strategist.xlsx: A9. I economist.xlsx: A9, A10." in page
        assert "--newer" not in page
        assert 'class="confirm"' not in page
        again = visitor.get(action_href(ROUND, "merge", owner="UBN", newer_wins="1"))
        assert re.search(r"Förskola, förskola|förskola i det äldre följer inte med", again)
        assert 'class="confirm"' in again


@pytest.mark.parametrize("owner, told", [("UBN", "Det finns inget att slå ihop"), ("KFN", "KFN"), ("<b>", "&lt;b&gt;")])
def test_where_there_is_nothing_to_merge_that_is_said(town: Town, owner: str, told: str) -> None:
    town.put("UBN.xlsx", town.filled("UBN"))
    verdicts(town)
    with visit_desk(town.root) as visitor:
        page = visitor.get(action_href(ROUND, "merge", owner=owner))
    assert told in page
    assert 'class="confirm"' not in page


def test_it_is_offered_only_where_an_older_return_has_answers_that_the_newest_lacks(town: Town) -> None:
    """Nor where they are merged already, and the newest is what came of it."""
    both(town, ADDED)
    verdicts(town)
    with visit_desk(town.root) as visitor:
        pages = [owner_href(ROUND, "UBN"), return_href(ROUND, "economist.xlsx"), return_href(ROUND, "strategist.xlsx")]
        assert all(MERGE in visitor.get(page) for page in pages)
        visitor.press(MERGE)
        assert not any("do/merge" in visitor.get(page) for page in [*pages, return_href(ROUND, find_merged(town).name)])
