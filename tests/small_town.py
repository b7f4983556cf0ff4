"""A municipality small enough to be worked out by hand: two boards, three units, the auditors; and rounds of any frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from municipality import NAME, council_goals, organisations
from styrxl.excel.pages import Book
from styrxl.model.council_plan import Adjustment, CouncilGoal, Organisation, Plan
from styrxl.model.findings import finding
from styrxl.model.form_files import Forms
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.reports.book import make_book
from styrxl.reports.view import IssuedForm, Scope, View

ROUND = "2027-plan"
DAY = date(2027, 1, 15)
FORMS = Forms([standard_folder()])
INTEGERS = ("priority", "from_year", "to_year", "finished_year", "year")

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def organisation(
    org_id: str, name: str, kind: str, board: str | None = None, administration: str | None = None, **more: Any
) -> Organisation:
    """Return a part of the municipality that holds at all times."""
    profile = more.get("profile")
    return Organisation(org_id, name, kind, board, administration, (), None, None, profile, (), more.get("start"), more.get("end"))


def council_goal(number: int, text: str, area: str) -> CouncilGoal:
    """Return a goal of the council that holds in 2027."""
    return CouncilGoal(f"KF-M{number}", text, area, "quality", sound_management=True, concerned_boards=(), from_year=2025, to_year=2030)


def judged_return(index: int, owner: str | None, verdict: str = "accepted", **more: Any) -> Judged:
    """Return a judged return; ``form``, ``profile``, ``path``, ``day`` of December 2026 and ``findings`` as asked for."""
    return Judged(
        index=index,
        path=more.get("path", f"inbox/{ROUND}/{owner}.xlsx"),
        sha256=f"{index:064x}",
        verdict=verdict,
        findings=tuple(more.get("findings", ())),
        form=more.get("form", "unit_plan"),
        profile=more.get("profile"),
        owner=owner,
        round=ROUND,
        received=datetime(2026, 12, more.get("day", 10), 9, 30),  # noqa: DTZ001 -- receipts carry the workspace's own time
    )


def tables(rows: Rows) -> dict[str, pd.DataFrame]:
    """Return frames of rows, typed as judging does."""
    found = {}
    for name, those in rows.items():
        frame = pd.DataFrame(list(those))
        found[name] = frame.astype({c: "Int64" for c in INTEGERS if c in frame})
    return found


def row(source: int, owner: str, sheet: str, number: int, **fields: Any) -> dict[str, Any]:
    """Return a row of a return."""
    return {"_source": source, "_owner": owner, "_sheet": sheet, "_row": number, **fields}


def scope(language: str = "sv") -> Scope:
    """Return what workbooks are made for."""
    return Scope(FORMS, language, NAME, "Plan 2027", standard_rounds().parse("2027-plan"))


def municipality(
    organisations: Sequence[Organisation], goals: Sequence[CouncilGoal], frames: Mapping[str, tuple[float | None, float | None]]
) -> Plan:
    """Return a plan without adjustments and indicators."""
    return Plan(tuple(organisations), tuple(goals), {(b, 2027): f for b, f in frames.items()}, (), (), ())


ORGANISATIONS = organisations()
GOALS = council_goals()


def town(language: str = "sv") -> tuple[JudgedRound, Plan, tuple[IssuedForm, ...], Scope]:
    """Return the municipality in its planning round: a board and two units are done, a board was sent back, a unit is silent."""
    adjustments = (
        Adjustment("UBN", 2027, date(2026, 12, 1), 100.25, 0.0, "KF § 112"),
        Adjustment("UBN", 2027, date(2027, 6, 1), 9.0, 0.0, "KF § 9"),
    )
    frames = {("UBN", 2027): (1400.0, 250.0), ("KFN", 2027): (900.0, None), ("REV", 2027): (50.0, None)}
    indicators = tuple(
        {"indicator_id": "KF-I1", "goal_id": "KF-M1", "name": "Läser", "unit": "procent", "direction": "higher", "board_id": "UBN"}
        | {"year": year, "baseline": 70.0, "target": 80.0 + year - 2027, "kolada_id": None}
        for year in (2027, 2028)
    )
    returns = (
        judged_return(0, "UBN", form="annual_plan", day=10, findings=[OVER]),
        judged_return(1, "KFN", "rejected", form="annual_plan", findings=[finding("missing-value", "Budget", "C7", "Kostnader")]),
        judged_return(2, "UBN-ÅBY", profile="skola", day=20, path=f"inbox/{ROUND}/Åby skola.xlsx"),
        judged_return(3, "UBN-ÖST", day=28),
        judged_return(4, "UBN-ÖST", "rejected", day=29, path=f"inbox/{ROUND}/UBN-ÖST (2).xlsx"),
        judged_return(5, None, "unreadable", path=f"inbox/{ROUND}/okänd.xlsx", form=None),
    )
    due, later = date(2026, 12, 15), date(2026, 12, 22)
    issued = (
        IssuedForm("UBN", "annual_plan", date(2026, 10, 1), due),
        IssuedForm("KFN", "annual_plan", date(2026, 10, 1), due),
        IssuedForm("UBN-ÅBY", "unit_plan", date(2026, 11, 1), later),
        IssuedForm("UBN-ÖST", "unit_plan", date(2026, 11, 1), later),
    )
    whole = Plan(ORGANISATIONS, GOALS, frames, adjustments, (), indicators)
    return JudgedRound(ROUND, returns, tables(_rows())), whole, issued, scope(language)


OVER = finding("frame-exceeded", "Budget", "D8", "Nettokostnad", 1500.5, frame=1500.25, excess=0.25, total=1500.5)


def _rows() -> Rows:
    year = {"from_year": 2027, "to_year": 2028}
    whole = {"start": pd.Timestamp(2027, 1, 1), "end": pd.Timestamp(2027, 12, 31)}
    answers = (("KF-M1", "yes", "Vi läser.", None), ("KF-M2", "no", None, "Hör inte till oss."), ("KF-M3", "yes", "Vi utbildar.", None))
    return {
        "confirmation": [
            row(0, "UBN", "Bekräftelse", 5, status="decided", confirms="yes", decision_date=pd.Timestamp(2026, 12, 3), paragraph="§ 4")
        ],
        "goal_responses": [
            row(0, "UBN", "Fullmäktiges mål", 6 + n, goal_id=g, concerns=c, contribution=how, reason=why)
            for n, (g, c, how, why) in enumerate(answers)
        ],
        "goals": [
            row(0, "UBN", "Nämndmål", 6, goal_id="UBN-M1", text="Alla läser varje dag", parent_id="KF-M1", priority=1, **year),
            row(3, "UBN-ÖST", "Egna mål", 6, goal_id="UBN-ÖST-M1", text="Alla trivs", parent_id=None, **year),
        ],
        "commitments": [
            row(0, "UBN", "Åtaganden", 6, commitment_id="UBN-2027-A1", text="Läslyft", parent_id="UBN-M1", responsible="Skolchef", **whole),
            row(
                0,
                "UBN",
                "Åtaganden",
                7,
                commitment_id="UBN-2027-A10",
                text="Sommarskola",
                parent_id="UBN-M1",
                responsible="Skolchef",
                **whole,
            ),
            row(
                0,
                "UBN",
                "Åtaganden",
                9,
                commitment_id="UBN-2027-A2",
                text="=1+1",
                parent_id="KF-M1",
                more_parents="KF-M2",
                responsible="Chef",
                **whole,
            ),
            row(
                2,
                "UBN-ÅBY",
                "Insatser",
                8,
                commitment_id="UBN-ÅBY-2027-A1",
                text="Läsgrupper",
                parent_id="UBN-M1",
                school_form="compulsory",
            ),
            row(2, "UBN-ÅBY", "Insatser", 9, commitment_id="UBN-ÅBY-2027-A2", text="Lästid", parent_id="UBN-2027-A1", school_form="all"),
            row(4, "UBN-ÖST", "Åtaganden", 6, commitment_id="UBN-ÖST-2027-A1", text="Räknas inte", parent_id="UBN-M1"),
        ],
        "indicators": [
            row(
                0,
                "UBN",
                "Indikatorer",
                6,
                indicator_id="UBN-I1",
                goal_id="UBN-M1",
                name="Lån",
                unit="antal",
                direction="lower",
                baseline=3.5,
                target=4.0,
            )
        ],
        "budget": [
            row(0, "UBN", "Budget", 7, activity="Grundskola", revenue=100.0, cost=1100.5),
            row(0, "UBN", "Budget", 8, activity="Förskola", revenue=None, cost=500.0),
            row(1, "KFN", "Budget", 7, activity="Räknas inte", revenue=None, cost=77.0),
        ],
        "unit_frames": [
            row(0, "UBN", "Enhetsramar", 6, unit_id="UBN-ÅBY", frame=700.0),
            row(0, "UBN", "Enhetsramar", 7, unit_id="UBN-ÖST", frame=None),
        ],
        "investments": [
            row(0, "UBN", "Investeringar", 7, investment_id="UBN-P1", project="Ny sal", total_expenditure=300.0, year_budget=200.0)
            | {"next_year": 75.5, "later": 24.5, "finished_year": 2028}
        ],
        "plan_elsewhere": [
            row(2, "UBN-ÅBY", "Annan plan", 5, elsewhere="no", where=None),
            row(3, "UBN-ÖST", "Annan plan", 5, elsewhere="yes", where="Stratsys"),
        ],
    }


def consolidated(*what: Any, **more: Any) -> tuple[View, Book]:
    """Return as ``consolidate`` does, with all pages made, to be looked at again and again."""
    view, book = make_book(*what, **more)
    return view, replace(book, pages=tuple(book.pages))
