"""The environment of a Python without what Unix alone has, as on Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_FOLDER = Path(__file__).with_name("without_unix")


def make_unixless(**more: str) -> dict[str, str]:
    """Return the environment of this process, with which a Python and all those that it starts lack ``resource``, ``fcntl`` and fork."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(_FOLDER), *sys.path]), **more}
