"""A round as on Windows: nothing that Unix alone has, old code pages, and a folder whose name has spaces and å."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from styrxl.sample import ods
from town import ROUND, Town
from unixless import make_unixless

# Types commands one after the other, each at a console with a code page of its own, and prints what each wrote there.
TYPE = """
import json, os, sys
from io import BytesIO, TextIOWrapper
from styrxl.cli import main

for module in ("resource", "fcntl"):
    try:
        __import__(module)
    except ImportError:
        continue
    raise SystemExit(f"{module} is here")
assert not hasattr(os, "fork")
root, *commands = json.loads(sys.argv[1])
told, out, err = [], sys.stdout, sys.stderr
for code_page, *words in commands:
    os.environ["PYTHONIOENCODING"] = code_page
    sys.stdout, sys.stderr = (TextIOWrapper(BytesIO(), encoding=code_page, errors="strict") for _ in range(2))
    try:
        main(["--workspace", root, *words])
    except SystemExit as ended:
        status = ended.code or 0
    sys.stdout.flush(), sys.stderr.flush()
    told.append([status, *(stream.buffer.getvalue().decode(code_page) for stream in (sys.stdout, sys.stderr))])
out.write(json.dumps(told))
"""


def type_commands(root: Path, *commands: tuple[str, ...]) -> list[tuple[int, str, str]]:
    """Type commands, each with its code page before it; return their exit statuses and what they wrote on stdout and stderr."""
    command = [sys.executable, "-c", TYPE, json.dumps([str(root), *commands])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=make_unixless(STYRXL_USER="Åsa"))
    assert done.returncode == 0, done.stderr
    return [(status, out, err) for status, out, err in json.loads(done.stdout)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that people might have."""
    return tmp_path_factory.mktemp("fjärr") / "Mina dokument åäö"


def test_a_round_goes_as_anywhere_else(shared_asked: Town, place: Path) -> None:
    """Handed out, taken in (one file of which is read in a process of its own), judged in processes, put together, kept and restored."""
    root, came = place / "Plan 2027", place / "Svar från nämnder"
    town = shared_asked.copy(root)
    came.mkdir()
    (came / "Plan – Utbildning åäö.xlsx").write_bytes(town.filled("UBN"))
    (came / "con.ods").write_bytes(ods.convert_to_ods(town.filled("KFN")))
    backup, restored = place / "kopia å.zip", place / "Åter ställd"
    told = type_commands(
        root,
        ("cp850", "receive", ROUND, str(came)),
        ("cp1252", "validate", "--round", ROUND, "--jobs", "2"),
        ("cp850", "distribute", ROUND, "--level", "unit"),
        ("cp850", "status", ROUND),
        ("cp1252", "status", ROUND),
        ("cp850", "consolidate", ROUND, "--all"),
        ("cp1252", "log", ROUND),
        ("cp850", "unlock"),
        ("cp1252", "backup", str(backup)),
        ("cp850", "restore", str(backup), str(restored)),
        ("cp1252", "--lang", "en", "lagg"),
    )
    results = dict(
        zip(
            ("receive", "validate", "distribute", "old", "newer", "consolidate", "log", "unlock", "backup", "restore", "no"),
            told,
            strict=True,
        )
    )
    assert {name: status for name, (status, _, _) in results.items()} == dict.fromkeys(results, 0) | {"no": 2}
    assert not [text for _, *said in told for text in said if "Traceback" in text or "\\u" in text or "?" in text]
    assert "/Svar från nämnder/Plan - Utbildning åäö.xlsx -> inbox/" in results["receive"][1]
    assert "OK Klara utan anmärkning (2): KFN, UBN" in results["validate"][1]
    assert "UBN-ÖST  Östra förskolan" in results["old"][1]
    assert results["old"][1].replace("─", "-") == results["newer"][1]
    assert "Plan – Utbildning åäö.xlsx" in results["log"][1]
    assert "Skrev council/2027-plan.xlsx" in results["consolidate"][1]
    assert "alla kontrollerade" in results["restore"][1]
    assert not (root / "styrxl.log").exists()
    assert not (root / "styrxl.lock").exists()
    assert sorted(path.name.partition("_")[0] for path in town.inbox.iterdir()) == ["KFN", "UBN"]
    assert (restored / "council" / f"{ROUND}.xlsx").read_bytes() == (root / "council" / f"{ROUND}.xlsx").read_bytes()
