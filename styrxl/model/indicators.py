"""What an indicator aims at and what it came to, as values and in words; whether one meets the other says ``goal_judgement``.

A target or an outcome is a number, or a word where numbers do not do: a code of the lists ``target_word`` and ``outcome_word``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from styrxl.model.catalogue import number_text, word
from styrxl.model.forms import LANGUAGES, Text
from styrxl.model.table_values import whole_year

Measure = float | str | None
Row = Mapping[str, Any]

WITHIN, YES_OR_NO, BETTER, UNDIRECTED = "within", "yes_no", "better", "undirected"  # directions, beside higher and lower
TOO_FEW = "too_few"  # an outcome that is there, and not shown
SEXES = ("women", "men")


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at; ``highest``: the upper end of an interval; ``value`` of what is to be better than its baseline: which way."""

    direction: str | None
    value: Measure
    highest: float | None = None
    baseline: float | None = None

    @classmethod
    def of(cls, row: Row, planned: Row | None = None) -> Target:
        """Return the target of a row, by what was planned in what the row does not say."""
        names = ("direction", "target", "highest", "baseline")
        rest = planned or {}
        return cls(*(rest.get(name) if row.get(name) is None else row[name] for name in names))

    @property
    def way(self) -> str | None:
        """Which way is better than the baseline: ``higher``, ``lower``; None where nobody has said."""
        if isinstance(self.value, str) or self.value is None or self.baseline is None or self.value == self.baseline:
            return self.value if self.value in ("higher", "lower") else None
        return "higher" if self.value > self.baseline else "lower"

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Return what the outcome is to be at least and at most; None where there is no such number."""
        if self.direction == BETTER:
            return {"higher": (self.baseline, None), "lower": (None, self.baseline)}.get(self.way or "", (None, None))
        if isinstance(self.value, str) or self.value is None or self.direction == UNDIRECTED:
            return None, None
        least = None if self.direction == "lower" else self.value
        most = None if self.direction == "higher" else self.highest if self.direction == WITHIN else self.value
        return least, most

    def describe(self, language: str) -> str | None:
        """Return it in words: ``minst 80``, ``bättre än 73 (högre)``; None where there is none to tell of."""
        facts = {"target": describe_measure(self.value, language), "highest": describe_measure(self.highest, language)}
        if self.direction == BETTER and self.baseline is not None:
            way = f"target_better_{self.way}" if self.way else "target_better"
            return word(way, language, baseline=describe_measure(self.baseline, language))
        if self.direction == UNDIRECTED:
            return word("target_undirected", language)
        if self.value is None:
            return None
        key = "target_plain" if self.direction is None or isinstance(self.value, str) else f"target_{self.direction}"
        return word("target_plain" if self.direction == WITHIN and self.highest is None else key, language, **facts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an indicator came to, in all and by sex; ``year``: the one that it is of, None for the round's own."""

    value: Measure
    year: int | None = None
    women: Measure = None
    men: Measure = None

    @classmethod
    def of(cls, row: Row, year: int) -> Outcome:
        """Return the outcome of a row of indicator_outcomes in a round of a year."""
        told = whole_year(row.get("outcome_year"))
        return cls(row.get("outcome"), None if told == year else told, *(row.get(f"outcome_{sex}") for sex in SEXES))

    @property
    def is_there(self) -> bool:
        """Whether there is one, be it shown or not."""
        return any(value is not None for value in (self.value, self.women, self.men))

    @property
    def is_plain(self) -> bool:
        """Whether its value says all: it is the year's, and not told by sex."""
        return self.year is None and not self._by_sex()

    def describe(self, language: str) -> str | None:
        """Return it in words: ``78,5``, ``78 (kvinnor 80, män 76)``, ``74 (avser 2026)``; None where there is none."""
        if not self.is_there:
            return None
        parts = [word(f"outcome_{sex}", language, value=describe_measure(value, language)) for sex, value in self._by_sex()]
        if self.year is not None:
            parts.append(word("outcome_of", language, year=str(self.year)))
        said = describe_measure(self.value, language) or word("outcome_unsaid", language)
        return f"{said} ({', '.join(parts)})" if parts else said

    def _by_sex(self) -> list[tuple[str, Measure]]:
        return [(sex, value) for sex, value in zip(SEXES, (self.women, self.men), strict=True) if value is not None]


def describe_measure(value: Measure, language: str) -> str | None:
    """Return a target or outcome as people read it: ``79,5``, ``Ja``, ``För få för att visas``; None where there is none."""
    if value is None:
        return None
    return word(f"measure_{value}", language) if isinstance(value, str) else number_text(value, language)


def in_both_languages(what: Target | Outcome) -> Text:
    """Return a target or outcome in words, in both languages; nothing where there is none."""
    texts = {language: what.describe(language) for language in LANGUAGES}
    return {language: text for language, text in texts.items() if text is not None}
