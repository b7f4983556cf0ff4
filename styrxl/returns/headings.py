"""Headings: which column of a sheet a heading stands for, how nearly it is the one that was handed out, and which of several counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from styrxl.model.forms import LANGUAGES, Sheet, Words
from styrxl.returns.tables import normalise_heading, show_heading, split_heading

OTHER_UNIT = 3  # the rank of a heading with another unit than the one handed out; those with a lower rank are exact
Spot = tuple[int, int]  # where a heading stands among a sheet's cells: row and column, from 0


class Heading(NamedTuple):
    """What a heading stands for; ``rank``: the lower the nearer; ``name``: as the workbook has it, without star and unit."""

    field: str
    rank: int
    name: str


class HeadingChoice(NamedTuple):
    """Of the headings of one field the one that counts, its rank, and the others.

    ``doubled``: count as much as it does. ``similar``: count less, but have answers. ``own``: have none.
    """

    spot: Spot
    rank: int
    doubled: Sequence[Spot]
    similar: Sequence[Spot]
    own: Sequence[Spot]


class Headings:
    """The headings of one sheet of a form, in workbooks of one language."""

    def __init__(self, sheet: Sheet, words: Words, language: str) -> None:
        """Take the sheet; headings in this language go before those in the other."""
        self.titles = {c.field: c.title(language, words.units).rstrip("*") for c in sheet.columns}
        self.units = {c.field: c.unit for c in sheet.columns}
        self._known: dict[str, tuple[str, int, bool]] = {}  # heading -> field, rank, whether the unit is a part of it
        for rank, field, text, whole in sorted(_list_headings(sheet, words, language), key=lambda heading: heading[0]):
            self._known.setdefault(normalise_heading(text), (field, rank, whole))
        issued = {normalise_heading(text): unit for unit, texts in words.units.items() for text in texts.values()}
        self._units = {normalise_heading(text): unit for text, unit in words.unit_spellings.items()} | issued

        # The labels of a sheet laid out downwards are looked for among all its texts, which are the same in thousands of returns.
        self._cached = lru_cache(maxsize=20_000)(self._match)

    def match(self, text: str) -> Heading | None:
        """Return what a text stands for as a heading, if it is one: as it is, or without the known unit that it ends with."""
        return self._cached(text)

    def _match(self, text: str) -> Heading | None:
        exact = self._known.get(normalise_heading(text))
        if exact is not None:
            field, rank, whole = exact
            return Heading(field, rank, split_heading(text)[0] if whole else show_heading(text))
        name, unit = split_heading(text)
        if not unit or normalise_heading(unit) not in self._units or normalise_heading(name) not in self._known:
            return None
        field, rank, _ = self._known[normalise_heading(name)]
        same = self._units[normalise_heading(unit)] == self.units[field]
        return Heading(field, rank if same else OTHER_UNIT, name)

    def name(self, text: str) -> str:
        """Return a heading as the workbook has it, without star and the unit that it was handed out with."""
        heading = self.match(text)
        return heading.name if heading else show_heading(text)


def _list_headings(sheet: Sheet, words: Words, language: str) -> Iterator[tuple[int, str, str, bool]]:
    """Yield rank, field, heading and whether the unit is a part of it."""
    for column in sheet.columns:
        for spoken in LANGUAGES:
            own = spoken == language
            yield 0 if own else 2, column.field, column.title(spoken, words.units), column.unit is not None
            yield 1 if own else 2, column.field, column.heading[spoken], False
        yield from ((2, column.field, text, False) for text in column.also)


def choose_heading(headings: Sequence[tuple[int, Spot]], has_answers: Callable[[Spot], bool]) -> HeadingChoice:
    """Return which of the headings of one field counts, given with their ranks: the nearest, the first of several that are as near.

    Of several of which none is exact, only those with answers count as much as the first that has any.
    """
    best = min(rank for rank, _ in headings)
    nearest, others = ([spot for rank, spot in headings if (rank == best) is near] for near in (True, False))
    if best == OTHER_UNIT:
        nearest = [spot for spot in nearest if has_answers(spot)] or nearest[:1]
    others = [spot for spot in others if has_answers(spot)]
    read = {*nearest, *others}
    return HeadingChoice(nearest[0], best, nearest[1:], others, [spot for _, spot in headings if spot not in read])
