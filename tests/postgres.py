"""A PostgreSQL server of one's own for tests: on loopback, in a temporary folder, ended when they are."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

USER = "styrxl"
PASSWORD = "not a secret"  # noqa: S105 - of a server that lives as long as the tests
_NUMBERS = count(1)


def program(name: str) -> str | None:
    """Path of one of PostgreSQL's programs; Debian keeps the server's out of the way."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    return shutil.which(name) or (str(found[-1]) if found else None)


def missing() -> str | None:
    """Name what is missing, if something is."""
    if not program("initdb") or not program("postgres"):
        return "PostgreSQL (Debian's postgresql)"
    return None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    port: int

    def address(self, database: str, password: str | None = None) -> str:
        """Return the address of a database, as ``styrxl.toml`` has it: the password is in the environment."""
        secret = f":{password}" if password else ""
        return f"postgresql://{USER}{secret}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        name = f"test{next(_NUMBERS)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.address(name)


@contextlib.contextmanager
def opened() -> Iterator[Server]:
    """Run a server; ``PGPASSWORD`` is set meanwhile, as a controller would have it."""
    folder = Path(tempfile.mkdtemp(prefix="styrxl-postgres-"))  # pytest's own are closed to the server's user
    before = os.environ.get("PGPASSWORD")
    try:
        data, user = folder / "data", _user(folder)
        secret = folder / "secret"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        options = ["-U", USER, "-A", "scram-sha-256", "--pwfile", str(secret), "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([_path("initdb"), "-D", str(data), *options], user=user, cwd=folder, check=True, capture_output=True)
        os.environ["PGPASSWORD"] = PASSWORD
        with _running(folder, data, user) as server:
            yield server
    finally:
        os.environ.pop("PGPASSWORD", None)
        if before is not None:
            os.environ["PGPASSWORD"] = before
        shutil.rmtree(folder, ignore_errors=True)


def _path(name: str) -> str:
    found = program(name)
    assert found
    return found


def _user(folder: Path) -> str | None:
    """Give the folder to a user that PostgreSQL agrees to run as: not root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("postgres")
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return "postgres"


@contextlib.contextmanager
def _running(folder: Path, data: Path, user: str | None) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([_path("postgres"), "-D", data, *options], user=user, cwd=folder, stdout=log, stderr=log)
    server = Server(port)
    try:
        _wait(server, process, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # its fast shutdown
        process.wait(30)


def _wait(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    last = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.address("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > last:
                raise RuntimeError(log.read_text("utf-8", "replace")) from error
            time.sleep(0.1)
        else:
            return
