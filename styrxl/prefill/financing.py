"""What stands between net cost and result: taxes, grants, net financial items, and internal items; what their sheet is prefilled with.

Amounts in tkr, as people read them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from styrxl.model.council_plan import Organisation
from styrxl.model.forms import Words
from styrxl.model.levels import FINANCE
from styrxl.model.prefill import Row
from styrxl.prefill.year_so_far import YearSoFar

BUDGETED, FOLLOWED = "financing", "financing_outcomes"  # tables, and the sheets of the standard forms
TAX, GRANTS, NET_FINANCIAL = "tax_revenue", "general_grants", "net_financial_items"
INTERNAL = "internal_items"  # in both revenue and cost of the boards, and so in no net
OF_RESULT = (TAX, GRANTS, NET_FINANCIAL)  # in the order in which the result adds them to the net cost
ITEMS = (*OF_RESULT, INTERNAL)
_LIST = "financing_item"


def name_item(item: str, words: Words, language: str) -> str:
    """Return what an item is called."""
    return words.lists[_LIST][item][language]


def find_item(name: str | None, words: Words) -> str | None:
    """Return the item that is called so, in either language or another way; None where there is none."""
    return next((item for item, texts in words.lists.get(_LIST, {}).items() if name in _list_names(texts)), None)


def _list_names(texts: object) -> list[str]:
    assert isinstance(texts, dict)
    return [texts["sv"], texts["en"], *texts.get("also", ())]


def make_financing_rows(owner: Organisation, words: Words, language: str) -> dict[str, tuple[Row, ...]]:
    """Return a row for each item in the finance administration's budget, by sheet; no sheet for anybody else."""
    return {BUDGETED: tuple({"item": name_item(item, words, language)} for item in ITEMS)} if owner.kind == FINANCE else {}


def make_followed_financing_rows(year: YearSoFar, owner: Organisation, words: Words, language: str) -> dict[str, tuple[Row, ...]]:
    """Return a row for each item with its budget and the forecast of the round before, by sheet; no sheet for anybody else."""
    if owner.kind != FINANCE:
        return {}
    last = year.last(owner.org_id)
    planned = _by_item(year.plans.of(BUDGETED, owner.org_id), words)
    before = _by_item(last.of(FOLLOWED, owner.org_id) if last else (), words)
    rows = (
        {
            "item": name_item(item, words, language),
            "budget": planned.get(item, {}).get("budget"),
            "last_forecast": before.get(item, {}).get("forecast"),
        }
        for item in ITEMS
    )
    return {FOLLOWED: tuple(rows)}


def _by_item(rows: Iterable[Row], words: Words) -> Mapping[str, Row]:
    """Return rows by the item that they are about."""
    return {item: row for row in rows if (item := find_item(row["item"], words))}
