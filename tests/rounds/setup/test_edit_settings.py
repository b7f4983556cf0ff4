"""Settings changed value by value, in the file as it was laid out."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrxl.rounds.setup.edit_settings import apply_edits, list_differences
from styrxl.store.settings_file import parse_settings, write_new_settings

FILE = """\
# Vår kommun
[municipality]
name = "Åköping"          # som det står på papperet
language = "sv"

# Vem man frågar
[contact]
role = 'Controller'

[rounds."2027-plan"]
due = 2026-11-30   # nämnderna
[thresholds]
percent = 2
"""


def change(text: str, edits: Any) -> str:
    return apply_edits(text.encode(), edits).decode()


def test_a_value_is_changed_where_it_stands_and_nothing_else() -> None:
    assert change(FILE, {("municipality", "name"): 'Å "by"'}) == FILE.replace('"Åköping"', '"Å \\"by\\""')
    assert change(FILE, {("rounds", "2027-plan", "due"): date(2026, 12, 1)}) == FILE.replace("2026-11-30", "2026-12-01")
    assert change(FILE, {}) == FILE
    assert change(FILE, {("contact", "role"): "Controller"}) == FILE


def test_a_new_value_stands_below_the_last_of_its_section() -> None:
    assert change(FILE, {("municipality", "accent"): "0B5563"}) == FILE.replace('language = "sv"\n', 'language = "sv"\naccent = "0B5563"\n')


def test_a_new_section_stands_last() -> None:
    assert change(FILE, {("rounds", "2027-plan", "due_owner", "ÄN-1"): date(2027, 2, 1)}) == (
        FILE + '\n[rounds."2027-plan".due_owner]\n"ÄN-1" = 2027-02-01\n'
    )
    both = change(FILE, {("mail", "from"): "a@example.se", ("mail", "imap", "server"): "imap.example.se"})
    assert both == FILE + '\n[mail]\nfrom = "a@example.se"\n\n[mail.imap]\nserver = "imap.example.se"\n'


def test_a_value_is_taken_out() -> None:
    assert change(FILE, {("municipality", "language"): None}) == FILE.replace('language = "sv"\n', "")
    assert change(FILE, {("mail", "from"): None}) == FILE


def test_line_ends_and_byte_order_mark_stay() -> None:
    windows = b"\xef\xbb\xbf" + FILE.replace("\n", "\r\n").encode()
    assert apply_edits(windows, {("thresholds", "tkr"): 250}) == windows + b"tkr = 250\r\n"


def test_a_new_files_settings_are_changed_among_its_explanations() -> None:
    text = write_new_settings("Åköping", "sv", "Controller")
    edits = {("municipality", "accent"): "0B5563", ("rounds", "2027-plan", "due"): date(2026, 11, 30), ("mail", "from"): "a@example.se"}
    new = change(text, edits)
    assert [line for line in text.splitlines() if line not in new.splitlines()] == []
    assert parse_settings(new.encode()).accent == "0B5563"


def test_what_is_written_in_odd_ways_is_changed_all_the_same() -> None:
    odd = 'municipality = {name = "A", language = "sv"}\nrounds."2027-plan".due = 2026-11-30\nthresholds.percent = 2\n'
    new = change(odd, {("municipality", "accent"): "0B5563", ("rounds", "2027-plan", "due"): date(2026, 12, 1), ("thresholds", "tkr"): 5})
    assert tomllib.loads(new) == {
        "municipality": {"name": "A", "language": "sv", "accent": "0B5563"},
        "rounds": {"2027-plan": {"due": date(2026, 12, 1)}},
        "thresholds": {"percent": 2, "tkr": 5},
    }


PATHS = st.sampled_from(
    [
        ("municipality", "name"),
        ("municipality", "logo"),
        ("contact", "role"),
        ("rounds", "2027-plan", "name"),
        ("rounds", "2028-t1", "name"),
        ("a", "b", "å ä"),
    ]
)


@settings(max_examples=60)
@given(st.dictionaries(PATHS, st.one_of(st.none(), st.text(max_size=8), st.integers(-9, 9), st.lists(st.text(max_size=3), max_size=2))))
def test_what_is_read_afterwards_is_what_was_meant(edits: Any) -> None:
    old, new = tomllib.loads(FILE), tomllib.loads(change(FILE, edits))
    differences = {path: now for path, _, now in list_differences(old, new)}
    assert all(edits[path] == now for path, now in differences.items())
    kept = [line for line in FILE.splitlines() if line.startswith("#")]
    assert [line for line in kept if line not in change(FILE, edits)] == []


def test_a_file_that_is_no_toml_is_not_changed() -> None:
    with pytest.raises(ValueError, match="Expected"):
        apply_edits(b"[municipality\n", {("municipality", "name"): "A"})
