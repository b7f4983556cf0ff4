"""The council's plan at the desk: how it stands, what it says, opened and downloaded."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest

from desk_visitor import visit_desk
from municipality import FRAMES, GOALS, ORGANISATION
from styrxl.web.desk.setup import plan_page
from town import PLAN, new_town

NOW = datetime(2027, 9, 1, 9, 0, tzinfo=UTC)
ADJUSTMENT = {"board_id": "UBN", "year": 2027, "date": date(2027, 6, 15), "operating": 250, "decision": "KF § 112"}
ASSIGNMENT = {
    "assignment_id": "KF-U1",
    "text": "Se över <b>lokaler</b>",
    "responsible": "UBN",
    "due": date(2027, 12, 31),
    "decided_on": date(2027, 1, 10),
    "decision": "KF § 1",
}
SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a town with adjustments and an assignment; no test here changes it."""
    return new_town(tmp_path_factory.mktemp("town"), {**PLAN, "frame_adjustments": [ADJUSTMENT], "assignments": [ASSIGNMENT]}).root


def test_a_plan_is_read_as_a_page(town: Path) -> None:
    with visit_desk(town, NOW) as visitor:
        page = visitor.get("/plan")
    assert "går att arbeta med" in page
    assert page.index("Utbildningsförvaltningen") < page.index("Åby skola")
    for number in ("1" + SPACE + "000", "250", "1" + SPACE + "250"):
        assert f'<td class="number">{number}</td>' in page
    assert "KF § 112" in page
    assert "Se över &lt;b&gt;lokaler&lt;/b&gt;" in page
    assert "Utbildningsnämnden (UBN)" in page
    assert "Invånarna är mer delaktiga" in page


def test_it_is_downloaded_as_it_is(town: Path) -> None:
    with visit_desk(town, NOW) as visitor:
        answer = visitor.client.get("/plan/file")
    assert answer.content == (town / "flerarsplan.xlsx").read_bytes()
    assert answer.headers["content-disposition"] == 'attachment; filename="flerarsplan.xlsx"'


def test_it_is_opened_by_its_program_on_this_computers_screen(town: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(plan_page, "opens_files_here", lambda: True)
    monkeypatch.setattr(click, "launch", opened.append)
    with visit_desk(town, NOW) as visitor:
        answer = visitor.post("/plan/open", visitor.find_hidden("/plan"))
        assert "öppnas i Excel" in answer.text
        assert visitor.post("/plan/open", {}).status_code == 403
        monkeypatch.setattr(plan_page, "opens_files_here", lambda: False)
        assert "Öppna i Excel" not in visitor.get("/plan")
        assert visitor.post("/plan/open", visitor.find_hidden("/plan")).status_code == 404
    assert opened == [str(town / "flerarsplan.xlsx")]


def test_what_is_wrong_is_told_at_its_cells_and_everything_leads_there(tmp_path: Path) -> None:
    plan = {
        "organisation": ORGANISATION,
        "council_goals": GOALS,
        "frames": [*FRAMES, {"board_id": "NEJ", "year": 2027, "operating_frame": 1}],
    }
    root = new_town(tmp_path, plan).root
    with visit_desk(root, NOW) as visitor:
        page = visitor.get("/plan")
        assert "✗ Planen har ett fel" in page
        assert "Ramar A" in page
        assert "NEJ" in page
        assert 'href="/plan"' in visitor.get("/rounds/2027-plan", expect=409).partition("<main")[2]


@pytest.mark.parametrize("lock", ["~$flerarsplan.xlsx", ".~lock.flerarsplan.xlsx#"])
def test_an_open_workbook_is_told(tmp_path: Path, lock: str) -> None:
    root = new_town(tmp_path).root
    (root / lock).write_text("")
    with visit_desk(root, NOW) as visitor:
        assert "öppen i Excel eller LibreOffice" in visitor.get("/plan")


def test_a_plan_that_is_gone_is_told(tmp_path: Path) -> None:
    root = new_town(tmp_path).root
    (root / "flerarsplan.xlsx").unlink()
    with visit_desk(root, NOW) as visitor:
        assert "Filen finns inte" in visitor.get("/rounds/2027-plan")
        assert visitor.client.get("/plan/file").status_code == 404
