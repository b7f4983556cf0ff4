"""Handing out in the desk: the same as at the terminal, and said beforehand."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import visit_desk
from town import NOW, ROUND, Town, new_town

DO = f"/rounds/{ROUND}/do/hand-out"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Make a town in which nothing has been handed out."""
    return new_town(tmp_path / "åköping")


def test_a_round_is_begun_from_its_kind_and_year(town: Town) -> None:
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get("/begin")
        assert '<a href="/rounds/2027-plan/hand-out">Plan 2027</a>' in page
        assert '<a href="/rounds/2028-plan/hand-out">Plan 2028</a>' in page
        assert "Inget är utdelat än" in visitor.get("/begin?round=2027-Delår1")  # as people type it
        assert "2028-plan" in visitor.get("/begin?round=27-x", expect=422)


def test_what_is_handed_out_is_said_first_and_not_done(town: Town) -> None:
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get(DO)
    assert "2 får sina första arbetsböcker i omgången: UBN, KFN." in page
    assert "3 får ingen arbetsbok: UBN-ÅBY, UBN-ÖST, KFN-BIB. De här nämnderna har ingen plan som är klar: UBN, KFN." in page
    assert "Dela ut 2 arbetsböcker" in page
    assert not (town.root / "outbox" / ROUND).exists()
    assert "Inte utdelad" in town.run("status", ROUND).output


def test_the_button_hands_out_what_the_terminal_would(town: Town, tmp_path: Path) -> None:
    other = new_town(tmp_path / "terminal")
    other.run("distribute", ROUND, expect=1)
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        done = visitor.press(DO)
        assert "2 arbetsböcker ligger i mappen outbox/2027-plan." in done
        assert "3 får ingen arbetsbok" in done
        assert [path.name for path in sorted((town.root / "outbox" / ROUND).iterdir())] == ["KFN.xlsx", "UBN.xlsx"]
        assert town.issued("UBN") == other.issued("UBN")
        assert "2 arbetsböcker är utdelade" in visitor.get(f"/rounds/{ROUND}/hand-out")
        again = visitor.get(DO)
        assert "2 har redan sina arbetsböcker" in again


def test_owners_are_ticked_and_go_on_to_what_they_get(town: Town) -> None:
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get(f"/rounds/{ROUND}/hand-out?to=KFN")
        assert "1 får sin första arbetsbok i omgången: KFN." in page
        page = visitor.get(f"{DO}?level=board&only=kfn")
        assert "Dela ut 1 arbetsbok<" in page
        assert "UBX" in visitor.get(f"{DO}?only=UBX", expect=409)


@pytest.mark.parametrize("rows", ["0", "2001", "många", "1.5"])
def test_rows_that_are_none_are_told_and_nothing_is_offered(town: Town, rows: str) -> None:
    with visit_desk(town.root, NOW) as visitor:
        page = visitor.get(f"{DO}?rows={rows}")
        assert "mellan 1 och 2000" in page
        assert '<p class="buttons"><button>' not in page


def test_who_has_a_workbook_already_is_told_that_it_gets_another(planned: Town) -> None:
    town = planned
    with visit_desk(town.root, NOW) as visitor:
        assert "5 har redan sina arbetsböcker" in visitor.get(DO)
        page = visitor.get(f"{DO}?only=UBN&rows=40")
        assert "1 har redan en arbetsbok och får en ny, eftersom innehållet har ändrats: UBN." in page
        before = town.issued("UBN")
        visitor.press(f"{DO}?only=UBN&rows=40")
        assert town.issued("UBN") != before


def test_what_was_seen_beforehand_must_still_hold(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = visitor.get(DO)
        mark = page.partition('name="shown" value="')[2].partition('"')[0]
        form = page.partition('name="form_mark" value="')[2].partition('"')[0]
        town.run("distribute", ROUND, "--level", "board")
        answer = visitor.post(DO, {"form_mark": form, "shown": mark})
        assert answer.status_code == 409
        assert "Något har ändrats" in answer.text


def test_all_workbooks_come_as_one_archive(planned: Town) -> None:
    town = planned
    with visit_desk(town.root, NOW) as visitor:
        answer = visitor.client.get(f"/zip/outbox/{ROUND}")
    assert answer.headers["content-disposition"] == 'attachment; filename="outbox-2027-plan.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(path.name for path in (town.root / "outbox" / ROUND).iterdir())
        assert archive.read("UBN-ÅBY.xlsx") == town.issued("UBN-ÅBY")
