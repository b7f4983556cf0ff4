"""How much a generated test tries: little every day, and much in ``make test-long``."""

from __future__ import annotations

import os

LONG = os.environ.get("STYRXL_LONG") == "1"


def long_run(ordinary: int, long: int) -> int:
    """Return how many a test is to try: ``ordinary`` in the suite of every day, ``long`` where STYRXL_LONG is 1."""
    return long if LONG else ordinary
