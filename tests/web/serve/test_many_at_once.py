"""Two controllers and many owners at once, and many workbooks at once, with the ledger in PostgreSQL."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

import town as towns
from long_runs import long_run
from municipality import FRAMES, ORGANISATION
from ports import free_port
from post_office import Certificates
from postgres import Server
from running_site import Running, fork_site, make_link, set_up
from sign_in_office import CLIENT_ID, SECRET, SignInOffice, open_sign_in_office
from styrxl.store.ledger import Ledger
from styrxl.web.serve.sign_in import SECRET as SECRET_NAME
from town import ROUND, Town

BOARDS = tuple(f"N{number:02}" for number in range(1, long_run(8, 20) + 1))
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture(scope="module")
def office(made: Certificates) -> Iterator[SignInOffice]:
    """Run a provider that says of everybody that they are a controller."""
    with open_sign_in_office(made) as opened:
        opened.person = {**opened.person, "roles": ["controllers"]}
        yield opened


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, postgres: Server, office: SignInOffice) -> Town:
    """Return a town with many boards, each of which has its workbook."""
    boards = [{"org_id": board, "name": f"Nämnden {board}", "kind": "board"} for board in BOARDS]
    frames = [{"board_id": board, "year": 2027, "operating_frame": 10} for board in BOARDS]
    plan = {**towns.PLAN, "organisation": [*ORGANISATION, *boards], "frames": [*FRAMES, *frames]}
    made = towns.new_town(tmp_path_factory.mktemp("many") / "town", plan)
    port = free_port()
    set_up(made, f'[database]\nurl = "{postgres.new_database()}"\n')
    set_up(made, f'[server]\nlisten = "127.0.0.1:{port}"\naddress = "http://127.0.0.1:{port}"\n')
    set_up(made, f'[server.sign_in]\nissuer = "{office.issuer}"\nclient_id = "{CLIENT_ID}"\nca_file = "{office.certificates.authority}"\n')
    set_up(made, '[[server.people]]\nwho = "controllers"\nmay = "write"\n')
    made.run("distribute", ROUND, "--level", "board")
    for board in ("UBN", "KFN"):
        made.put(f"{board}.xlsx", made.issued(board))
    made.run("validate", "--round", ROUND, expect=None)
    return made


@pytest.fixture(scope="module")
def site(town: Town) -> Iterator[Running]:
    """Run the site."""
    with fork_site(town, **{SECRET_NAME: SECRET}) as running:
        yield running


def do_at_once(work: Callable[[Any], object], things: Sequence[Any]) -> None:
    with ThreadPoolExecutor(len(things)) as pool:
        list(pool.map(work, things))


def list_decisions(town: Town) -> set[tuple[str | None, str]]:
    """Return whose returns were set aside, and by whom."""
    with Ledger.open(town.workspace.database) as ledger:
        return {(one.owner, one.decided_by) for many in ledger.decisions(ROUND).values() for one in many}


def _wait_until(happened: Callable[[], bool]) -> None:
    last = time.monotonic() + 60
    while not happened() and time.monotonic() < last:
        time.sleep(0.2)


def test_two_controllers_and_many_owners_at_once(site: Running, town: Town, office: SignInOffice) -> None:
    links = {board: make_link(town, board) for board in BOARDS}

    def be_owner(board: str) -> None:
        with httpx.Client(base_url=site.origin, timeout=60) as client:
            assert client.get(links[board]).status_code == 200
            check = site.check(links[board], town.issued(board))
            assert client.get(f"{links[board]}/marked/{check}").content.startswith(b"PK")
            assert "är inlämnad" in site.post(f"{links[board]}/hand-in", {"check": check}).text

    def be_controller(board: str) -> None:
        with httpx.Client(base_url=site.origin, timeout=60) as client:
            back = office.sign_in(client.get("/sign-in").headers["location"])
            assert client.get(back).headers["location"] == "/"
            for _ in range(3):
                assert client.get(f"/rounds/{ROUND}").status_code == 200
            page = client.get(f"/rounds/{ROUND}/do/set-aside", params={"file": f"inbox/{ROUND}/{board}.xlsx"})
            fields = {unescape(name): unescape(value) for name, value in _HIDDEN.findall(page.text)}
            done = client.post(f"/rounds/{ROUND}/do/set-aside", data={**fields, "reason": "Fel"}, headers={"Origin": site.origin})
            assert done.status_code in {200, 303}, done.text

    do_at_once(lambda who: who[0](who[1]), [*((be_owner, board) for board in BOARDS), (be_controller, "UBN"), (be_controller, "KFN")])
    _wait_until(lambda: len(list_decisions(town)) == 2)
    assert list_decisions(town) == {("UBN", "Controllern (controller@example.se)"), ("KFN", "Controllern (controller@example.se)")}
    with Ledger.open(town.workspace.database) as ledger:
        receipts, numbers = ledger.receipts(ROUND), ledger.receipt_numbers(ROUND)
        verdicts = ledger.verdicts(ROUND)
        owners = sorted(str(receipt.owner) for receipt in receipts.values() if str(receipt.origin).startswith("link:"))
    assert owners == list(BOARDS)
    assert len(set(numbers.values())) == len(receipts) == len(BOARDS) + 2
    assert set(verdicts) == set(receipts)
    assert sorted(path.relative_to(town.root).as_posix() for path in Path(town.inbox).glob("*.xlsx")) == sorted(receipts)


def test_many_workbooks_at_once_are_all_looked_at(site: Running, town: Town) -> None:
    links = {board: make_link(town, board) for board in BOARDS}
    each = [BOARDS[number % len(BOARDS)] for number in range(long_run(12, 50))]

    def check(board: str) -> None:
        assert site.check(links[board], town.issued(board))

    do_at_once(check, each)
