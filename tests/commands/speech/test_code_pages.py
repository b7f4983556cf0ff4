"""What is written through pipes and to files on computers with old code pages, and what the handbook says of rounds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from styrxl.model.rounds import standard_rounds
from town import ROUND, Town

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("code_page", ["cp850", "cp1252", "ascii"])
def test_an_old_code_page_changes_nothing(code_page: str, full: Town) -> None:
    """Letters and signs that it lacks come as UTF-8, on stdout and stderr, and nothing breaks."""
    full.run("status", ROUND)  # which keeps the plan as judged
    computer = os.environ | {"PYTHONIOENCODING": code_page, "PYTHONUTF8": "0", "LC_ALL": "C"}
    said = {"stdout": "────", "stderr": "Skriv 'styrxl --help' för hjälp."}
    for words, stream in ((("status", ROUND), "stdout"), (("lagg",), "stderr")):
        command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(full.root), *words]
        done = subprocess.run(command, capture_output=True, env=computer, check=False)
        assert said[stream] in getattr(done, stream).decode("utf-8")
        assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("page", ["sv/terminalen.md", "en/terminal.md"])
def test_rounds_are_read_as_the_handbook_says(page: str) -> None:
    rows = re.findall(r"^\| `styrxl status (.+?)` \| (\S+) \|$", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 5
    assert [standard_rounds().read(typed.strip('"')).id for typed, _ in rows] == [id_ for _, id_ in rows]
