"""How what comes with an extra of styrxl is had, where it is missing."""

from __future__ import annotations

import sys

from styrxl.model.catalogue import Word


def tell_how_to_install(extra: str) -> str | Word:
    """Return the command that installs an extra; to the standalone folder, which has no pip, nothing can be added."""
    command = f"pip install styrxl[{extra}]"
    return Word("not_in_standalone", {"install": command}) if getattr(sys, "frozen", False) else command
