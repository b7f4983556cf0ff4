"""Others' text as one line of a mail."""

from __future__ import annotations

import re
import unicodedata

# Letters that steer or turn the direction of writing, and private ones, which are ours.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff]"
)
_SPACE = re.compile(r"[^\S\u00a0]+")


def one_line(value: object) -> str:
    """Return a text on one line, without letters that steer; safe in a mail's head. A number's spaces still hold it together."""
    text = unicodedata.normalize("NFC", str(value))
    return _SPACE.sub(" ", _NOT_TEXT.sub("", _SPACE.sub(" ", text))).strip()


def file_name(name: str) -> str:
    """Return a name that can be saved anywhere."""
    return re.sub(r'[\\/:*?"<>|]', "_", one_line(name)) or "styrxl.xlsx"
