"""Who may see everybody may see every page; who may not sees those alone that keep to what they may see."""

from __future__ import annotations

import pytest

from styrxl.web.desk.access import EVERYTHING, Access


@pytest.mark.parametrize(
    "access, owner, sees",
    [
        (EVERYTHING, "UBN", True),
        (EVERYTHING, None, True),
        (Access("A", owners=frozenset({"UBN", "UBN-ALBY"})), "UBN-ALBY", True),
        (Access("A", owners=frozenset({"UBN"})), "UBN-ALBY", False),
        (Access("A", owners=frozenset({"UBN"})), None, False),
        (Access("A", owners=frozenset()), "UBN", False),
    ],
)
def test_an_owner_is_seen_by_those_who_may(access: Access, owner: str | None, sees: bool) -> None:  # noqa: FBT001 -- a table's column
    assert access.sees(owner) is sees
