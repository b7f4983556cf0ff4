"""A municipality's net cost and result, published, come out of its workbooks, to the last row of the page Ekonomi."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from csv import DictReader
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from filled import fill_issued
from measured_town import Activity, MeasuredBoard, MeasuredTown, measured_town
from published_figures import VASTERVIK_2020
from published_results import (
    SJOBO_2016,
    SJOBO_2016_RESULT,
    VASTERVIK_2020_COMMON,
    VASTERVIK_2020_INTERNAL,
    VASTERVIK_2020_RESULT,
)
from report_sheets import Cells, table

ROUNDING = 0.1 + 1e-6  # mnkr, of each published figure
Rows = Sequence[Mapping[str, Any]]
LINES = {
    "Verksamhetens nettokostnader": "net",
    "Skatteintäkter": "tax_revenue",
    "Generella statsbidrag": "general_grants",
    "Finansnetto": "net_financial_items",
    "Årets resultat": "result",
}


IDS = {
    "Kommunstyrelse": "KS",
    "Barn- och utbildningsnämnd": "BUN",
    "Socialnämnd": "SN",
    "Miljö- och byggnadsnämnd": "MBN",
    "Överförmyndare": "ÖF",
}


def tkr(mnkr: float) -> float:
    return round(1000 * mnkr, 2)


def list_owners() -> dict[str, dict[str, float]]:
    """Return what was published of each board and the auditors as a whole (mnkr, as published), by name."""
    rows = [row for row in DictReader(StringIO(VASTERVIK_2020), delimiter="|") if not row["activity"]]
    return {row["board"]: {key: float(row[key]) for key in ("revenue", "cost", "budget")} for row in rows}


def make_town(root: Path, name: str, year: int, boards: Sequence[MeasuredBoard], others: Rows, frames: Rows = ()) -> MeasuredTown:
    """Make a town that has more than its boards."""
    organisation = [{"org_id": b.id, "name": b.name, "kind": "board"} for b in boards]
    mine = [{"board_id": b.id, "year": year, "operating_frame": b.frame} for b in boards]
    return measured_town(root, name, year, boards, organisation=[*organisation, *others], frames=[*mine, *frames])


def answer(town: MeasuredTown, kind: str, owner: str, answers: Mapping[str, Rows]) -> None:
    """Fill in the workbook of somebody outside the boards."""
    round_ = f"{town.year}-{kind}"
    path = town.root / "inbox" / round_ / f"{owner}.xlsx"
    path.write_bytes(fill_issued(town.root, round_, owner, answers))
    at = datetime(town.year + 1, 2, 1, 9, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))


def play(town: MeasuredTown, budgets: Mapping[str, Rows], outcomes: Mapping[str, Rows], financing: Sequence[float]) -> Cells:
    """Hand everything out and in, and return the page Ekonomi of the annual report."""
    town.plan()
    town.run("distribute", f"{town.year}-plan", "--level", "common")
    for owner, rows in budgets.items():
        more = {"financing": [{"budget": amount} for amount in financing]} if owner == "FIN" else {}
        answer(town, "plan", owner, {"budget": rows, **more})
    town.follow_up("year")
    town.run("distribute", f"{town.year}-year", "--level", "common")
    for owner, rows in outcomes.items():
        more = {"financing_outcomes": [{"outcome": amount} for amount in financing]} if owner == "FIN" else {}
        answer(town, "year", owner, {"outcomes": rows, **more})
    return town.pages("year")["Ekonomi"]


def read_lines(cells: Cells) -> dict[str, dict[str, Any]]:
    """Return the lines from net cost to result, by name."""
    top = next(n for n, line in enumerate(cells) if str(line[0]).startswith("Från nettokostnader"))
    heads = {n: str(text) for n, text in enumerate(cells[top + 1]) if text}
    return {str(line[0]): {head: line[n] for n, head in heads.items()} for line in cells[top + 2 :] if line[0]}


def check(lines: Mapping[str, Mapping[str, Any]], result: Mapping[str, float]) -> None:
    """Hold lines against published figures, and see that they tie out to the öre."""
    for name, key in LINES.items():
        assert abs(lines[name]["Utfall netto (tkr)"] / 1000 - result[key]) <= 2 * ROUNDING, name
        assert not str(lines[name]["Anmärkning"]).startswith("!"), name
    net = lines["Verksamhetens nettokostnader"]
    assert abs(net["Utfall intäkter (tkr)"] / 1000 - result["revenue"]) <= ROUNDING
    assert abs(net["Utfall kostnader (tkr)"] / 1000 - result["cost"]) <= 2 * ROUNDING
    parts = [name for name in lines if name not in LINES]
    assert sum(lines[name]["Utfall netto (tkr)"] for name in parts) == pytest.approx(net["Utfall netto (tkr)"], abs=1e-6)
    assert sum(lines[name]["Utfall netto (tkr)"] for name in [*LINES][:-1]) == pytest.approx(
        lines["Årets resultat"]["Utfall netto (tkr)"], abs=1e-6
    )


def test_a_municipality_with_boards_auditors_and_common_items(tmp_path: Path) -> None:
    """Västervik 2020: six owners as published, what is common, internal items; and the statement of results."""
    owners, year = list_owners(), 2020
    auditors = owners.pop("Revision")
    boards = [
        MeasuredBoard(IDS[name], name, -tkr(o["budget"]), [Activity("Allt", -tkr(o["budget"]), -tkr(o["cost"]), tkr(o["revenue"]))])
        for name, o in owners.items()
    ]
    others = [
        {"org_id": "REV", "name": "Revision", "kind": "audit"},
        {"org_id": "FIN", "name": "Finansförvaltningen", "kind": "finance"},
    ]
    frames = [{"board_id": "REV", "year": year, "operating_frame": -tkr(auditors["budget"])}]
    town = make_town(tmp_path / "town", "Västerviks kommun", year, boards, others, frames)
    common = tkr(VASTERVIK_2020_COMMON)
    budgets = {
        "REV": [{"activity": "Revision", "cost": -tkr(auditors["budget"])}],
        "FIN": [{"activity": "Gemensamt för kommunen", "cost": common}],
    }
    outcomes = {
        "REV": [{"outcome_revenue": tkr(auditors["revenue"]), "outcome_cost": -tkr(auditors["cost"])}],
        "FIN": [{"outcome_cost": common}],
    }
    financing = [VASTERVIK_2020_RESULT[key] for key in ("tax_revenue", "general_grants", "net_financial_items")]
    cells = play(town, budgets, outcomes, [*map(tkr, financing), tkr(VASTERVIK_2020_INTERNAL)])
    check(read_lines(cells), VASTERVIK_2020_RESULT)
    boards_sum = next(row for row in table(cells, "Nämnd") if row["Nämnd"] == "Summa nämnder")
    assert boards_sum["Anmärkning"] == "6 av 6 är med"  # the finance administration is outside


def test_internal_items_leave_the_net_alone(tmp_path: Path) -> None:
    """Sjöbo 2016: gross revenue and costs of operations, less what is internal between them, are the statement's own."""
    s = SJOBO_2016
    board = MeasuredBoard("KS", "Kommunstyrelsen", tkr(911.3), [Activity("Verksamheten", tkr(911.3), -tkr(s["cost"]), tkr(s["revenue"]))])
    others = [{"org_id": "FIN", "name": "Finansförvaltningen", "kind": "finance"}]
    town = make_town(tmp_path / "town", "Sjöbo kommun", 2016, [board], others)
    capital = {"revenue": tkr(s["capital_cost"]), "cost": -tkr(s["depreciation"])}
    financing = [SJOBO_2016_RESULT[key] for key in ("tax_revenue", "general_grants", "net_financial_items")]
    cells = play(
        town,
        {"FIN": [{"activity": "Kapitalkostnad", **capital}]},
        {"FIN": [{f"outcome_{key}": amount for key, amount in capital.items()}]},
        [*map(tkr, financing), tkr(s["internal"] + s["capital_cost"])],
    )
    check(read_lines(cells), SJOBO_2016_RESULT)
