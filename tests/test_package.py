"""What travels: the package as somebody else installs it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata, resources
from pathlib import Path

import pytest

import styrxl
from styrxl.model.standard_folder import standard_folder

CHECKOUT = Path(__file__).parents[1]


@pytest.mark.parametrize("folder", ["schemas", "sheets"])
def test_data_folders_travel_with_the_package(folder: str) -> None:
    """Whatever stands in the checkout's folder is there for the one who has only the package."""
    files = {path.name for path in (standard_folder() / folder).iterdir()}

    assert files == {path.name for path in (CHECKOUT / folder).iterdir()} != set()


def test_types_travel_with_the_package() -> None:
    assert resources.files("styrxl").joinpath("py.typed").is_file()


def test_version_is_said_once() -> None:
    """What pip lists is what the package says of itself."""
    assert metadata.version("styrxl") == styrxl.__version__


def test_the_changelog_begins_with_this_version() -> None:
    """So that nobody publishes what is not told."""
    first = re.search(r"^## (\S+)", (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert first is not None
    assert first[1] == styrxl.__version__


def test_python_m_is_the_command() -> None:
    """``python -m styrxl`` works where the folder of console scripts is not on the path."""
    done = subprocess.run([sys.executable, "-P", "-m", "styrxl", "--help"], capture_output=True, encoding="utf-8", check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "distribute" in done.stdout


def test_constraints_are_exact_and_hold_no_addresses() -> None:
    """Each line is a name and a version, for any registry and any folder."""
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    loose = [line for line in lines if not re.fullmatch(r"#.*|[A-Za-z0-9_.-]+==[0-9.]+(\.post\d+)?", line)]

    assert loose == []


def test_constraints_cover_what_is_asked_for() -> None:
    """Every dependency, extras included, is pinned: no machine gets another one."""
    pinned = {_name(line) for line in (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    asked = {_name(requirement) for requirement in metadata.requires("styrxl") or []}

    assert asked - pinned == set()


def test_what_the_package_imports_is_asked_for_and_what_is_asked_for_is_used() -> None:
    """Whoever installs styrxl gets all that it imports, and nothing that it never does."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    always = {_name(requirement) for requirement in project["dependencies"]}
    extras = {_name(each) for extra, all_ in project["optional-dependencies"].items() if extra != "test" for each in all_}
    imported = {_name(_DISTRIBUTIONS.get(module, module)) for module in _find_imported()}

    assert imported - always - extras == {"markupsafe", "numpy", "pydantic-core"}  # Jinja2, pandas and pydantic bring them
    assert always - imported == {"tzdata"}  # which zoneinfo reads where Windows has no zones of its own


_DISTRIBUTIONS = {"markdown_it": "markdown-it-py", "stdnum": "python-stdnum", "yaml": "pyyaml"}  # named otherwise than what is imported
_IMPORT = re.compile(r"^ *(?:from|import) ([A-Za-z]\w*)[\w.]*(?: import |(?: as \w+)?(?:  #.*)?$)", re.MULTILINE)


def _find_imported() -> set[str]:
    """Return the top-level names that the package imports, its own and the standard library's left out."""
    texts = (path.read_text(encoding="utf-8") for path in (CHECKOUT / "styrxl").rglob("*.py"))
    return {module for text in texts for module in _IMPORT.findall(text)} - sys.stdlib_module_names - {"styrxl"}


def test_what_is_imported_by_name_goes_into_the_standalone_program() -> None:
    """PyInstaller sees no import in a text; Parquet and clusters are left out of the folder."""
    texts = [path.read_text(encoding="utf-8") for path in (CHECKOUT / "styrxl").rglob("*.py")]
    named = {name for text in texts for name in re.findall(r'(?:load_extra|import_module)\("([\w.]+)"', text)}
    spec = (CHECKOUT / "standalone" / "styrxl.spec").read_text(encoding="utf-8")

    assert {name for name in named if f'"{name}"' not in spec} == {"distributed", "fsspec.core", "pyarrow", "pyarrow.parquet"}


def _name(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9_.-]*", requirement)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()
