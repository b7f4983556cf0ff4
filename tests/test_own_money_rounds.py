"""A follow-up of money alone, of a workspace's own: from handing out to the council's workbook, with its trend."""

from __future__ import annotations

from pathlib import Path

from test_own_rounds import cells, hand_in, put_own
from town import Town

MONEY = """
form: money
version: 1
level: board
rounds: [q1, q3]
title: {sv: Ekonomisk månadsrapport, en: Report on money}
purpose: {sv: Utfall och prognos., en: Outcome and forecast.}
steps:
  - {sv: Fyll i bladet Ekonomi., en: Fill in the sheet Finance.}
sheets:
  outcomes:
    name: {sv: Ekonomi, en: Finance}
    table: outcomes
    layout: rows
    prefilled: true
    help: {sv: I tusen kronor., en: In thousands of kronor.}
    columns:
      activity: {heading: {sv: Verksamhet, en: Activity}, locked: true, width: 30}
      planned_budget: {heading: {sv: Planbudget, en: Planned budget}, unit: tkr, locked: true}
      outcome_cost: {heading: {sv: Utfall kostnader, en: Outcome costs}, unit: tkr, required: true}
      forecast_cost: {heading: {sv: Helårsprognos kostnader, en: Full-year forecast costs}, unit: tkr, required: true}
"""
ROUNDS = """
rounds:
  q1: {name: {sv: Kvartal 1, en: Quarter 1}, day: 03-31, after: plan, follows: plan}
  q3: {name: {sv: Kvartal 3, en: Quarter 3}, day: 09-30, after: t2, follows: plan}
"""


def test_money_alone_is_followed_up_with_its_trend(full: Town) -> None:
    """The frame is 1000, forecasts 900 and 160, then 850 and 150: what is left goes from -60 to 0, of the budget (950.75) -49.25."""
    put_own(full, "sheets/money.yaml", MONEY)
    put_own(full, "sheets/rounds.yaml", ROUNDS)
    town = Town(full.root)
    for round_, forecasts in (("2027-q1", (900, 160)), ("2027-q3", (850, 150))):
        town.run("distribute", round_)
        assert sorted(path.name for path in (town.root / "outbox" / round_).iterdir()) == ["KFN.xlsx", "UBN.xlsx"]
        hand_in(town, round_, "UBN", {"outcomes": [{"outcome_cost": 100, "forecast_cost": n} for n in forecasts]}, "money")
        town.run("consolidate", round_)
    book = town.root / "council/2027-q3.xlsx"
    charts = [row[:4] for row in cells(book, "Diagram")]
    at = charts.index(["Avvikelsen mot ramen, omgång för omgång"])
    assert charts[at + 2 : at + 4] == [["Kvartal 1 2027", 1000, 1060, -60], ["Kvartal 3 2027", 1000, 1000, 0]]
    assert any("Utbildningsnämnden" in row and -49.25 in row for row in cells(book, "Ekonomi"))
    first = [row[:1] for row in cells(town.root / "council/2027-q1.xlsx", "Diagram")]
    assert ["Avvikelsen mot ramen, omgång för omgång"] not in first
    assert Path(book).is_file()
