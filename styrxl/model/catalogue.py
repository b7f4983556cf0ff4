"""Every text that people are shown, in both languages, and how facts are put into it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

from styrxl.model.masking import make_showable, mask_number
from styrxl.model.yaml_files import read_yaml

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


class Counted(str):
    """A fact that a text may agree with: ``{n:a row|rows}`` is ``a row`` where ``n`` is one, else ``rows``."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        """Return what the text has for one or for several, or the fact itself."""
        singular, bar, plural = spec.partition("|")
        return (singular if self == "1" else plural) if bar else str(self)


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


@cache
def list_waivable_rules() -> Mapping[str, Mapping[str, Any]]:
    """Return the entries of the drop-down of rules that can be waived: those that stop a return which can be read and placed.

    What only asks may be named as well, but stops nothing, and is not offered.
    """
    named = {rule: texts["name"] for rule, texts in catalogue()["rules"].items() if "name" in texts}
    asking = [rule for rule, texts in catalogue()["rules"].items() if texts["severity"] == "warning"]
    return named | {rule: {"sv": rule, "en": rule, "offered": False} for rule in asking}


def is_waivable(rule: str) -> bool:
    """Whether a rule that stops a return can be waived."""
    return "name" in catalogue()["rules"][rule]


def name_rule(rule: str, language: str) -> str:
    """Return what a rule is called where it can be waived: in plain words, and by its own name."""
    return word("rule_named", language, name=catalogue()["rules"][rule]["name"][language], rule=rule)


def placeholders(text: str) -> set[str]:
    """Names of the facts that a text needs."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def error_text(code: str, facts: Mapping[str, Any], language: str) -> str:
    """Say what the operator must do about a StyrxlError."""
    return str(catalogue()["errors"][code][language]).format(**fit_to_show(facts, language)).rstrip()


def word(key: str, language: str, **facts: Any) -> str:
    """Return a word or phrase of the program's own talk (commands, reports)."""
    return str(catalogue()["words"][key][language]).format(**fit_to_show(facts, language))


def fit_to_show(facts: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return facts as they may be shown, phrases in the language: a path or a reason may hold what its sender wrote."""
    return {name: _fit_fact(fact, language) for name, fact in facts.items()}


def _fit_fact(fact: Any, language: str) -> Any:
    if isinstance(fact, Word | Mapping):
        return say(fact, language)
    if fact is None:
        return ""
    return Counted(make_showable(str(fact))) if isinstance(fact, str | int) else fact


def number_text(value: float, language: str) -> str:
    """Return a number as people read it: ``1 200,5`` in Swedish, ``1,200.5`` in English."""
    text = f"{int(value):,}" if abs(value) < _EXACT and value == int(value) else f"{value:,.12g}"
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if language == "sv" else text


def tell_how_to_install(extra: str) -> str | Word:
    """Return the command that installs an extra of styrxl; to the standalone folder, which has no pip, nothing can be added."""
    command = f"pip install styrxl[{extra}]"
    return Word("not_in_standalone", {"install": command}) if getattr(sys, "frozen", False) else command


def digits_text(value: float) -> str:
    """Return a number as it is typed: all its digits, without spaces, and a point before decimals."""
    return f"{value:.15g}"


def say(value: Any, language: str, *, money: bool = False) -> str:
    """Put a fact into words: phrases and texts in the language, numbers and dates as people write them, long lists cut.

    A number that looks like a year is written as one, unless it is known to be money.
    """
    if isinstance(value, Word):
        return word(value.key, language, **facts_in_words(value.facts, language))
    if isinstance(value, Mapping):
        return str(value[language])
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int | float) and (hidden := mask_number(value)):
        return hidden
    if isinstance(value, int | float):
        is_year = not money and 1900 <= value <= 2200 and value == int(value)
        return digits_text(value) if is_year else number_text(value, language)
    if isinstance(value, date):
        return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _listed([say(part, language) for part in value], language)
    return _shortened(str(value))


def facts_in_words(facts: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return facts in words of a language."""
    return {name: Counted(say(fact, language, money=name in MONEY)) for name, fact in facts.items()}


def _listed(parts: Sequence[str], language: str) -> str:
    make_showable = ", ".join(parts[:LISTED])
    return word("and_more", language, list=make_showable, n=len(parts) - LISTED) if len(parts) > LISTED else make_showable


def _shortened(text: str) -> str:
    text = " ".join(make_showable(text).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
