"""Owners' links: whose they are, how long they hold, and that nobody makes one up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.owner_links.links import give_link, open_by_code, open_link, says_expired, take_back_links
from styrxl.rounds.owner_links.tokens import code_of, make_token
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import Workspace
from town import NOW, ROUND, Town


@pytest.fixture
def desk(full: Town) -> Iterator[Desk]:
    """Give a desk of a town."""
    with Ledger.open(full.workspace.database) as ledger:
        yield open_desk(full.workspace, ledger, NOW, "kontrollern")


def test_a_link_is_its_owners_until_its_last_day(desk: Desk) -> None:
    round_ = desk.workspace.rounds.parse(ROUND)
    link = give_link(desk, round_, "UBN", 30)
    token, code = make_token(desk.workspace, link), code_of(desk.workspace, link)
    assert open_link(desk, token) == open_by_code(desk, code) == link
    assert (link.owner, link.round) == ("UBN", ROUND)
    last = replace(desk, now=NOW + timedelta(days=30) - timedelta(seconds=1))
    assert open_link(last, token) == link
    late = replace(desk, now=NOW + timedelta(days=30))
    assert open_link(late, token) is open_by_code(late, code) is None
    assert says_expired(late, token, late.now)
    assert not says_expired(late, token[:-1] + ("0" if token[-1] != "0" else "1"), late.now)


def test_an_owner_has_one_link_at_a_time_and_another_after_it_was_taken_back(desk: Desk) -> None:
    round_ = desk.workspace.rounds.parse(ROUND)
    first = give_link(desk, round_, "UBN", 30)
    assert give_link(desk, round_, "UBN", 60) == first
    other = give_link(desk, round_, "KFN", 30)
    assert other.number != first.number
    assert take_back_links(desk, round_, "UBN") == 1
    assert take_back_links(desk, round_, "UBN") == 0
    assert open_link(desk, make_token(desk.workspace, first)) is None
    assert open_by_code(desk, code_of(desk.workspace, first)) is None
    assert open_link(desk, make_token(desk.workspace, other)) == other
    second = give_link(desk, round_, "UBN", 30)
    assert second.number not in {first.number, other.number}


@pytest.mark.parametrize(
    "how",
    [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code.replace('-', '')}\n", lambda code: code.replace("-", " – ")],
)
def test_a_code_is_read_however_it_is_typed(desk: Desk, how: Callable[[str], str]) -> None:
    link = give_link(desk, desk.workspace.rounds.parse(ROUND), "UBN", 30)
    assert open_by_code(desk, how(code_of(desk.workspace, link))) == link


@pytest.mark.parametrize(
    "token", ["", "1", "1-", "1-" + "0" * 32, "2-" + "f" * 32, "0-" + "0" * 32, "1-é", "99999999999999999999-" + "0" * 32, "1_" + "0" * 32]
)
def test_nobody_makes_up_a_link(desk: Desk, token: str) -> None:
    give_link(desk, desk.workspace.rounds.parse(ROUND), "UBN", 30)
    assert open_link(desk, token) is None
    assert open_by_code(desk, token) is None


def test_the_ledger_alone_opens_nothing(desk: Desk, tmp_path: Path) -> None:
    """With another key the same ledger gives other links."""
    link = give_link(desk, desk.workspace.rounds.parse(ROUND), "UBN", 30)
    other = Workspace.init(tmp_path / "other", "Annan", key="6" * 64)
    assert make_token(other, link) != make_token(desk.workspace, link)
    assert code_of(other, link) != code_of(desk.workspace, link)
    text = desk.workspace.database.read_bytes() if isinstance(desk.workspace.database, Path) else b""
    assert make_token(desk.workspace, link).encode() not in text
    assert code_of(desk.workspace, link).replace("-", "").encode() not in text
