"""A site where people sign in, somebody's browser without script, and those who say who people are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from post_office import Certificates
from sign_in_office import CLIENT_ID, CONTROLLER, SECRET, SignInOffice, open_sign_in_office
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.server import check_site, make_site_app
from styrxl.web.serve.sign_in import SECRET as SECRET_NAME
from town import NOW, Town

ORIGIN = "https://styrning.example.se"
COOKIE = "__Host-styrxl"
PEOPLE = (
    {"who": "controllers", "may": "write"},
    {"who": "readers"},
    {"who": "ubn-controller", "may": "write", "of": ["UBN"]},
    {"who": "nämndsekreterare@example.se", "of": ["KFN"]},
)
READER = {"sub": "u-2", "name": "Läsaren", "preferred_username": "lasaren@example.se", "roles": ["readers"]}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def write_settings(town: Town, office: SignInOffice, owners: str = "link", people: tuple[Mapping[str, Any], ...] = PEOPLE) -> None:
    """Set up the site in a town's settings, instead of what they said of it."""
    path = town.root / "styrxl.toml"
    text = path.read_text("utf-8").partition("[server]\n")[0]
    lines = ["[server]", f'address = "{ORIGIN}"', f'owners = "{owners}"', "[server.sign_in]", f'issuer = "{office.issuer}"']
    lines += [f'client_id = "{CLIENT_ID}"', f'ca_file = "{office.certificates.authority}"']
    for person in people:
        lines += ["[[server.people]]", *(f"{key} = {_spell(value)}" for key, value in person.items())]
    path.write_text(text.rstrip("\n") + "\n" + "\n".join(lines) + "\n", "utf-8")


def _spell(value: Any) -> str:
    return "[" + ", ".join(f'"{one}"' for one in value) + "]" if isinstance(value, list) else f'"{value}"'


@dataclass
class SignedInSite:
    """A site as a browser sees it. ``place``, ``tasks``: what it is made of."""

    town: Town
    office: SignInOffice
    client: TestClient
    place: Workplace
    tasks: TaskBook
    roles: tuple[str, ...] = field(default=("controllers",))

    def begin(self) -> str:
        """Begin to sign in, and return the address that the browser is led to."""
        answer = self.client.get("/sign-in")
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def sign_in(self, person: Mapping[str, Any] | None = None, **claims: Any) -> httpx.Response:
        """Sign in as somebody, and return the site's answer when the browser comes back."""
        self.office.person = person if person is not None else {**CONTROLLER, "roles": list(self.roles), **claims}
        return self.come_back(self.office.sign_in(self.begin()))

    def come_back(self, address: str) -> httpx.Response:
        """Come back to the site, as the browser is led from elsewhere."""
        return self.client.get(address, headers={"Sec-Fetch-Site": "cross-site"})

    def get(self, path: str, expect: int = 200) -> str:
        """Return a page."""
        answer = self.client.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.headers.get("location"), answer.text[:1500])
        return answer.text

    def post(self, path: str, fields: Mapping[str, str], origin: str = ORIGIN, **files: Any) -> httpx.Response:
        """Send a form as a page of the site would."""
        return self.client.post(path, data=dict(fields), headers={"Origin": origin}, **files)

    def find_hidden(self, page: str) -> dict[str, str]:
        """Return what the forms of a page carry along unseen."""
        return {unescape(name): unescape(value) for name, value in _HIDDEN.findall(page)}

    def press(self, path: str, **fields: str) -> None:
        """Open an action's page, fill in its fields, press its button, and wait for what it does."""
        answer = self.post(path.partition("?")[0], self.find_hidden(self.get(path)) | fields)
        assert answer.status_code == 303, answer.text
        self.tasks.wait_until_idle()

    @contextmanager
    def again(self) -> Iterator[SignedInSite]:
        """Start the server anew, and come with the same cookies."""
        with open_app(self.town) as (client, place, tasks):
            client.cookies.update(self.client.cookies)
            yield replace(self, client=client, place=place, tasks=tasks)


@contextmanager
def open_app(town: Town) -> Iterator[tuple[TestClient, Workplace, TaskBook]]:
    """Start a town's server, as its settings say."""
    place = Workplace(town.root, clock=lambda: NOW + timedelta(days=1), by="servern")
    tasks = TaskBook(lambda: place.root)
    with place.reading() as desk:
        site = check_site(desk)
    with TestClient(make_site_app(place, site, tasks), base_url=ORIGIN, follow_redirects=False) as client:
        yield client, place, tasks


@contextmanager
def open_signed_in_site(town: Town, made: Certificates, monkeypatch: pytest.MonkeyPatch, owners: str = "link") -> Iterator[SignedInSite]:
    """Open a town's site where people sign in."""
    monkeypatch.setenv(SECRET_NAME, SECRET)
    with open_sign_in_office(made) as office:
        write_settings(town, office, owners)
        with open_app(town) as (client, place, tasks):
            yield SignedInSite(town, office, client, place, tasks)
