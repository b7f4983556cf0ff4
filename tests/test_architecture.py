"""What is said of the house is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dearest_first import DEAR

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / "styrxl"
PAGE = (CHECKOUT / "docs" / "architecture.md").read_text("utf-8")
PLACES = sorted(set(re.findall(r"`([a-z_]+(?:/[a-z_]+)+)/?`", PAGE)))
MOST_WORDS = 40
MOST_MODULES = 31  # in a folder


@pytest.mark.parametrize("place", PLACES)
def test_every_place_on_the_page_is_there(place: str) -> None:
    """A module or a folder of the package."""
    assert (PACKAGE / f"{place}.py").is_file() or (PACKAGE / place).is_dir()


def test_places_are_there_where_contributors_are_told_to_look() -> None:
    """All of those under *Finding the way*."""
    part = (CHECKOUT / "CONTRIBUTING.md").read_text("utf-8").partition("## Finding the way")[2].partition("\n## ")[0]
    places = re.findall(r"`([\w/]+(?:/|\.yaml))`", part)
    assert len(places) > 10
    assert [place for place in places if not (CHECKOUT / place).exists()] == []


def test_the_glossary_is_short() -> None:
    """So that it is read."""
    words = re.findall(r"^\| (.+?) \|", PAGE.partition("## Words")[2], re.MULTILINE)[2:]
    assert 20 < len(words) <= MOST_WORDS


def test_no_folder_is_too_large_to_be_looked_through() -> None:
    """Nothing but the command line lies at the top."""
    modules = {folder: len(list(folder.glob("*.py"))) for folder in (PACKAGE, *(path for path in PACKAGE.rglob("*") if path.is_dir()))}
    assert modules.pop(PACKAGE) == len({"__init__", "__main__", "cli"})
    assert [folder.name for folder, number in modules.items() if number > MOST_MODULES] == []


def test_tests_lie_as_the_package_does() -> None:
    """A folder of tests for each wing that has any, and none for what is no wing."""
    folders = {path.parent.relative_to(CHECKOUT / "tests") for path in (CHECKOUT / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (PACKAGE / folder).is_dir()] == []


def test_nothing_is_told_in_the_computers_zone() -> None:
    """What is shown must be the same on any computer: ``model/days`` tells days and times in the municipality's."""
    sources = [path for end in ("*.py", "*.html", "*.txt") for path in PACKAGE.rglob(end)]
    assert [path.name for path in sources if ".astimezone()" in path.read_text("utf-8")] == []


def test_the_files_that_the_suite_begins_with_are_there() -> None:
    """One that was moved would come last, and all others wait for it."""
    assert [name for name in DEAR if not (CHECKOUT / "tests" / name).is_file()] == []
