"""What a sheet may be called: what Excel refuses, which names are one to it, and the sheets that every workbook of ours has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

IDENTITY_SHEET, LISTS_SHEET = "_styrxl", "_listor"  # hidden, in every workbook that is handed out
LONGEST = 31  # letters, as Excel counts them
REFUSED = re.compile("[\\[\\]:*?/\\\\\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\ue000\ue001]")  # by Excel, by XML, or as tokens of ours
_EXCEL_S_OWN = frozenset({"history"})  # of what was changed in a shared workbook
_SURROUNDING = "' "


def count_letters(name: str) -> int:
    """Return how many letters a name has to Excel, to which most pictures are two."""
    return len(name.encode("utf-16-le", "surrogatepass")) // 2


def find_refused(name: str) -> str | None:
    """Return a sign that cannot stand in a sheet's name, or not first or last in it; None where there is none."""
    if match := REFUSED.search(name):
        return match[0]
    return next((sign for sign in (name[:1], name[-1:]) if sign == "'" or sign.isspace()), None)


def is_excel_s_own(name: str) -> bool:
    """Whether Excel keeps a name for a sheet of its own."""
    return fold_sheet_name(name) in _EXCEL_S_OWN


def fold_sheet_name(name: str) -> str:
    """Return a name as names are compared: those that are the same in it are the same sheet, to Excel or to people."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


def free_sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that Excel allows for a sheet and that no other sheet has (``taken``: theirs, folded)."""
    base = _cut(REFUSED.sub(" ", wanted).strip(), LONGEST).strip(_SURROUNDING) or "_"
    name, n = base, 1
    while fold_sheet_name(name) in taken or is_excel_s_own(name):
        n += 1
        ending = f" ({n})"
        name = f"{_cut(base, LONGEST - len(ending))}{ending}"
    return name


def _cut(name: str, most: int) -> str:
    name = name[:most]
    while count_letters(name) > most:
        name = name[:-1]
    return name
