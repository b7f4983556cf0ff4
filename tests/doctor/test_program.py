"""The program itself: packages held against what it needs, and the extras that settings ask for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from styrxl.doctor.look import GOOD, MEND, describe, describe_remedy
from styrxl.doctor.program import EXTRAS, compare_packages, is_within, list_needed_extras, look_at_extras, look_at_packages
from styrxl.model.catalogue import error_text, tell_how_to_install
from styrxl.store.settings_file import parse_settings

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
REQUIREMENTS = (
    "alembic<2,>=1.14",
    "pandas<4,>=3",
    "psycopg[binary]<4,>=3.2.2; extra == 'postgres'",
    "psycopg[binary]<4,>=3.2.2; extra == 'serve'",
    "pytest>=8.4; extra == 'test'",
)
TOWN = '[municipality]\nname = "X"\n'
M365 = '[mail]\nfrom = "a@example.se"\nauth = "m365"\ntenant = "t"\nclient_id = "c"\n'


def compare(versions: Mapping[str, str]) -> list[tuple[str, str, object]]:
    """Return state, key and names of what packages of some versions give."""
    return [(look.state, look.key, look.facts.get("names")) for look in compare_packages(REQUIREMENTS, versions.get)]


RIGHT = {"alembic": "1.14.1", "pandas": "3.0"}


@pytest.mark.parametrize(
    "versions, told",
    [
        (RIGHT, [(GOOD, "packages-right", None)]),
        ({"pandas": "3.0"}, [(MEND, "packages-missing", ["alembic"])]),
        ({**RIGHT, "pandas": "2.3.3"}, [(MEND, "packages-others", ["pandas 2.3.3 (<4,>=3)"])]),
        ({**RIGHT, "psycopg": "3.1"}, [(MEND, "packages-others", ["psycopg 3.1 (<4,>=3.2.2)"])]),  # said once
        ({**RIGHT, "pytest": "7"}, [(GOOD, "packages-right", None)]),  # that is for those who test
    ],
)
def test_packages_are_held_against_what_is_needed(versions: Mapping[str, str], told: list[tuple[str, str, object]]) -> None:
    """What extras bring need not be there, but must be right where it is."""
    assert compare(versions) == told


@pytest.mark.parametrize(
    "version, bounds, within",
    [
        ("3", ">=3.0", True),
        ("3.0.0rc1", ">=3", True),
        ("2.9.9", ">=3", False),
        ("4", "<4", False),
        ("1.10", ">=1.9,<2", True),
        ("1.0", "", True),
        ("1.0", "==1.0.0", True),
        ("1.2", "!=1.2", True),  # a sign that we do not use says nothing
    ],
)
def test_versions_are_compared_number_by_number(version: str, bounds: str, *, within: bool) -> None:
    assert is_within(version, bounds) == within


def test_the_packages_that_are_here_are_right() -> None:
    """Where the tests run there is nothing to mend."""
    assert {look.state for look in look_at_packages()} == {GOOD}


def test_each_extra_for_users_is_known() -> None:
    """As pyproject has them; the others are for those who develop it."""
    extras = tomllib.loads(PROJECT.read_text("utf-8"))["project"]["optional-dependencies"]
    assert set(extras) - set(EXTRAS) == {"bench", "docs", "standalone", "test"}
    assert set(EXTRAS) <= set(extras)


@pytest.mark.parametrize(
    "more, needed",
    [
        ("", {}),
        ('[database]\nurl = "postgresql://a@localhost/b"\n', {"postgres": "database"}),
        ('[database]\nurl = "sqlite:///a.db"\n', {}),
        ('[server]\naddress = "https://a.example.se"\n', {"serve": "server"}),
        (M365, {"m365": "mail"}),
        ('[mail]\nfrom = "a@example.se"\nserver = "smtp.example.se"\n', {}),
    ],
)
def test_settings_ask_for_extras(more: str, needed: Mapping[str, str]) -> None:
    assert list_needed_extras(parse_settings((TOWN + more).encode())) == needed


def test_an_extra_that_settings_ask_for_and_is_not_there() -> None:
    """It is said which, and how it is installed."""
    [missing, rest] = look_at_extras(parse_settings((TOWN + M365).encode()), lambda module: module == "keyring")
    assert (missing.state, missing.key) == (MEND, "extra-missing")
    assert describe(missing, "sv") == "Inställningarna ([mail] i styrxl.toml) behöver ett tillägg som inte är installerat: m365."
    assert describe_remedy(missing, "en") == "Install it: pip install styrxl[m365]"
    assert rest.facts == {"there": "keyring", "absent": "cluster, desk, pdf, postgres, serve"}


def test_the_standalone_folder_cannot_be_added_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not told to run pip, which it has not."""
    monkeypatch.setattr("sys.frozen", True, raising=False)
    [missing, _] = look_at_extras(parse_settings((TOWN + M365).encode()), lambda _: False)
    told = "Installera det: pip install styrxl[m365] i en vanlig Python (i den fristående mappen går inget att lägga till)"
    assert describe_remedy(missing, "sv") == told
    assert told.removeprefix("Installera det: ") in error_text("archive-no-pdf", {"install": tell_how_to_install("m365")}, "sv")
