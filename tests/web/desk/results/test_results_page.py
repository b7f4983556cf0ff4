"""Results are written by the desk as by the terminal; what is missing, and what is out of date, is said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import visit_desk
from town import BOARDS, ROUND, Town

PAGE = f"/rounds/{ROUND}/results"
DO = f"/rounds/{ROUND}/do/consolidate"


@pytest.fixture
def town(planned: Town) -> Town:
    """Give a town whose boards have answered, and whose units have not."""
    return planned


def list_written(town: Town) -> list[str]:
    written = (path for folder in ("council", "boards") for path in (town.root / folder).rglob("*.xlsx"))
    return sorted(path.relative_to(town.root).as_posix() for path in written)


def test_what_is_missing_is_said_before_anything_is_written(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        assert "Inget är skrivet än." in visitor.get(PAGE)
        page = visitor.get(DO)
        assert "3 har inget svar som är klart: KFN-BIB, UBN-ÅBY, UBN-ÖST." in page
        assert "2 nämnders arbetsböcker skrivs till mappen boards/2027-plan." in page
        assert list_written(town) == []


def test_all_are_written_and_downloaded(town: Town, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    other = town.copy(tmp_path / "terminal")
    other.run("consolidate", ROUND, "--all")
    with visit_desk(town.root, now) as visitor:
        done = visitor.press(DO)
        assert "Skrev council/2027-plan.xlsx" in done
        assert "Svar som saknas: 3." in done
        page = visitor.get(PAGE)
        assert "är gjord av det som gäller nu" in page
        for board in BOARDS:
            answer = visitor.client.get(f"/files/boards/{ROUND}/{board}.xlsx")
            assert answer.content == (town.root / "boards" / ROUND / f"{board}.xlsx").read_bytes()
        assert visitor.client.get(f"/zip/boards/{ROUND}").status_code == 200
    assert list_written(town) == list_written(other) == ["boards/2027-plan/KFN.xlsx", "boards/2027-plan/UBN.xlsx", "council/2027-plan.xlsx"]
    assert (town.root / "council" / "2027-plan.xlsx").read_bytes() == (other.root / "council" / "2027-plan.xlsx").read_bytes()


@pytest.mark.parametrize(
    "asked, written",
    [("which=council", ["council/2027-plan.xlsx"]), ("only=kfn", ["boards/2027-plan/KFN.xlsx"])],
)
def test_some_alone_are_written(town: Town, asked: str, written: list[str]) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        visitor.press(f"{DO}?{asked}")
    assert list_written(town) == written


def test_a_board_that_is_none_is_told(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = visitor.get(f"{DO}?only=UBX, UBN-ÅBY")
        assert "ingen nämnd som heter UBX, UBN-ÅBY" in page
        assert '<p class="buttons"><button>' not in page


def test_what_came_since_makes_it_out_of_date(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        visitor.press(DO)
        town.put("UBN-ÅBY.xlsx", town.filled("UBN-ÅBY"))
        visitor.press(f"/rounds/{ROUND}/do/judge")
        assert "Sedan dess har något ändrats" in visitor.get(PAGE)


def test_one_that_is_open_in_excel_is_told(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        visitor.press(DO)
        (town.root / "council" / "~$2027-plan.xlsx").write_bytes(b"")
        done = visitor.press(DO)
        assert "Det gick inte" in done
        assert "2027-plan.xlsx" in done
