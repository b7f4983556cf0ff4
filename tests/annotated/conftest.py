"""Fixtures of annotated copies: a desk at which returns are judged and sent back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from annotated_desk import NOT_BACK, Desk
from made_once import make_value_once
from styrxl.model.judged import Judged
from styrxl.sample.faults.plan import Fault
from styrxl.store.ledger import Ledger
from town import Town

Broken = dict[tuple[str, str], tuple[bytes, Judged, bytes]]  # by fault and owner


@pytest.fixture(scope="session")
def desk(shared_full: Town) -> Iterator[Desk]:
    with Ledger.open(shared_full.workspace.database) as ledger:
        yield Desk(shared_full, ledger)


@pytest.fixture(scope="session")
def broken(desk: Desk, spoilt: dict[tuple[str, str], tuple[bytes, Fault]], tmp_path_factory: pytest.TempPathFactory) -> Broken:
    """Each fault in each owner's return that has a place for it: the return, its judgement, and what goes back."""
    files = {key: data for key, (data, _) in spoilt.items() if key[0] not in NOT_BACK}
    return make_value_once(tmp_path_factory, "broken", lambda: give_back(desk, files))


def give_back(desk: Desk, files: Mapping[tuple[str, str], bytes]) -> Broken:
    """Judge returns by fault and owner, and make what goes back of each."""
    judged = {r.path: r for r in desk.judge_all(*((f"{name} {owner}", data) for (name, owner), data in files.items()))}
    return {
        (name, owner): (data, judged[f"{name} {owner}"], desk.back(owner, data, judged[f"{name} {owner}"].findings))
        for (name, owner), data in files.items()
    }
