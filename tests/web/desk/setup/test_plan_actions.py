"""The council's plan replaced by an uploaded one, and written by today's form."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desk_visitor import Visitor, read_hidden, visit_desk
from filled import fill_plan
from municipality import FRAMES, ORGANISATION
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds.issue import keep_plan_edition
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace
from town import KEY, PLAN, Answers, new_town

NOW = datetime(2027, 9, 1, 9, 0, tzinfo=UTC)
NEW: Answers = {**PLAN, "frames": [{**FRAMES[0], "operating_frame": 1100}, *FRAMES[1:]]}
SPACE = "\N{NO-BREAK SPACE}"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a town."""
    return new_town(tmp_path / "town").root


def make_plan(folder: Path, plan: Answers) -> bytes:
    """Return a filled plan of the same municipality."""
    return (new_town(folder, plan).root / "flerarsplan.xlsx").read_bytes()


def upload(visitor: Visitor, data: bytes) -> Any:
    """Upload a plan and return the page that says what it would do."""
    mark = {"form_mark": visitor.find_hidden("/plan")["form_mark"]}
    return visitor.post("/plan/upload", mark, {"file": ("Flerårsplan ny.xlsx", data)})


def list_plans(root: Path) -> list[str]:
    """List the workbooks beside the plan."""
    return sorted(path.name for path in root.glob("*.xlsx"))


def test_a_new_version_is_judged_and_compared_and_takes_the_old_ones_place(town: Path, tmp_path: Path) -> None:
    old, new = (town / "flerarsplan.xlsx").read_bytes(), make_plan(tmp_path / "other", NEW)
    with visit_desk(town, NOW) as visitor:
        shown = upload(visitor, new)
        assert "Flerårsplan ny.xlsx" in shown.text
        assert "En rad är ändrad." in shown.text
        assert f"<td>1{SPACE}000</td><td>1{SPACE}100</td>" in shown.text
        assert (town / "flerarsplan.xlsx").read_bytes() == old
        done = visitor.press(str(shown.url.copy_with(scheme="", host="", port=None)))
        assert "flerarsplan 2027-09-01.xlsx" in done
        assert f"1{SPACE}100" in visitor.get("/plan")
    assert (town / "flerarsplan.xlsx").read_bytes() == new
    assert (town / "flerarsplan 2027-09-01.xlsx").read_bytes() == old


def test_owners_that_are_left_out_are_warned_of(town: Path, tmp_path: Path) -> None:
    data = make_plan(tmp_path / "other", {**PLAN, "organisation": [row for row in ORGANISATION if row["org_id"] != "KFN-BIB"]})
    with visit_desk(town, NOW) as visitor:
        assert "KFN-BIB Biblioteket finns inte i den nya planen" in upload(visitor, data).text


@pytest.mark.parametrize("kind", ["broken", "no workbook", "same", "open", "settings"])
def test_nothing_is_replaced_where_that_would_do_harm(town: Path, tmp_path: Path, kind: str) -> None:
    path = town / "flerarsplan.xlsx"
    data, why = make_plan(tmp_path / "other", NEW), ""
    if kind == "broken":
        data, why = make_plan(tmp_path / "broken", {**PLAN, "frames": [{**FRAMES[0], "board_id": "NEJ"}]}), "Den har"
    elif kind == "no workbook":
        data, why = b"no workbook", "Den har ett fel"
    elif kind == "same":
        data, why = path.read_bytes(), "samma fil"
    elif kind == "open":
        (town / "~$flerarsplan.xlsx").write_text("")
        why = "öppen i Excel"
    else:
        with (town / "styrxl.toml").open("a", encoding="utf-8") as settings:
            settings.write('[rounds."2027-plan".due_owner]\nKFN-BIB = 2027-02-01\n')
        rows = [row for row in ORGANISATION if row["org_id"] != "KFN-BIB"]
        data, why = make_plan(tmp_path / "less", {**PLAN, "organisation": rows}), "nämner någon som inte finns"
    before = path.read_bytes()
    with visit_desk(town, NOW) as visitor:
        page = upload(visitor, data).text
        assert why in page
        assert "Byt ut planen</button>" not in page
        if kind in {"broken", "no workbook"}:
            assert "✗ Fel" in page
    assert path.read_bytes() == before
    assert list_plans(town) == (["flerarsplan.xlsx", "~$flerarsplan.xlsx"] if kind == "open" else ["flerarsplan.xlsx"])


def test_a_plan_that_changes_meanwhile_is_not_replaced(town: Path, tmp_path: Path) -> None:
    with visit_desk(town, NOW) as visitor:
        shown = upload(visitor, make_plan(tmp_path / "other", NEW))
        path = str(shown.url.copy_with(scheme="", host="", port=None))
        hidden = visitor.find_hidden(path)
        other = make_plan(tmp_path / "third", {**PLAN, "frames": [{**FRAMES[0], "operating_frame": 900}, *FRAMES[1:]]})
        (town / "flerarsplan.xlsx").write_bytes(other)
        assert visitor.post("/do/replace-plan", hidden).status_code == 409
    assert (town / "flerarsplan.xlsx").read_bytes() == other


def test_no_file_chosen_is_told(town: Path) -> None:
    with visit_desk(town, NOW) as visitor:
        mark = {"form_mark": visitor.find_hidden("/plan")["form_mark"]}
        assert "Välj en fil först" in visitor.post("/plan/upload", mark).text
        assert "finns inte kvar" in visitor.get("/do/replace-plan?staged=..")


def test_a_plan_by_todays_form_need_not_be_renewed(town: Path) -> None:
    with visit_desk(town, NOW) as visitor:
        page = visitor.get("/do/renew-plan")
        assert "följer redan dagens formulär" in page
        assert "<button>" not in page


def test_a_plan_by_an_older_form_is_renewed_after_what_is_new_was_told(tmp_path: Path) -> None:
    root = tmp_path / "older"
    workspace = Workspace.init(root, "Åköping", key=KEY)
    form_file = root / "sheets" / "multi_year_plan.yaml"
    form_file.parent.mkdir()
    text = (standard_folder() / "sheets" / "multi_year_plan.yaml").read_text("utf-8")
    form_file.write_text(re.sub(r"^  overall:\n(?:    .*\n)+", "", text, flags=re.MULTILINE), "utf-8")
    with Ledger.open(workspace.database) as ledger:
        keep_plan_edition(workspace, ledger)
    old = fill_plan(workspace, PLAN)
    workspace.plan_path.write_bytes(old)
    form_file.unlink()
    with visit_desk(root, NOW) as visitor:
        page = visitor.get("/do/renew-plan")
        assert "Nytt blad: Helhet" in page
        assert "flerarsplan 2027-09-01.xlsx" in page
        assert workspace.plan_path.read_bytes() == old
        answer = visitor.post("/do/renew-plan", read_hidden(page))
        assert "Nytt blad: Helhet" in visitor.wait(answer.url.path)
        assert "följer redan dagens formulär" in visitor.get("/do/renew-plan")
    assert (root / "flerarsplan 2027-09-01.xlsx").read_bytes() == old
