"""Files in a folder that OneDrive, SharePoint or the like keeps in step with the cloud: whether one is there yet, or only its name.

A placeholder (Windows: recall on data access, or offline) is fetched when somebody opens it, which may take minutes, or fail without a
network; a file that is just being fetched is empty, or ends too early.
"""

from __future__ import annotations

import os
from pathlib import Path

_OFFLINE, _RECALL_ON_OPEN, _RECALL_ON_DATA_ACCESS = 0x1000, 0x40000, 0x400000
_ELSEWHERE = _OFFLINE | _RECALL_ON_OPEN | _RECALL_ON_DATA_ACCESS
_YOUNG = 300.0  # seconds for which a file that is not whole is taken for one on its way
_ZIP, _END, _LAST = b"PK\x03\x04", b"PK\x05\x06", 70_000  # how a zip begins and ends; bytes in which the end stands

IN_CLOUD, EMPTY, UNFINISHED = "waits_in_cloud", "waits_empty", "waits_unfinished"  # words of the catalogue


def find_wait(about: os.stat_result, now: float) -> str:
    """Return why a file cannot be read yet, as far as the system says, or ""."""
    if is_placeholder(about):
        return IN_CLOUD
    return EMPTY if about.st_size == 0 and 0 <= now - about.st_mtime < _YOUNG else ""


def is_placeholder(about: os.stat_result) -> bool:
    """Tell whether a file is nothing but its name here, and its content in the cloud."""
    return bool(getattr(about, "st_file_attributes", 0) & _ELSEWHERE)


def is_unfinished(path: Path, now: float) -> bool:
    """Tell whether a file that was changed lately is the beginning of a zip, as workbooks are; raises OSError."""
    about = path.stat()
    if not 0 <= now - about.st_mtime < _YOUNG:
        return False
    with path.open("rb") as file:
        if file.read(4) != _ZIP:
            return False
        file.seek(max(0, about.st_size - _LAST))
        return _END not in file.read()
