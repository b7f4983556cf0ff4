"""What is kept from one command to the next is believed by the same program alone."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

import styrxl
from styrxl.scale.cache_key import hash_code

PACKAGE = Path(styrxl.__file__).parent


@pytest.mark.parametrize("name", ["cli.py", "returns/cell_values.py", "validation/rules/rows.py", "model/catalogue.yaml"])
def test_a_change_of_any_module_or_text_makes_another_key(tmp_path: Path, name: str) -> None:
    package = tmp_path / "styrxl"
    copytree(PACKAGE, package, ignore=ignore_patterns("__pycache__"))
    before = hash_code(package)
    assert before == hash_code(PACKAGE)

    with (package / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert hash_code(package) != before


def test_a_module_that_moves_makes_another_key(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("", "utf-8")
    before = hash_code(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "c.py")
    assert hash_code(tmp_path) != before
