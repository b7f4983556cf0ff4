"""Where a new workspace may be made, and the making of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from styrxl.rounds.setup.new_workspace import (
    FILLED,
    FREE,
    INSIDE,
    NO_FOLDER,
    WORKSPACE,
    look_at_folder,
    make_workspace,
    read_folder,
    suggest_folder,
)


@pytest.mark.parametrize("typed", ["Åköping styrning", "  Åköping styrning ", '"Åköping styrning"', "./Åköping styrning"])
def test_a_folder_may_be_typed_or_pasted(tmp_path: Path, typed: str) -> None:
    assert read_folder(typed, tmp_path) == tmp_path.resolve() / "Åköping styrning"
    whole = tmp_path / "å ä" / "ö"
    assert read_folder(f'"{whole}"', Path("/")) == whole.resolve()


@pytest.mark.skipif(os.name == "nt", reason="there these are paths")
@pytest.mark.parametrize("typed", ["", " ", '""', "C:\\Kommunen\\Styrning", "d:x", "\\\\server\\delad", "a\0b", "~nobody-of-that-name/x"])
def test_what_is_no_folder_here_is_none(tmp_path: Path, typed: str) -> None:
    assert read_folder(typed, tmp_path) is None


def test_nothing_is_made_over_anything(tmp_path: Path) -> None:
    assert look_at_folder(tmp_path / "new") == FREE
    assert look_at_folder(tmp_path) == FREE
    (tmp_path / "desktop.ini").write_text("")
    assert look_at_folder(tmp_path) == FREE
    (tmp_path / "file.txt").write_text("")
    assert look_at_folder(tmp_path) == FILLED
    assert look_at_folder(tmp_path / "file.txt") == NO_FOLDER
    assert suggest_folder(tmp_path) == tmp_path / "styrxl"


def test_a_making_that_was_cut_short_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "styrxl.key").write_text("5" * 64)
    assert look_at_folder(tmp_path) == FREE
    (tmp_path / "inbox" / "UBN.xlsx").write_text("")
    assert look_at_folder(tmp_path) == FILLED


def test_a_workspace_is_made_whole_and_neither_over_nor_in_another(tmp_path: Path) -> None:
    root = tmp_path / "Åköping"
    workspace = make_workspace(root, "Åköpings kommun", "en", ("Utvecklingschef", 'a"b@example.se'), rows=50)
    settings = workspace.settings
    assert (settings.municipality, settings.language) == ("Åköpings kommun", "en")
    assert (settings.contact_role, settings.contact_address) == ("Utvecklingschef", 'a"b@example.se')
    assert workspace.plan_path.read_bytes()[:2] == b"PK"
    assert look_at_folder(root) == WORKSPACE
    assert look_at_folder(root / "inbox" / "x") == INSIDE
    assert suggest_folder(root) == tmp_path / "styrxl"
