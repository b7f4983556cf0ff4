"""YAML, read safely and quickly."""

from __future__ import annotations

from typing import Any

import yaml

try:
    from yaml import CSafeLoader as Loader  # several times faster; missing where PyYAML was built without libyaml
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the same interface


def read_yaml(text: str) -> Any:
    """Return what YAML says; raises yaml.YAMLError."""
    return yaml.load(text, Loader=Loader)
