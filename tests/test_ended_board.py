"""A board that ends in June and keeps a part of its frame: its money is missed by name, and in no sum as if it were nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from measured_town import Activity, MeasuredBoard, Row, measured_town, rows_by_board

DECISION = "KF 2027-06-14 § 90"


def test_what_is_left_of_the_frame_of_a_board_that_has_ended_is_missed(tmp_path: Path) -> None:
    """In tkr: 3000 of which 1400.4 are moved leave 1599.6; with the other's 7777.77 + 1400.4 the budget stays 10777.77."""
    roads = MeasuredBoard("TN", "Tekniska nämnden", 7777.77, [Activity("Gator", 7777.77, 9178.17, change=1400.4)])
    permits = MeasuredBoard("MBN", "Miljönämnden", 3000, [Activity("Bygglov", 3000, 3000)])
    organisation: list[Row] = [
        {"org_id": "KF", "name": "Kommunfullmäktige", "kind": "council"},
        {"org_id": "TN", "name": "Tekniska nämnden", "kind": "board"},
        {"org_id": "MBN", "name": "Miljönämnden", "kind": "board", "to": date(2027, 6, 30)},
    ]
    moved = {"year": 2027, "date": date(2027, 6, 14), "kind": "redistribution", "decision": DECISION}
    adjustments = [{"board_id": "MBN", "operating": -1400.4, **moved}, {"board_id": "TN", "operating": 1400.4, **moved}]
    overall = [{"round": "2027-plan", "tax_revenue": 11000, "general_grants": 100, "net_financial_items": -22.23}]
    town = measured_town(
        tmp_path / "town", "Granby", 2027, [roads, permits], organisation=organisation, frame_adjustments=adjustments, overall=overall
    )
    town.plan()
    town.run("distribute", "2027-t2")
    pages = town.pages("t2")
    gone = rows_by_board(pages["Ekonomi"])["Miljönämnden"]
    assert (gone["Läge"], gone["Aktuell ram (tkr)"], gone["Ramjusteringar (tkr)"]) == ("! Finns inte 2027-08-31", 1599.6, -1400.4)
    budgets = {line[0]: next((cell for cell in line[1:] if cell != ""), None) for line in pages["Ekonomi"]}
    assert [budgets[name] for name in ("Verksamhetens nettokostnader", "Årets resultat")] == [-10777.77, 300]
    decided = {line[0]: line[3] for line in pages["Ekonomi"] if DECISION in line}
    assert decided == {"Tekniska nämnden": 1400.4, "Miljönämnden": -1400.4}
    [told] = [line for line in pages["Saknas och varningar"] if "Miljönämnden" in line]
    assert "men har 1\N{NO-BREAK SPACE}599,6 tkr i ram för 2027" in " ".join(map(str, told))
