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
from collections.abc import Callable, Iterator
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
        _insist(lambda: self.run(f"CREATE DATABASE {name}"))
        return self.address(name)

    def run(self, statement: str) -> None:
        """Run a statement beside all databases of the tests."""
        with psycopg.connect(self.address("postgres"), autocommit=True, connect_timeout=5) as connection:
            connection.execute(statement.encode())


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
    # No autovacuum: it may be in the database that new ones are copied from.
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "fsync": "off", "autovacuum": "off"}
    options = ["-p", str(port), *(f"--{name}={value}" for name, value in settings.items())]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([_path("postgres"), "-D", data, *options], user=user, cwd=folder, stdout=log, stderr=log)
    server = Server(port)
    try:
        _await(server, process, folder / "log")
        yield server
    finally:
        process.send_signal(signal.SIGINT)  # its fast shutdown
        process.wait(30)


def _await(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    try:
        _insist(lambda: server.run("SELECT 1"), lambda: process.poll() is not None)
    except psycopg.OperationalError as error:
        raise RuntimeError(log.read_text("utf-8", "replace")) from error


def _insist(work: Callable[[], None], is_vain: Callable[[], bool] = lambda: False) -> None:
    """Do something again until the server does it: it may be starting, or refuse once where the machine has much to do."""
    last = time.monotonic() + 60
    while True:
        try:
            return work()
        except psycopg.OperationalError:
            if is_vain() or time.monotonic() > last:
                raise
        time.sleep(0.1)
