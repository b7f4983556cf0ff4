"""A town's site on a port of loopback, and a page of it in Chromium."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import uvicorn

from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import give_link, take_back_links
from styrxl.rounds.owner_links.tokens import code_of, make_token
from styrxl.store.ledger import Ledger
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.site_app import OwnersOnly, make_owners_site
from town import NOW, ROUND, Town

_PATIENCE = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class RunningSite:
    """A site that answers at an address, and the town behind it."""

    town: Town
    origin: str

    def make(self, owner: str) -> tuple[str, str]:
        """Return the address of an owner's page, and its code."""
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, NOW, "kontrollern")
            link = give_link(desk, desk.workspace.rounds.parse(ROUND), owner, 30)
            return f"{self.origin}/o/{make_token(desk.workspace, link)}", code_of(desk.workspace, link)

    def take_back(self, owner: str) -> None:
        """Let an owner's links hold no longer."""
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, NOW, "kontrollern")
            take_back_links(desk, desk.workspace.rounds.parse(ROUND), owner)

    def receipts(self) -> list[str]:
        """Return what has come in, by path."""
        with Ledger.open(self.town.workspace.database) as ledger:
            return sorted(ledger.receipts(ROUND))


@contextmanager
def run_site(town: Town) -> Iterator[RunningSite]:
    """Have a town's site answer, a day after its links are made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        place = Workplace(town.root, clock=lambda: NOW + timedelta(days=1), by="servern")
        app = make_owners_site(place, OwnersOnly(origin))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        last = time.monotonic() + _PATIENCE
        while not server.started and time.monotonic() < last:
            time.sleep(0.01)
        try:
            yield RunningSite(town, origin)
        finally:
            server.should_exit = True
            thread.join(_PATIENCE)
