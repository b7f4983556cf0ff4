"""What is written through pipes and to files on computers with old code pages, and what the handbook says of rounds."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.commands.speech import code_pages
from styrxl.commands.speech.code_pages import set_encoding
from styrxl.model.rounds import standard_rounds
from town import ROUND, Town

DOCS = Path(__file__).parents[3] / "docs"


@pytest.mark.parametrize("asked,written", [("", "utf-8"), ("cp850", "cp850"), ("cp1252:strict", "cp1252"), ("ascii", "utf-8")])
def test_an_old_code_page_breaks_nothing(asked: str, written: str, full: Town) -> None:
    """UTF-8 where nobody asks for anything else, on stdout and stderr; where somebody does, signs that it lacks come as others."""
    full.run("status", ROUND)  # which keeps the plan as judged
    computer = {**os.environ, "PYTHONUTF8": "0", "LC_ALL": "C"} | ({"PYTHONIOENCODING": asked} if asked else {})
    said = {"stdout": "----" if written == "cp1252" else "────", "stderr": "Skriv 'styrxl --help' för hjälp."}
    for words, stream in ((("status", ROUND), "stdout"), (("lagg",), "stderr")):
        command = [sys.executable, "-P", "-m", "styrxl", "--workspace", str(full.root), *words]
        done = subprocess.run(command, capture_output=True, env=computer, check=False)
        assert said[stream] in getattr(done, stream).decode(written)
        assert b"Traceback" not in done.stderr


def write(text: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what a console shows of a text that has been written to it."""
    monkeypatch.setenv("PYTHONIOENCODING", asked)
    console = TextIOWrapper(BytesIO(), encoding="ascii", errors="strict")
    set_encoding([console])
    console.write(text)
    console.flush()
    return console.buffer.getvalue().decode(asked or "utf-8")


@pytest.mark.parametrize("asked,shown", [
    ("", "✓ → ”å–ö” … ─ Łukasz ąж"),
    ("cp1252", "OK -> ”å–ö” … - \\u0141ukasz a\\u0436"),
    ("cp850", 'OK -> "å-ö" ... ─ \\u0141ukasz a\\u0436'),
    ("cp437", 'OK -> "å-ö" ... ─ \\u0141ukasz a\\u0436'),
])  # fmt: skip
def test_signs_that_a_code_page_lacks_come_as_something_readable(asked: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert write("✓ → ”å–ö” … ─ Łukasz ąж", asked, monkeypatch) == shown


class Console(BytesIO):
    """A window in which somebody reads."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_the_console_of_windows_gets_utf_8_whatever_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python hands it on in its own way."""
    monkeypatch.setattr(code_pages, "WINDOWS", True)
    monkeypatch.setenv("PYTHONIOENCODING", "cp850")
    console = TextIOWrapper(Console(), encoding="ascii")
    set_encoding([console])
    assert console.encoding == "utf-8"


@pytest.mark.parametrize("asked", ["", "cp1252", "cp850", "cp437", "latin-1"])
@given(text=st.text(st.characters(codec=None)))
def test_nothing_that_is_written_fails(asked: str, text: str) -> None:
    """Not even half a letter, as in a name of a file that is no text; letters that the code page has stay as they are."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        shown = write(text, asked, monkeypatch)
    encoding = asked or "utf-8"
    kept = [sign for sign in text if sign.encode(encoding, "ignore") and sign not in "\r\n"]
    assert all(sign in shown for sign in kept)


@pytest.mark.parametrize("page", ["sv/terminalen.md", "en/terminal.md"])
def test_rounds_are_read_as_the_handbook_says(page: str) -> None:
    rows = re.findall(r"^\| `styrxl status (.+?)` \| (\S+) \|$", (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert len(rows) == 5
    assert [standard_rounds().read(typed.strip('"')).id for typed, _ in rows] == [id_ for _, id_ in rows]
