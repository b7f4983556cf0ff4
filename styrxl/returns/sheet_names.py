"""Which of a workbook's sheets is which of a form's: an exact name counts most, then the other language's, then the headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from styrxl.model.findings import Finding, finding
from styrxl.model.forms import LANGUAGES, Form
from styrxl.returns.tables import Table, normalise_heading
from styrxl.returns.workbook import SheetCells

_OTHER_LANGUAGE = 2  # its rank, and of those with a higher one: such a sheet counts only with headings
BY_HEADINGS = 4  # the rank of a sheet with a name of its own


class NamedSheet(NamedTuple):
    """A sheet of a workbook that may be one of the form's.

    ``rank``: the lower the nearer. ``own_name``: whether nothing of the form's is in its name.
    """

    raw: SheetCells
    rank: int
    own_name: bool = False


@dataclass(frozen=True, slots=True)
class SheetCandidate:
    """A sheet that may be one of the form's, read as that one; ``table`` is None where it has none of its headings."""

    raw: SheetCells
    rank: int
    table: Table | None
    findings: Sequence[Finding]
    own_name: bool = False

    @property
    def answered(self) -> bool:
        """Whether the owner has written anything there."""
        return self.table is not None and self.table.answered


class SheetNames:
    """The names of a form's sheets, in workbooks of one language."""

    def __init__(self, form: Form, language: str) -> None:
        """Take the form; names in this language go before those in the other."""
        self._known: dict[str, tuple[int, str, str]] = {}  # name for comparison -> rank, sheet's key, name
        self._patterns: dict[str, re.Pattern[str]] = {}
        for spoken in sorted(LANGUAGES, key=lambda other: other != language):
            for sheet in form.sheets:
                name, rank = sheet.name[spoken], 0 if spoken == language else _OTHER_LANGUAGE
                self._known.setdefault(normalise_heading(name), (rank, sheet.key, _fold(name)))
        for sheet in form.tables:
            names = "|".join(re.escape(normalise_heading(name)) for name in sheet.name.values())
            self._patterns[sheet.key] = re.compile(rf"(?<![^\W\d_])(?:{names})(?![^\W\d_])")  # no letters beside it

    def group(self, sheets: Iterable[SheetCells]) -> tuple[dict[str, list[NamedSheet]], list[SheetCells]]:
        """Return the sheets that have a name of the form's, by its sheet's key, and the others."""
        named: dict[str, list[NamedSheet]] = {}
        others: list[SheetCells] = []
        for raw in sheets:
            known = self._known.get(normalise_heading(raw.name))
            if known is None:
                others.append(raw)
            else:
                rank, key, name = known
                named.setdefault(key, []).append(NamedSheet(raw, rank + (_fold(raw.name) != name)))
        return named, others

    def resembles(self, name: str, key: str) -> bool:
        """Whether a name of its owner's has the name of a sheet in it."""
        return self._patterns[key].search(normalise_heading(name)) is not None


def _fold(name: str) -> str:
    """Return a name as Excel compares those of a workbook's sheets."""
    return unicodedata.normalize("NFC", name).casefold()


def choose_sheet(candidates: Sequence[SheetCandidate]) -> SheetCandidate | None:
    """Return the sheet that counts: the nearest, of several that are as near the first with answers; None where there is none."""
    usable = [c for c in candidates if c.rank < _OTHER_LANGUAGE or c.table is not None]
    if len(usable) < 2:  # nearly always: to look for answers takes time
        return usable[0] if usable else None
    return min(usable, key=lambda c: (c.rank, not c.answered))


def find_unclear_sheets(
    wanted: str, chosen: SheetCandidate, candidates: Sequence[SheetCandidate], differ: Callable[[Table, Table], bool]
) -> Iterator[Finding]:
    """Yield what is to be said of the choice of a sheet.

    ``wanted``: its name as it was handed out; ``differ``: whether one table has answers that another has not.
    """
    if chosen.rank == BY_HEADINGS:
        yield finding("renamed-sheet", sheet=chosen.raw.name, name=chosen.raw.name, wanted=wanted)
    for other in candidates:
        if other is not chosen and other.answered:
            doubt = "similar-sheet" if _may_count(chosen, other, differ) else "unread-sheet"
            rule = "duplicate-sheet" if other.rank == chosen.rank else doubt
            yield finding(rule, sheet=other.raw.name, name=chosen.raw.name, other=other.raw.name, wanted=wanted)


def _may_count(chosen: SheetCandidate, other: SheetCandidate, differ: Callable[[Table, Table], bool]) -> bool:
    """Whether another sheet with answers may be the one that counts: it is shown, named like it, and has other answers."""
    if other.raw.hidden or (other.own_name and chosen.answered):
        return False
    return other.table is None or chosen.table is None or differ(other.table, chosen.table)
