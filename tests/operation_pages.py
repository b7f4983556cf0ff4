"""The pages on operation: what ``doctor`` says there is what it says of a small workspace, but for what differs between computers.

``python tests/operation_pages.py`` writes it anew after a change.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from mail_town import settings
from styrxl.commands.texts.doctor_text import format_looks
from styrxl.doctor.computer import format_size
from styrxl.doctor.look import COMPUTER, GOOD, PROGRAM, Look
from styrxl.doctor.look_around import Findings, look_around
from styrxl.store.lock import LockHolder
from town import Town, full_town

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"sv/drift.md": "sv", "en/operation.md": "en"}
SHOWN_ROOT = "/srv/styrxl/akoping"
WIDTH = 80
_CONSOLE = re.compile(r"(```console\n\$ styrxl doctor\n).*?(```)", re.DOTALL)
# What each computer says otherwise.
_ELSEWHERE = (
    Look(PROGRAM, GOOD, "program", {"version": "0.2.0", "python": "3.12.3", "system": "Linux x86_64"}),
    Look(PROGRAM, GOOD, "packages-right", {"n": 41}),
    Look(PROGRAM, GOOD, "extras", {"there": "desk, pdf", "absent": "cluster, keyring, m365, postgres, serve"}),
    Look(COMPUTER, GOOD, "clock", {"now": "2027-01-07 09:00", "zone": "CET"}),
    Look(COMPUTER, GOOD, "temporary", {"free": format_size(48_200_000_000), "folder": "/tmp"}),  # noqa: S108 -- only named
    Look(COMPUTER, GOOD, "memory", {"free": format_size(6_100_000_000)}),
    Look(COMPUTER, GOOD, "console"),
)
_PINNED = {
    "free": format_size(48_200_000_000),
    "largest": format_size(31_000_000),
    "size": format_size(1_400_000),
    "server": "SQLite 3.46.1",
    "version": "0014",
    "since": "2027-01-06 16:12",
}


def trouble_town(town: Town) -> Town:
    """Let a town have some of what happens: a lock of another computer, and mail without its password."""
    at = datetime(2027, 1, 6, 15, 12, tzinfo=UTC)
    (town.root / "styrxl.lock").write_bytes(LockHolder("controller", "DATOR7", 4711, "watch", at).to_json())
    with (town.root / "styrxl.toml").open("a", encoding="utf-8") as file:
        file.write(settings('server = "smtp.kommunen.se"\nuser = "planering"\n'))
    town.root.chmod(0o700)
    return town


def write_looks(town: Town, language: str) -> str:
    """Return what ``doctor`` says of a town, in a window; what differs between computers is set."""
    findings = look_around(town.root, language, datetime.now(UTC))
    there = [replace(look, facts=_pin(look.facts, str(town.root))) for look in findings.looks if look.part not in {PROGRAM, COMPUTER}]
    return format_looks(Findings((*_ELSEWHERE, *there), is_workspace=True), town.root, language, WIDTH)


def _pin(facts: Mapping[str, object], root: str) -> dict[str, object]:
    shown = {name: fact.replace(root, SHOWN_ROOT) if isinstance(fact, str) else fact for name, fact in facts.items()}
    return shown | {name: value for name, value in _PINNED.items() if name in facts}


def fill_page(text: str, said: str) -> str:
    """Return a page with what ``doctor`` says."""
    return _CONSOLE.sub(lambda found: found[1] + said + found[2], text)


def main() -> None:
    """Write the pages anew."""
    with tempfile.TemporaryDirectory() as place:
        os.environ.pop("STYRXL_SMTP_PASSWORD", None)
        town = trouble_town(full_town(Path(place) / "town"))
        for name, language in PAGES.items():
            path = DOCS / name
            path.write_text(fill_page(path.read_text("utf-8"), write_looks(town, language)), "utf-8")


if __name__ == "__main__":
    main()
