"""Rows that sum up others where each row counts: whatever they are called, and wherever they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import Any

import pytest

from filled import build_short_plan
from styrxl.model.findings import Finding, fix, message
from styrxl.validation.rules.sums import SumRow, find_sum_rows, may_have_sums
from town import BOARD, PLAN, ROUND, Town

TWO = [{"activity": "Särskilt boende", "revenue": 100, "cost": 200.05}, {"activity": "Hemtjänst", "revenue": 50, "cost": 300.02}]
BOTH = {"revenue": 150, "cost": 500.07}
SAID, ASKED = ("placeholder-text", "A11"), ("unit-suspect", "A11")


def judge(town: Town, rows: Sequence[dict[str, Any]], sheet: str = "budget") -> list[Finding]:
    """Return the findings on a board's plan with other rows on a sheet, but for those on its frame."""
    [judged] = town.judge(("UBN.xlsx", town.filled("UBN", {**BOARD, sheet: rows}))).returns
    return [f for f in judged.findings if f.rule != "frame-exceeded"]


def spots(found: Sequence[Finding]) -> list[tuple[str, str | None]]:
    """Return rule and cell of each."""
    return [(f.rule, f.cell) for f in found]


@pytest.mark.parametrize(
    "name",
    [
        "Summa",
        "summa:",
        "Summa nämnden",
        "Summa: särskilt boende + hemtjänst",
        "S:a",
        "S:a nämnden",
        "Totalt",
        "Verksamheten totalt",
        "Nämnden, summa",
        "Hela nämnden",
        "Hela förvaltningen",
        "Alla verksamheter",
        "Grand total",
        "Sum of all",
        "Board total",
        "All activities",
        "Nettokostnad",
        "Kostnader",
    ],
)
def test_a_row_that_is_called_a_sum_and_is_one(shared_full: Town, name: str) -> None:
    """It would be counted twice, and stops the return; what to do is said."""
    [found] = judge(shared_full, [*TWO, {"activity": name, **BOTH}])
    assert (found.rule, found.cell, found.value, found.severity) == ("placeholder-text", "A11", name, "error")
    assert "sudda den" in fix(found, "sv")


def test_which_rows_it_sums_up_is_said(shared_full: Town) -> None:
    [found] = judge(shared_full, [*TWO, {"activity": "Summa nämnden", **BOTH}])
    assert fix(found, "sv") == (
        "Skriv svaret i cellen A11. Raden ser ut som summan av raderna 9, 10, som redan räknas. Är den en summa, sudda den. "
        "Är den det inte, ge den ett namn som säger vad den är."
    )


@pytest.mark.parametrize("name", ["Nämnden i stort", "Äldreomsorg", "Övrigt"])
def test_a_row_that_is_a_sum_to_the_ore_is_asked_about_whatever_it_is_called(shared_full: Town, name: str) -> None:
    """It may be chance: the return is accepted, and what to do in either case is said."""
    [found] = judge(shared_full, [*TWO, {"activity": name, **BOTH}])
    assert (found.rule, found.cell, found.value, found.severity) == ("unit-suspect", "A11", name, "warning")
    assert message(found, "sv") == (
        f"Verksamhet: är {name} rätt? Beloppen är på öret summan av raderna 9, 10. Är raden en summa, sudda den, annars räknas beloppen "
        "två gånger. Är den det inte, låt den stå."
    )
    assert "to the öre the sum of rows 9, 10" in message(found, "en")


@pytest.mark.parametrize("cost", [500.08, 500.06, 700, None])
def test_a_row_that_is_not_the_sum_of_others_is_one_of_its_own(shared_full: Town, cost: float | None) -> None:
    """A hundredth of a thousand kronor is enough, and so is another revenue."""
    assert judge(shared_full, [*TWO, {"activity": "Övrigt", "revenue": 150, "cost": cost or 400}]) == []
    assert judge(shared_full, [*TWO, {"activity": "Övrigt", "revenue": 149, "cost": 500.07}]) == []


@pytest.mark.parametrize("cost, rule", [(500, "placeholder-text"), (503, "placeholder-text"), (510, "unit-suspect"), (90, "unit-suspect")])
def test_a_row_that_is_called_a_sum_without_quite_being_one(shared_full: Town, cost: float, rule: str) -> None:
    """Rounded sums are sums; where the amounts are others, the name alone is a question."""
    [found] = judge(shared_full, [*TWO, {"activity": "Summa nämnden", "revenue": 150, "cost": cost}])
    assert (found.rule, found.cell) == (rule, "A11")


def test_a_budget_on_one_row_may_be_called_what_it_likes(shared_full: Town) -> None:
    """It can be the sum of nothing."""
    assert judge(shared_full, [{"activity": "Hela nämnden", "cost": 900}]) == []


@pytest.mark.parametrize("name", ["Totalförsvar", "Summativ bedömning", "Sumpmark", "Helår nämnden", "Skola"])
def test_names_in_which_such_words_only_begin(shared_full: Town, name: str) -> None:
    assert judge(shared_full, [*TWO, {"activity": name, "cost": 7}]) == []


def test_two_equal_rows_are_no_sums_of_each_other(shared_full: Town) -> None:
    """A sum is of two rows at least, and rows without money are none of them."""
    same, none = {"revenue": 1, "cost": 9}, {"revenue": 0, "cost": 0}
    assert judge(shared_full, [{"activity": "Öst", **same}, {"activity": "Väst", **same}, {"activity": "Ny", **none}]) == []


def test_a_net_sum_typed_as_cost(shared_full: Town) -> None:
    """350.07 is what both cost net."""
    assert spots(judge(shared_full, [*TWO, {"activity": "Netto i allt", "cost": 350.07}])) == [ASKED]
    assert spots(judge(shared_full, [*TWO, {"activity": "Summa netto", "cost": 350.07}])) == [SAID]


def test_projects_too(shared_full: Town) -> None:
    """Investments are added up like activities; a sum may leave out what is no money, or what somebody did not sum up."""
    rows = [
        {"project": "Skolgård", "total_expenditure": 90, "year_budget": 60, "finished_year": 2028},
        {"project": "Kök", "total_expenditure": 30, "year_budget": 10.5, "finished_year": 2028},
    ]
    total = {"total_expenditure": 120, "year_budget": 70.5, "finished_year": 2028}
    [found] = judge(shared_full, [*rows, {"project": "Alla projekt", **total}], "investments")
    assert (found.rule, found.sheet, found.value) == ("placeholder-text", "Investeringar", "Alla projekt")
    [found] = judge(shared_full, [*rows, {"project": "Lokaler", **total}], "investments")
    assert (found.rule, found.sheet, found.value) == ("unit-suspect", "Investeringar", "Lokaler")


def test_a_row_that_only_looks_like_a_sum_can_be_waived(full: Town) -> None:
    """As any other rule that stops a return."""
    waiver = {"owner": "UBN", "round": ROUND, "rule": "placeholder-text", "reason": "Heter så", "until": date(2030, 1, 1)}
    full.workspace.plan_path.write_bytes(
        build_short_plan(full.workspace, {**{key: tuple(rows) for key, rows in PLAN.items()}, "waivers": (waiver,)})
    )
    [judged] = full.judge(("UBN.xlsx", full.filled("UBN", {**BOARD, "budget": [*TWO, {"activity": "Summa nämnden", **BOTH}]}))).returns
    assert judged.verdict == "accepted"
    assert [(f.rule, f.cell, f.severity) for f in judged.findings if f.rule != "frame-exceeded"] == [(*SAID, "warning")]


def amounts(*rows: int | tuple[int | None, ...]) -> list[tuple[int | None, ...]]:
    """Return rows of amounts in thousands of kronor; a number is a row of one amount."""
    each = [row if isinstance(row, tuple) else (row,) for row in rows]
    return [tuple(None if amount is None else amount * 100_000 for amount in row) for row in each]


@pytest.mark.parametrize(
    "rows, sums",
    [
        ((100, 200, 300), {2: [0, 1]}),  # below
        ((300, 100, 200), {0: [1, 2]}),  # above
        ((100, 300, 200), {1: [0, 2]}),  # among them
        ((100, 200, 300, 50, 60, 110), {2: [0, 1], 5: [3, 4]}),  # two groups, their sums below
        ((300, 100, 200, 110, 50, 60), {0: [1, 2], 3: [4, 5]}),  # above
        ((100, 200, 300, 50, 60, 110, 410), {2: [0, 1], 5: [3, 4], 6: [0, 1, 3, 4]}),  # and the sum of all
        ((0, 0, 0), {}),
        ((100, 0, 100), {}),
        ((100, 200, 301), {}),
        (((100, 1), (200, 2), (300, 3)), {2: [0, 1]}),
        (((100, 1), (200, 2), (300, 4)), {}),
        (((100, 1), (200, 2), (300, None)), {2: [0, 1]}),  # what a sum does not say speaks not against it
        (((100, None), (200, 2), (300, 2)), {2: [0, 1]}),
        (((None, None), (100, 1), (200, 2), (300, 3)), {3: [1, 2]}),
    ],
)
def test_sums_to_the_ore(rows: tuple[Any, ...], sums: dict[int, list[int]]) -> None:
    """Each with the rows that come to it."""
    found = find_sum_rows(amounts(*rows), frozenset())
    assert {at: list(row.addends) for at, row in found.items()} == sums


@pytest.mark.parametrize(
    "rows, named, sums",
    [
        ((100, 200, 300), {2}, {2: SumRow((0, 1), fits=True)}),
        ((50, 100, 200, 300), {3}, {3: SumRow((1, 2), fits=True)}),  # of those right above it
        ((300, 100, 200, 50), {0}, {0: SumRow((1, 2), fits=True)}),  # or below
        ((100, 100, 200, 200), {1, 3}, {1: SumRow((0,), fits=True), 3: SumRow((2,), fits=True)}),  # of one row alone
        ((100, 200, 300, 300), {2, 3}, {2: SumRow((0, 1), fits=True), 3: SumRow((0, 1), fits=True)}),
        ((100, 200, 7), {2}, {2: SumRow((), fits=False)}),
        ((100, 200, 300, 50, 350), {4}, {2: SumRow((0, 1), fits=True), 4: SumRow((0, 1, 3), fits=True)}),  # beside one not called so
        ((100,), {0}, {}),
        ((100, 0), {0}, {}),
        ((100, 200, 0), {2}, {}),
    ],
)
def test_sums_that_are_called_so(rows: tuple[int, ...], named: set[int], sums: dict[int, SumRow]) -> None:
    """Each with the rows that come to it, if any do."""
    assert find_sum_rows(amounts(*rows), frozenset(named)) == sums


def test_the_quick_look_misses_no_sum() -> None:
    """Where it sees none there is none, of all tables of four small amounts."""
    tables = [amounts(*each) for each in product(range(1, 5), repeat=4)]
    assert [rows for rows in tables if find_sum_rows(rows, frozenset()) and not may_have_sums(rows)] == []
