"""What is written to pipes, files and old consoles: UTF-8, or the code page that PYTHONIOENCODING asks for, with signs that it has."""

from __future__ import annotations

import codecs
import os
import unicodedata
from collections.abc import Iterable
from functools import partial
from io import TextIOWrapper
from typing import TextIO

WINDOWS: bool = os.name == "nt"
_UTF8 = "utf-8"
_INSTEAD = {
    "✓": "OK", "✗": "X", "→": "->", "←": "<-", "–": "-", "—": "-", "−": "-", "…": "...", "”": '"', "“": '"', "’": "'", "•": "*",
    "≠": "<>", "≤": "<=", "≥": ">=", "€": "EUR", "‰": "o/oo", "─": "-", "│": "|", "└": "+", "├": "+", "┌": "+", "█": "#",
    "\u202f": " ", "\u2009": " ", "\u200b": "",
}  # fmt: skip


def set_encoding(streams: Iterable[TextIO]) -> None:
    """Have streams write UTF-8, which the code pages of Windows' pipes are not, or what PYTHONIOENCODING says; nothing fails at a sign."""
    asked = os.environ.get("PYTHONIOENCODING", "").partition(":")[0] or _UTF8
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            # Windows' own console takes UTF-8 alone, as Python writes to it, whatever is asked for.
            encoding = _UTF8 if WINDOWS and stream.isatty() else asked
            codecs.register_error(handler := f"styrxl-{encoding}", partial(_write_readably, encoding))
            stream.reconfigure(encoding=encoding, errors=handler)


def _write_readably(encoding: str, error: UnicodeError) -> tuple[str, int]:
    """Return what is written instead of signs that a code page lacks (the error calls all of them charmap), and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_replace(sign, encoding) for sign in error.object[error.start : error.end]), error.end


def _replace(sign: str, encoding: str) -> str:
    """Return another sign that means the same, the letter without its marks, or its number."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(letter))
    for instead in (_INSTEAD.get(sign), plain):
        if instead is not None and (instead or sign in _INSTEAD) and _has(encoding, instead):
            return instead
    return "?" if "\ud800" <= sign <= "\udfff" else f"\\u{ord(sign):04x}"  # half a letter, of a name that is no text


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
