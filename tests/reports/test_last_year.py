"""Outcomes beside those of the same round a year before: from last year's workbooks, else as they were typed in the council's plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from small_town import consolidated, tables
from small_year import KFN, PLAN, UBN, follow_up, history, money, returned
from styrxl.excel.pages import Block, Row
from styrxl.model.council_plan import PastOutcome, Plan
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.reports.history import PastRound

TITLE = {"sv": "Utfall jämfört med samma omgång förra året", "en": "Outcome compared with the same round last year"}
LAST = (
    money(0, UBN, 1, "Grundskola", 790.0, outcome_revenue=40.0, outcome_cost=300.0),
    money(0, UBN, 2, "Fritids ", 30.0, outcome_cost=12.5),
)


def last_year(*rows: dict[str, Any]) -> PastRound:
    """Return the first follow-up of 2026, in which a board answered."""
    return PastRound(standard_rounds().parse("2026-t1"), JudgedRound("2026-t1", (returned(0, UBN, "t1"),), tables({"outcomes": [*rows]})))


def compared(plan: Plan = PLAN, past: PastRound | None = None, language: str = "sv") -> Block | None:
    """Return the table of the first follow-up of 2027; None where it is left out."""
    judged, _, issued, scope = follow_up("t1", language)
    _, book = consolidated(judged, plan, issued, scope, None, replace(history("t1"), same_last_year=past))
    finance = next(page for page in book.pages if page.name in {"Ekonomi", "Finance"})
    return next((block for block in finance.blocks if block.heading == TITLE[language]), None)


def typed(*rows: tuple[str, str | None, str, float]) -> Plan:
    return replace(PLAN, past_outcomes=tuple(PastOutcome(*row) for row in rows))


def shown(rows: tuple[Row, ...] | Any) -> list[tuple[Any, ...]]:
    return [tuple(row.cells) for row in rows]


def test_it_is_left_out_where_nothing_is_known_of_last_year() -> None:
    assert compared() is None
    assert compared(typed((UBN, None, "2026-t2", 1.0), (UBN, None, "2025-t1", 1.0))) is None


def test_the_same_round_last_year_stands_beside_each_outcome_with_the_change() -> None:
    """A new activity, one that is gone, and a board of which nothing is known, which is not counted."""
    block = compared(past=last_year(*LAST))
    assert block is not None
    assert [field.heading for field in block.fields][2:6] == [
        "Utfall netto (tkr)",
        "Delår 1 2026 (tkr)",
        "Förändring (tkr)",
        "Förändring (%)",
    ]
    assert shown(block.rows) == [
        ("Utbildningsnämnden", "Hela nämnden", 330.0, 272.5, 57.5, 21.1, None),
        ("Utbildningsnämnden", "Grundskola", 280.0, 260.0, 20.0, 7.7, None),
        ("Utbildningsnämnden", "Förskola", 50.0, None, 50.0, None, "Fanns inte förra året"),
        ("Utbildningsnämnden", "Fritids ", None, 12.5, -12.5, None, "Finns inte i år"),
    ]
    assert shown(block.totals) == [("Summa nämnder", None, 330.0, 272.5, 57.5, 21.1, "1 av 2 är med")]


def test_what_was_typed_counts_only_where_there_is_no_workbook() -> None:
    """By activity, and what was typed for the whole board beyond that."""
    plan = typed((UBN, None, "2026-t1", 999.0), (KFN, "bibliotek", "2026-t1", 150.0), (KFN, None, "2026-t1", 155.0))
    block = compared(plan, last_year(*LAST))
    assert block is not None
    assert shown(block.rows)[4:] == [
        ("Kultur- och fritidsnämnden", "Hela nämnden", 160.0, 155.0, 5.0, 3.2, "Förra årets utfall är inskrivet i flerårsplanen"),
        ("Kultur- och fritidsnämnden", "Bibliotek", 160.0, 150.0, 10.0, 6.7, None),
        ("Kultur- och fritidsnämnden", "Ej fördelat på verksamhet", None, 5.0, -5.0, None, None),
    ]
    assert shown(block.totals) == [("Summa nämnder", None, 490.0, 427.5, 62.5, 14.6, "2 av 2 är med")]


def test_of_what_nobody_typed_it_is_not_said_that_it_was_not_there() -> None:
    """Somebody may have left it out; that the sum counts it as nothing is told."""
    block = compared(typed((UBN, "Grundskola", "2026-t1", 260.0)))
    assert block is not None
    assert shown(block.rows)[2] == (
        *("Utbildningsnämnden", "Förskola", 50.0, None, 50.0, None),
        "Inget är inskrivet för förra året: räknas som 0",
    )


def test_a_board_of_which_only_the_whole_was_typed_has_one_row() -> None:
    """Where it earned more than it cost a year before, the change in per cent is of the amount without its sign."""
    block = compared(typed((KFN, None, "2026-t1", -100.0)), language="en")
    assert block is not None
    assert shown(block.rows) == [
        (
            "Kultur- och fritidsnämnden",
            "The whole board",
            160.0,
            -100.0,
            260.0,
            260.0,
            "Last year's outcome was typed in the multi-year plan",
        ),
    ]
    assert [field.heading for field in block.fields][3] == "Interim 1 2026 (SEK thousand)"
