"""A section of ``styrxl.toml``: its values, each of the kind that is wanted."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from styrxl.model.errors import StyrxlError

_HIGHEST = 1e9  # also keeps out TOML's inf and nan


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the file, and how its keys are named in a message.

    Its methods raise StyrxlError (settings-wrong-value) for a value that does not fit; making one, settings-unknown-key.
    """

    name: str
    raw: Mapping[str, Any]
    known: Collection[str] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.raw, Mapping):
            raise StyrxlError("settings-wrong-value", key=self.name, value=str(self.raw), example=f"[{self.name}]")
        for key in self.raw:
            if self.known is not None and key not in self.known:
                raise StyrxlError("settings-unknown-key", key=f"{self.name}.{key}", known=", ".join(self.known))

    def text(self, key: str, example: str, fits: Any = bool) -> str | None:
        """Return a text, or None where there is none; raises StyrxlError where it does not fit."""
        value = self.raw.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not fits(value):
            raise self.wrong(key, example)
        return unicodedata.normalize("NFC", value.strip()) or None

    def day(self, key: str) -> date | None:
        """Return a date, with or without quotation marks around it; raises StyrxlError where it is none."""
        value = self.raw.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(key, f"{key} = 2027-01-20") from None

    def number(self, key: str, low: int, high: int, standard: int) -> int:
        """Return a whole number within bounds, or the standard one; raises StyrxlError where it does not fit."""
        value = self.raw.get(key, standard)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"{key} = {standard}")
        return value

    def amount(self, key: str, standard: float) -> float:
        """Return a number that is not below zero, or the standard one; raises StyrxlError where it does not fit."""
        value = self.raw.get(key, standard)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < _HIGHEST:
            raise self.wrong(key, f"{key} = {standard:g}")
        return float(value)

    def texts(self, key: str, example: str) -> tuple[str, ...]:
        """Return a list of texts; raises StyrxlError where it is none."""
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
            raise self.wrong(key, example)
        return tuple(unicodedata.normalize("NFC", text.strip()) for text in value)

    def wrong(self, key: str, example: str) -> StyrxlError:
        """Return the error that a key's value is not of the kind that the example shows."""
        return StyrxlError("settings-wrong-value", key=f"{self.name}.{key}", value=str(self.raw.get(key, "")), example=example)
