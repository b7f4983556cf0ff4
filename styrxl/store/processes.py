"""Processes of this computer: whether one still lives, and whether its number has gone to another one since."""

from __future__ import annotations

import os
import sys
from pathlib import Path

SYSTEM: str = sys.platform


def is_process_alive(pid: int, started: str = "") -> bool:
    """Whether the process with this number runs on this computer, which began then (``read_process_start``; '' where nobody knows)."""
    if pid <= 0 or not _is_there(pid):
        return False
    now = read_process_start(pid) if started else ""
    return not now or now == started


def read_process_start(pid: int) -> str:
    """Return when a process began, in a count that no change of the clock alters; '' where that cannot be known."""
    if SYSTEM == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return ""
    import psutil  # noqa: PLC0415 - takes a while, and Linux needs it for others' processes alone

    try:
        began = psutil.Process(pid).create_time()
        if SYSTEM != "win32":  # where psutil moves it with the clock, as it does that of the first process
            began -= psutil.Process(1).create_time()
    except psutil.Error:
        return ""
    return f"{began:.2f}"


def _is_there(pid: int) -> bool:
    import psutil  # noqa: PLC0415 - as above

    try:
        if SYSTEM == "win32":  # where os.kill would end it
            return psutil.pid_exists(pid)
        os.kill(pid, 0)
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE  # which has ended, and its parent has not asked
    except (ProcessLookupError, OverflowError, psutil.NoSuchProcess):
        return False
    except (OSError, psutil.Error):
        return True  # somebody else's
