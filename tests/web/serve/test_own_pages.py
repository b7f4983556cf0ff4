"""Owners who sign in: their own workbooks by their registered address, and nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from post_office import Certificates
from signed_in import ORIGIN, SignedInSite, open_signed_in_site, write_settings
from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import give_link
from styrxl.rounds.owner_links.tokens import make_token
from styrxl.store.ledger import Ledger
from styrxl.store.owner_links import read_links
from town import NOW, ROUND, Town

CHANGED = {"commitments": [{"text": "Nytt", "parent_id": "UBN-M1", "responsible": "Skolchef"}]}
SECRETARY = {"sub": "u-5", "name": "Nämndsekreteraren", "email": "UBN@example.se", "email_verified": True}
SOMEBODY = {"sub": "u-6", "name": "Någon", "email": "nagon@example.se", "email_verified": True}


@pytest.fixture(params=["oidc", "both"])
def site(request: pytest.FixtureRequest, planned: Town, made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignedInSite]:
    """Open a site to which owners sign in."""
    with open_signed_in_site(planned, made, monkeypatch, request.param) as opened:
        yield opened


def open_own(site: SignedInSite, **fields: str) -> Any:
    hidden = site.find_hidden(site.get("/mine"))
    return site.post("/mine", hidden | fields)


def make_link(town: Town, owner: str) -> str:
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, NOW, "kontrollern")
        return f"/o/{make_token(desk.workspace, give_link(desk, desk.workspace.rounds.parse(ROUND), owner, 30))}"


def test_an_owner_checks_and_hands_in_and_the_ledger_says_who(site: SignedInSite) -> None:
    assert site.sign_in(SECRETARY).headers["location"] == "/mine"
    assert "Öppna Utbildningsnämnden, Plan 2027" in site.get("/mine")
    page = str(open_own(site).headers["location"])
    assert site.get(page)
    checked = site.post(f"{page}/check", {}, files={"workbook": ("plan.xlsx", site.town.filled("UBN", CHANGED))})
    (check,) = re.findall(r'name="check" value="([^"]+)"', site.get(str(checked.headers["location"])))
    assert "är inlämnad" in site.post(f"{page}/hand-in", {"check": check}).text
    with Ledger.open(site.town.workspace.database) as ledger:
        links = read_links(ledger.database, ROUND)
        origins = [receipt.origin for receipt in ledger.receipts(ROUND).values() if str(receipt.origin).startswith("link:")]
    assert [(link.owner, link.created_by) for link in links] == [("UBN", "Nämndsekreteraren (UBN@example.se)")]
    assert origins == ["link:1, Nämndsekreteraren (UBN@example.se)/plan.xlsx"]
    assert "(länk 1, Nämndsekreteraren (UBN@example.se))" in site.town.run("log", ROUND).output


def test_somebody_whose_address_is_nobodys_finds_nothing_and_is_told_so(site: SignedInSite) -> None:
    site.sign_in(SOMEBODY)
    assert "din adress är inte registrerad" in site.get("/mine")
    assert open_own(site, round=ROUND, owner="UBN").status_code == 403


def test_an_address_that_nobody_vouches_for_opens_nothing(site: SignedInSite) -> None:
    site.sign_in({**SECRETARY, "email_verified": False})
    assert open_own(site, round=ROUND, owner="UBN").status_code == 403


def test_nobody_opens_anothers_workbook_by_naming_it(site: SignedInSite) -> None:
    site.sign_in(SECRETARY)
    assert open_own(site, owner="KFN").status_code == 403
    assert open_own(site, round="2026-plan").status_code == 403


def test_another_sites_form_makes_no_link(site: SignedInSite) -> None:
    site.sign_in(SECRETARY)
    hidden = site.find_hidden(site.get("/mine"))
    assert site.post("/mine", hidden, origin="https://evil.example.se").status_code == 403
    assert site.post("/mine", hidden | {"form_mark": "x"}).status_code == 403
    assert site.post("/mine", {key: value for key, value in hidden.items() if key != "form_mark"}).status_code == 403
    with Ledger.open(site.town.workspace.database) as ledger:
        assert read_links(ledger.database, ROUND) == []


def test_nothing_is_opened_without_signing_in(site: SignedInSite) -> None:
    assert site.client.get("/mine").headers["location"] == "/sign-in/closed"
    assert site.post("/mine", {"round": ROUND, "owner": "UBN"}).status_code == 403


def test_a_link_opens_to_whoever_has_it_unless_owners_are_to_sign_in(site: SignedInSite) -> None:
    link = make_link(site.town, "UBN")
    owners = site.town.workspace.settings.site
    assert owners
    sign_in_first = owners.owners == "oidc"
    found = site.client.get(link)
    assert (found.status_code, found.headers.get("location")) == ((303, "/sign-in") if sign_in_first else (200, None))
    site.sign_in(SOMEBODY)
    assert site.client.get(link).status_code == (303 if sign_in_first else 200)
    site.sign_in(SECRETARY)
    assert site.client.get(link).status_code == 200


def test_a_controller_who_is_also_an_owner_comes_to_both(site: SignedInSite) -> None:
    assert site.sign_in({**SECRETARY, "roles": ["readers"]}).headers["location"] == "/"
    assert 'href="/mine"' in site.get("/")
    assert str(open_own(site).headers["location"]).startswith("/o/")


def test_where_owners_come_by_links_alone_nobody_signs_in_for_them(site: SignedInSite) -> None:
    write_settings(site.town, site.office, "link")
    site.sign_in(SECRETARY)
    assert open_own(site, round=ROUND, owner="UBN").status_code == 403
    assert site.client.get(make_link(site.town, "KFN"), headers={"Origin": ORIGIN}).status_code == 200
