"""A small town with all that is outside its boards: auditors, common items, finance administration, a company, a joint authority.

Worked out by hand (tkr, 2027). Boards UBN and KFN as in ``town`` and ``year``; what is added:

==================  ======  ======  ======  ======
plan                revenue cost    net     frame
==================  ======  ======  ======  ======
UBN                 100     1050.75 950.75  1000
KFN                 0       480     480     500
REV                 0       5       5       5
GEM                 20      60.5    40.5    30
FIN                 250     100     -150    none
==================  ======  ======  ======  ======

Net cost as budgeted: 950.75 + 480 + 5 + 40.5 - 150 = 1326.25; with frames where there are any 1000 + 500 + 5 + 30 - 150 = 1385.
Taxes 1100, grants 310, net financial items -12: 1398. Result: 71.75 as budgeted, 13 within the frames.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filled import fill_issued
from municipality import FRAMES, ORGANISATION
from town import PLAN, Answers, Town, full_town
from year import PLANS, T1

MORE = (
    {"org_id": "GEM", "name": "Gemensamma poster", "kind": "common"},
    {"org_id": "FIN", "name": "Finansförvaltningen", "kind": "finance"},
    {"org_id": "BAB", "name": "Åköpings Bostäder AB", "kind": "company", "email": "vd@example.se", "contact": "VD"},
    {"org_id": "RTF", "name": "Räddningsförbundet Åbygden", "kind": "joint_authority"},
)
WHOLE: Answers = {
    **PLAN,
    "organisation": (*ORGANISATION, *MORE),
    "frames": (*FRAMES, {"board_id": "GEM", "year": 2027, "operating_frame": 30}),
}
BUDGETS: dict[str, Answers] = {
    "REV": {"budget": [{"activity": "Revision", "cost": 5}]},
    "GEM": {"budget": [{"activity": "Försäkringar", "cost": 20.5}, {"activity": "Pensioner", "revenue": 20, "cost": 40}]},
    "FIN": {
        "budget": [{"activity": "Internränta", "revenue": 250, "cost": 100}],
        "financing": [{"budget": 1100}, {"budget": 310}, {"budget": -12}, {"budget": 45}],
    },
}
COMPANY_PLAN: Answers = {
    "company_directives": [{"text": "Bygg 40 lägenheter", "decision": "KF 2026-11-16 § 140", "how": "Två hus i kvarteret Eken."}],
    "company_goals": [{"text": "Nöjda hyresgäster", "parent_id": "KF-M3", "measured_by": "Enkät"}, {"text": "Lägre energianvändning"}],
    "company_budget": [{"budget": 9, "demand": 8, "demand_decision": "KF 2026-11-16 § 141"}],
}
# UBN and KFN come to 880 + 138 and 470 in the forecast of year.T1
OUTCOMES: dict[str, Answers] = {
    "REV": {"outcomes": [{"outcome_cost": 2, "forecast_cost": 5}]},
    "GEM": {
        "outcomes": [
            {"outcome_cost": 7, "forecast_cost": 20.5},
            {"outcome_revenue": 6, "outcome_cost": 14, "forecast_revenue": 18, "forecast_cost": 40},
        ]
    },
    "FIN": {
        "outcomes": [{"outcome_revenue": 80, "outcome_cost": 30, "forecast_revenue": 245, "forecast_cost": 99}],
        "financing_outcomes": [
            {"outcome": 366, "forecast": 1095},
            {"outcome": 103, "forecast": 312},
            {"outcome": -3, "forecast": -10},
            {"outcome": 15, "forecast": 44},
        ],
    },
}
COMPANY_T1: Answers = {
    "company_result": [{"outcome": 3, "forecast": 7, "comment": "Dyrare el. Vi ser över avtalen."}],
    "company_goal_status": [{"assessment": "on_track", "analysis": "Enkäten går bra."}, {"assessment": "off_track", "analysis": "El."}],
    "company_directive_status": [{"followed": "partly", "comment": "Ett hus är klart."}],
}
AUTHORITY: Answers = {
    "authority_report": [
        {"reported": "Förbundet klarar sina mål.", "result": -4, "contribution": 55, "reported_in": "Delårsrapport, dnr 2027/12"}
    ]
}


def hand_in(town: Town, round_: str, owner: str, form: str, answers: Answers, suffix: str = "") -> Path:
    """Fill in an owner's workbook of a round and put it in the inbox."""
    box = town.root / "inbox" / round_
    box.mkdir(parents=True, exist_ok=True)
    made = fill_issued(town.root, round_, owner, answers, form)
    path = box / f"{owner}{suffix}.xlsx"
    path.write_bytes(made)
    return path


def planned_whole_town(root: Path, plan: Answers = WHOLE) -> Town:
    """Make a town in which everybody has planned."""
    town = full_town(root, plan, PLANS)
    town.run("distribute", "2027-plan", "--level", "common")
    town.run("distribute", "2027-plan", "--level", "company")
    for owner, answers in BUDGETS.items():
        hand_in(town, "2027-plan", owner, "common_budget", answers)
    hand_in(town, "2027-plan", "BAB", "company_plan", COMPANY_PLAN)
    return town


def followed_whole_town(root: Path, plan: Answers = WHOLE) -> Town:
    """Make a town in which everybody has followed up in t1."""
    town = planned_whole_town(root, plan)
    town.run("validate", "--round", "2027-plan", expect=None)
    for level in ("board", "common", "company", "joint_authority"):
        town.run("distribute", "2027-t1", "--level", level)
    boards: dict[str, Any] = {owner: T1[owner] for owner in ("UBN", "KFN")}
    for owner, answers in boards.items():
        hand_in(town, "2027-t1", owner, "board_followup", answers)
    for owner, answers in OUTCOMES.items():
        hand_in(town, "2027-t1", owner, "common_followup", answers)
    hand_in(town, "2027-t1", "BAB", "company_followup", COMPANY_T1)
    hand_in(town, "2027-t1", "RTF", "authority_report", AUTHORITY)
    return town
