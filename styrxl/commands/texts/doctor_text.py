"""What ``doctor`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from textwrap import wrap

from styrxl.doctor.look import GOOD, MEND, WATCH, Look, describe, describe_remedy, find_command, name_part, say_word
from styrxl.doctor.look_around import Findings

_MARKS = {GOOD: "✓", WATCH: "!", MEND: "✗"}


def format_looks(findings: Findings, root: Path, language: str, width: int | None = None) -> str:
    """Return what was seen, part by part, with what to do; within a width, where there is one."""
    lines = [line for part, looks in groupby(findings.looks, key=lambda look: look.part) for line in _part(part, [*looks], language, width)]
    if not findings.is_workspace:
        lines += [*_fit(say_word("no_workspace", language, path=root), "", width), ""]
    return "\n".join([*lines, *_fit(_sum(findings, language), "", width)]) + "\n"


def _part(part: str, looks: Sequence[Look], language: str, width: int | None) -> Iterator[str]:
    yield name_part(part, language)
    for look in looks:
        yield from _fit(describe(look, language), f"  {_MARKS[look.state]} ", width)
        remedy, command = describe_remedy(look, language), find_command(look, language)
        yield from _fit(remedy, "    → ", width) if remedy else ()
        yield from _fit(say_word("run", language, command=command), "      ", width) if command else ()
    yield ""


def _sum(findings: Findings, language: str) -> str:
    if findings.mends:
        return say_word("sum", language, mends=findings.mends, watches=findings.watches)
    return say_word("nothing", language, n=findings.watches) if findings.watches else say_word("fine", language)


def _fit(text: str, lead: str, width: int | None) -> list[str]:
    """Return a text as lines that begin with a lead, and go on below where the text began."""
    if width is None:
        return [lead + text]
    return wrap(text, max(width, len(lead) + 20), initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False)
