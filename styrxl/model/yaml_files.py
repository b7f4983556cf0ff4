"""YAML, read safely and quickly."""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any

import yaml

__all__ = ["Loader", "read_yaml"]

try:
    from yaml import CSafeLoader as Loader  # several times faster; missing where PyYAML was built without libyaml
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]  # the same interface


def read_yaml(text: str) -> Any:
    """Return what YAML says, anew each time; raises yaml.YAMLError.

    A text that was read before is not parsed again: a watch opens the same forms every few seconds.
    """
    return pickle.loads(_parsed(text))  # noqa: S301 -- bytes of our own, from memory


@lru_cache(maxsize=256)
def _parsed(text: str) -> bytes:
    return pickle.dumps(yaml.load(text, Loader=Loader), pickle.HIGHEST_PROTOCOL)
