"""The site as a program of its own: what it lacks is said, and whatever ends it leaves nothing half in and loses nothing."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import httpx2 as httpx
import pytest
from click.testing import CliRunner

from ports import free_port
from running_site import Running, fork_site, make_link, set_up, start_site
from styrxl.cli import cli
from styrxl.store.ledger import Ledger
from styrxl.store.lock import hold_lock, this_process
from styrxl.web.serve.sign_in import SECRET
from town import ROUND, Town

OWNER = "UBN-ÖST"
SIGN_IN = '[server.sign_in]\nissuer = "https://login.example.se"\nclient_id = "x"\n'
PERSON = '[[server.people]]\nwho = "c"\n'
ADDRESS = 'address = "https://styrning.example.se"\n'


@pytest.fixture
def town(planned: Town) -> Town:
    """Return a town whose settings have a site on this computer, at a port of its own."""
    set_up(planned, f'[server]\nlisten = "127.0.0.1:{free_port()}"\n')
    return planned


def list_received(town: Town) -> list[str]:
    """Return what has come in: it must lie in the inbox, and stand in the ledger."""
    with Ledger.open(town.workspace.database) as ledger:
        receipts = sorted(ledger.receipts(ROUND))
    assert sorted(path.relative_to(town.root).as_posix() for path in town.inbox.rglob("*.xlsx")) == receipts
    return receipts


def try_codes(site: Running, senders: list[str]) -> list[int]:
    return [site.post("/o", {"code": "ABCD-EFGH-JKMN"}, sender=sender).status_code for sender in senders]


@contextmanager
def handing_in(site: Running, town: Town, link: str, check: str) -> Iterator[list[httpx.Response | httpx.HTTPError]]:
    """Hand in while somebody else writes in the workspace for as long as the block lasts; yields what comes of it after the block."""
    came: list[httpx.Response | httpx.HTTPError] = []

    def hand_in() -> None:
        try:
            came.append(site.post(f"{link}/hand-in", {"check": check}))
        except httpx.HTTPError as error:
            came.append(error)

    thread = threading.Thread(target=hand_in)
    with hold_lock(town.root, this_process("test", "kontrollern", datetime.now(UTC))):
        thread.start()
        thread.join(1)
        yield came
    thread.join(30)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can answer")
def test_what_is_being_handed_in_when_it_is_told_to_end_comes_in(town: Town) -> None:
    link, before = make_link(town, OWNER), list_received(town)
    with start_site(town) as site:
        for path in ("/", f"/rounds/{ROUND}", "/settings", "/mine", "/sign-in"):  # without sign-in nobody comes to the controllers' pages
            assert httpx.get(site.origin + path).status_code in {403, 404}
        assert "strict-transport-security" not in httpx.get(f"{site.origin}/o").headers
        assert try_codes(site, ["192.0.2.1"] * 11) == [404] * 10 + [429]
        assert try_codes(site, ["192.0.2.2"]) == [404]
        assert try_codes(site, ["192.0.2.3, 192.0.2.1"]) == [429]  # what the proxy saw stands last; the rest anybody may have written
        with handing_in(site, town, link, site.check(link, town.filled(OWNER))) as came:
            site.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert list_received(town) == before
        assert isinstance(came[0], httpx.Response)
        assert "är inlämnad" in came[0].text
        assert site.process.wait(30) == 0
    assert len(list_received(town)) == len(before) + 1


def test_what_is_being_handed_in_when_it_is_killed_is_not_half_in_and_links_work_on(town: Town) -> None:
    link, before = make_link(town, OWNER), list_received(town)
    with fork_site(town) as site:
        check = site.check(link, town.filled(OWNER))
        with handing_in(site, town, link, check) as came:
            site.process.kill()
            site.process.wait(10)
        assert isinstance(came[0], httpx.HTTPError)
        assert list_received(town) == before
    with fork_site(town, FORWARDED_ALLOW_IPS="192.0.2.99") as site:  # the proxy is another computer, so nobody here says who asks
        assert site.post(f"{link}/hand-in", {"check": check}).status_code == 410  # it is in no memory any longer: choose it again
        assert "är inlämnad" in site.post(f"{link}/hand-in", {"check": site.check(link, town.filled(OWNER))}).text
        assert try_codes(site, [f"192.0.2.{n}" for n in range(11)]) == [404] * 10 + [429]
    assert len(list_received(town)) == len(before) + 1


@pytest.mark.parametrize(
    "server, secret, told",
    [
        ("", "", "Det finns inget om platsen i styrxl.toml"),
        ('[server]\nlisten = "0.0.0.0:8700"\n', "", "Utan inloggning svarar platsen bara på den egna datorn, inte på 0.0.0.0:8700"),
        ('[server]\nlisten = "[::]:8700"\n', "", "Utan inloggning"),
        ('[server]\nlisten = "styrning.example.se:8700"\n', "", "Utan inloggning"),
        (f"[server]\n{SIGN_IN}{PERSON}", "x", "address"),
        ('[server]\nowners = "oidc"\n', "x", "[server.sign_in]"),
        (f"[server]\n{ADDRESS}{SIGN_IN}{PERSON}", "", SECRET),
        (f"[server]\n{ADDRESS}{SIGN_IN}{PERSON}", " ", SECRET),
        (f"[server]\n{ADDRESS}{SIGN_IN}", "x", "Ingen får komma in"),
        (f'[server]\n{ADDRESS}{SIGN_IN}{PERSON}of = ["XYZ"]\n', "x", "c under [[server.people]] gäller XYZ"),
    ],
    ids=[
        "nothing",
        "everywhere",
        "everywhere, IPv6",
        "another name",
        "no address",
        "owners",
        "no secret",
        "empty secret",
        "nobody",
        "unknown",
    ],
)
def test_a_start_that_lacks_something_says_what(
    planned: Town, monkeypatch: pytest.MonkeyPatch, server: str, secret: str, told: str
) -> None:
    monkeypatch.setenv(SECRET, secret)
    set_up(planned, server)
    ended = CliRunner().invoke(cli, ["--workspace", str(planned.root), "serve"])
    assert ended.exit_code == 3
    assert told in ended.output
    assert "svarar på http" not in ended.output


def test_a_port_that_is_taken_is_said(planned: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        set_up(planned, f'[server]\nlisten = "{listen}"\n')
        ended = CliRunner().invoke(cli, ["--workspace", str(planned.root), "serve"])
    assert (ended.exit_code, f"kan inte svara på {listen}" in ended.output) == (3, True)
