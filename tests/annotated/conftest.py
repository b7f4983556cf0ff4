"""Fixtures of annotated copies: a desk at which returns are judged and sent back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from annotated_desk import FAULTY, NOT_BACK, Desk
from styrxl.model.judged import Judged
from styrxl.sample.faults.plan import NotHereError, break_return, list_faults
from styrxl.store.ledger import Ledger
from town import Town


@pytest.fixture(scope="session")
def desk(shared_full: Town) -> Iterator[Desk]:
    with Ledger.open(shared_full.workspace.database) as ledger:
        yield Desk(shared_full, ledger)


@pytest.fixture(scope="session")
def broken(desk: Desk) -> dict[tuple[str, str], tuple[bytes, Judged, bytes]]:
    """Each fault in each owner's return that has a place for it: the return, its judgement, and what goes back."""
    files: dict[tuple[str, str], bytes] = {}
    for owner in FAULTY:
        filled = desk.town.filled(owner)
        for name in sorted({*list_faults()} - NOT_BACK):
            try:
                files[name, owner], _ = break_return(name, filled, desk.form(owner), desk.town.language(owner))
            except NotHereError:
                continue
    judged = {r.path: r for r in desk.judge_all(*((f"{name} {owner}", data) for (name, owner), data in files.items()))}
    return {
        (name, owner): (data, judged[f"{name} {owner}"], desk.back(owner, data, judged[f"{name} {owner}"].findings))
        for (name, owner), data in files.items()
    }
