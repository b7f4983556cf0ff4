"""What commands list fits the window, and is as it was where it goes elsewhere."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from styrxl.commands.speech.window import find_width
from town import ROUND, Town


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal is made with pty")
def test_a_terminal_has_a_width_and_a_file_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")
    master, slave = os.openpty()
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as terminal, Path(os.devnull).open("w", encoding="utf-8") as elsewhere:
        monkeypatch.setattr(sys, "stdout", terminal)
        assert find_width() == 72
        monkeypatch.setattr(sys, "stdout", elsewhere)
        assert find_width() is None
        monkeypatch.undo()


@pytest.mark.parametrize("words", [("status", ROUND), ("log", ROUND), ("mail", "templates", ROUND), ("quarantine", "list", ROUND, "--all")])
def test_lists_fit_a_narrow_window(full: Town, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that they say elsewhere."""
    with full.workspace.settings_path.open("a", encoding="utf-8") as settings:
        settings.write('\n[mail]\nfrom = "Planering <planering@example.se>"\n')
    elsewhere = full.run(*words, expect=None).stdout
    monkeypatch.setattr(f"styrxl.commands.{words[0]}.find_width", lambda: 64)
    fitted = full.run(*words, expect=None).stdout
    assert max(map(len, fitted.splitlines())) <= 64
    ours = [letter for letter in fitted if not letter.isspace() and letter != "─"]
    assert len(ours) >= len([letter for letter in elsewhere if not letter.isspace() and letter != "─"])
