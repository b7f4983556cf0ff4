"""The first screen: it says what to do next, whatever state the workspace is in."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import Visitor, visit_desk
from styrxl.model.errors import StyrxlError
from styrxl.rounds.overview.round_steps import QUARANTINE
from styrxl.store.workspace import Workspace
from styrxl.web.desk.home import FIRST_THINGS, YEAR_PLACES
from styrxl.web.desk.shown_round import STEP_PLACES
from styrxl.web.desk.tasks import Done, Task
from town import ROUND, Town, new_town

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
_TAG = re.compile(r"<[^>]*>")


def text(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(_TAG.sub(" ", page[page.index("<main") :]).split())


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make a town with a plan, in which nothing has been handed out."""
    return new_town(tmp_path / "town")


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, NOW) as visitor:
        yield visitor


def test_without_a_workspace_it_leads_to_a_new_one(tmp_path: Path) -> None:
    with visit_desk(tmp_path) as visitor:
        page = visitor.get("/")
        assert 'class="button" href="/new"' in page


def test_without_a_plan_it_leads_to_the_plan(tmp_path: Path) -> None:
    Workspace.init(tmp_path, "Exempelby")
    with visit_desk(tmp_path) as visitor:
        page = visitor.get("/")
        assert "flerarsplan.xlsx" in text(page)
        assert 'class="button" href="/plan"' in page


def test_a_plan_that_cannot_be_used_is_told(town: Town) -> None:
    town.workspace.plan_path.write_bytes(b"no workbook")
    with visit_desk(town.root) as visitor:
        assert 'class="button" href="/plan"' in visitor.get("/")


def test_settings_that_cannot_be_used_are_told_with_their_line(town: Town) -> None:
    with (town.root / "styrxl.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[thresholds]\npercent = "många"\n')
    with visit_desk(town.root) as visitor:
        page = visitor.get("/")
        assert "styrxl.toml" in text(page)
        assert 'class="button" href="/settings"' in page
        assert '<a href="/plan">' in page  # the ways to other pages are there


def test_before_any_round_the_plans_are_to_be_handed_out(visitor: Visitor) -> None:
    page = visitor.get("/")
    assert "Dags att dela ut arbetsböckerna för Plan 2027." in text(page)
    assert f'class="button" href="/rounds/{ROUND}/hand-out"' in page


def test_a_round_says_how_it_stands_and_what_comes_next(asked: Town) -> None:
    town = asked
    town.put("UBN.xlsx", town.filled("UBN"))
    town.put("skräp.xlsx", b"no workbook")
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get("/")
        assert "2 filer i inkorgen har inte granskats än." in text(page)
        assert f'class="button" href="/rounds/{ROUND}/do/judge"' in page
        town.run("validate", "--round", ROUND, expect=1)
        page = visitor.get("/")
        assert "Säg vems en fil är som inte kunde knytas till någon, eller undanta den." in text(page)
        assert f'class="button" href="/rounds/{ROUND}#unplaced"' in page
        assert "1 väntar på dig" in text(page)
        assert f'<a href="/rounds/{ROUND}?state=missing">1 har inte svarat</a>' in page
        assert f'<a href="/rounds/{ROUND}?state=done">1 är klar</a>' in page
        assert 'id="unplaced"' in visitor.get(f"/rounds/{ROUND}")
        town.run("set-aside", ROUND, "skräp.xlsx", "--reason", "Inget svar")
        table = visitor.get(f"/rounds/{ROUND}")
        assert 'id="unplaced"' not in table, "nobody need place it"
        assert "En fil som är ingens och inte räknas" in text(table)


def test_units_are_handed_theirs_once_their_board_is_done(asked: Town) -> None:
    town = asked
    town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get("/")
        assert "2 till kan få sina arbetsböcker nu." in text(page)
        assert f'class="button" href="/rounds/{ROUND}/hand-out"' in page
        assert "Har det kommit fler svar? Ta emot svar" in text(page)


def test_no_return_is_opened(asked: Town) -> None:
    town = asked
    path = town.put("UBN.xlsx", town.filled("UBN"))
    town.run("validate", "--round", ROUND)
    with visit_desk(town.root, NOW) as visitor:
        before = text(visitor.get("/")), text(visitor.get(f"/rounds/{ROUND}"))
        path.write_bytes(b"x" * path.stat().st_size)
        assert (text(visitor.get("/")), text(visitor.get(f"/rounds/{ROUND}"))) == before
        path.write_bytes(b"x")
        assert "En fil i inkorgen har inte granskats än." in text(visitor.get("/"))


def test_files_of_a_round_that_was_not_handed_out_are_told(asked: Town) -> None:
    town = asked
    folder = town.root / "inbox" / "2027-ik"
    folder.mkdir()
    (folder / "UBN.xlsx").write_bytes(b"no workbook")
    with visit_desk(town.root, NOW) as visitor:
        assert "Plan för intern kontroll 2027" in text(visitor.get("/"))
        assert 'href="/rounds/2027-ik/do/judge"' in visitor.get("/")


def test_a_round_ends_in_its_results_and_is_folded(planned: Town) -> None:
    town = planned
    for second, owner in enumerate(("UBN-ÅBY", "UBN-ÖST", "KFN-BIB")):
        town.put(f"{owner}.xlsx", town.filled(owner), second)
    town.run("validate", "--round", ROUND)
    with visit_desk(town.root, NOW) as visitor:
        assert "Skriv sammanställningarna av de 5 svar som är klara." in text(visitor.get("/"))
        town.run("consolidate", ROUND)
        page = visitor.get("/")
        assert "En avslutad omgång" in text(page)
        assert "sammanställ" not in text(page)
        town.put(
            "UBN-ÖST.xlsx",
            town.filled("UBN-ÖST", {"commitments": [{"text": "Läsa mer", "parent_id": "UBN-M1", "responsible": "Rektor"}]}),
            60,
        )
        assert "En fil i inkorgen har inte granskats än." in text(visitor.get("/"))
        town.run("validate", "--round", ROUND)
        assert "Skriv dem igen" in text(visitor.get("/"))


def test_what_did_not_work_or_was_cut_short_is_told_until_it_is_done(town: Town) -> None:
    def fail(_: Task) -> Done:
        raise StyrxlError("disk-full", path="x")

    with visit_desk(town.root, NOW) as visitor:
        assert "Det gick inte" not in text(visitor.get("/"))
        visitor.tasks.begin("Dela ut Plan 2027", ROUND, "/there", fail)
        _wait(visitor)
        assert "Det gick inte: Dela ut Plan 2027. Se vad som hände" in text(visitor.get("/"))
        visitor.tasks.begin("Dela ut Plan 2027", ROUND, "/there", lambda _: Done())
        _wait(visitor)
        assert "Det gick inte" not in text(visitor.get("/"))


def _wait(visitor: Visitor) -> None:
    while visitor.tasks.running:
        time.sleep(0.01)


def test_it_speaks_english_too(town: Town) -> None:
    with visit_desk(town.root, NOW, "en") as visitor:
        assert "It is time to hand out the workbooks of Plan 2027." in text(visitor.get("/"))


def test_every_step_leads_to_a_page_that_is_there(planned: Town) -> None:
    with visit_desk(planned.root, NOW) as visitor:
        for where in STEP_PLACES.values():
            visitor.get(where if where == STEP_PLACES[QUARANTINE] else f"/rounds/{ROUND}{where}")
        for where in {*YEAR_PLACES.values(), *(href for _, href in FIRST_THINGS.values())}:
            visitor.get(where)
