"""Addresses as they are compared, and as they are shown."""

from __future__ import annotations

import pytest

from styrxl.model.addresses import fold_address, show_addresses
from styrxl.model.catalogue import word


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


@pytest.mark.parametrize(
    "text,shown",
    [
        ("ost@xn--kping-lra4j.se", "ost@åköping.se"),
        ("ost@post.xn--kping-lra4j.se, a@example.se.", "ost@post.åköping.se, a@example.se."),
        ("ost@xn--xample-2of.se", "ost@xn--xample-2of.se"),  # a Cyrillic e: it would look like another's
        ("ost@xn--kping-lra4j--.se", "ost@xn--kping-lra4j--.se"),
        ("xn--kping-lra4j.se", "xn--kping-lra4j.se"),
        ("ost@xn--.se", "ost@xn--.se"),
        ("ost@åköping.se", "ost@åköping.se"),
    ],
)
def test_an_address_is_shown_as_people_write_it(text: str, shown: str) -> None:
    assert show_addresses(text) == shown
    assert word("mail_unreached", "sv", address=text) == word("mail_unreached", "sv", address=shown)
