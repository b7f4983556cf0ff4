"""What is said of a return whose content makes the program fail: one file must not take the round down."""

from __future__ import annotations

import logging

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding

_LOG = logging.getLogger(__name__)


def report_crash(path: str, error: Exception) -> Finding:
    """Return the finding that a return could not be judged, and log the trace for those who mend programs."""
    _LOG.error("%s could not be judged", path, exc_info=error)
    return finding("unreadable-workbook", why=Word("crashed"))
