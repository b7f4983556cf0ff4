"""What renewing the council's plan brings, and what does not come along, line by line."""

from __future__ import annotations

from styrxl.model.catalogue import say, word
from styrxl.rounds.desk import Desk
from styrxl.rounds.renew_plan import RenewedPlan


def list_new(made: RenewedPlan, language: str) -> list[str]:
    """Return the new sheets and columns."""
    sheets = [word("renew_sheet", language, sheet=sheet[language]) for sheet in made.new_sheets]
    return sheets + [word("renew_column", language, sheet=sheet[language], column=column[language]) for sheet, column in made.new_columns]


def list_left(desk: Desk, made: RenewedPlan, language: str) -> list[str]:
    """Return what does not come along."""
    texts = desk.forms.words
    left = [texts.text(one.what, language, n=one.count, **one.facts) for one in made.left]
    return left + [word("renew_stray", language, sheet=one.sheet, cell=one.cell, value=say(one.value, language)) for one in made.strays]
