"""Parts of a content that may be of any kind: what is of the wrong one is the models' to tell, and empty for all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def as_map(value: Any) -> Mapping[Any, Any]:
    """Return a mapping as it is, anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}


def as_list(value: Any) -> list[Any]:
    """Return a list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def find_part(content: Any, path: Iterable[Any]) -> Any:
    """Return what stands at a path, or None."""
    for key in path:
        content = as_map(content).get(key)
    return content
