"""Fixtures of annotated copies: a desk at which returns are judged and sent back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from annotated_desk import Desk
from styrxl.store.ledger import Ledger
from town import Town


@pytest.fixture(scope="module")
def desk(shared_full: Town) -> Iterator[Desk]:
    with Ledger.open(shared_full.workspace.database) as ledger:
        yield Desk(shared_full, ledger)
