"""What waits in quarantine is looked at, let in or sent away, as at the terminal."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from desk_visitor import Visitor, visit_desk
from mail_town import names, take
from post_office import reply
from town import ROUND, Town


@pytest.fixture
def town(mail_asked: Town) -> Town:
    """Give a town in whose quarantine a workbook waits, from somebody who is nobody's contact."""
    take(mail_asked, strange_mail(mail_asked))
    assert names(mail_asked, "inbox") == []
    return mail_asked


def strange_mail(town: Town) -> EmailMessage:
    return reply("okand@example.org", "planering@example.se", "<b>Plan</b>", attachments={"UBN.xlsx": town.filled("UBN")})


@pytest.fixture
def visitor(town: Town) -> Iterator[Visitor]:
    """Open its desk."""
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        yield visitor


def find_link(page: str, part: str) -> str:
    return next(markup.unescape(link) for link in re.findall(r'href="([^"]*)"', page) if part in link)


def test_what_waits_is_listed_with_why(visitor: Visitor, town: Town) -> None:
    page = visitor.get("/quarantine")
    assert "Väntar i Plan 2027" in page
    assert "okand@example.org" in page
    assert "adressen är ingens kontakt på bladet Organisation" in page
    assert "<b>Plan</b>" not in page
    assert visitor.client.get(find_link(page, "/files/quarantine/")).content == town.filled("UBN")


def test_one_is_let_in_after_a_page_has_said_what_that_means(visitor: Visitor, town: Town) -> None:
    address = find_link(visitor.get("/quarantine"), "/do/release")
    page = visitor.get(address)
    assert "Om den släpps in blir den: Klar." in page
    assert "Arbetsboken säger att den är från UBN." in page
    assert names(town, "inbox") == []
    done = visitor.press(address)
    assert "insläppt" in done
    assert "Det som kom nu till Plan 2027: 1 Klar." in done
    assert len(names(town, "inbox")) == 1
    page = visitor.get("/quarantine")
    assert "Inget väntar i karantän." in page
    assert "kontrollern: ✓ okand@example.org · UBN.xlsx · insläppt" in page
    assert "Det väntar inte längre" in visitor.get(address)  # another window
    assert "kontrollern släppte in UBN.xlsx" in town.run("log", ROUND).output


def test_one_is_sent_away(visitor: Visitor, town: Town) -> None:
    address = find_link(visitor.get("/quarantine"), "/do/discard")
    assert "Den räknas inte." in visitor.get(address)
    assert "avvisad" in visitor.press(address)
    assert names(town, "inbox") == []
    assert "Inget väntar i karantän." in visitor.get("/quarantine")
    assert names(town, "quarantine") != []


@pytest.mark.parametrize("action", ["release", "discard"])
@pytest.mark.parametrize("name", ["", "x", "../../x", "0" * 8 + "-0"])
def test_what_does_not_wait_cannot_be_decided_on(visitor: Visitor, action: str, name: str) -> None:
    page = visitor.get(f"/rounds/{ROUND}/do/{action}?id={name}")
    assert "Det väntar inte längre" in page
    assert '<p class="buttons"><button>' not in page
