"""A Python without what Unix alone has: with this folder on PYTHONPATH, it and all the Pythons that it starts are so."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType

import psutil  # noqa: F401 -- on Linux it needs them itself, and on Windows it does not

MISSING = ("resource", "fcntl")


class Refusal(MetaPathFinder):
    """Finds no module that Windows has not."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Refuse those that are missing, and leave the others to whoever comes next."""
        del path, target
        if fullname in MISSING:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


for name in MISSING:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Refusal())
if hasattr(os, "fork"):
    del os.fork
