"""Whom a file's name speaks of: a workbook of one owner in a file that is named after another is asked about."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from styrxl.model.council_plan import Organisation

# KS 2027-123 and KS/2027:45 are numbers of matters, whoever registered them.
_MATTER = r"(?![ _./-]?(?:19|20)\d\d\s*[-/:.]\s*\d)"
_WORD = re.compile(r"\w+")
_DECORATION = re.compile(r"(?i)[\s_-]*(?:\(\d+\)|kopia|copy|v\d+|ver\d+|\d{4}-?\d\d-?\d\d|20\d\d(?:[_ -]?(?:plan|t\d|år|year))?|[\s_-])+$")


class NamedOwners:
    """The ids of owners, to be looked for in the names of files."""

    def __init__(self, owners: Iterable[str]) -> None:
        """Take the ids; of two that begin alike the longer one goes before."""
        self._folded = {_fold(owner).casefold(): owner for owner in owners}
        ids = "|".join(re.escape(_fold(owner)) for owner in sorted(self._folded.values(), key=len, reverse=True))
        self._pattern = re.compile(rf"(?<![^\W_])(?:{ids})(?![^\W_]){_MATTER}") if ids else None

    def find_other(self, name: str, owner: str, above: Iterable[str]) -> str | None:
        """Return whom the name of an owner's file speaks of instead, if it does.

        ``above``: owner's board and administration, which may stand in the name with it. An id counts only in capitals, as words are
        no ids, but for a name that is nothing else.
        """
        stem = _fold(name).rpartition(".")[0] or _fold(name)
        whole = self._folded.get(_DECORATION.sub("", stem).strip().casefold())
        if whole is not None:
            return whole if whole != owner else None
        named = list(dict.fromkeys(self._pattern.findall(stem))) if self._pattern else []
        if owner in named:
            return None
        return next((other for other in named if other not in set(above)), None)


def find_owner_meant(text: str, owners: Iterable[Organisation]) -> str | None:
    """Return the id of the owner whose id, name, or both a text is; None where it is nobody's, or more than one's."""
    words = _split_words(text)
    meant = set()
    for owner in owners:
        id_, name = _split_words(owner.org_id), _split_words(owner.name)
        if words and words in (id_, name, id_ + name, name + id_):
            meant.add(owner.org_id)
    return meant.pop() if len(meant) == 1 else None


def _split_words(text: str) -> list[str]:
    return _WORD.findall(_fold(text).casefold())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text)
