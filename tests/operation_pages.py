"""The pages on operation: what ``doctor`` and the commands of an upgrade say there is what they say of a small workspace.

But for what differs between computers; the upgrade is tried with a backup of an older version.
``python tests/operation_pages.py`` writes it anew after a change.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))
from mail_town import settings
from styrxl.care.backup_file import LEDGER, MANIFEST, hash_bytes
from styrxl.cli import cli
from styrxl.commands.texts.doctor_text import format_looks
from styrxl.doctor.computer import format_size
from styrxl.doctor.look import COMPUTER, GOOD, PROGRAM, Look
from styrxl.doctor.look_around import Findings, look_around
from styrxl.store.lock import LockHolder
from town import ROUND, Town, full_town

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"sv/drift.md": "sv", "en/operation.md": "en"}
SHOWN_ROOT = "/srv/styrxl/akoping"
WIDTH = 80
_CONSOLE = re.compile(r"(```console\n\$ styrxl doctor\n).*?(```)", re.DOTALL)
_UPGRADE = re.compile(r"(<!-- upgrade -->\n```console\n)(.*?)(```)", re.DOTALL)
_BACK_TO_0009 = (
    "PRAGMA foreign_keys=OFF",
    *(f"DROP TABLE {name}" for name in ("booked", "outcome_runs", "owner_links", "purges")),
    "ALTER TABLE receipts DROP COLUMN number",
    "ALTER TABLE mails DROP COLUMN doubt",
    "UPDATE alembic_version SET version_num = '0009'",
)
# What each computer says otherwise.
_ELSEWHERE = (
    Look(PROGRAM, GOOD, "program", {"version": "0.2.0", "python": "3.12.3", "system": "Linux x86_64"}),
    Look(PROGRAM, GOOD, "packages-right", {"n": 41}),
    Look(PROGRAM, GOOD, "extras", {"there": "desk, pdf", "absent": "cluster, keyring, m365, postgres, serve"}),
    Look(COMPUTER, GOOD, "clock", {"now": "2027-01-07 09:00", "zone": "Europe/Stockholm"}),
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


def make_old_backup(town: Town, to: Path) -> None:
    """Write a backup of a town as a version made it that had an older ledger: without accounts, owners' links and purges."""
    to.parent.mkdir(parents=True, exist_ok=True)
    town.run("backup", str(to))
    with zipfile.ZipFile(to) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "styrxl.db"
        path.write_bytes(members[LEDGER])
        with closing(sqlite3.connect(path, isolation_level=None)) as ledger:
            for statement in _BACK_TO_0009:
                ledger.execute(statement)
        members[LEDGER] = path.read_bytes()
    manifest = json.loads(members[MANIFEST])
    manifest["ledger"] |= {"size": len(members[LEDGER]), "sha256": hash_bytes(members[LEDGER])}
    members[MANIFEST] = json.dumps(manifest).encode("ascii")
    with zipfile.ZipFile(to, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def list_upgrade(text: str) -> list[str]:
    """Return the commands by which a page tries an upgrade."""
    found = _UPGRADE.search(text)
    assert found
    return re.findall(r"^\$ styrxl (.+)$", found[2], re.MULTILINE)


def follow(command: str, place: Path, language: str) -> str:
    """Return a command as the page has it, and what it says; its paths lie below a place."""
    words = [f"{place}{word}" if word.startswith("/") else word for word in shlex.split(command)]
    result = CliRunner(env={"COLUMNS": "120"}).invoke(cli, ["--lang", language, *words], prog_name="styrxl")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    said = "".join(f"{line.rstrip()}\n" for line in result.output.splitlines())
    return f"$ styrxl {command}\n{said}".replace(str(place), "")


def fill_upgrade(text: str, said: str) -> str:
    """Return a page with what the commands of the upgrade say."""
    return _UPGRADE.sub(lambda found: found[1] + said + found[3], text)


def mask(text: str) -> str:
    """Return a text in which all numbers are the same."""
    return re.sub(r"\d+", "1", text)


def fill_page(text: str, said: str) -> str:
    """Return a page with what ``doctor`` says."""
    return _CONSOLE.sub(lambda found: found[1] + said + found[2], text)


def main() -> None:
    """Write the pages anew."""
    with tempfile.TemporaryDirectory() as place:
        os.environ.pop("STYRXL_SMTP_PASSWORD", None)
        well = full_town(Path(place) / "well")
        well.run("validate", "--round", ROUND)
        town = trouble_town(well.copy(Path(place) / "town"))
        for name, language in PAGES.items():
            path = DOCS / name
            text = fill_page(path.read_text("utf-8"), write_looks(town, language))
            made = Path(place) / language
            make_old_backup(well, made / list_upgrade(text)[0].split()[1].removeprefix("/"))
            said = "".join(follow(command, made, language) for command in list_upgrade(text))
            text = fill_upgrade(text, said)
            if mask(text) != mask(path.read_text("utf-8")):  # else other days alone
                path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
