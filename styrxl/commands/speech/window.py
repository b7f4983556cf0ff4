"""How wide the window is that is written in."""

from __future__ import annotations

import shutil
import sys


def find_width() -> int | None:
    """Return how many letters fit a line of the terminal; None where the output goes elsewhere and is left as wide as it is."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
