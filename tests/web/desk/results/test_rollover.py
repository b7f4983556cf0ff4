"""A new year is proposed beside the plan, after a page has said what it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_visitor import visit_desk
from town import NOW, new_town

DO = "/do/rollover"


def test_what_the_year_needs_is_said_and_then_written(tmp_path: Path) -> None:
    town = new_town(tmp_path / "åköping")
    proposal = town.root / "flerarsplan 2028.xlsx"
    plan = town.workspace.plan_path.read_bytes()
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get(DO)  # the year after this one
        assert "flerarsplan 2028.xlsx skrivs" in page
        assert "Ramar att fylla i (3): UBN, KFN, REV" in page
        assert not proposal.exists()
        done = visitor.press(DO)
        assert "Skrev flerarsplan 2028.xlsx" in done
        assert 'href="/plan"' in done
        again = visitor.get(DO)
        assert "finns redan" in again
        assert '<p class="buttons"><button>' not in again
    assert proposal.exists()
    assert town.workspace.plan_path.read_bytes() == plan


@pytest.mark.parametrize("year, told", [("2027", "har ramar"), ("1999", "inget år"), ("20 28", "inget år"), ("x", "inget år")])
def test_a_year_that_needs_nothing_or_is_none_has_no_button(tmp_path: Path, year: str, told: str) -> None:
    town = new_town(tmp_path / "åköping")
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get(f"{DO}?year={year}")
        assert told in page
        assert '<p class="buttons"><button>' not in page
