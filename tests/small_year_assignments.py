"""The small year's assignments from the council, and what its workbooks say of them in each round; worked out by hand.

=====  =============  ==========  =================================================  ==========  ===============  ==================
id     answers        last day    what they say: plan · t1 · t2 · year               t1          t2               year
=====  =============  ==========  =================================================  ==========  ===============  ==================
KF-U1  UBN            30 June     how · under way · under way · done                 under way   overdue          done
KF-U2  all boards     2028        UBN: how · not begun · under way · done            under way   no answer (KFN)  under way
                                  KFN: how · under way · silent · under way
KF-U3  UBN and KFN    31 Dec      given in June; UBN: · · not begun · done           not given   no answer (KFN)  to be closed
                                  KFN: · · silent · proposes that it is closed
KF-U4  KFN            31 Dec      KFN: how · not begun; closed by the council in June  not begun  closed          closed
=====  =============  ==========  =================================================  ==========  ===============  ==================

On the last day of 2027 no assignment is past it; in August KF-U1 is, since UBN still has something to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from small_town import row, tables
from small_year import KFN, PLAN, UBN, past, planning, plans
from styrxl.model.assignments import Assignment
from styrxl.model.forms import EVERYBODY
from styrxl.model.judged import JudgedRound
from styrxl.reports.history import PastRound, RoundHistory

NOVEMBER, JUNE = date(2026, 11, 16), date(2027, 6, 15)
GIVEN = (
    Assignment("KF-U1", "Se över skolskjutsen", (UBN,), date(2027, 6, 30), NOVEMBER, "KF § 140", "KF-M1"),
    Assignment("KF-U2", "Planera lokalerna", (EVERYBODY,), date(2028, 12, 31), NOVEMBER, "KF § 141"),
    Assignment("KF-U3", "Öppna lovskola", (UBN, KFN), date(2027, 12, 31), JUNE, "KF § 113"),
    Assignment("KF-U4", "Utred biblioteket", (KFN,), date(2027, 12, 31), NOVEMBER, "KF § 142", None, JUNE, "KF § 114"),
)
GIVEN_PLAN = replace(PLAN, assignments=GIVEN)
_BY_ID = {assignment.assignment_id: assignment for assignment in GIVEN}


def _said(source: int, owner: str, at: int, code: str, **fields: str | None) -> dict[str, Any]:
    asked = _BY_ID[code]
    return row(source, owner, "Uppdrag", at, assignment_id=code, text=asked.text, due=pd.Timestamp(asked.due), **fields)


def _planned(source: int, owner: str, at: int, code: str, how: str) -> dict[str, Any]:
    return _said(source, owner, at, code, how=how, responsible="Chef")


def _stands(
    source: int, owner: str, at: int, code: str, last: str | None, status: str, comment: str, how: str | None = None
) -> dict[str, Any]:
    return _said(source, owner, at, code, last_status=last, status=status, comment=comment, how=how)


_ANSWERS: Mapping[str, list[dict[str, Any]]] = {
    "plan": [
        _planned(0, UBN, 6, "KF-U1", "Vi räknar om turerna."),
        _planned(0, UBN, 7, "KF-U2", "Vi mäter salarna."),
        _planned(1, KFN, 6, "KF-U2", "Vi mäter hyllorna."),
        _planned(1, KFN, 7, "KF-U4", "En utredare."),
    ],
    "t1": [
        _stands(0, UBN, 6, "KF-U1", None, "under_way", "Turerna räknas."),
        _stands(0, UBN, 7, "KF-U2", None, "not_started", "I höst."),
        _stands(1, KFN, 6, "KF-U2", None, "under_way", "Hyllorna mäts."),
        _stands(1, KFN, 7, "KF-U4", None, "not_started", "Ingen utredare än."),
    ],
    "t2": [
        _stands(0, UBN, 6, "KF-U1", "under_way", "under_way", "En tur kvar."),
        _stands(0, UBN, 7, "KF-U2", "not_started", "under_way", "Salarna mäts."),
        _stands(0, UBN, 8, "KF-U3", None, "not_started", "Till jul.", "Två skolor."),
    ],
    "year": [
        _stands(0, UBN, 6, "KF-U1", "under_way", "done", "Klart."),
        _stands(0, UBN, 7, "KF-U2", "under_way", "done", "Mätt."),
        _stands(0, UBN, 8, "KF-U3", "not_started", "done", "Öppnade."),
        _stands(1, KFN, 6, "KF-U2", "under_way", "under_way", "Halva kvar."),
        _stands(1, KFN, 7, "KF-U3", None, "to_close", "Inga lov hos oss.", "Inte alls."),
    ],
}


def given(kind: str, judged: JudgedRound) -> JudgedRound:
    """Return a round in which boards answer about their assignments as well."""
    table = "assignment_plans" if kind == "plan" else "assignment_status"
    return replace(judged, tables={**judged.tables, **tables({table: _ANSWERS[kind]})})


def given_history(kind: str) -> RoundHistory | None:
    """Return what lies behind a round; None behind the plans."""
    if kind == "plan":
        return None
    before = {"t1": (), "t2": ("t1",), "year": ("t1", "t2")}[kind]
    followups = tuple(PastRound(past(k).round, given(k, past(k).judged)) for k in before)
    return RoundHistory(PastRound(plans().round, given("plan", planning()[0])), followups)


# What the workbooks have more: a figure on the first page, a page, and rows.

COUNTS = {
    "plan": ("Öppna uppdrag från fullmäktige", 3, "svar om hur de genomförs: 4 av 4"),
    "t1": ("Öppna uppdrag från fullmäktige", 3, "pågår: 2; ej påbörjade: 1"),
    "t2": ("Öppna uppdrag från fullmäktige", 3, "sista dagen har passerat: 1; svar saknas: 2; avslutade under året: 1"),
    "year": ("Öppna uppdrag från fullmäktige", 3, "genomförda: 1; pågår: 1; föreslås avslutas: 1; avslutade under året: 1"),
}
_U = {"ubn": "Utbildningsnämnden", "kfn": "Kultur- och fritidsnämnden"}
_GOAL = "KF-M1 Invånarna är mer delaktiga"
_LATER = "KF § 142\nAvslutat 2027-06-15: KF § 114"
_S2, _S3, _S4 = date(2028, 12, 31), date(2027, 12, 31), date(2027, 12, 31)
PAGES: dict[str, list[tuple[Any, ...]]] = {
    "plan": [
        (
            "KF-U1",
            "Se över skolskjutsen",
            _U["ubn"],
            date(2027, 6, 30),
            "✓ Planerat",
            "Vi räknar om turerna.",
            "Chef",
            "KF § 140",
            None,
            _GOAL,
        ),
        ("KF-U2", "Planera lokalerna", "Alla nämnder", _S2, "✓ Planerat", None, None, "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["ubn"], _S2, "✓ Planerat", "Vi mäter salarna.", "Chef", "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["kfn"], _S2, "✓ Planerat", "Vi mäter hyllorna.", "Chef", "KF § 141"),
        ("KF-U4", "Utred biblioteket", _U["kfn"], _S4, "✓ Planerat", "En utredare.", "Chef", _LATER),
    ],
    "t1": [
        ("KF-U1", "Se över skolskjutsen", _U["ubn"], date(2027, 6, 30), "Pågår", "Turerna räknas.", None, "KF § 140", None, _GOAL),
        ("KF-U2", "Planera lokalerna", "Alla nämnder", _S2, "Pågår", "pågår: 1; ej påbörjade: 1", None, "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["ubn"], _S2, "Ej påbörjat", "I höst.", None, "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["kfn"], _S2, "Pågår", "Hyllorna mäts.", None, "KF § 141"),
        ("KF-U4", "Utred biblioteket", _U["kfn"], _S4, "Ej påbörjat", "Ingen utredare än.", None, _LATER),
    ],
    "t2": [
        (
            "KF-U1",
            "Se över skolskjutsen",
            _U["ubn"],
            date(2027, 6, 30),
            "! Pågår. Sista dagen har passerat",
            "En tur kvar.",
            None,
            "KF § 140",
            "Pågår",
            _GOAL,
        ),
        ("KF-U2", "Planera lokalerna", "Alla nämnder", _S2, "! Svar saknas", "pågår: 1; svar saknas: 1", None, "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["ubn"], _S2, "Pågår", "Salarna mäts.", None, "KF § 141", "Ej påbörjat"),
        ("KF-U2", "Planera lokalerna", _U["kfn"], _S2, "! Svar saknas", None, None, "KF § 141", "Pågår"),
        ("KF-U3", "Öppna lovskola", "2 ansvariga", _S3, "! Svar saknas", "ej påbörjade: 1; svar saknas: 1", None, "KF § 113"),
        ("KF-U3", "Öppna lovskola", _U["ubn"], _S3, "Ej påbörjat", "Till jul.", "Två skolor.", "KF § 113"),
        ("KF-U3", "Öppna lovskola", _U["kfn"], _S3, "! Svar saknas", None, None, "KF § 113"),
        ("KF-U4", "Utred biblioteket", _U["kfn"], _S4, "Avslutat 2027-06-15", "KF § 114", None, _LATER),
    ],
    "year": [
        ("KF-U1", "Se över skolskjutsen", _U["ubn"], date(2027, 6, 30), "✓ Genomfört", "Klart.", None, "KF § 140", "Pågår", _GOAL),
        ("KF-U2", "Planera lokalerna", "Alla nämnder", _S2, "Pågår", "genomförda: 1; pågår: 1", None, "KF § 141"),
        ("KF-U2", "Planera lokalerna", _U["ubn"], _S2, "✓ Genomfört", "Mätt.", None, "KF § 141", "Pågår"),
        ("KF-U2", "Planera lokalerna", _U["kfn"], _S2, "Pågår", "Halva kvar.", None, "KF § 141", "Pågår"),
        (
            "KF-U3",
            "Öppna lovskola",
            "2 ansvariga",
            _S3,
            "! Föreslås avslutas utan åtgärd",
            "genomförda: 1; föreslås avslutas: 1",
            None,
            "KF § 113",
        ),
        ("KF-U3", "Öppna lovskola", _U["ubn"], _S3, "✓ Genomfört", "Öppnade.", None, "KF § 113", "Ej påbörjat"),
        ("KF-U3", "Öppna lovskola", _U["kfn"], _S3, "! Föreslås avslutas utan åtgärd", "Inga lov hos oss.", "Inte alls.", "KF § 113"),
        ("KF-U4", "Utred biblioteket", _U["kfn"], _S4, "Avslutat 2027-06-15", "KF § 114", None, _LATER),
    ],
}
# Each row that the other pages have more than without assignments: the chain of goals, oversight, and what is missing.
_CHAIN = ("Fullmäktiges uppdrag", "KF-U1", "Se över skolskjutsen", _U["ubn"])
MORE: dict[str, dict[str, list[tuple[Any, ...]]]] = {
    "plan": {"Målkedja": [(*_CHAIN, None, None, None, "✓ Planerat")]},
    "t1": {"Målkedja": [(*_CHAIN, "Pågår")]},
    "t2": {
        "Målkedja": [(*_CHAIN, "! Sista dagen har passerat")],
        "Uppsikt": [(_U["ubn"], "KF-U1 Se över skolskjutsen", date(2027, 6, 30), "! Pågår. Sista dagen har passerat")],
        "Saknas och varningar": [
            (_U["kfn"], None, "KF-U2 Planera lokalerna. Klart senast 2028-12-31."),
            (_U["kfn"], None, "KF-U3 Öppna lovskola. Klart senast 2027-12-31."),
        ],
    },
    "year": {"Målkedja": [(*_CHAIN, "✓ Genomfört")]},
}
MORE_IN_RETURNS = {"plan": (2, 2), "t1": (2, 2), "t2": (3, 0), "year": (3, 2)}  # rows of either board
