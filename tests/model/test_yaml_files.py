"""What the program's own YAML says is the same wherever it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from styrxl.model.yaml_files import read_yaml

PACKAGE = Path(__file__).parents[2] / "styrxl"


@pytest.mark.parametrize("path", sorted((PACKAGE / "web").rglob("*.yaml")), ids=lambda path: path.name)
def test_yaml_is_read_where_there_is_no_libyaml(path: Path) -> None:
    """PyYAML's own parser, slower and stricter on what is not quoted, takes over there."""
    text = path.read_text("utf-8")
    assert yaml.safe_load(text) == read_yaml(text)
