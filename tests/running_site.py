"""The site as a program of its own, and whoever comes to it."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx2 as httpx

from forked import Program, run_styrxl
from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import give_link
from styrxl.rounds.owner_links.tokens import make_token
from styrxl.store.ledger import Ledger
from town import ROUND, Town

_TRUST = ssl.create_default_context()  # which takes long to make, and nobody here needs
_ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")


def set_up(town: Town, server: str) -> None:
    """Add a section to a town's settings."""
    path = town.root / "styrxl.toml"
    path.write_text(path.read_text("utf-8").rstrip("\n") + f"\n{server}", "utf-8")


def make_link(town: Town, owner: str, round_id: str = ROUND) -> str:
    """Return the address of an owner's page, by a link that holds from now on."""
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, datetime.now(UTC), "kontrollern")
        return f"/o/{make_token(desk.workspace, give_link(desk, desk.workspace.rounds.parse(round_id), owner, 30))}"


@dataclass(frozen=True)
class Running:
    """The program as it runs, and where."""

    process: subprocess.Popen[str] | Program
    origin: str

    def post(self, path: str, data: Mapping[str, str], file: bytes | None = None, sender: str = "") -> httpx.Response:
        """Send a form as a page of the site would."""
        files = {"workbook": ("plan.xlsx", file)} if file else None
        return httpx.post(
            self.origin + path,
            verify=_TRUST,
            data=dict(data),
            files=files,
            headers={"Origin": self.origin, **({"X-Forwarded-For": sender} if sender else {})},
            timeout=120,
            follow_redirects=True,
        )

    def check(self, link: str, file: bytes) -> str:
        """Drop a workbook, and return its token."""
        page = self.post(f"{link}/check", {}, file)
        (check,) = re.findall(r'name="check" value="([^"]+)"', page.text)
        return str(check)


@contextmanager
def fork_site(town: Town, **environment: str) -> Iterator[Running]:
    """Run the site in a process that has imported what it needs: it answers sooner."""
    with run_styrxl(["--workspace", str(town.root), "serve"], _ORIGIN.pattern, stream=2, **environment) as program:
        yield Running(program, program.said)


@contextmanager
def start_site(town: Town, **environment: str) -> Iterator[Running]:
    """Start the program as somebody does."""
    command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(town.root), "serve"]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, **environment}
    ) as process:
        try:
            assert process.stderr
            told = ""
            while not (found := _ORIGIN.search(told)):
                told = process.stderr.readline()
                assert told, process.wait(10)
            yield Running(process, found[0])
        finally:
            process.kill()
