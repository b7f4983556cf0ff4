"""Two returns of one owner, merged in other forms than the board's plan: follow-ups, profiles, and with answers given beforehand."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from filled import fill_issued
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly
from styrxl.sample.opened import open_workbook, save_workbook
from styrxl.store.ledger import Ledger
from town import BOARD, SCHOOL, Answers, Town
from year import BOARD_YEAR, Followed


def counted(town: Town, round_: str, owner: str, *tables: str) -> list[dict[str, Any]]:
    """Return an owner's rows of some tables that count."""
    with Ledger.open(town.workspace.database) as ledger:
        judged = judge_inbox_quietly(open_desk(town.workspace, ledger, datetime(2029, 1, 1, tzinfo=UTC)), standard_rounds().parse(round_))
    rows = [row for table in tables for row in judged.in_force(table).to_dict("records") if row["_owner"] == owner]
    return [{str(name): value for name, value in row.items() if not pd.isna(value) and name != "_source"} for row in rows]


def test_a_follow_up_is_joined_by_id_and_by_activity(whole: Followed, tmp_path: Path) -> None:
    """The economist has the money, the strategist the rest, and each has begun on the other's sheets."""
    outcomes, statuses = BOARD_YEAR["outcomes"], BOARD_YEAR["commitment_status"]
    economist: Answers = {
        "outcomes": [outcomes[0], {}],
        "investment_outcomes": BOARD_YEAR["investment_outcomes"],
        "commitment_status": [{}, statuses[1]],
        "goal_assessments": [{"analysis": "Ekonomens ord."}],
    }
    strategist: Answers = {
        **BOARD_YEAR,
        "outcomes": [{}, outcomes[1]],
        "investment_outcomes": [],
        "commitment_status": [statuses[0], {}, *statuses[2:]],
    }
    alone, two = (Followed(whole.town.copy(tmp_path / name)) for name in ("alone", "two"))
    alone.put("year", "UBN", BOARD_YEAR)
    two.put("year", "UBN", economist, 0, "a.xlsx")
    two.put("year", "UBN", strategist, 1, "b.xlsx")
    done = two.town.run("merge", "2027-year", "UBN").stdout
    assert "Åtaganden: UBN-2027-A2 Hålla samråd\n  Ekonomi: Grundskola\n  Investeringar: UBN-P1 Skolgård\nFrån det nyare" in done
    assert "\n  Mål F5 (Analys): ”Målet är nått.”. Äldre: ”Ekonomens ord.”\nSkrev" in done
    tables = ("report_status", "goal_assessments", "commitment_status", "outcomes", "investment_outcomes", "indicator_outcomes")
    assert counted(two.town, "2027-year", "UBN", *tables) == counted(alone.town, "2027-year", "UBN", *tables)


def test_a_profile_s_own_columns_are_joined_too(planned: Town) -> None:
    first: Answers = {"commitments": [SCHOOL["commitments"][0]]}
    more = {"text": "Läxhjälp två kvällar", "parent_id": "UBN-2027-A1", "school_form": "preschool", "responsible": "Rektor"}
    second: Answers = {"commitments": [more, {}, {"text": "läsa  varje dag", "school_form": "all"}]}
    planned.put("a.xlsx", planned.filled("UBN-ÅBY", first))
    planned.put("b.xlsx", planned.filled("UBN-ÅBY", second), 1)
    done = planned.run("merge", "2027-plan", "UBN-ÅBY").stdout
    assert "\n  Insatser D7 (Skolform): ”Alla”. Äldre: ”Grundskola”\n" in done
    rows = counted(planned, "2027-plan", "UBN-ÅBY", "commitments")
    shown = ("commitment_id", "text", "parent_id", "school_form")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        ("UBN-ÅBY-2027-A1", "Läxhjälp två kvällar", "UBN-2027-A1", "preschool"),
        ("UBN-ÅBY-2027-A3", "läsa  varje dag", "UBN-M1", "all"),
    ]


@pytest.mark.parametrize("newer_strikes_out", [True, False])
def test_a_goal_that_was_given_beforehand_is_as_the_newer_left_it(full: Town, *, newer_strikes_out: bool) -> None:
    """Last year's goal stands in the next plan: one has struck it out, the other has added one and let it be; the newer counts."""
    full.run("distribute", "2028-plan", "--to", "UBN")
    added: Answers = {"goals": [{}, {"text": "Alla trivs", "parent_id": "KF-M1", "from_year": 2028, "to_year": 2029}]}
    lasting = fill_issued(full.root, "2028-plan", "UBN", added)
    book = open_workbook(fill_issued(full.root, "2028-plan", "UBN", {"budget": BOARD["budget"]}))
    [row] = [row for row in book["Nämndmål"].iter_rows() if row[0].value == "UBN-M1"]
    for cell in row[1:9]:
        cell.value = None
    struck = save_workbook(book)
    for minute, data in enumerate((lasting, struck) if newer_strikes_out else (struck, lasting)):
        path = full.root / "inbox" / "2028-plan" / f"{minute}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1_800_000_000 + minute, 1_800_000_000 + minute))
    full.run("merge", "2028-plan", "UBN", expect=1)
    [merged] = (full.root / "inbox" / "2028-plan").glob("*merged*")
    there = [[cell.value for cell in row[:2]] for row in open_workbook(merged.read_bytes())["Nämndmål"].iter_rows() if row[1].value]
    assert there[-1] == ["UBN-M2", "Alla trivs"]
    assert ("UBN-M1" in [id_ for id_, _ in there]) is not newer_strikes_out
