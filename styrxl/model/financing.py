"""What the municipality lives on, besides what its boards earn: items that stand between net cost and result (tkr, as people read them)."""

from __future__ import annotations

from styrxl.model.forms import Words

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
    return next((item for item, texts in words.lists[_LIST].items() if name in _list_names(texts)), None)


def _list_names(texts: object) -> list[str]:
    assert isinstance(texts, dict)
    return [texts["sv"], texts["en"], *texts.get("also", ())]
