"""The letter with the workbook holds its owner's link where the municipality has an address of its own; no preview holds a live one."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mail_town import MAIL_PLAN, set_up
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.request import MailRequest
from styrxl.mail.outgoing.templates import write_templates
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import open_by_code, open_link
from styrxl.store.ledger import Ledger
from styrxl.store.owner_links import read_links
from town import ROUND, Town, new_town

NOW = datetime(2027, 1, 5, 9, tzinfo=UTC)
SIGN_IN = 'owners = "oidc"\n[server.sign_in]\nissuer = "https://login.example.se"\nclient_id = "styrxl"\n'
SITE = '[server]\naddress = "https://styrning.example.se/"\nlink_days = 45\n'


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """Give a town whose boards have their workbooks."""
    made = set_up(new_town(tmp_path / "åköping", MAIL_PLAN), due=date(2027, 1, 15))
    made.run("distribute", ROUND, "--level", "board")
    return made


def add(town: Town, settings: str) -> None:
    path = town.workspace.settings_path
    path.write_text(path.read_text("utf-8") + "\n" + settings, "utf-8")


def write(town: Town, request: MailRequest) -> tuple[dict[str, Letter], int]:
    """Return the letters, and how many links there are then."""
    with Ledger.open(town.workspace.database) as ledger:
        writer = LetterWriter.open(open_desk(town.workspace, ledger, NOW, "kontrollern"), standard_rounds().parse(ROUND))
        letters = write_templates(writer, request).letters
        return {letter.owner: letter for letter in letters}, len(read_links(ledger.database, ROUND))


def test_a_letter_that_goes_out_holds_its_owners_link_and_code(town: Town) -> None:
    add(town, SITE)
    letters, links = write(town, MailRequest("templates", send=True))
    assert links == len(letters) >= 2
    texts = {owner: letter.content.text for owner, letter in letters.items()}
    tokens = {owner: re.findall(r"https://styrning\.example\.se/o/([0-9]+-[0-9a-f]{32})", text) for owner, text in texts.items()}
    codes = {owner: re.findall(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}\b", text) for owner, text in texts.items()}
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, NOW)
        for owner, letter in letters.items():
            link = open_link(desk, tokens[owner][0])
            assert link is not None
            assert (link.owner, link.round, (link.expires_at - NOW).days) == (owner, ROUND, 45)
            assert open_by_code(desk, codes[owner][0]) == link
            assert re.findall(r'<a href="([^"]*)"', letter.content.html) == [f"https://styrning.example.se/o/{tokens[owner][0]}"]
    again, same = write(town, MailRequest("templates", send=True))
    assert same == links
    assert {owner: letter.content.text for owner, letter in again.items()} == texts


@pytest.mark.parametrize("request_", [MailRequest("templates"), MailRequest("templates", send=True, redirect_to="test@example.se")])
def test_no_preview_and_no_letter_to_a_tester_holds_a_live_one(town: Town, request_: MailRequest) -> None:
    add(town, SITE)
    letters, links = write(town, request_)
    assert links == 0
    for letter in letters.values():
        assert "https://styrning.example.se/o/…" in letter.content.text
        assert not re.search(r"/o/[0-9]", letter.content.text + letter.content.html)


@pytest.mark.parametrize("settings", ["", '[server]\nlisten = "127.0.0.1:8701"\n', SITE + SIGN_IN])
def test_without_an_address_or_where_owners_sign_in_there_are_no_links(town: Town, settings: str) -> None:
    add(town, settings)
    letters, links = write(town, MailRequest("templates", send=True))
    assert links == 0
    assert not any("/o/" in letter.content.text for letter in letters.values())
