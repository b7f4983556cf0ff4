"""What a workbook says of itself."""

from __future__ import annotations

SIGNED = ("form", "version", "round", "owner", "issue")
