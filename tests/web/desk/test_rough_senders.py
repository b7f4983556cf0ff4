"""Those who send too much, too slowly, or hold connections: each is answered or let go, and the others are served meanwhile."""

from __future__ import annotations

import io
import os
import random
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx
import pytest
import uvicorn

from bombs import MAIN, ROWS, workbook
from desk_visitor import Visitor, visit_desk
from long_runs import long_run
from ports import free_port
from styrxl.web.desk import guard
from styrxl.web.desk.app import make_app
from styrxl.web.desk.door import Door, OpenDesk, make_key
from styrxl.web.desk.patience import PatientProtocol
from styrxl.web.desk.server import LOOPBACK, make_config
from styrxl.web.desk.workplace import Workplace
from town import ROUND, Town

CORPUS = Path(__file__).parents[4] / "shared" / "corpus"
PAGE = f"/rounds/{ROUND}/take-in"
PAUSE = 1.0  # seconds, instead of 20


@pytest.fixture
def town(shared_asked: Town, tmp_path: Path) -> Town:
    """Give a town of the test's own, whose boards have their workbooks."""
    return shared_asked.copy(tmp_path / "town")


@contextmanager
def serve(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """Serve the desk of a workspace as the program does, but less patiently; yields somebody who was let in."""
    monkeypatch.setattr(PatientProtocol, "longest", PAUSE)
    monkeypatch.setattr(guard, "LONGEST_PAUSE", PAUSE)
    desk = OpenDesk(free_port(), os.getpid(), make_key())
    server = uvicorn.Server(make_config(make_app(Workplace(root), Door(desk))))
    with socket.create_server((LOOPBACK, desk.port)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        with httpx.Client(base_url=desk.origin, timeout=30) as client:
            assert client.get(desk.make_link()).status_code == 200
            yield client
        server.should_exit = True
        thread.join(20)


def connect(client: httpx.Client, data: bytes = b"") -> socket.socket:
    """Open a connection, and send something."""
    made = socket.create_connection((LOOPBACK, client.base_url.port or 0), timeout=30)
    made.sendall(data)
    return made


def read_all(connection: socket.socket) -> bytes:
    """Return what comes until the other side closes."""
    found = b""
    try:
        while piece := connection.recv(65536):
            found += piece
    except ConnectionError:
        pass
    return found


def test_those_who_hold_connections_are_let_go_and_keep_nobody_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    half = f"POST {PAGE} HTTP/1.1\r\nHost: x\r\nX-Half: ".encode()
    with serve(town.root, monkeypatch) as client, ExitStack() as held:
        connections = [held.enter_context(connect(client, (b"", half)[n % 2])) for n in range(150)]
        assert client.get("/tasks").status_code == 200
        for connection in connections:
            read_all(connection)  # until it is closed
        with ExitStack() as too_many:  # and when all places are taken, they are free again soon
            for _ in range(250):
                too_many.enter_context(connect(client))
            until = time.monotonic() + 60
            while client.get("/tasks").status_code != 200:
                assert time.monotonic() < until
                time.sleep(0.1)


def test_a_head_that_comes_letter_by_letter_is_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_slowly(connection: socket.socket) -> None:
        for _ in range(1_200):
            connection.sendall(b"x")
            time.sleep(0.05)

    with serve(town.root, monkeypatch) as client, connect(client, b"GET / HTTP/1.1\r\n") as connection:
        with pytest.raises(ConnectionError):
            send_slowly(connection)
        assert client.get("/tasks").status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(town.root, monkeypatch) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        origin = str(client.base_url).rstrip("/")
        head = f"POST {PAGE} HTTP/1.1\r\nHost: {origin.removeprefix('http://')}\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n"
        body = "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\n"
        with connect(client, f"{head}{body}".encode()) as connection:
            assert connection.recv(12) == b"HTTP/1.1 408"
        assert client.get("/tasks").status_code == 200


@pytest.mark.parametrize("head", [b"X-A: " + b"a" * 200_000, b"".join(b"X-%d: a\r\n" % n for n in range(30_000)), b"\x00\xff" * 100])
def test_floods_of_headers_are_refused(town: Town, monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    with serve(town.root, monkeypatch) as client:
        with connect(client) as connection:
            with suppress(ConnectionError):
                connection.sendall(b"GET / HTTP/1.1\r\n" + head + b"\r\n\r\n")
            assert read_all(connection)[:12] in {b"HTTP/1.1 400", b""}
        assert client.get("/tasks").status_code == 200


@pytest.mark.parametrize("path", ["/static/../app.py", "/files/inbox/2027-plan/../../../styrxl.toml", "/../x"])
def test_dots_in_an_address_lead_nowhere(town: Town, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    with serve(town.root, monkeypatch) as client:
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        host = str(client.base_url).rstrip("/").removeprefix("http://")
        with connect(
            client, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        ) as connection:
            answer = read_all(connection)
        assert answer.startswith(b"HTTP/1.1 404")
        assert b"municipality" not in answer
        assert b"import" not in answer


def send(visitor: Visitor, files: list[tuple[str, bytes]]) -> str:
    """Send files, and return the page that says what will come of them."""
    mark = {"form_mark": visitor.find_hidden(PAGE)["form_mark"]}
    answer = visitor.post(PAGE, mark, [("files", file) for file in files])
    assert answer.status_code == 200, answer.status_code
    return answer.text


def test_what_is_too_large_is_not_taken(town: Town) -> None:
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        mark = {"form_mark": visitor.find_hidden(PAGE)["form_mark"]}
        assert visitor.post("/settings/text", mark | {"text": "x" * (guard.LONGEST_FORM + 1)}).status_code == 413
        many = [("files", (f"{n}.xlsx", b"")) for n in range(2_100)]
        assert visitor.post(PAGE, mark, many).status_code in {400, 413}
        assert not list((town.root / ".styrxl-cache").glob("desk-uploads/*/*"))


def test_bombs_are_refused_and_keep_nobody_out(town: Town) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("UBN.xlsx", bytes(200_000_000))
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    large = workbook({"Blad": (row % (n, n) for n in range(1, ROWS // 4))})
    deep = workbook({"Blad": [b"<row>" * 50_000]})
    entities = f'<!DOCTYPE x [<!ENTITY a "{"a" * 1000}">]><sst xmlns="{MAIN}">&a;</sst>'
    entity = workbook({"Blad": []}, xl__sharedStrings_xml=[entities.encode()])
    files = [("bomb.zip", archive.getvalue()), ("large.xlsx", large), ("deep.xlsx", deep), ("entity.xlsx", entity)]
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        send(visitor, files)
        assert visitor.client.get("/tasks").status_code == 200


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_whatever_workbooks_there_are_can_be_sent(town: Town) -> None:
    files = sorted(path for path in CORPUS.iterdir() if path.is_file() and path.stat().st_size < 5_000_000)
    some = random.Random(1).sample(files, min(len(files), long_run(8, 1_000)))  # noqa: S311 -- any of them
    with visit_desk(town.root, datetime.now(UTC)) as visitor:
        page = send(visitor, [(path.name, path.read_bytes()) for path in some])
        assert "<script src=x" not in page
        address = next(iter(visitor.client.get(PAGE).text.split('href="/rounds/2027-plan/do/take-in?upload=')[1:]))
        done = visitor.press(f"/rounds/{ROUND}/do/take-in?upload={address.partition(chr(34))[0]}")
        assert "togs emot" in done
        for path in town.inbox.iterdir():
            assert visitor.client.get(f"/rounds/{ROUND}/returns/{path.name}").status_code == 200, path.name
