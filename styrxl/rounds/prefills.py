"""What was prefilled in issues, as the ledger has it, and what would be prefilled in one that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from styrxl.model.levels import LEVELS
from styrxl.model.prefill import Prefill, PrefillReader
from styrxl.prefill.plan import PrefillSource, list_id_series, make_prefill
from styrxl.store.ledger import Ledger

_ANY_NUMBER = 10_000  # of rows: which of them an issue had that nobody remembers cannot be known


def fetch_prefills(ledger: Ledger, issues: Iterable[str], shared: PrefillReader | None = None) -> dict[str, Prefill]:
    """Return what was prefilled in issues, by issue id, without those that there never were.

    All are fetched at once: one by one takes longer than reading the returns. ``shared``: with whose rows and lists they share theirs.
    """
    shared = shared or PrefillReader()
    wanted = sorted(issues)
    return {issue: shared.prefill(text) for issue, text in ledger.prefills(wanted).items()} if wanted else {}


def make_current_prefill(source: PrefillSource, owner: str, name: str) -> Prefill | None:
    """Return what an owner would be issued now in a form of that name; None where it would be issued none."""
    organisation = source.plan.find(owner, source.day)
    if organisation is None or name not in source.forms.names():
        return None
    form = source.forms.form(name, organisation.profile, source.round.id)
    if form.foreign or form.level not in LEVELS or not form.serves(source.round.kind):
        return None
    series = list_id_series(form, source.round)
    prefill = make_prefill(source, organisation, form, dict.fromkeys(series, ((1, _ANY_NUMBER),)))
    return replace(prefill, counts=dict.fromkeys(series, _ANY_NUMBER))
