"""What there is to know without anything to do, in a line a rule: what was understood, and what was not read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from styrxl.model.catalogue import catalogue, say, word
from styrxl.model.findings import Finding, message, render_text
from styrxl.model.grouped_findings import join_cells

_SHOWN = 5  # things that a line names


def list_info_lines(findings: Iterable[Finding], language: str) -> list[str]:
    """Return a line for each rule that only tells, with the cells that it is about, in the order of the catalogue."""
    told: dict[str, list[Finding]] = {}
    for finding in sorted((f for f in findings if f.severity == "info"), key=lambda f: f.order):
        told.setdefault(finding.rule, []).append(finding)
    return [_make_line(same, language) for same in told.values()]


def _make_line(findings: Sequence[Finding], language: str) -> str:
    texts = catalogue()["rules"][findings[0].rule]
    if "told" not in texts:
        things = list(dict.fromkeys(message(finding, language) for finding in findings))
        return " ".join([*things[:_SHOWN], *_count_rest(things, "info_more_messages", language)])
    things = _describe_each(findings, texts["each"][language], language)
    listed = "; ".join([*things[:_SHOWN], *_count_rest(things, "info_more", language)])
    return str(texts["told"][language]).format(list=listed)


def _count_rest(things: Sequence[str], key: str, language: str) -> list[str]:
    return [word(key, language, n=len(things) - _SHOWN)] if len(things) > _SHOWN else []


def _describe_each(findings: Sequence[Finding], text: str, language: str) -> list[str]:
    """Return what a line says of each thing, what was read as it looks last; cells of which the same is said are named together."""
    alike: dict[tuple[str | None, str], list[Finding]] = {}
    for finding in sorted(findings, key=lambda f: _looks_alike(f, language)):
        alike.setdefault((finding.sheet, _describe(finding, text, "", language)), []).append(finding)
    things = []
    for (sheet, _), same in alike.items():
        cells = join_cells([finding.cell for finding in same if finding.cell])
        things.append(_describe(same[0], text, " ".join(filter(None, (sheet, cells))), language))
    return list(dict.fromkeys(things))


def _looks_alike(finding: Finding, language: str) -> bool:
    """Whether a value was understood as what it looks like, such as a number that is a text."""
    written, read = (" ".join(say(value, language, money=True).split()) for value in (finding.value, finding.facts.get("read")))
    return written == read


def _describe(finding: Finding, text: str, place: str, language: str) -> str:
    return render_text(text, replace(finding, facts={**finding.facts, "place": place}), language)
