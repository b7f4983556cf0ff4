"""Published figures, entered through the workbooks as a controller and the boards would, come out as they were published."""

from __future__ import annotations

from collections.abc import Mapping
from csv import DictReader
from datetime import date
from io import StringIO
from math import fsum
from pathlib import Path
from typing import Any

import pytest

from measured_town import Activity, MeasuredBoard, measured_town, rows_by_board
from published_figures import BOTKYRKA_CHANGES, BOTKYRKA_FRAMES, BOTKYRKA_INVESTMENTS, VASTERVIK_2020
from report_sheets import Cells, table

ROUNDING = 0.1 + 1e-6  # mnkr, by which a published figure may differ from what its parts, also published, come to
IDS = {
    "Kommunstyrelse": "KS",
    "Barn- och utbildningsnämnd": "BUN",
    "Socialnämnd": "SN",
    "Miljö- och byggnadsnämnd": "MBN",
    "Överförmyndare": "ÖF",
    "Revision": "REV",
}
Published = Mapping[str, Any]


def published() -> list[Published]:
    """Return the published rows, amounts as numbers."""
    rows = DictReader(StringIO(VASTERVIK_2020), delimiter="|")
    return [{name: value if name in ("board", "activity") else float(value) for name, value in row.items()} for row in rows]


def vastervik() -> list[MeasuredBoard]:
    """Return the boards, with the council's budget for each as its frame; one without published parts has one activity."""
    rows, boards = published(), []
    for whole in (row for row in rows if not row["activity"]):
        parts = [row for row in rows if row["board"] == whole["board"] and row["activity"]] or [{**whole, "activity": "Verksamheten"}]
        activities = [Activity(p["activity"], -tkr(p["budget"]), -tkr(p["cost"]), tkr(p["revenue"])) for p in parts]
        boards.append(MeasuredBoard(IDS[whole["board"]], whole["board"], -tkr(whole["budget"]), activities))
    return boards


def tkr(mnkr: float) -> float:
    return round(1000 * mnkr, 2)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cells]:
    town = measured_town(tmp_path_factory.mktemp("vastervik"), "Västerviks kommun", 2020, vastervik())
    town.plan()
    town.follow_up("year")
    return town.pages("year")


def test_each_boards_deviation_is_the_published_one(pages: dict[str, Cells]) -> None:
    """To what rounding leaves: the outcome adds up parts that were rounded one by one, and so was the deviation."""
    found = rows_by_board(pages["Ekonomi"])
    for row in (row for row in published() if not row["activity"]):
        mine = found[row["board"]]
        assert abs(mine["Utfall netto (tkr)"] / 1000 + row["net"]) <= ROUNDING, row
        assert abs(mine["Avvikelse mot ramen (tkr)"] / 1000 - row["deviation"]) <= 2 * ROUNDING, row
        assert mine["Aktuell ram (tkr)"] == -tkr(row["budget"])
        assert mine["Läge"] == ("✓ Inom ramen" if row["deviation"] >= 0 else "! Över ramen")
        parts = fsum((mine["Ej utlagt av ramen (tkr)"], mine["Avvikelse mot egen budget (tkr)"]))
        assert mine["Avvikelse mot ramen (tkr)"] == pytest.approx(parts, abs=1e-6)


def test_each_activitys_deviation_is_the_published_one(pages: dict[str, Cells]) -> None:
    cells = pages["Ekonomi"]
    rows = table(cells[next(n for n, line in enumerate(cells) if line[0] == "Årets utfall mot egen budget") :], "Nämnd")
    found = {(row["Nämnd"], row["Verksamhet eller enhet"]): row["Avvikelse (tkr)"] for row in rows}
    told = [row for row in published() if row["activity"]]
    assert len(told) == 18
    for row in told:
        assert abs(found[row["board"], row["activity"]] / 1000 - row["deviation"]) <= ROUNDING, row


def test_the_sum_is_that_of_the_boards(pages: dict[str, Cells]) -> None:
    """The source has no total of the boards; what its boards come to differs by no more than their rounding."""
    found = rows_by_board(pages["Ekonomi"])
    total = found["Summa nämnder"]
    told = [row for row in published() if not row["activity"]]
    assert total["Anmärkning"] == "6 av 6 är med"
    assert found.keys() == {*IDS, "Summa nämnder"}
    for key in ("Aktuell ram (tkr)", "Utfall netto (tkr)", "Avvikelse mot ramen (tkr)"):
        assert total[key] == pytest.approx(fsum(found[row["board"]][key] for row in told), abs=1e-6)
    assert abs(total["Avvikelse mot ramen (tkr)"] / 1000 - fsum(row["deviation"] for row in told)) <= len(told) * ROUNDING
    figures = {line[0]: line[1:3] for line in pages["Översikt"]}
    assert figures["Nämnder inom fullmäktiges ram"] == [5, "av 6"]


def test_frames_and_decisions_of_a_council(tmp_path: Path) -> None:
    """A frame for each year, changes by one decision of a board whose frame was not published, a board's investments."""
    decision = {"board_id": "SBN", "year": 2019, "date": date(2019, 6, 18), "kind": "addition"}
    changes = [
        {**decision, "decision": f"KF 2019-06-18, {name}", **{k: v for k, v in (("operating", o), ("investment", i)) if v is not None}}
        for name, o, i in BOTKYRKA_CHANGES
    ]
    frames = [
        {"board_id": "UBN", "year": year, "operating_frame": operating, "investment_frame": investment}
        for year, (operating, investment) in BOTKYRKA_FRAMES.items()
    ]
    boards = [MeasuredBoard("UBN", "Utbildningsnämnden", None), MeasuredBoard("SBN", "Samhällsbyggnadsnämnden", None)]
    town = measured_town(tmp_path / "2019", "Botkyrka kommun", 2019, boards, frames=frames, frame_adjustments=changes)
    pages = town.pages("year")
    found = rows_by_board(pages["Ekonomi"])
    sbn = found["Samhällsbyggnadsnämnden"]
    assert (sbn["Ramjusteringar (tkr)"], sbn["Aktuell ram (tkr)"], sbn["Läge"]) == (1575, "", "! Uppföljning saknas")
    assert found["Utbildningsnämnden"]["Aktuell ram (tkr)"] == 2_565_900
    invested = rows_by_board(pages["Investeringar"])
    assert invested["Samhällsbyggnadsnämnden"]["Aktuell ram (tkr)"] == 2750
    assert invested["Utbildningsnämnden"]["Aktuell ram (tkr)"] == 324_800


def test_investments_of_a_board(tmp_path: Path) -> None:
    projects = [
        {"project": name, "total_expenditure": amount, "year_budget": amount, "finished_year": 2020}
        for name, amount in BOTKYRKA_INVESTMENTS.items()
    ]
    board = MeasuredBoard("KFN", "Kultur- och fritidsnämnden", 1000, [Activity("Kultur", 900, 0)], 2000, projects)
    town = measured_town(tmp_path / "2020", "Botkyrka kommun", 2020, [board])
    town.plan()
    rows = table(town.pages("plan")["Investeringar"], "Nämnd")
    assert {row["Projekt"]: row["Årets budget (tkr)"] for row in rows if row["Projekt"]} == BOTKYRKA_INVESTMENTS
    assert rows[-1]["Årets budget (tkr)"] == 2000
