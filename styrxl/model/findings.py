"""Findings: what is wrong or worth knowing in a return, as a rule and facts; the words come last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date, datetime
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from styrxl.model.masking import person_in, shown
from styrxl.model.yaml_files import read_yaml

SEVERITIES = ("error", "warning", "info")
LISTED = 6  # how many of a list a message names
_EXACT = 1e15  # numbers beyond it, and those that are none, are not written out
SHOWN = 80  # how much of a text a message quotes
MONEY = frozenset(  # facts that are amounts
    (
        "deficit",
        "difference",
        "effect",
        "excess",
        "forecast",
        "frame",
        "granted",
        "limit",
        "new",
        "old",
        "outcome",
        "share",
        "spent",
        "total",
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A phrase of the catalogue's ``words`` that a message is put together from; rendered last."""

    key: str
    facts: Mapping[str, Any] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CellOf:
    """A fact that names another cell of the same sheet; placed together with the finding."""

    field: str
    row: int


class Counted(str):
    """A fact that a text may agree with: ``{n:a row|rows}`` is ``a row`` where ``n`` is one, else ``rows``."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Return what the text has for one or for several, or the fact itself."""
        one, bar, several = spec.partition("|")
        return (one if self == "1" else several) if bar else str(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong or worth knowing; ``facts`` fill the placeholders of the rule's text."""

    rule: str
    severity: str
    sheet: str | None = None
    cell: str | None = None
    column: str | None = None
    value: Any = None
    facts: Mapping[str, Any] = attribute(default_factory=dict)

    @property
    def order(self) -> tuple[int, int]:
        """Most important first: severity, then the order of the catalogue."""
        return SEVERITIES.index(self.severity), precedence(self.rule)


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding not yet placed: a rule for a field on a row of a sheet of a return (its heading where ``row`` is None)."""

    source: int
    key: str  # of the sheet
    row: int | None
    field: str | None
    rule: str
    value: Any = None
    facts: Mapping[str, Any] = attribute(default_factory=dict)

    @property
    def error(self) -> bool:
        """Whether the rule is an error."""
        return severity(self.rule) == "error"


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Return the catalogue of texts: ``rules`` (severity, message, fix), ``errors`` and ``words``."""
    text = resources.files("styrxl.model").joinpath("catalogue.yaml").read_text("utf-8")
    content: Mapping[str, Mapping[str, Any]] = read_yaml(text)
    return content


@cache
def precedence(rule: str) -> int:
    """Rank of a rule: where two fit one cell, the one with the lower rank stands."""
    return list(catalogue()["rules"]).index(rule)


@cache
def severity(rule: str) -> str:
    """Severity of a rule: error, warning or info."""
    return str(catalogue()["rules"][rule]["severity"])


def finding(
    rule: str, sheet: str | None = None, cell: str | None = None, column: str | None = None, value: Any = None, **facts: Any
) -> Finding:
    """Return a finding with the severity that the catalogue gives its rule; texts of the sender are made fit to show."""
    sheet, column = sheet and shown(sheet), column and shown(column)
    if isinstance(value, str) or (isinstance(value, float) and not math.isfinite(value)):
        value = shown(str(value))  # JSON knows no NaN
    elif isinstance(value, int | float):
        value = person_in(value) or value
    return Finding(rule, severity(rule), sheet, cell, column, value, facts)


def waived(found: Finding, reason: str) -> Finding:
    """Return the finding as a warning that says that it is waived, and why."""
    return replace(found, severity="warning", facts={**found.facts, "waived": reason})


def message(found: Finding, language: str) -> str:
    """Say what is wrong."""
    text = _render(catalogue()["rules"][found.rule]["message"][language], found, language)
    if "waived" in found.facts:
        text += " " + catalogue()["words"]["waived"][language].format(reason=found.facts["waived"])
    return text


def fix(found: Finding, language: str) -> str:
    """Say what to do about it."""
    return _render(catalogue()["rules"][found.rule]["fix"][language], found, language)


def fix_here(found: Finding, language: str) -> str:
    """Say what to do about it in a fresh workbook, where sheets, headings and ids are back in their places."""
    texts = catalogue()["rules"][found.rule]
    return _render(texts.get("here", texts["fix"])[language], found, language)


def decide(found: Finding, language: str, **facts: Any) -> str:
    """Say what a controller can do about it instead of the sender, or nothing."""
    texts = catalogue()["rules"][found.rule].get("decide")
    return str(texts[language]).format(**_fit({**found.facts, **facts})) if texts else ""


def placeholders(text: str) -> set[str]:
    """Names of the facts that a text needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def error_text(code: str, facts: Mapping[str, Any], language: str) -> str:
    """Say what the operator must do about a StyrxlError."""
    return str(catalogue()["errors"][code][language]).format(**_fit(facts)).rstrip()


def word(key: str, language: str, **facts: Any) -> str:
    """Return a word or phrase of the program's own talk (commands, reports)."""
    return str(catalogue()["words"][key][language]).format(**_fit(facts))


def _fit(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they may be shown: a path or a reason may hold what its sender wrote."""
    return {name: Counted(shown(str(fact))) if isinstance(fact, str | int) else fact for name, fact in facts.items()}


def number_text(value: float, language: str) -> str:
    """Return a number as people read it: ``1 200,5`` in Swedish, ``1,200.5`` in English."""
    text = f"{int(value):,}" if abs(value) < _EXACT and value == int(value) else f"{value:,.10g}"
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if language == "sv" else text


def say(value: Any, language: str, *, money: bool = False) -> str:
    """Put a fact into words: phrases and texts in the language, numbers and dates as people write them, long lists cut.

    A number that looks like a year is written as one, unless it is known to be money.
    """
    if isinstance(value, Word):
        return word(value.key, language, **_said(value.facts, language))
    if isinstance(value, Mapping):
        return str(value[language])
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int | float) and (hidden := person_in(value)):
        return hidden
    if isinstance(value, int | float):
        return number_text(value, language) if money or not 1900 <= value <= 2200 else f"{value:g}"
    if isinstance(value, date):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed([say(part, language) for part in value], language)
    return _shortened(str(value))


def _said(facts: Mapping[str, Any], language: str) -> dict[str, str]:
    return {name: Counted(say(fact, language, money=name in MONEY)) for name, fact in facts.items()}


def _listed(parts: Sequence[str], language: str) -> str:
    shown = ", ".join(parts[:LISTED])
    return word("and_more", language, list=shown, n=len(parts) - LISTED) if len(parts) > LISTED else shown


def _shortened(text: str) -> str:
    text = " ".join(shown(text).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _render(text: str, found: Finding, language: str) -> str:
    cell = found.cell or ""
    the_cell = word("the_cells" if ":" in cell or "," in cell else "the_cell", language, cell=cell)
    known = {"sheet": found.sheet, "cell": cell, "the_cell": the_cell, "column": found.column, "value": found.value, **found.facts}
    return text.format(**_said(known, language)).strip()
