"""Addresses that may be written to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.mail.addresses import is_allowed, parse_address, sort_addresses

ADDRESSES = [
    ("ubn@example.se", "ubn@example.se"),
    (" UBN.x+y@Example.SE ", "UBN.x+y@example.se"),
    ("a@åköping.se", "a@xn--kping-qrah.se"),
    ("åsa@example.se", None),
    ("a@b", None),
    ("a b@example.se", None),
    ("a@example.se\r\nRCPT TO:<b@x.se>", None),
    ("<a@example.se>", None),
    ("a@example.se,b@example.se", None),
    (".a@example.se", None),
    ("a@-x.se", None),
    ("a@[127.0.0.1]", None),
    ("", None),
    ("a" * 65 + "@example.se", None),
]


@pytest.mark.parametrize("text,plain", ADDRESSES)
def test_only_an_address_is_one(text: str, plain: str | None) -> None:
    if plain and "xn--" in plain:
        plain = "a@" + "åköping.se".encode("idna").decode()
    assert parse_address(text) == plain


@given(st.text(max_size=80))
def test_an_address_never_holds_what_an_envelope_would_misread(text: str) -> None:
    plain = parse_address(text)
    assert plain is None or (plain.isascii() and not set(plain) & set(' \r\n\t<>,;:"()[]\\'))


@pytest.mark.parametrize(
    "address,fine",
    [
        ("a@example.se", True),
        ("a@skola.example.se", True),
        ("a@badexample.se", False),
        ("a@example.se.evil.com", False),
        ("a@gmail.com", False),
    ],
)
def test_a_domain_allows_itself_and_those_below_it(address: str, fine: bool) -> None:  # noqa: FBT001
    assert is_allowed(address, ["example.se"]) is fine


def test_addresses_are_parted_with_why() -> None:
    """Those that mail may not go to as they were typed."""
    given_ = ["a@example.se", "b@gmail.com", "trasig", "A@example.se", "a@example.se", "Kof@Åköping.se"]
    assert sort_addresses(given_, ["example.se"]) == (
        ("a@example.se", "A@example.se"),
        (("b@gmail.com", "mail_other_domain"), ("trasig", "mail_bad_address"), ("Kof@Åköping.se", "mail_other_domain")),
    )
