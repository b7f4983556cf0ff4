"""What a file may be called on every system: what Windows keeps for itself or cannot write, and which names are one to a file system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³]")  # whatever ending follows


def is_reserved(name: str) -> bool:
    """Whether Windows takes a name for a device of its own, as ``con``, ``AUX.xlsx`` and ``com1.old.xlsx``."""
    return _RESERVED.fullmatch(name.partition(".")[0].rstrip(" ").casefold()) is not None


def make_portable(name: str) -> str:
    """Return a name that every system can give to a file, the same one where it is such a name already."""
    readable = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    safe = _FORBIDDEN.sub("_", readable).rstrip(" .") or "_"
    return f"_{safe}" if is_reserved(safe) else safe


def make_unique(name: str, known: Iterable[str]) -> str:
    """Return a name with a number after it, if need be, so that it is none of those known to any file system."""
    taken = {fold_file_name(one) for one in known}
    stem, dot, ending = name.rpartition(".")
    number, found = 1, name
    while fold_file_name(found) in taken:
        number += 1
        found = f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"
    return found


def fold_file_name(name: str) -> str:
    """Return a name as file systems compare names that take letters for the same in any case and composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
