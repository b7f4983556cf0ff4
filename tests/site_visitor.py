"""A site of this computer alone, somebody's browser without script, and the town behind it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx2 as httpx
from starlette.testclient import TestClient

from styrxl.rounds.desk import open_desk
from styrxl.rounds.owner_links.links import give_link
from styrxl.rounds.owner_links.tokens import code_of, make_token
from styrxl.store.ledger import Ledger
from styrxl.store.owner_links import OwnerLink
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.site_app import OwnersOnly, make_owners_site
from town import NOW, ROUND, Town

ORIGIN = "http://127.0.0.1:8700"
OWNER, OTHER = "UBN-ÖST", "KFN-BIB"


@dataclass(frozen=True)
class Site:
    """A site as a browser sees it, and the town behind it."""

    client: TestClient
    town: Town

    def link(self, owner: str = OWNER, round_id: str = ROUND, days: int = 30) -> str:
        """Return the address of an owner's page."""
        return f"/o/{self.make(owner, round_id, days)[1]}"

    def make(self, owner: str = OWNER, round_id: str = ROUND, days: int = 30) -> tuple[OwnerLink, str, str]:
        """Return an owner's link, with its token and its code."""
        with Ledger.open(self.town.workspace.database) as ledger:
            desk = open_desk(self.town.workspace, ledger, NOW, "kontrollern")
            link = give_link(desk, desk.workspace.rounds.parse(round_id), owner, days)
            return link, make_token(desk.workspace, link), code_of(desk.workspace, link)

    def post(
        self, path: str, data: dict[str, str] | None = None, file: tuple[str, bytes] | None = None, origin: str = ORIGIN
    ) -> httpx.Response:
        """Send a form as a page of the site would."""
        files = {"workbook": file} if file else None
        return self.client.post(path, data=data or {}, files=files, headers={"Origin": origin})

    def check(self, data: bytes, name: str = "plan.xlsx", link: str = "") -> httpx.Response:
        """Drop a workbook."""
        return self.post(f"{link or self.link()}/check", file=(name, data))

    def receipts(self) -> list[str]:
        """Return what has come in, by path."""
        with Ledger.open(self.town.workspace.database) as ledger:
            return sorted(ledger.receipts(ROUND))


@contextmanager
def open_site(town: Town, day: int = 1) -> Iterator[Site]:
    """Open a town's site, so many days after its links are made."""
    place = Workplace(town.root, clock=lambda: NOW + timedelta(days=day), by="servern")
    with TestClient(make_owners_site(place, OwnersOnly(ORIGIN)), base_url=ORIGIN, follow_redirects=True) as client:
        yield Site(client, town)
