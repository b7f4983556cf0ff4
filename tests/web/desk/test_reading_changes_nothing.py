"""Whatever is only looked at: no file of the workspace and no row of its ledger is another afterwards."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from desk_visitor import visit_desk
from desk_walk import fill_address, find_route, list_methods, list_page_routes, walk
from town import ROUND, Town

NOW = datetime.now(UTC)
_LEDGER = ("styrxl.db", "styrxl.db-wal", "styrxl.db-shm")


def read_files(root: Path) -> dict[str, bytes]:
    """Return the workspace's files, but what is kept so as to be quicker, and the ledger's own."""
    files = (path for path in root.rglob("*") if path.is_file() and ".styrxl-cache" not in path.parts)
    return {str(path.relative_to(root)): path.read_bytes() for path in files if path.name not in _LEDGER}


def read_rows(root: Path) -> list[str]:
    """Return all that the ledger holds."""
    with closing(sqlite3.connect(root / "styrxl.db")) as ledger:
        return list(ledger.iterdump())


def test_no_page_changes_anything(shared_hostile: Town, tmp_path: Path) -> None:
    town = shared_hostile.copy(tmp_path / "town")
    new = town.inbox / "ny.xlsx"  # which nobody has judged
    new.write_bytes(town.filled("UBN"))
    os.utime(new, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    files, rows = read_files(town.root), read_rows(town.root)
    with visit_desk(town.root, NOW) as visitor:
        routes = [route for route in list_page_routes(town.root) if "GET" in list_methods(route)]
        begin = ["/", *(fill_address(route, round=ROUND, folder="inbox", owner="UBN", name="ny.xlsx") for route in routes)]
        answers = walk(visitor, begin, most=2)
    assert {route.path for route in routes} <= {find_route(routes, urlsplit(address).path) for address in answers}
    assert sum(answer.status_code == 200 for answer in answers.values()) > 60
    assert read_rows(town.root) == rows
    assert read_files(town.root) == files
