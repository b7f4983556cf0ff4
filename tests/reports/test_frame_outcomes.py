"""What a board spends against the council's frame: examples worked out by hand, through workbooks, and what always holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import fsum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measured_town import Activity, MeasuredBoard, MeasuredTown, measured_town, rows_by_board
from report_sheets import Cells, table
from styrxl.reports.board_outcomes import FrameOutcome, MoneyOutcome, add_frame_outcomes

BOARDS = (
    MeasuredBoard(
        "UBN", "Utbildningsnämnden", 100_000, [Activity("Skola", 60_000, 61_500, change=5_000), Activity("Förskola", 38_000, 37_500)]
    ),
    MeasuredBoard("EXN", "Exploateringsnämnden", -20_000, [Activity("Markförsäljning", -20_000, 1_000, 16_000)]),
    MeasuredBoard("TEN", "Tekniska nämnden", 0, [Activity("Vatten och avlopp", 0, 50_000, 50_300)]),
    MeasuredBoard("HAN", "Hamnnämnden", 1_000, [Activity("Hamnen", 1_000, 50_000, 48_500, change=-5_000)]),
    MeasuredBoard("GEM", "Gemensamma nämnden", None, [Activity("Samverkan", 500, 450)]),
    MeasuredBoard("TYN", "Tysta nämnden", 700),
)
MAY = {"year": 2027, "date": date(2027, 5, 18), "decision": "KF 2027-05-18 § 80"}
CHANGES = (
    {"board_id": "UBN", "operating": 5_000, "kind": "redistribution", **MAY},
    {"board_id": "HAN", "operating": -5_000, "kind": "redistribution", **MAY},
    {"board_id": "EXN", "investment": 40, "kind": "carried_over", **MAY},
)
COLUMNS = (
    "Läge",
    "Beslutad ram (tkr)",
    "Ramjusteringar (tkr)",
    "Aktuell ram (tkr)",
    "Aktuell budget (tkr)",
    "{} netto (tkr)",
    "Avvikelse mot ramen (tkr)",
    "Avvikelse mot ramen (%)",
    "Ej utlagt av ramen (tkr)",
    "Avvikelse mot egen budget (tkr)",
    "Anmärkning",
)
GROSS = "Procent av bruttokostnaden: ramen är mindre än en tiondel av den"
SILENT = "! Underskottet förklaras bara per verksamhet"  # nobody here fills in Hela nämnden


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> MeasuredTown:
    made = measured_town(tmp_path_factory.mktemp("frames"), "Åköping", 2027, BOARDS, frame_adjustments=CHANGES)
    made.plan()
    return made


@pytest.fixture(scope="module")
def april(town: MeasuredTown) -> dict[str, Cells]:
    town.follow_up("t1")
    return town.pages("t1")


@pytest.fixture(scope="module")
def year(town: MeasuredTown, april: dict[str, Cells]) -> dict[str, Cells]:
    assert april
    town.follow_up("year")
    return town.pages("year")


def shown(pages: dict[str, Cells], name: str, *, final: bool) -> list[Any]:
    row = rows_by_board(pages["Ekonomi"])[name]
    return [row[column.format("Utfall" if final else "Helårsprognos")] for column in COLUMNS]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Utbildningsnämnden", ["✓ Inom ramen", 100_000, "", 100_000, 98_000, 99_000, 1_000, 1.0, 2_000, -1_000, ""]),
        ("Exploateringsnämnden", ["! Över ramen", -20_000, "", -20_000, -20_000, -15_000, -5_000, -25.0, 0, -5_000, SILENT]),
        ("Tekniska nämnden", ["✓ Inom ramen", 0, "", 0, 0, -300, 300, "–", 0, 300, ""]),
        ("Hamnnämnden", ["! Över ramen", 1_000, "", 1_000, 1_000, 1_500, -500, -1.0, 0, -500, f"{SILENT} · {GROSS}"]),
        ("Gemensamma nämnden", ["Ingen ram angiven", "", "", "", 500, 450, "", "", "", 50, ""]),
        ("Tysta nämnden", ["! Uppföljning saknas", 700, "", 700, "", "", "", "", "", "", ""]),
        ("Inte med i summan", ["", 700, "", 700, 500, 450, "", "", "", "", ""]),
        ("Summa nämnder", ["", 81_000, "", 81_000, 79_000, 85_200, -4_200, -5.2, 2_000, -6_200, "4 av 6 är med"]),
    ],
)
def test_a_decision_in_may_is_not_in_the_frame_of_april(april: dict[str, Cells], name: str, expected: list[Any]) -> None:
    """And a frame of nothing or below it, one that is small beside what it all costs, a board without one, and one that is silent."""
    assert shown(april, name, final=False) == expected


@pytest.mark.parametrize(
    "name, expected",
    [
        ("Utbildningsnämnden", ["✓ Inom ramen", 100_000, 5_000, 105_000, 103_000, 99_000, 6_000, 5.7, 2_000, 4_000, ""]),
        ("Exploateringsnämnden", ["! Över ramen", -20_000, "", -20_000, -20_000, -15_000, -5_000, -25.0, 0, -5_000, SILENT]),
        ("Hamnnämnden", ["! Över ramen", 1_000, -5_000, -4_000, -4_000, 1_500, -5_500, -11.0, 0, -5_500, f"{SILENT} · {GROSS}"]),
    ],
)
def test_at_year_end_it_is(year: dict[str, Cells], name: str, expected: list[Any]) -> None:
    assert shown(year, name, final=True) == expected


def test_beside_a_forecast_stands_what_was_decided_after_the_rounds_day(april: dict[str, Cells]) -> None:
    heading = "Ej beviljade medel i prognosen, och fullmäktiges beslut efter 2027-04-30"
    found = rows_by_board(april["Ekonomi"], heading)
    columns = ("Beslut", "Avvikelse mot ramen (tkr)", "Beslutat senare (tkr)", "Avvikelse om det räknas (tkr)")
    assert {name: [row[c] for c in columns] for name, row in found.items()} == {
        "Utbildningsnämnden": [MAY["decision"], 1_000, 5_000, 6_000],
        "Hamnnämnden": [MAY["decision"], -500, -5_000, -5_500],
    }


def test_key_figures_speak_of_the_frame(april: dict[str, Cells], year: dict[str, Cells]) -> None:
    for pages in (april, year):
        figures = {line[0]: line[1:3] for line in pages["Översikt"]}
        assert figures["Nämnder inom fullmäktiges ram"] == [2, "av 4; en nämnd saknas; utan ram: 1"]
        whole = rows_by_board(pages["Översikt"])["Summa nämnder"]
        assert [*whole.values()][1:6] == [81.0, 85.2, -4.2, -5.2, "4 av 6 är med"]  # 6,000 − 5,000 + 300 − 5,500 thousand at year-end


def test_a_decision_on_investments_alone_says_so(year: dict[str, Cells]) -> None:
    """That the operating frame changes by nothing is not what it is about."""
    said = [str(cell) for line in year["Översikt"] for cell in line if "Ombudgetering" in str(cell)]
    assert said == ["Ombudgetering: Exploateringsnämnden +40 tkr i investeringar"]


def test_more_spread_than_was_given_differs_and_is_not_left(tmp_path: Path) -> None:
    """Of 100 the board spread 150: its changes are 50 more than the council's."""
    board = MeasuredBoard("BBN", "Badnämnden", 2_000, [Activity("Bad", 1_000, 1_000, change=150), Activity("Is", 900, 900)])
    town = measured_town(tmp_path, "Åköping", 2027, [board], frame_adjustments=[{"board_id": "BBN", "operating": 100, **MAY}])
    town.plan()
    town.follow_up("year")
    cells = town.pages("year")["Ekonomi"]
    [whole, *_] = table(cells[next(n for n, line in enumerate(cells) if str(line[0]).startswith("Egen budget, och")) :], "Nämnd")
    assert whole["Avstämning mot ramen"] == "! Ändringarna skiljer sig från fullmäktiges justeringar med +50 tkr"


def test_a_board_reads_of_its_own_frame(town: MeasuredTown, year: dict[str, Cells]) -> None:
    assert year
    pages = town.pages("year", "HAN")
    assert [*rows_by_board(pages["Ekonomi"])] == ["Hamnnämnden"]
    assert shown(pages, "Hamnnämnden", final=True)[5:8] == [1_500, -5_500, -11.0]
    figures = {line[0]: line[1:3] for line in pages["Översikt"]}
    assert "Nämnder inom fullmäktiges ram" not in figures
    assert figures["Avvikelse mot ramen (tkr)"] == [-5_500, "! Över ramen; plus är ett överskott"]


def test_a_change_whose_day_has_not_come_is_asked_about(tmp_path: Path) -> None:
    """It counts at year-end, and the controller is told when the round is put together."""
    board, late = MeasuredBoard("UBN", "Utbildningsnämnden", 100), {"board_id": "UBN", "year": 2027, "operating": 5, "decision": "KF § 9"}
    for day, told in ((date(2025, 12, 1), False), (date(2099, 1, 15), True)):
        town = measured_town(tmp_path / str(day.year), "Åköping", 2027, [board], frame_adjustments=[{**late, "date": day}])
        assert ("UBN 2099-01-15, KF § 9" in town.run("consolidate", "2027-year")) is told


def test_a_round_may_count_decisions_up_to_another_day(tmp_path: Path) -> None:
    """Frames are those of the end of May, the organisation that of the end of April; what comes in June stands apart."""
    june = {**MAY, "date": date(2027, 6, 15), "decision": "KF 2027-06-15 § 112"}
    changes = [{"board_id": "UBN", "operating": 5_000, **MAY}, {"board_id": "UBN", "operating": 70, **june}]
    town = measured_town(tmp_path, "Åköping", 2027, [MeasuredBoard("UBN", "Utbildningsnämnden", 100_000)], frame_adjustments=changes)
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "rounds.yaml").write_text('rounds:\n  t1:\n    frames: "05-31"\n', "utf-8")
    cells = town.pages("t1")["Ekonomi"]
    assert rows_by_board(cells)["Utbildningsnämnden"]["Aktuell ram (tkr)"] == 105_000
    later = rows_by_board(cells, "Ej beviljade medel i prognosen, och fullmäktiges beslut efter 2027-05-31")
    assert [row["Beslutat senare (tkr)"] for row in later.values()] == [70]


# What always holds.

ORE = st.integers(-(10**11), 10**11).map(lambda ore: ore / 100_000)
KNOWN = st.one_of(st.none(), ORE)


@st.composite
def measures(draw: st.DrawFn) -> FrameOutcome:
    """Return a board's money of any size and sign."""
    money = MoneyOutcome(draw(st.just(True)), draw(ORE), draw(KNOWN), outcome_revenue=draw(KNOWN), outcome_cost=draw(ORE))
    return FrameOutcome(draw(ORE), draw(KNOWN), money, draw(KNOWN))


@given(st.lists(measures(), min_size=1, max_size=12))
def test_the_deviation_from_the_frame_is_what_was_not_laid_out_and_the_deviation_of_the_rows(boards: Sequence[FrameOutcome]) -> None:
    """For each board and for their sum, right to the öre; and the sum is what the boards come to."""
    whole = add_frame_outcomes(boards, final=True)
    for each in (*boards, whole):
        assert each.deviation == ore(each.not_laid_out, each.money.deviation)
        assert each.deviation == ore(each.current, -(each.money.year_net or 0.0))
        assert each.current == ore(each.decided, each.adjustments)
    for name in ("current", "deviation", "not_laid_out"):
        assert getattr(whole, name) == ore(*(getattr(each, name) for each in boards))
    assert whole.money.deviation == ore(*(each.money.deviation for each in boards))


@given(measures())
def test_per_cent_is_of_the_frame_or_of_what_it_all_costs(measure: FrameOutcome) -> None:
    """It has the deviation's sign, whatever the frame's."""
    current, cost = measure.current or 0.0, measure.money.year_cost or 0.0
    if not current:
        assert measure.per_cent is None
        return
    assert measure.of_gross_cost == (abs(current) < cost / 10)
    base = cost if measure.of_gross_cost else abs(current)
    assert measure.per_cent == pytest.approx(100 * (measure.deviation or 0.0) / base, abs=0.051)


def ore(*amounts: float | None) -> float:
    """Add amounts up in whole hundred-thousandths, which no order and no sum can blur."""
    return fsum(round((amount or 0.0) * 100_000) for amount in amounts) / 100_000
