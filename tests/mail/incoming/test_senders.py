"""Who may hand in: contacts by their very address, and nobody who looks like one."""

from __future__ import annotations

from datetime import date

import pytest

from styrxl.mail.incoming.look_alikes import is_look_alike
from styrxl.mail.incoming.senders import find_refusal
from styrxl.model.council_plan import Organisation, Plan

CONTACTS = ("ubn-tumba@botkyrka.example.se", "asa.ost@åköping.example.se", "m1@botkyrka.example.se")
ALIKE = [
    "ubn-turnba@botkyrka.example.se",  # r and n for m
    "ubn_tumba@botkyrka.example.se",
    "ubn.tumba@botkyrka.example.se",
    "ubn-tumba@b0tkyrka.example.se",
    "ubn-tumba@botkyrka.examp1e.se",
    "ubn-tumba@bot-kyrka.example.se",
    "ubn-tumba@xn--btkyrka-9ig.example.se",  # a Cyrillic o
    "asa.ost@akoping.example.se",
    "ml@botkyrka.example.se",
]


@pytest.mark.parametrize("address", ALIKE)
def test_what_looks_like_a_contact_is_known_as_that(address: str) -> None:
    assert is_look_alike(address, CONTACTS)


@pytest.mark.parametrize("address", [*CONTACTS, "kfn@botkyrka.example.se", "ubn-tumba@annan.example", "tumba@botkyrka.example.se", "x"])
def test_contacts_and_strangers_look_like_nobody_else(address: str) -> None:
    assert not is_look_alike(address, CONTACTS)


def organisation(org_id: str, *email: str) -> Organisation:
    return Organisation(org_id, org_id, "unit", "UBN", None, email, None, None, None, (), None, None)


PLAN = Plan((organisation("UBN-TUMBA", *CONTACTS), organisation("UBN-ALBY", "alby@botkyrka.example.se")), (), {}, (), (), ())
REFUSALS = [
    ("ubn-tumba@botkyrka.example.se", "UBN-TUMBA", ""),
    ("UBN-Tumba@Botkyrka.example.se", "UBN-TUMBA", ""),
    ("asa.ost@xn--kping-lra4j.example.se", "UBN-TUMBA", ""),
    ("ubn-tumba@botkyrka.example.se", None, ""),
    ("ubn-tumba@botkyrka.example.se", "OKÄND", ""),
    ("alby@botkyrka.example.se", "UBN-TUMBA", "other_owner"),
    ("ubn-turnba@botkyrka.example.se", "UBN-TUMBA", "look_alike"),
    ("nagon@botkyrka.example.se", "UBN-TUMBA", "unknown_sender"),
    ("nagon@botkyrka.example.se", None, "unknown_sender"),
    ("", "UBN-TUMBA", "no_sender"),
]


@pytest.mark.parametrize("sender,owner,reason", REFUSALS)
def test_only_a_contact_of_the_owner_may_hand_in(sender: str, owner: str | None, reason: str) -> None:
    assert find_refusal(PLAN, date(2027, 1, 1), sender, owner) == reason


def test_a_contact_may_not_where_the_server_says_that_it_is_not_them() -> None:
    assert find_refusal(PLAN, date(2027, 1, 1), "ubn-tumba@botkyrka.example.se", "UBN-TUMBA", is_forged=True) == "forged"
