"""Addresses as they are compared."""

from __future__ import annotations

import pytest

from styrxl.model.addresses import fold_address


@pytest.mark.parametrize(
    "address,folded",
    [
        ("Ost@Example.SE", "ost@example.se"),
        (" ost@åköping.se ", "ost@xn--kping-lra4j.se"),
        ("ost@xn--kping-lra4j.se", "ost@xn--kping-lra4j.se"),
        ("ost@a..se", "ost@a..se"),
        ("ingen", "ingen"),
        ("", ""),
    ],
)
def test_an_address_is_compared_without_regard_to_case_and_spelling_of_its_domain(address: str, folded: str) -> None:
    assert fold_address(address) == folded
