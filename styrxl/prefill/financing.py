"""What the sheet of taxes, grants, net financial items and internal items is prefilled with; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.council_plan import Organisation
from styrxl.model.financing import BUDGETED, FOLLOWED, ITEMS, find_item, name_item
from styrxl.model.forms import Words
from styrxl.model.levels import FINANCE
from styrxl.model.prefill import Row
from styrxl.prefill.year_so_far import YearSoFar


def make_financing_rows(owner: Organisation, words: Words, language: str) -> dict[str, tuple[Row, ...]]:
    """Return a row for each item in the finance administration's budget, by sheet; no sheet for anybody else."""
    return {BUDGETED: tuple({"item": name_item(item, words, language)} for item in ITEMS)} if owner.kind == FINANCE else {}


def leave_out_items(owner: Organisation, words: Words, booked: Sequence[BookedRow]) -> list[BookedRow]:
    """Return what the accounts say of an owner's operations: without the finance administration's taxes, grants and other items."""
    return [row for row in booked if owner.kind != FINANCE or find_item(row.activity, words) is None]


def make_followed_financing_rows(
    year: YearSoFar, owner: Organisation, words: Words, language: str, booked: Sequence[BookedRow] = ()
) -> dict[str, tuple[Row, ...]]:
    """Return a row for each item with its budget and the forecast of the round before, by sheet; no sheet for anybody else.

    ``booked``: what the accounts say; an activity that is called as an item is its outcome.
    """
    if owner.kind != FINANCE:
        return {}
    last = year.last(owner.org_id)
    planned = _by_item(year.plans.of(BUDGETED, owner.org_id), words)
    before = _by_item(last.of(FOLLOWED, owner.org_id) if last else (), words)
    outcomes = {find_item(row.activity, words): -row.net for row in booked if row.activity}
    rows = (
        {
            "item": name_item(item, words, language),
            "budget": planned.get(item, {}).get("budget"),
            "outcome": outcomes.get(item),
            "last_forecast": before.get(item, {}).get("forecast"),
        }
        for item in ITEMS
    )
    return {FOLLOWED: tuple(rows)}


def _by_item(rows: Iterable[Row], words: Words) -> Mapping[str, Row]:
    """Return rows by the item that they are about."""
    return {item: row for row in rows if (item := find_item(row["item"], words))}
