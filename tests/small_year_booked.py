"""What the accounts say in the small year's second follow-up, read after the returns had come; worked out by hand (tkr).

==========  ======================  ===================  =================================================
whose       activity                typed in the return  the accounts, 15 September
==========  ======================  ===================  =================================================
UBN         Grundskola              60 and 600: 540      60 and 612.5: 552.5 -- 12.5 more
UBN         Förskola                100                  100: as it was typed
UBN         Måltider                --                   1 and 4: 3, which no return has
UBN-ÅBY     the unit as a whole     470                  468 -- 2 less
KFN         Bibliotek               no return            320, which stands nowhere
==========  ======================  ===================  =================================================

UBN's outcome is 552.5 + 100 + 3 = 655.5; with KFN's 320 the boards' part of the file is 975.5, of which 655.5 stands in the workbook.
Forecasts, and all that is compared with a frame before the year is over, are the returns' own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from booked import booked
from small_town import tables
from small_year import ABY, KFN, UBN, past
from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.judged import ALONE, BOOKED_NET, JudgedRound, ReplacedOutcome
from styrxl.model.table_values import records

DAY = date(2027, 9, 15)
RUN = BookedOutcomes(
    3,
    datetime(2027, 9, 15, 9, tzinfo=UTC),
    "utfall augusti.csv",
    (
        booked(UBN, "Grundskola", 60, 612.5),
        booked(UBN, "Förskola", 0, 100),
        booked(UBN, "Måltider", 1, 4),
        booked(ABY, None, 0, 468),
        booked(KFN, "Bibliotek", 0, 320),
    ),
)


def booked_t2() -> JudgedRound:
    """Return the second follow-up with what the accounts say in the place of what was typed."""
    judged = past("t2").judged
    school, preschool = records(judged.tables["outcomes"])
    [unit] = records(judged.tables["unit_outcomes"])
    meals = {key: value for key, value in preschool.items() if key.startswith("_")} | {"_row": 11}
    rows = (
        school | {"outcome_cost": 612.5, BOOKED_NET: 552.5, ALONE: False},
        preschool | {BOOKED_NET: 100.0, ALONE: False},
        meals | {"activity": "Måltider", "outcome_revenue": 1.0, "outcome_cost": 4.0, BOOKED_NET: 3.0, ALONE: True},
    )
    units = (unit | {"outcome": 468.0, BOOKED_NET: 468.0},)
    replaced = (
        ReplacedOutcome(school["_source"], "outcomes", school["_row"], "outcome_cost", 600.0, 612.5),
        ReplacedOutcome(unit["_source"], "unit_outcomes", unit["_row"], "outcome", 470.0, 468.0),
    )
    return replace(judged, tables={**judged.tables, **tables({"outcomes": rows, "unit_outcomes": units})}, booked=RUN, replaced=replaced)


_U, _K = "Utbildningsnämnden", "Kultur- och fritidsnämnden"
_FROM = "Redovisningen 2027-09-15"
_CHANGED = f"{_FROM}; ändrat sedan svaret"
_FORECAST = (100.0, 1070.5, 970.5, 0.25, None, 0.25)  # the board's, as it was
_UNITS = ("Enheterna tillsammans", "Hela nämnden: budget 970,75, prognos 970,50 tkr.")
# Each row that a page has otherwise than without the accounts, or more.
NOW: dict[str, list[tuple[Any, ...]]] = {
    "Ekonomi": [
        (_U, "Hela nämnden", 970.75, 61.0, 716.5, 655.5, *_FORECAST, "✓ Överskott", 979.75, None, "Status: Förslag"),
        (_U, "Grundskola", 825.5, 60.0, 612.5, 552.5, 100.0, 920.5, 820.5, 5.0, None, 5.0, "✓ Överskott", 830.5, _CHANGED),
        (_U, "Förskola", 145.25, None, 100.0, 100.0, None, 150.0, 150.0, -4.75, None, -4.75, "! Underskott", 149.25, _FROM),
        (_U, "Måltider", None, 1.0, 4.0, 3.0, *(None,) * 8, f"{_FROM}; finns inte i svaret"),
        ("Summa nämnder", None, 970.75, 61.0, 716.5, 655.5, *_FORECAST, "! En nämnd saknas", 979.75),
        (_U, _UNITS[0], 700.0, 468.0, 710.0, 705.0, -5.0, None, _UNITS[1]),
        (_U, "Åby skola", 700.0, 468.0, 710.0, 705.0, -5.0, "! Underskott"),
        ("Summa nämnder", None, 700.0, 468.0, 710.0, 705.0, -5.0),
    ],
    "Saknas och varningar": [
        (_U, None, "Grundskola: Utfall kostnader (tkr)", 600.0, 612.5, 12.5),
        (_U, "Åby skola", "Utfall (tkr)", 470.0, 468.0, -2.0),
    ],
}
GONE = {"Ekonomi": 7, "Saknas och varningar": 0}  # rows that those stand in the place of
# On the page Källor: each run, what it has of boards and units, and what of that stands here.
RUNS = [
    ("Redovisningen, hämtning 3", "utfall augusti.csv", DAY, 975.5, 655.5, "! 320 tkr står inte här: KFN"),
    ("Därav enheternas", "utfall augusti.csv", DAY, 468, 468, "✓ Stämmer"),
]
