"""Indicators as series on the follow-up's page: baseline, the years that there are workbooks for, target and outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from small_town import consolidated, row, tables
from small_year import KFN, PLAN, UBN, follow_up, history, returned
from styrxl.excel.pages import Block, Course
from styrxl.model.council_plan import Plan
from styrxl.model.judged import JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.reports.history import PastRound


def dated(year: int, value: float, of: int) -> PastRound:
    """Return the annual report of a year, in which a board told an outcome of another year."""
    rows = [row(0, UBN, "Indikatorer", 5, indicator_id="UBN-I1", outcome=value, outcome_year=of)]
    found = JudgedRound(f"{year}-year", (returned(0, UBN, "year"),), tables({"indicator_outcomes": rows}))
    return PastRound(standard_rounds().parse(f"{year}-year"), found)


def ended(year: int, *outcomes: tuple[str, str, float | str | None]) -> PastRound:
    """Return the annual report of a year, in which boards told outcomes of indicators."""
    owners = {owner: n for n, owner in enumerate((UBN, KFN))}
    rows = [row(owners[o], o, "Indikatorer", 5 + n, indicator_id=code, outcome=value) for n, (o, code, value) in enumerate(outcomes)]
    returns = tuple(returned(n, owner, "year") for owner, n in owners.items())
    return PastRound(standard_rounds().parse(f"{year}-year"), JudgedRound(f"{year}-year", returns, tables({"indicator_outcomes": rows})))


def block(*past: PastRound, plan: Plan = PLAN, more: tuple[dict[str, Any], ...] = ()) -> Block:
    judged, _, issued, scope = follow_up("t1")
    rows: list[Any] = [*judged.tables["indicator_outcomes"].to_dict("records"), *more]
    judged = replace(judged, tables={**judged.tables, **tables({"indicator_outcomes": rows})})
    _, book = consolidated(judged, plan, issued, scope, None, replace(history("t1"), ended=past))
    [found] = next(page for page in book.pages if page.name == "Indikatorer").blocks
    return found


def figures(of: Block) -> list[dict[str, Any]]:
    """Return the figures of each row, by heading."""
    heads = [field.heading for field in of.fields]
    first, last = heads.index("Utgångsvärde"), heads.index("Utfall")
    return [dict(zip(heads[first : last + 1], r.cells[first : last + 1], strict=True)) for r in of.rows]


def test_the_years_that_there_are_workbooks_for_stand_between_baseline_and_target() -> None:
    """A year in which nobody told an outcome of what is shown has no column."""
    found = block(ended(2024, (UBN, "UBN-I9", 1.0)), ended(2025, (UBN, "UBN-I1", 81.5)), ended(2026, (UBN, "UBN-I1", 83.0)))
    assert figures(found) == [
        {"Utgångsvärde": 80.0, "Utfall 2025": 81.5, "Utfall 2026": 83.0, "Målvärde": "minst 85", "Förra utfall": None, "Utfall": 84.0}
    ]
    assert [*figures(block(ended(2026, (UBN, "UBN-I1", None))))[0]] == ["Utgångsvärde", "Målvärde", "Förra utfall", "Utfall"]


def test_a_series_goes_from_the_baseline_to_the_rounds_own_outcome() -> None:
    """Words, and years in which nothing was told, are no points of it."""
    [course] = block(ended(2024, (UBN, "UBN-I1", "too_few")), ended(2025, (UBN, "UBN-I1", 81.5))).courses
    assert course == Course((("Utgångsvärde", 80.0), ("2025", 81.5), ("2027", 84.0)), least=85.0)


def test_a_council_indicator_keeps_its_baseline_and_its_series_whoever_answers() -> None:
    """The baseline was said in the first year alone, and another board answered last year."""
    known = {"indicator_id": "KF-I1", "goal_id": "KF-M1", "name": "Läslust", "unit": "procent", "direction": "higher", "board_id": UBN}
    years = (
        {**known, "year": 2028, "baseline": 1.0, "target": 1.0},
        {**known, "year": 2027, "baseline": None, "target": 60.0},
        {**known, "year": 2026, "baseline": 50.0, "target": 55.0, "board_id": KFN},
    )
    told = row(0, UBN, "Indikatorer", 6, indicator_id="KF-I1", name="Läslust", unit="procent", target=60.0, outcome=57.0)
    found = figures(block(ended(2026, (KFN, "KF-I1", 54.0)), plan=replace(PLAN, indicators=years), more=(told,)))
    assert found[1] == {"Utgångsvärde": 50.0, "Utfall 2026": 54.0, "Målvärde": "minst 60", "Förra utfall": None, "Utfall": 57.0}


def test_an_outcome_stands_under_the_year_that_it_is_of() -> None:
    """What was told late goes back to its own year, but not before what was told in that; words stand as words."""
    found = block(ended(2024, (UBN, "UBN-I1", "too_few")), dated(2025, 81.0, of=2024), dated(2026, 82.0, of=2025))
    assert [figures(found)[0][name] for name in ("Utfall 2024", "Utfall 2025")] == ["För få för att visas", 82.0]
    assert "Utfall 2026" not in figures(found)[0]
