"""Where the standard forms and schemas lie."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def standard_folder() -> Path:
    """Folder that holds the standard ``sheets/`` and ``schemas/``: in the wheel, or beside the package in a checkout."""
    inside = Path(str(resources.files("styrxl")))
    return inside if (inside / "sheets").is_dir() else inside.parent
