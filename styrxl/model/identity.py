"""What a workbook says of itself."""

from __future__ import annotations

from collections.abc import Mapping

_SIGNED = ("form", "version", "round", "owner", "issue")
EDITION = "edition"  # of the form that it was issued with; workbooks from before forms were kept have none
COMPARED = (*_SIGNED, EDITION)


def list_signed(identity: Mapping[str, str]) -> list[str]:
    """Return the parts of an identity that are signed."""
    return [identity.get(key, "") for key in _SIGNED] + ([identity[EDITION]] if identity.get(EDITION) else [])
