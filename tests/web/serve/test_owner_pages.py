"""An owner's pages: opened, a workbook looked at, mended, handed in; and all that must not come of a link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from site_visitor import OTHER, OWNER, Site, open_site
from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import take_back_links
from styrxl.store.ledger import Ledger
from town import NOW, ROUND, Town

FAULTY = {"commitments": [{"text": "Högläsning", "parent_id": "UBN-M99", "responsible": "Rektor"}]}


@pytest.fixture
def site(planned: Town) -> Iterator[Site]:
    """Open a site of a town whose units have their workbooks."""
    with open_site(planned) as opened:
        yield opened


def token_of(page: str) -> str:
    found = re.search(r'name="check" value="([^"]+)"', page)
    assert found, page
    return found[1]


def list_files(root: Path) -> set[Path]:
    return {path for path in root.rglob("*") if path.is_file() and path.suffix != ".judged"}


def test_three_tries_and_a_hand_in(site: Site) -> None:
    link = site.link()
    before, files = site.receipts(), list_files(site.town.root)
    start = site.client.get(link)
    assert start.status_code == 200
    assert "Inget än." in start.text
    first = site.check(site.town.filled(OWNER, FAULTY), link=link)
    assert "Granskad, men inte inlämnad än" in first.text
    assert "UBN-M99" in first.text
    marked = site.client.get(f"{link}/marked/{token_of(first.text)}")
    assert marked.content.startswith(b"PK")
    assert "UBN-%C3%96ST" in marked.headers["content-disposition"]
    third = site.check(site.town.filled(OWNER), link=link)
    assert "Arbetsboken är klar." in third.text
    assert site.receipts() == before
    assert list_files(site.town.root) == files
    receipt = site.post(f"{link}/hand-in", {"check": token_of(third.text)})
    assert "är inlämnad" in receipt.text
    assert re.search(r"<dt>Kvittonummer</dt><dd>3</dd>", receipt.text)
    assert len(site.receipts()) == len(before) + 1
    assert '<span class="tone good">Klar</span>' in site.client.get(link).text


def test_the_same_hand_in_pressed_twice_comes_in_once(site: Site) -> None:
    link = site.link()
    page = site.check(site.town.filled(OWNER), link=link).text
    site.post(f"{link}/hand-in", {"check": token_of(page)})
    before = site.receipts()
    again = site.post(f"{link}/hand-in", {"check": token_of(page)}).text
    assert re.search(r"<dt>Kvittonummer</dt><dd>3</dd>", again)
    assert "är inlämnad" in again
    again = site.check(site.town.filled(OWNER), link=link).text
    assert "redan inlämnad" in site.post(f"{link}/hand-in", {"check": token_of(again)}).text
    assert site.receipts() == before


def test_a_scanner_that_opens_every_address_leaves_no_trace(site: Site) -> None:
    link = site.link()
    page = site.check(site.town.filled(OWNER, FAULTY), link=link).text
    before, receipts = list_files(site.town.root), site.receipts()
    for address in {link, "/o", *re.findall(r'(?:href|action|src)="(/[^"]+)"', page + site.client.get(link).text)}:
        for method in ("GET", "HEAD"):
            site.client.request(method, address)
    assert site.receipts() == receipts
    assert list_files(site.town.root) == before


def test_somebody_elses_workbook_is_refused_and_nothing_of_it_is_told(site: Site) -> None:
    answer = site.check(site.town.filled(OTHER, {"commitments": [{"text": "Hemligt", "parent_id": "KFN-M99"}]}))
    assert "någon annans arbetsbok" in answer.text
    assert "KFN" not in answer.text
    assert "Hemligt" not in answer.text
    assert 'name="check"' not in answer.text


@pytest.mark.parametrize("token", ["1-" + "0" * 32, "x", "1", "..%2f..%2fstyrxl.key", "1-" + "%00" * 32])
def test_guessed_links_open_nothing(site: Site, token: str) -> None:
    site.link()
    assert site.client.get(f"/o/{token}").status_code in {400, 404}


def test_a_link_that_has_ended_says_so(planned: Town) -> None:
    with open_site(planned, day=40) as site:
        assert site.client.get(site.link()).status_code == 410


def test_a_link_that_was_taken_back_says_so(site: Site) -> None:
    link, token, _ = site.make(OTHER)
    page = site.check(site.town.filled(OTHER), link=f"/o/{token}").text
    with Ledger.open(site.town.workspace.database) as ledger:
        desk = open_desk(site.town.workspace, ledger, NOW, "kontrollern")
        take_back_links(desk, desk.workspace.rounds.parse(link.round), link.owner)
    before = site.receipts()
    assert site.client.get(f"/o/{token}").status_code == 410
    assert site.post(f"/o/{token}/hand-in", {"check": token_of(page)}).status_code == 410
    assert site.receipts() == before


def test_a_check_is_its_own_links_alone(site: Site) -> None:
    page = site.check(site.town.filled(OWNER)).text
    other = site.link(OTHER)
    assert site.post(f"{other}/hand-in", {"check": token_of(page)}).status_code == 410
    assert site.client.get(f"{other}/marked/{token_of(page)}").status_code == 410


@pytest.mark.parametrize("origin", ["http://evil.example.se", "null", ""])
def test_forms_of_other_sites_are_refused(site: Site, origin: str) -> None:
    page = site.check(site.town.filled(OWNER)).text
    before = site.receipts()
    assert site.post(f"{site.link()}/hand-in", {"check": token_of(page)}, origin=origin).status_code == 403
    assert site.receipts() == before


def test_a_code_leads_to_the_page_and_wrong_ones_are_slowed_down(site: Site) -> None:
    _, token, code = site.make()
    assert site.post("/o", {"code": code.lower()}).url.path == f"/o/{token}"
    answers = [site.post("/o", {"code": "ABCD-EFGH-JKMN"}).status_code for _ in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert site.client.get("/o/1-" + "0" * 32).status_code == 429
    assert site.client.get(f"/o/{token}").status_code == 200  # a link that holds cannot be guessed


def test_nobody_comes_to_the_controllers_pages_by_an_owners_link(site: Site) -> None:
    site.client.get(site.link())
    for path in ("/", f"/rounds/{ROUND}", "/tasks", "/plan", "/settings", f"/files/inbox/{ROUND}/UBN.xlsx"):
        assert site.client.get(path).status_code == 403


def test_an_english_owner_is_spoken_to_in_english(site: Site) -> None:
    page = site.client.get(site.link(OTHER)).text
    assert '<html lang="en">' in page
    assert "Check and hand in" in page


def test_the_owner_gets_its_own_workbook_again_and_no_other(site: Site) -> None:
    link = site.link()
    (address,) = re.findall(r'href="(/o/[^"]+/workbook/[^"]+)"', site.client.get(link).text)
    assert site.client.get(address).content == site.town.issued(OWNER)
    assert site.client.get(f"{link}/workbook/{OTHER}.xlsx").status_code == 404


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_workbook_is_told_so(site: Site, data: bytes) -> None:
    answer = site.check(data, name="<b>x</b>.xlsx")
    assert answer.status_code == 200
    assert "Filen går inte att läsa" in answer.text
    assert "<b>x" not in answer.text
