"""Findings: what is wrong or worth knowing in a return, as a rule and facts; the words come last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from styrxl.model.catalogue import catalogue, facts_in_words, fit_to_show, precedence, say, severity, word
from styrxl.model.masking import make_showable, mask_number

SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class CellOf:
    """A fact that names another cell of the same sheet; placed together with the finding."""

    field: str
    row: int


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


def finding(
    rule: str, sheet: str | None = None, cell: str | None = None, column: str | None = None, value: Any = None, **facts: Any
) -> Finding:
    """Return a finding with the severity that the catalogue gives its rule; texts of the sender are made fit to show."""
    sheet, column = sheet and make_showable(sheet), column and make_showable(column)
    if isinstance(value, str) or (isinstance(value, float) and not math.isfinite(value)):
        value = make_showable(str(value))  # JSON knows no NaN
    elif isinstance(value, int | float):
        value = mask_number(value) or value
    return Finding(rule, severity(rule), sheet, cell, column, value, facts)


def message(finding_: Finding, language: str) -> str:
    """Say what is wrong."""
    text = render_text(catalogue()["rules"][finding_.rule]["message"][language], finding_, language)
    if "waived" in finding_.facts:
        text += " " + catalogue()["words"]["waived"][language].format(reason=finding_.facts["waived"])
    if "in_force" in finding_.facts:
        text += " " + word("in_force", language, since=say(finding_.facts["in_force"], language))
    return text


def fix(finding_: Finding, language: str) -> str:
    """Say what to do about it."""
    return render_text(catalogue()["rules"][finding_.rule]["fix"][language], finding_, language)


def fix_here(finding_: Finding, language: str) -> str:
    """Say what to do about it in a fresh workbook, where sheets, headings and ids are back in their places."""
    texts = catalogue()["rules"][finding_.rule]
    return render_text(texts.get("here", texts["fix"])[language], finding_, language)


def decide(finding_: Finding, language: str, **facts: Any) -> str:
    """Say what a controller can do about it instead of the sender, or nothing."""
    texts = catalogue()["rules"][finding_.rule].get("decide")
    if "in_force" in finding_.facts:
        texts = catalogue()["words"]["in_force_decide"]
    return str(texts[language]).format(**fit_to_show({**finding_.facts, **facts}, language)) if texts else ""


def render_text(text: str, finding_: Finding, language: str) -> str:
    """Return a text of the catalogue with a finding's facts in it."""
    cell = finding_.cell or ""
    the_cell = word("the_cells" if ":" in cell or "," in cell else "the_cell", language, cell=cell)
    known = {
        "sheet": finding_.sheet,
        "cell": cell,
        "the_cell": the_cell,
        "column": finding_.column,
        "value": finding_.value,
        **finding_.facts,
    }
    return text.format(**facts_in_words(known, language)).strip()
