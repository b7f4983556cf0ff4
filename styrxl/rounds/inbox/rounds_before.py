"""Which earlier rounds the workbooks of a round are prefilled from, and so what judging it may rest on besides itself."""

from __future__ import annotations

from styrxl.model.form_files import Forms
from styrxl.model.rounds import Round
from styrxl.prefill.collection import find_answers_asked


def list_asked(forms: Forms, round_: Round) -> set[Round]:
    """Return the rounds from whose answers a round's forms take rows."""
    names = [(name, profile) for name in forms.names() if forms.form(name).serves(round_.kind) for profile in (None, *forms.profiles(name))]
    return {before for form in names for before in find_answers_asked(forms.form(*form, round_.id), round_, forms.rounds).values()}


def list_last_year(forms: Forms, round_: Round) -> list[Round]:
    """Return the plans of the year before a round, and the follow-ups of these."""
    plans = round_.plan.year_before
    return [plans, *(Round(plans.year, kind) for kind in forms.rounds.values() if kind.follows == plans.kind)]


def list_before(forms: Forms, round_: Round) -> set[Round]:
    """Return all rounds that a round's workbooks may be prefilled from."""
    this_year = {round_.plan, *round_.before} if round_.followup else set()
    last_year = list_last_year(forms, round_) if round_.followup else ()
    return {*this_year, *last_year, *list_asked(forms, round_)} - {round_}
