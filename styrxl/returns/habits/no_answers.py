"""What people type where an answer is asked for, without answering: marks, pointers to an enclosure, and what means the cell above."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from styrxl.model.catalogue import Word
from styrxl.model.forms import Column, Sheet, Words
from styrxl.returns.cell_values import fold_text
from styrxl.returns.tables import Table

LONGEST = 40  # characters of a mark; what is longer is an answer, or a pointer
_LONGEST_POINTER = 120
_QUOTES = str.maketrans("”“„″’‘´`", "\"\"\"\"''''")
_MERE_MARK = re.compile(r"[-.…x?]*")
_PUNCTUATION = re.compile(r"[.,:;()\"”“]")
_NUMBERS = frozenset({"number", "integer"})


@lru_cache(maxsize=20_000)
def fold_mark(short: str) -> str:
    """Return a short text for comparison with marks: as ``fold_text``, with one kind of quotes, and no final colon."""
    return fold_text(short).translate(_QUOTES).replace("''", '"').rstrip(":")


@dataclass(frozen=True, slots=True)
class NoAnswers:
    """What is no answer in a column, folded: ``marks`` all of it, ``dittos`` what means the cell above."""

    marks: frozenset[str]
    dittos: frozenset[str]

    def is_mere_mark(self, mark: str) -> bool:
        """Tell whether a mark says no more than that there is no answer."""
        return _MERE_MARK.fullmatch(mark) is not None


def find_naming_column(sheet: Sheet) -> Column | None:
    """Return the column that says what each row is, in words of its own; None where the rows were given beforehand."""
    first = next((c for c in sheet.columns if c.asked), None)
    return first if first and first.kind == "text" and sheet.layout == "rows" and not sheet.prefilled else None


def find_no_answers(sheet: Sheet, column: Column, words: Words) -> NoAnswers:
    """Return what is no answer in a column; in the first column of a sheet of money also the names of sums."""
    if not column.asked:
        return NoAnswers(frozenset(), frozenset())
    marks = frozenset(map(fold_mark, words.placeholders))
    dittos = frozenset(map(fold_mark, words.dittos)) if column.kind not in _NUMBERS else frozenset()
    naming = find_naming_column(sheet)
    if sheet.limit and column is naming:
        marks |= words.sum_words
    return NoAnswers(marks | dittos, frozenset() if column is naming or sheet.layout == "down" else dittos)


@dataclass(frozen=True)
class Pointers:
    """How people point to an enclosure instead of answering; ``raw``: the words, as ``sheets/words.yaml`` has them."""

    raw: Mapping[str, Sequence[str]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Nothing but what points (se), where to (bifogad handlingsplan), which one (bilaga 2), and what on (för skolan)."""
        part = {name: "|".join(sorted(map(re.escape, words), key=len, reverse=True)) for name, words in self.raw.items()}
        kinds = rf"(?:(?:{part['kinds']}) )*"
        enclosed = rf"(?:{part['enclosed']}) (?:[\w-]+ ){{0,2}}?\w*(?:{part['documents']}|{part['enclosures']})"
        enclosure = rf"{kinds}(?:{enclosed}|\w*(?:{part['enclosures']}))"
        which = rf"(?: (?:{part['enclosures']}))?(?: (?:nr )?(?:\d{{1,4}}|[a-z]))?(?: (?:och|and|samt|[-/]) (?:\d{{1,4}}|[a-z]))*"
        about = rf"(?: (?:{part['about']})(?: [\w-]+){{1,6}})?"
        return re.compile(
            rf"(?:{part['look']}) (?:{enclosure}|{kinds}\w*(?:{part['documents']}|{part['places']})){which}{about}"
            rf"|(?:{part['according']}) {enclosure}{which}{about}|{enclosed}{which}{about}|{enclosure}{which}"
        )

    @cached_property
    def _enclosures(self) -> tuple[str, ...]:
        return tuple(word.split()[0] for word in self.raw["enclosures"])

    @cached_property
    def _first(self) -> frozenset[str]:
        """First words of what points to an enclosure, but for those that end as enclosures are called."""
        return frozenset(word.split()[0] for name in ("look", "according", "enclosed", "kinds") for word in self.raw[name])

    @cached_property
    def _needed(self) -> tuple[str, ...]:
        """Words one of which stands in whatever points to an enclosure; none that holds another."""
        words = {word for name in ("enclosures", "documents", "places") for word in self.raw[name]}
        return tuple(word for word in words if not any(other in word for other in words - {word}))

    def may_match(self, typed: str) -> bool:
        """Tell whether a text, or any of several that stand in it, may point to an enclosure: a quick look, which lets nearly all pass."""
        folded = typed.casefold()
        return any(word in folded for word in self._needed)

    def matches(self, typed: str) -> bool:
        """Tell whether a text does no more than point to an enclosure."""
        if len(typed) > _LONGEST_POINTER:
            return False
        words = _PUNCTUATION.sub(" ", fold_text(typed)).split()
        if not words or not (words[0] in self._first or words[0].endswith(self._enclosures)):  # as nearly all texts that are none
            return False
        return self._pattern.fullmatch(" ".join(words)) is not None


_ON_DITTOS = frozenset({"interpreted-value", "placeholder-text"})


def spell_out_dittos(table: Table, words: Words) -> Table:
    """Return a typed table in which the answer above stands in place of each ditto mark, or nothing: its rows may now be parted."""
    dittos = frozenset(map(fold_mark, words.dittos))
    told = [r for r in (table.typed.remarks if table.typed else ()) if isinstance(r.value, str) and fold_mark(r.value) in dittos]
    read = {(r.field, r.row): "" if isinstance(above := r.facts.get("read", ""), Word) else above for r in told if r.rule in _ON_DITTOS}
    if not read:
        return table
    columns = {
        name: [read.get((name, row), raw) for row, raw in zip(table.rows, values, strict=True)] for name, values in table.columns.items()
    }
    return replace(table, columns=columns)
