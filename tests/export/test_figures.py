"""The export's figures are the council's workbook's, to the öre, in all four rounds of the small year."""

from __future__ import annotations

from math import fsum
from typing import Any

import pytest

from measured_town import rows_by_board
from report_sheets import Cells, sheets, table
from small_year import follow_up, history, planning
from styrxl.export.collect import collect_resources
from styrxl.export.resource import Resource
from styrxl.reports.book import council_book
from styrxl.reports.view import View

ROUNDS = ("plan", "t1", "t2", "year")
SUM = "Summa nämnder"
PLANNED = {
    "frame_decided": "Beslutad ram (tkr)",
    "frame_adjustments": "Ramjusteringar (tkr)",
    "frame_current": "Aktuell ram (tkr)",
    "planned_revenue": "Intäkter (tkr)",
    "planned_cost": "Kostnader (tkr)",
    "planned_net": "Nettokostnad (tkr)",
    "frame_left": "Kvar av ramen (tkr)",
    "divided_among_units": "Ramar till enheter (tkr)",
}
FOLLOWED = {
    "frame_decided": "Beslutad ram (tkr)",
    "frame_adjustments": "Ramjusteringar (tkr)",
    "frame_current": "Aktuell ram (tkr)",
    "current_budget": "Aktuell budget (tkr)",
    "year_net": "{} netto (tkr)",
    "deviation_from_frame": "Avvikelse mot ramen (tkr)",
    "frame_left": "Ej utlagt av ramen (tkr)",
    "deviation_from_budget": "Avvikelse mot egen budget (tkr)",
}
ASSESSED = {"✓": {"on_track", "fulfilled"}, "!": {"partly_on_track", "partly_fulfilled"}, "✗": {"off_track", "not_fulfilled"}}


def export(kind: str) -> tuple[dict[str, Resource], dict[str, Cells]]:
    """Return the resources of a round of the small year, and the pages of the council's workbook of it."""
    judged, plan, issued, scope = planning() if kind == "plan" else follow_up(kind)
    past = None if kind == "plan" else history(kind)
    resources = collect_resources(View(judged, plan, scope, issued, None, past), ())
    return {r.name: r for r in resources}, sheets(council_book(judged, plan, issued, scope, past).workbook)


def rows(resource: Resource) -> list[dict[str, Any]]:
    return [dict(zip(resource.names, row, strict=True)) for row in resource.rows]


@pytest.mark.parametrize("kind", ROUNDS)
def test_money_is_that_of_the_councils_page(kind: str) -> None:
    resources, pages = export(kind)
    names = {row["owner"]: row["name"] for row in rows(resources["dim_owners"])}
    columns = PLANNED if kind == "plan" else FOLLOWED
    heads = {field: text.format("Utfall" if kind == "year" else "Helårsprognos") for field, text in columns.items()}
    boards = rows(resources["fact_board_money"])
    shown = rows_by_board(pages["Ekonomi"])
    if kind == "plan":  # each board's own row is followed by those of its activities
        shown = {line["Nämnd"]: line for line in reversed(table(pages["Ekonomi"], "Nämnd"))}
    for board in boards:
        assert {f: "" if board[f] is None else board[f] for f in heads} == {f: shown[names[board["owner"]]][h] for f, h in heads.items()}
    total = {f: fsum(b[f] or 0.0 for b in boards if b["in_total"]) for f in heads}
    assert {f: round(of, 2) for f, of in total.items()} == {f: shown[SUM][h] or 0.0 for f, h in heads.items()}
    assert [b["owner"] for b in boards] == ["UBN", "KFN", "REV"]


@pytest.mark.parametrize("kind", ROUNDS)
def test_activities_add_up_to_their_board(kind: str) -> None:
    resources, _ = export(kind)
    lines = rows(resources["fact_activity_money"])
    for board in rows(resources["fact_board_money"]):
        mine = [line for line in lines if line["owner"] == board["owner"]]
        assert bool(mine) == board["answered"]
        for field in ("planned_net", "current_budget", "outcome_net", "forecast_cost", "year_net") if mine else ():
            assert round(fsum(line[field] or 0.0 for line in mine), 2) == (board[field] or 0.0), field
    spread = [line["budget_changes"] for line in lines if line["kind"] == "left_to_spread"]
    assert spread == ([9.0] if kind == "year" else [])  # of the 29 that the board was given it has spread 25 − 5


@pytest.mark.parametrize("kind", ROUNDS)
def test_accepted_tables_and_investments_come_to_the_same(kind: str) -> None:
    resources, pages = export(kind)
    found = {line["Id"]: line for line in table(pages["Investeringar"], "Nämnd") if line["Id"]}
    name, spent = ("investments", "year_budget") if kind == "plan" else ("investment_outcomes", "outcome" if kind == "year" else "forecast")
    exported = rows(resources[name])
    assert {row["investment_id"]: row["year_budget"] for row in exported} == {id_: row["Årets budget (tkr)"] for id_, row in found.items()}
    [board] = rows(resources["fact_board_investments"])
    assert (board["owner"], board["frame_current"]) == ("UBN", 250.0)
    assert board["invested"] == fsum(row[spent] for row in exported)
    assert board["frame_left"] == 250.0 - board["invested"]
    table_of_money = rows(resources["budget" if kind == "plan" else "outcomes"])
    cost = "cost" if kind == "plan" else "outcome_cost"
    boards = rows(resources["fact_board_money"])
    assert fsum(row[cost] or 0.0 for row in table_of_money) == fsum(
        b["planned_cost" if kind == "plan" else cost] or 0.0 for b in boards if b["answered"]
    )


@pytest.mark.parametrize("kind", ROUNDS[1:])
def test_goals_stand_as_on_the_councils_page(kind: str) -> None:
    resources, pages = export(kind)
    states = {row["goal"]: row for row in rows(resources["fact_goal_states"]) if row["round"] == f"2027-{kind}"}
    shown = {line["Id"]: line for line in table(pages["Måluppfyllelse"], "Id") if line["Id"]}
    assert set(shown) == {"KF-M1", "KF-M2"} <= {*states}
    for goal, line in shown.items():
        state = states[goal]
        assert state["state"] in ASSESSED[line["Bedömning"][0]]
        assert (state["goals_met"], state["commitments_met"]) == (line["Mål som uppfylls"], line["Åtaganden klara eller enligt plan"])
        assert state["commitments_partly"] == line["Försenade eller delvis"]
    assert states["KF-M1"]["decided_by"] == ("council" if kind == "year" else "suggested")
    assert states["UBN-M1"]["decided_by"] == "board"
    earlier = [row["round"] for row in rows(resources["fact_goal_states"]) if row["goal"] == "KF-M1"]
    assert earlier == [f"2027-{k}" for k in ROUNDS[1 : ROUNDS.index(kind) + 1]]


def test_commitments_and_indicators_are_told_once_each() -> None:
    resources, _ = export("t2")
    assert {row["commitment"]: row["state"] for row in rows(resources["fact_commitments"])} == {
        "UBN-2027-A1": "done",
        "UBN-2027-A2": "on_plan",
        "UBN-2027-A3": "on_plan",
        "KFN-2027-A1": "missing",
        "UBN-ÅBY-2027-A1": "late",
        "KFN-BIB-2027-A1": "done",
    }
    values = [(r["measure"], r["year"], r["value"]) for r in rows(resources["fact_indicator_values"])]
    assert values == [("target", 2027, 85.0), ("outcome", 2027, 85.0)]
    [indicator] = rows(resources["dim_indicators"])
    assert (indicator["indicator"], indicator["goal"], indicator["baseline"], indicator["council"]) == ("UBN-I1", "UBN-M1", 80.0, False)


def test_a_plan_says_which_goals_are_served() -> None:
    resources, _ = export("plan")
    assert {row["goal"]: (row["state"], row["commitments"]) for row in rows(resources["fact_goal_states"])} == {
        "KF-M1": ("served", 5),
        "KF-M2": ("bare", 0),
        "UBN-M1": ("served", 2),
        "UBN-M2": ("served", 1),
        "UBN-M3": ("bare", 0),
        "KFN-M1": ("served", 2),
    }
