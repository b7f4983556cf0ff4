"""Text that others wrote, made safe for one line of a mail and for the name of a file."""

from __future__ import annotations

import re
import unicodedata

from styrxl.model.naming.file_names import make_portable

# Characters that control or turn the direction of writing, and private ones, which ``outgoing.blocks`` uses for itself.
_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ue000-\uf8ff\ufeff\ufffe\uffff]"
)
_SPACE = re.compile(r"[^\S\u00a0]+")


def to_one_line(value: object) -> str:
    """Return a text on one line without control characters, safe in a header; a no-break space stays, since it holds a number together."""
    text = unicodedata.normalize("NFC", str(value))
    return _SPACE.sub(" ", _NOT_TEXT.sub("", _SPACE.sub(" ", text))).strip()


def make_file_name(name: str) -> str:
    """Return a file name that can be saved on any system."""
    text = to_one_line(name)
    return make_portable(text) if text else "styrxl.xlsx"
