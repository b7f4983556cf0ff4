"""Files are downloaded from what is there, under their own names, and from nowhere else."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from desk_visitor import PORT, visit_desk
from styrxl.store.workspace import Workspace
from styrxl.web.desk.access import Access
from styrxl.web.desk.door import Door, OpenDesk, make_key
from styrxl.web.desk.downloads import list_routes
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.visit import Rooms
from styrxl.web.desk.workplace import Workplace

NAMES = (
    "ÅBY.xlsx",
    "a b'c\"d.xlsx" if sys.platform != "win32" else "a b'c.xlsx",
    "100 % & mer.xlsx",
    "\u202egnp.xlsx",
    "x" * 200 + ".xlsx",
)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a workspace with files in the folders of two rounds."""
    Workspace.init(tmp_path / "town", "Exempelby")
    for folder in ("outbox", "inbox"):
        place = tmp_path / "town" / folder / "2027-plan"
        place.mkdir(parents=True)
        for name in NAMES:
            (place / name).write_bytes(name.encode())
    (tmp_path / "town" / "council" / "2027-plan.xlsx").write_bytes(b"council")
    (tmp_path / "town" / "council" / "2027-plan goals.parquet").write_bytes(b"goals")
    (tmp_path / "town" / "council" / "2027-planer.xlsx").write_bytes(b"other")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    return tmp_path / "town"


@pytest.mark.parametrize("name", NAMES)
def test_a_file_keeps_its_name(town: Path, name: str) -> None:
    with visit_desk(town) as visitor:
        answer = visitor.client.get(f"/files/inbox/2027-plan/{quote(name, safe='')}")
    assert answer.status_code == 200
    assert answer.content == name.encode()
    said = answer.headers["content-disposition"]
    assert said == f"attachment; filename*=utf-8''{quote(name)}" or said == f'attachment; filename="{name}"'
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/files/inbox/2027-plan/..%2F..%2Fstyrxl.key",
        "/files/inbox/2027-plan/%2e%2e",
        "/files/inbox/2027-plan/..%5C..%5Cstyrxl.key",
        "/files/inbox/..%2F..%2F/styrxl.key",
        "/files/inbox/2027-plan/nothing.xlsx",
        "/files/inbox/2027-plan/",
        "/files/inbox/2027-plan",
        "/files/inbox",
        "/files/",
        "/files/../2027-plan/styrxl.key",
        "/files/%2e%2e/2027-plan/secret.txt",
        "/files/./2027-plan/styrxl.key",
        "/files/sheets/2027-plan/x.yaml",
        "/files/council/2027-plan/2027-planer.xlsx",
        "/files/returned/2027-plan/UBN.xlsx",
        "/files/inbox/2027-plan/%00",
        "/files/inbox/2027-plan/%FF",
        "/zip/returned/2027-plan",
        "/zip/..%2F/2027-plan",
        "/files/inbox/1999-plan/x",
    ],
)
def test_nothing_else_is_served(town: Path, path: str) -> None:
    with visit_desk(town) as visitor:
        answer = visitor.client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_lead_nowhere(town: Path) -> None:
    (town / "inbox" / "2027-plan" / "link.xlsx").symlink_to(town.parent / "secret.txt")
    (town / "inbox" / "2027-plan" / "~$ÅBY.xlsx").write_bytes(b"lock")
    with visit_desk(town) as visitor:
        assert visitor.client.get("/files/inbox/2027-plan/link.xlsx").status_code == 404
        assert visitor.client.get(f"/files/inbox/2027-plan/{quote('~$ÅBY.xlsx')}").status_code == 404


def test_the_councils_files_are_those_of_its_round(town: Path) -> None:
    with visit_desk(town) as visitor:
        assert visitor.client.get("/files/council/2027-plan/2027-plan.xlsx").content == b"council"
        assert visitor.client.get("/files/council/2027-plan/2027-plan%20goals.parquet").content == b"goals"


def test_nothing_is_served_to_strangers(town: Path) -> None:
    with visit_desk(town, enter=False) as visitor:
        assert visitor.client.get(f"/files/inbox/2027-plan/{quote('ÅBY.xlsx')}").status_code == 403


def test_who_sees_some_owners_sees_their_files_alone(town: Path) -> None:
    (town / "outbox" / "2027-plan" / "UBN.xlsx").write_bytes(b"theirs")
    (town / "outbox" / "2027-plan" / "UBN-ÅBY.xlsx").write_bytes(b"a unit's")
    place = Workplace(town)
    rooms = Rooms(place, Door(OpenDesk(PORT, 1, make_key())), TaskBook(lambda: town))
    app = Starlette(routes=list_routes(rooms))

    async def seen_by_a_board(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["access"] = Access("UBN", owners=frozenset({"UBN"}))
        await app(scope, receive, send)

    with TestClient(seen_by_a_board) as client:
        statuses = {
            path: client.get(path).status_code
            for path in ("/files/outbox/2027-plan/UBN.xlsx", f"/files/outbox/2027-plan/{quote('UBN-ÅBY.xlsx')}")
        }
        statuses["inbox"] = client.get(f"/files/inbox/2027-plan/{quote('ÅBY.xlsx')}").status_code
        statuses["council"] = client.get("/files/council/2027-plan/2027-plan.xlsx").status_code
        archive = client.get("/zip/outbox/2027-plan").content
    assert [status == 200 for status in statuses.values()] == [True, False, False, False]
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        assert packed.namelist() == ["UBN.xlsx"]
