"""The small municipality's year: two boards, three units; a plan, and three follow-ups in which some fall silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from municipality import NAME, council_goals, organisations
from small_town import FORMS, row, tables
from styrxl.model.council_plan import Adjustment, CouncilAssessment, Overall, Plan
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.reports.history import PastRound, RoundHistory
from styrxl.reports.view import IssuedForm, Scope

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
UBN, KFN, ABY, OST, BIB = "UBN", "KFN", "UBN-ÅBY", "UBN-ÖST", "KFN-BIB"
PARTED = {"plan": 12, "t1": 5, "t2": 9, "year": 1}  # months in which returns come

ORGANISATIONS = organisations({UBN: ("t1", "t2", "year"), KFN: ("t2", "year")})
GOALS = council_goals(KF_M2=(UBN, KFN))[:2]
PLAN = Plan(
    ORGANISATIONS,
    GOALS,
    {(UBN, 2027): (1000.0, 250.0), (KFN, 2027): (500.0, None), ("REV", 2027): (50.0, None)},
    (
        Adjustment(UBN, 2027, date(2027, 6, 15), 20.0, 0.0, "KF § 112"),
        Adjustment(UBN, 2027, date(2028, 1, 15), 9.0, 0.0, "KF § 9"),
    ),
    (),
    (),
    (CouncilAssessment("2027-year", "KF-M1", "partly_fulfilled", "Läsningen haltar.", "KF § 80"),),
    overall=(Overall("2027-year", "Inte i allt.\nMen nästan.", -12.5),),
)


def _plans() -> Rows:
    def goal(source: int, owner: str, n: int, parent: str) -> dict[str, Any]:
        own = {"goal_id": f"{owner}-M{n}", "text": f"Mål {n}", "parent_id": parent, "from_year": 2027, "to_year": 2028}
        return row(source, owner, "Nämndmål", 4 + n, concerned_units=None, priority=1, **own)

    def commitment(source: int, owner: str, n: int, parent: str, result: str | None = None) -> dict[str, Any]:
        own = {"commitment_id": f"{owner}-2027-A{n}", "text": f"Åtagande {n}", "parent_id": parent, "expected_result": result}
        return row(source, owner, "Åtaganden", 4 + n, more_parents=None, responsible="Chef", start=None, end=None, **own)

    answers = [row(s, o, "Fullmäktiges mål", 4 + n, goal_id=f"KF-M{n}", concerns="yes") for s, o in ((0, UBN), (1, KFN)) for n in (1, 2)]
    return {
        "confirmation": [row(0, UBN, "Bekräftelse", 5, confirms="yes"), row(1, KFN, "Bekräftelse", 5, confirms="yes")],
        "goal_responses": answers,
        "goals": [goal(0, UBN, 1, "KF-M1"), goal(0, UBN, 2, "KF-M1"), goal(0, UBN, 3, "KF-M2"), goal(1, KFN, 1, "KF-M1")],
        "commitments": [
            commitment(0, UBN, 1, "UBN-M1", "Alla läser"),
            commitment(0, UBN, 2, "UBN-M2"),
            commitment(1, KFN, 1, "KFN-M1"),
            commitment(2, ABY, 1, "UBN-M1"),
            commitment(4, BIB, 1, "KFN-2027-A1"),
        ],
        "budget": [
            row(0, UBN, "Budget", 7, activity="Grundskola", revenue=100.0, cost=900.5, net=800.5),
            row(0, UBN, "Budget", 8, activity="Förskola", revenue=None, cost=150.25, net=150.25),
            row(1, KFN, "Budget", 7, activity="Bibliotek", revenue=None, cost=480.0, net=480.0),
        ],
        "unit_frames": [row(0, UBN, "Enhetsramar", 6, unit_id=ABY, frame=700.0)],
        "investments": [
            row(0, UBN, "Investeringar", 6, investment_id="UBN-P1", project="Ny sal", total_expenditure=300.0, year_budget=200.0)
            | {"next_year": 50.0, "later": None, "finished_year": 2028}
        ],
        "indicators": [
            row(
                0,
                UBN,
                "Indikatorer",
                6,
                indicator_id="UBN-I1",
                goal_id="UBN-M1",
                name="Läser",
                unit="procent",
                direction="higher",
                baseline=80.0,
                target=85.0,
            )
        ],
        "plan_elsewhere": [row(3, OST, "Annan plan", 5, elsewhere="yes", where="Stratsys")],
    }


def returned(index: int, owner: str, kind: str, verdict: str = "accepted", sha256: str | None = None, **more: Any) -> Judged:
    """Return a judged return of a kind of round."""
    level = "board" if owner in (UBN, KFN) else "unit"
    form = {"board": "annual_plan", "unit": "unit_plan"}[level] if kind == "plan" else f"{level}_followup"
    year = {"plan": 2026, "year": 2028}.get(kind, 2027)
    came = datetime(year, PARTED[kind], more.get("day", 10), 9)  # noqa: DTZ001 -- receipts carry the workspace's own time
    path = more.get("path", f"inbox/2027-{kind}/{owner}.xlsx")
    return Judged(index, path, sha256 or f"{kind}{index}".ljust(64, "0"), verdict, (), form, None, owner, f"2027-{kind}", received=came)


def plans() -> PastRound:
    """Return the planning round: all five plans are done, one unit has its plan in another system."""
    returns = tuple(returned(n, owner, "plan") for n, owner in enumerate((UBN, KFN, ABY, OST, BIB)))
    return PastRound(standard_rounds().parse("2027-plan"), JudgedRound("2027-plan", returns, tables(_plans())))


def assessed(source: int, owner: str, n: int, code: str, last: str | None = None) -> dict[str, Any]:
    """Return a row that assesses a goal."""
    fields = {"goal_id": f"{owner}-M{n}", "text": f"Mål {n}", "last_assessment": last, "assessment": code, "trend": "same"}
    return row(source, owner, "Mål", 4 + n, analysis=f"Analys {n}", **fields)


def contributed(source: int, owner: str, goal: str, text: str, code: str) -> dict[str, Any]:
    """Return a row that says how a board contributes to a council goal under which it has nothing."""
    fields = {"goal_id": goal, "text": text, "contribution": "Vi är med.", "assessment": code}
    return row(source, owner, "Bidrag", 5, progress="Så gick det.", **fields)


def kept(source: int, owner: str, n: int, parent: str, code: str, last: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a row that says how a commitment stands."""
    fields = {"commitment_id": f"{owner}-2027-A{n}", "text": f"Åtagande {n}", "parent_id": parent, "last_status": last, "status": code}
    return row(source, owner, "Åtaganden", 4 + n, comment=more.get("comment"), continues=more.get("continues"), **fields)


def money(source: int, owner: str, n: int, activity: str, planned: float, **more: float | str | None) -> dict[str, Any]:
    """Return a row of outcomes."""
    names = ("decided_changes", "outcome_revenue", "outcome_cost", "forecast_revenue", "forecast_cost", "unfunded", "last_forecast")
    words = ("assumptions", "explanation", "measures", "measures_effect")
    known = {name: more.get(name) for name in (*names, *words)}
    revenue = _REVENUE.get(activity, 0.0)
    known |= {"planned_revenue": revenue, "planned_cost": planned + revenue}
    return row(source, owner, "Ekonomi", 8 + n, activity=activity, planned_budget=planned, **known)


_REVENUE = {"Grundskola": 100.0}  # in the plan


def whole_board(source: int, owner: str, n: int, frame: float, granted: float, **more: float | str | None) -> dict[str, Any]:
    """Return the row about a whole board: its frame as decided, what that was changed by, and what the board says."""
    known = {name: more.get(name) for name in ("explanation", "measures", "measures_effect")}
    given = {"activity": "Hela nämnden", "planned_budget": frame, "decided_changes": granted}
    return row(source, owner, "Ekonomi", 8 + n, **given, **known)


_NEW = {"commitment_id": "UBN-2027-A3", "text": "Nytt åtagande", "parent_id": "KF-M2", "decision": "UBN § 31", "responsible": "Chef"}
_T1: Rows = {
    "report_status": [
        row(0, UBN, "Status", 5, status="decided", paragraph="§ 7"),
        row(1, KFN, "Status", 5, status="proposed", paragraph=None),
    ],
    "goal_assessments": [
        assessed(0, UBN, 1, "on_track"),
        assessed(0, UBN, 2, "partly_on_track"),
        assessed(0, UBN, 3, "off_track"),
        assessed(1, KFN, 1, "not_assessable"),
    ],
    "commitment_status": [
        kept(0, UBN, 1, "UBN-M1", "on_plan"),
        kept(0, UBN, 2, "UBN-M2", "late", comment="Sjukdom."),
        kept(1, KFN, 1, "KFN-M1", "not_started"),
        kept(2, ABY, 1, "UBN-M1", "on_plan"),
    ],
    "added_commitments": [row(0, UBN, "Tillkommande åtaganden", 5, **_NEW)],
    "outcomes": [
        money(0, UBN, 1, "Grundskola", 800.5, outcome_revenue=30.0, outcome_cost=310.0, forecast_revenue=100.0, forecast_cost=930.5)
        | {"unfunded": 10.0, "explanation": "Fler elever.", "measures": "Färre vikarier.", "measures_effect": 12.5},
        money(0, UBN, 2, "Förskola", 150.25, outcome_cost=50.0, forecast_cost=149.25),
        money(1, KFN, 1, "Bibliotek", 480.0, outcome_cost=160.0, forecast_cost=480.0),
    ],
    "investment_outcomes": [
        row(
            0,
            UBN,
            "Investeringar",
            5,
            investment_id="UBN-P1",
            project="Ny sal",
            total_expenditure=300.0,
            year_budget=200.0,
            outcome=40.0,
            forecast=180.0,
        )
        | {"accumulated": 90.0, "expected_total": 310.0, "finished_year": 2028, "comment": None}
    ],
    "indicator_outcomes": [
        row(
            0,
            UBN,
            "Indikatorer",
            5,
            indicator_id="UBN-I1",
            name="Läser",
            unit="procent",
            target=85.0,
            last_outcome=None,
            outcome=84.0,
            target_reached="uncertain",
            comment=None,
        )
    ],
    "unit_outcomes": [
        row(2, ABY, "Ekonomi", 5, unit_id="UBN-ÅBY Åby skola", frame=700.0, outcome=240.0, forecast=710.0, comment="Nytt avtal.")
    ],
}
_T2: Rows = {
    "report_status": [row(0, UBN, "Status", 5, status="proposed", paragraph=None)],
    "goal_assessments": [
        assessed(0, UBN, 1, "on_track", "on_track"),
        assessed(0, UBN, 2, "on_track", "partly_on_track"),
        assessed(0, UBN, 3, "partly_on_track", "off_track"),
    ],
    "commitment_status": [
        kept(0, UBN, 1, "UBN-M1", "done", "on_plan"),
        kept(0, UBN, 2, "UBN-M2", "on_plan", "late"),
        kept(0, UBN, 3, "KF-M2", "on_plan") | {"text": "Nytt åtagande"},
        kept(2, ABY, 1, "UBN-M1", "late", "on_plan", comment="Väntar på böcker."),
        kept(3, BIB, 1, "KFN-2027-A1", "done"),
    ],
    "outcomes": [
        money(0, UBN, 1, "Grundskola", 800.5, decided_changes=25.0, outcome_revenue=60.0, outcome_cost=600.0, last_forecast=830.5)
        | {"forecast_revenue": 100.0, "forecast_cost": 920.5, "assumptions": "Lön 3 procent."},
        money(0, UBN, 2, "Förskola", 150.25, decided_changes=-5.0, outcome_cost=100.0, forecast_cost=150.0, last_forecast=149.25),
    ],
    "investment_outcomes": [
        row(
            0,
            UBN,
            "Investeringar",
            5,
            investment_id="UBN-P1",
            project="Ny sal",
            total_expenditure=300.0,
            year_budget=200.0,
            outcome=120.0,
            last_forecast=180.0,
        )
        | {"forecast": 190.0, "accumulated": 170.0, "expected_total": 310.0, "finished_year": 2028, "comment": None}
    ],
    "indicator_outcomes": [
        row(
            0,
            UBN,
            "Indikatorer",
            5,
            indicator_id="UBN-I1",
            name="Läser",
            unit="procent",
            target=85.0,
            last_outcome=84.0,
            outcome=85.0,
            target_reached="yes",
            comment=None,
        )
    ],
    "unit_outcomes": [
        row(
            2,
            ABY,
            "Ekonomi",
            5,
            unit_id="UBN-ÅBY Åby skola",
            frame=700.0,
            outcome=470.0,
            last_forecast=710.0,
            forecast=705.0,
            comment=None,
        )
    ],
}
_YEAR: Rows = {
    "report_status": [
        row(0, UBN, "Status", 5, status="decided", paragraph="§ 2"),
        row(1, KFN, "Status", 5, status="decided", paragraph="§ 3"),
    ],
    "goal_assessments": [
        assessed(0, UBN, 1, "fulfilled", "on_track"),
        assessed(0, UBN, 2, "fulfilled", "on_track"),
        assessed(0, UBN, 3, "not_fulfilled", "partly_on_track"),
        assessed(1, KFN, 1, "fulfilled", "not_assessable"),
    ],
    "contribution_status": [contributed(1, KFN, "KF-M2", "Kunskapsresultaten förbättras", "not_fulfilled")],
    "commitment_status": [
        kept(0, UBN, 1, "UBN-M1", "done", "done"),
        kept(0, UBN, 2, "UBN-M2", "partly_done", "on_plan", comment="Halvvägs.", continues="yes"),
        kept(0, UBN, 3, "KF-M2", "not_done", "on_plan", comment="Ströks.", continues="no") | {"text": "Nytt åtagande"},
        kept(1, KFN, 1, "KFN-M1", "partly_done", "not_started", comment="Nästan.", continues="yes"),
        kept(2, ABY, 1, "UBN-M1", "not_done", "late", comment="Böckerna kom inte.", continues="yes"),
    ],
    "outcomes": [
        money(0, UBN, 1, "Grundskola", 800.5, decided_changes=25.0, outcome_revenue=101.0, outcome_cost=930.0, last_forecast=820.5),
        money(0, UBN, 2, "Förskola", 150.25, decided_changes=-5.0, outcome_cost=145.25, last_forecast=150.0),
        money(1, KFN, 1, "Bibliotek", 480.0, outcome_revenue=0.5, outcome_cost=480.0, last_forecast=480.0),
    ],
    "board_explanations": [whole_board(0, UBN, 3, 1000.0, 29.0), whole_board(1, KFN, 2, 500.0, 0.0)],
    "investment_outcomes": [
        row(
            0,
            UBN,
            "Investeringar",
            5,
            investment_id="UBN-P1",
            project="Ny sal",
            total_expenditure=300.0,
            year_budget=200.0,
            outcome=205.0,
            last_forecast=190.0,
        )
        | {"accumulated": 255.0, "expected_total": 300.0, "finished_year": 2028, "carry_over": 12.0, "comment": "Klart i vår."}
    ],
    "unit_outcomes": [
        row(2, ABY, "Ekonomi", 5, unit_id="UBN-ÅBY Åby skola", frame=700.0, outcome=702.5, last_forecast=705.0, comment=None)
    ],
}
ANSWERS: Mapping[str, tuple[Rows, Mapping[int, str]]] = {
    "t1": (_T1, {0: UBN, 1: KFN, 2: ABY}),
    "t2": (_T2, {0: UBN, 2: ABY, 3: BIB}),
    "year": (_YEAR, {0: UBN, 1: KFN, 2: ABY}),
}


def past(kind: str) -> PastRound:
    """Return a follow-up that came before."""
    rows, owners = ANSWERS[kind]
    returns = tuple(returned(index, owner, kind) for index, owner in owners.items())
    return PastRound(standard_rounds().parse(f"2027-{kind}"), JudgedRound(f"2027-{kind}", returns, tables(rows)))


def scope(kind: str, language: str = "sv") -> Scope:
    """Return what a follow-up's workbook is made for."""
    return Scope(FORMS, language, NAME, f"Uppföljning {kind}", standard_rounds().parse(f"2027-{kind}"))


def history(kind: str, based_on: Mapping[str, Mapping[str, str]] | None = None) -> RoundHistory:
    """Return what lies behind a follow-up."""
    return RoundHistory(plans(), tuple(past(k.kind.key) for k in standard_rounds().parse(f"2027-{kind}").before), based_on=based_on or {})


def planning(language: str = "sv") -> tuple[JudgedRound, Plan, tuple[IssuedForm, ...], Scope]:
    """Return the planning round as it is consolidated; everybody has been issued a workbook, and one unit's plan came a day late."""
    due = {ABY: date(2026, 12, 9), OST: date(2026, 12, 20), BIB: date(2026, 12, 20)}
    issued = (
        *(IssuedForm(o, "annual_plan", date(2026, 10, 1), date(2026, 12, 15)) for o in (UBN, KFN)),
        *(IssuedForm(o, "unit_plan", date(2026, 11, 1), day) for o, day in due.items()),
    )
    return plans().judged, PLAN, issued, scope("plan", language)


def follow_up(kind: str, language: str = "sv") -> tuple[JudgedRound, Plan, tuple[IssuedForm, ...], Scope]:
    """Return a follow-up as it is consolidated; boards and those units that their board asks have been issued a workbook."""
    issued = [IssuedForm(o, "board_followup", date(2027, 4, 1), None) for o in (UBN, KFN)] + [
        IssuedForm(ABY, "unit_followup", date(2027, 4, 1), None)
    ]
    if kind != "t1":
        issued.append(IssuedForm(BIB, "unit_followup", date(2027, 4, 1), None))
    return past(kind).judged, PLAN, tuple(issued), scope(kind, language)
