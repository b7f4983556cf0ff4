"""Rounds of a workspace's own, by YAML alone: from handing out to the council's workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from filled import fill_issued
from town import Answers, Town
from year import BOARD_T2, ENGLISH_T2, T1, T2, Followed

NOVEMBER = "rounds:\n  t3:\n    name: {sv: Underlag i november, en: Input in November}\n    day: 11-30\n    after: t2\n    like: t2\n"


def cells(path: Path, sheet: str) -> list[list[object]]:
    """Return the filled cells of a sheet, row by row."""
    book = openpyxl.load_workbook(path, read_only=True)
    rows: list[list[object]] = [[cell for cell in row if cell is not None] for row in book[sheet].iter_rows(values_only=True)]
    book.close()
    return rows


def put_own(town: Town, name: str, text: str) -> None:
    """Give a workspace a file of its own."""
    path = town.root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def hand_in(town: Town, round_: str, owner: str, answers: Answers, form: str) -> None:
    """Fill in an owner's workbook of a round and put it in the inbox."""
    box = town.root / "inbox" / round_
    box.mkdir(parents=True, exist_ok=True)
    made = fill_issued(town.root, round_, owner, answers, form)
    (box / f"{owner}.xlsx").write_bytes(made)


@pytest.fixture
def followed(first_asked: Followed) -> Followed:
    """Make a town with two follow-ups in, which has a round more."""
    made = first_asked
    for minute, (owner, answers) in enumerate(T1.items()):
        made.put("t1", owner, answers, minute)
    made.town.run("distribute", "2027-t2")
    for minute, (owner, answers) in enumerate(T2.items()):
        made.put("t2", owner, answers, minute)
    put_own(made.town, "sheets/rounds.yaml", NOVEMBER)
    return Followed(Town(made.town.root))


def test_a_followup_more_goes_through_the_year(followed: Followed) -> None:
    """It is prefilled with the round before it, and the year's round with it."""
    town = followed.town
    town.run("distribute", "2027-t3")
    before = {cell for row in cells(town.root / "outbox/2027-t3/UBN.xlsx", "Ekonomi") for cell in row}
    assert 815 in before  # forecast of t2, net: 915 - 100
    answers = {**BOARD_T2, "outcomes": [{**BOARD_T2["outcomes"][0], "outcome_cost": 800, "forecast_cost": 930}, BOARD_T2["outcomes"][1]]}
    hand_in(town, "2027-t3", "UBN", answers, "board_followup")
    hand_in(town, "2027-t3", "KFN", ENGLISH_T2, "board_followup")
    town.run("consolidate", "2027-t3")
    told = {cell for row in cells(town.root / "council/2027-t3.xlsx", "Översikt") for cell in row}
    assert any(str(cell).startswith("Underlag i november 2027") for cell in told)
    town.run("distribute", "2027-year")
    last = {cell for row in cells(town.root / "outbox/2027-year/UBN.xlsx", "Ekonomi") for cell in row}
    assert 830 in last  # forecast of t3, net: 930 - 100


RISKS = """
form: kontrollplan
version: 1
level: board
rounds: [kp]
title: {sv: Kontrollplan, en: Control plan}
purpose: {sv: Nämndens risker., en: The board's risks.}
steps:
  - {sv: Fyll i bladet Risker., en: Fill in the sheet Risks.}
lists:
  effect:
    small: {sv: Liten, en: Small}
    large: {sv: Stor, en: Large}
sheets:
  risks:
    name: {sv: Risker, en: Risks}
    table: risks
    layout: rows
    rows: 10
    at_least: 1
    help: {sv: En rad för varje risk., en: One row for each risk.}
    columns:
      risk_id: {heading: {sv: Id, en: Id}, locked: true, number: "{owner}-R{n}", width: 15}
      text: {heading: {sv: Risk, en: Risk}, required: true, width: 40}
      effect: {heading: {sv: Konsekvens, en: Effect}, required: true, list: effect, width: 14}
"""
RISK_SCHEMA = """
schema_type: dataframe
version: 0.35.0
columns:
  risk_id: {dtype: str, nullable: true}
  text: {dtype: str, nullable: true, checks: {str_length: {max_value: 200}}}
  effect: {dtype: str, nullable: true}
strict: false
"""
CONTROL = "rounds:\n  kp:\n    name: {sv: Kontrollplan, en: Control plan}\n    day: 02-28\n    after: plan\n"


def test_a_collection_of_another_kind_goes_from_handing_out_to_the_councils_workbook(full: Town) -> None:
    """Each board's risks are in it, and nothing that is about goals; the round of plans is what it was."""
    for name, text in (("sheets/kontrollplan.yaml", RISKS), ("schemas/risks.yaml", RISK_SCHEMA), ("sheets/rounds.yaml", CONTROL)):
        put_own(full, name, text)
    town = Town(full.root)
    told = town.run("distribute", "2027-kp")
    assert "UBN-ÅBY" not in told.output  # there is no workbook for units, and nothing is said of each of them
    assert sorted(path.name for path in (town.root / "outbox/2027-kp").iterdir()) == ["KFN.xlsx", "UBN.xlsx"]
    risks = [{"text": "Fel avgift tas ut", "effect": "large"}, {"text": "Stöld", "effect": "small"}]
    hand_in(town, "2027-kp", "UBN", {"risks": risks}, "kontrollplan")
    hand_in(town, "2027-kp", "KFN", {"risks": [{"text": "Books are lost", "effect": "small"}]}, "kontrollplan")
    town.run("validate", "--round", "2027-kp")
    town.run("consolidate", "2027-kp", "--all")
    book = openpyxl.load_workbook(town.root / "council/2027-kp.xlsx", read_only=True)
    assert book.sheetnames == ["Översikt", "Risker", "Saknas och varningar", "Källor"]
    rows = [row for row in cells(town.root / "council/2027-kp.xlsx", "Risker") if len(row) > 3 and str(row[1]).endswith(("-R1", "-R2"))]
    assert [row[1:4] for row in rows] == [
        ["UBN-R1", "Fel avgift tas ut", "Stor"],
        ["UBN-R2", "Stöld", "Liten"],
        ["KFN-R1", "Books are lost", "Liten"],
    ]
    assert town.forms.for_level("board", town.workspace.rounds["plan"]) == ("annual_plan",)
