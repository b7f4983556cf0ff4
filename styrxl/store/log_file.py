"""The log file: what went wrong in the program itself, for those who mend programs."""

from __future__ import annotations

import logging
import os
import tempfile
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from styrxl.store.files import make_private

LOG_NAME = "styrxl.log"
LARGEST_LOG = 1_000_000  # bytes; then a new one is begun, and one older one is kept
_LOGGER = logging.getLogger("styrxl")


class PrivateLog(RotatingFileHandler):
    """A log file that is made when there is something to write, and that nobody but its owner may read."""

    def _open(self) -> TextIOWrapper:
        _touch(Path(self.baseFilename))
        return super()._open()


def _touch(path: Path) -> None:
    """See to it that there is a file that can be written; raises OSError."""
    os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    make_private(path)


def log_to(folder: Path) -> Path:
    """Let what the package logs go to a file in a folder instead of the terminal, and return the file's path."""
    make_private(folder / LOG_NAME)
    for old in [handler for handler in _LOGGER.handlers if isinstance(handler, PrivateLog)]:
        _LOGGER.removeHandler(old)
        old.close()
    handler = PrivateLog(folder / LOG_NAME, maxBytes=LARGEST_LOG, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _LOGGER.addHandler(handler)
    return folder / LOG_NAME


def write_down(error: BaseException, what: str, folder: Path) -> Path:
    """Write an error's traceback to the log in a folder or, where that cannot be written, of temporary files; return the log's path."""
    try:
        _touch(folder / LOG_NAME)
    except OSError:
        folder = Path(tempfile.gettempdir())
    path = log_to(folder)
    _LOGGER.critical("%s", what, exc_info=error)
    return path
