"""An error as its page tells it: the same as the terminal says, in paragraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from styrxl.descriptions.mistakes import Mistake, describe_mistake
from styrxl.model.catalogue import Word, error_text, say
from styrxl.model.errors import StyrxlError
from styrxl.model.grouped_findings import group_findings
from styrxl.model.judged import Judged


def describe_error(error: StyrxlError, language: str) -> tuple[str, ...]:
    """Return what is to be done about an error, and each mistake or finding that it is about."""
    facts = {name: say(fact, language) if isinstance(fact, Mapping | Word) else fact for name, fact in error.facts.items()}
    told = [error_text(error.code, facts, language)]
    told += [describe_mistake(one, language) for one in cast("Sequence[Mistake]", error.facts.get("mistakes", ()))]
    if judged := cast("Judged | None", error.facts.get("judged")):
        groups = group_findings([one for one in judged.findings if one.severity != "info"], language)
        told += [f"{group.place}: {group.message} {group.fix}".removeprefix(": ") for group in groups]
    return tuple(told)
