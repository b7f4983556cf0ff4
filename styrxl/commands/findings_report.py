"""What people are told about their returns: as text, as JSON, as a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from itertools import chain
from textwrap import wrap
from typing import Any

from jinja2 import Environment, StrictUndefined

from styrxl.model.catalogue import word
from styrxl.model.findings import SEVERITIES, Finding, decide, fix, message
from styrxl.model.grouped_findings import FindingGroup, group_findings, quote_path
from styrxl.model.judged import VERDICTS, Judged, JudgedRound
from styrxl.model.masking import make_showable

_MARKS = {"error": "✗", "warning": "!", "info": "·"}
_NOT_COUNTED = ("superseded", "duplicate", "set-aside")
_WIDTH = 140  # letters of a line that lists names


def summary(judged: JudgedRound) -> dict[str, int]:
    """Count workbooks by verdict, and errors and warnings of those that are not superseded, doubled or set aside."""
    counted = {v: sum(r.verdict == v for r in judged.returns) for v in VERDICTS}
    own = [r for r in judged.returns if r.verdict not in _NOT_COUNTED]
    return {
        "workbooks": len(judged.returns),
        **counted,
        "errors": sum(r.errors for r in own),
        "warnings": sum(r.warnings for r in own),
    }


def as_json(judged: JudgedRound, language: str) -> str:
    """Return the report as one JSON object; one finding a cell, fields as in the design's contract."""
    workbooks = [_workbook(judged_, language, judged.round) for judged_ in judged.returns]
    report = {"round": judged.round or None, "summary": summary(judged), "workbooks": workbooks}
    return json.dumps(report, ensure_ascii=False, indent=1, default=str) + "\n"


def _workbook(judged: Judged, language: str, round_: str) -> dict[str, Any]:
    remedy = _remedy(judged, round_)
    return {
        "path": make_showable(judged.path),
        "sha256": judged.sha256,
        "form": judged.form,
        "owner": judged.owner,
        "round": judged.round,
        "verdict": judged.verdict,
        "rows": dict(judged.rows),
        "findings": [_finding(found, language, remedy) for found in judged.findings],
    }


def _remedy(judged: Judged, round_: str) -> Callable[[Finding, str], str]:
    """Return what says what to do about a finding, in a report that the controller reads: what only that one can do as well."""

    def remedy(found: Finding, language: str) -> str:
        more = decide(found, language, round=round_, file=quote_path(judged.path, language)) if round_ else ""
        return f"{fix(found, language)} {more}".rstrip()

    return remedy


def _finding(found: Finding, language: str, remedy: Callable[[Finding, str], str]) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "sheet": found.sheet,
        "cell": found.cell,
        "column": found.column,
        "value": found.value,
        "message": message(found, language),
        "fix": remedy(found, language),
    }


def as_text(judged: JudgedRound, language: str, names: Mapping[str, str]) -> str:
    """Return the report for the terminal: counts first, then what to mend, then what to check; the rest is only named."""
    if not judged.returns:
        return word("report_empty", language) + "\n"
    lines = [_counts(judged, language), ""]
    told_of, quiet, past = _sorted_out(judged.returns)
    for one in told_of:
        lines += [*_text_of(one, language, names, judged.round), ""]
    if quiet:
        lines += _named("report_quiet", [one.owner or one.path for one in quiet], language)
    if past:
        lines += _named("report_past", [one.path for one in past], language)
    return "\n".join(lines).rstrip() + "\n"


def _sorted_out(returns: Sequence[Judged]) -> tuple[list[Judged], list[Judged], list[Judged]]:
    """Part returns into those with something to mend or check (most important first), those without, and those that count no more."""
    past = [one for one in returns if one.verdict in {"superseded", "duplicate"}]
    quiet = [one for one in returns if one.verdict == "accepted" and not one.warnings]
    group_findings = {id(one) for one in (*past, *quiet)}
    rest = [one for one in returns if id(one) not in group_findings]
    return sorted(rest, key=lambda one: one.verdict == "accepted"), quiet, past


def _named(key: str, names: Sequence[str], language: str) -> list[str]:
    line = make_showable(f"{word(key, language, n=len(names))} {', '.join(names)}")
    return wrap(line, width=_WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _counts(judged: JudgedRound, language: str) -> str:
    counted = summary(judged)
    by_verdict = ", ".join(f"{word(f'verdict_{v}', language).lower()}: {counted[v]}" for v in VERDICTS if counted[v])
    total = word("report_counts", language, errors=counted["errors"], warnings=counted["warnings"])
    return f"{word('report_files', language, n=counted['workbooks'])} ({by_verdict}) · {total}"


def _text_of(judged: Judged, language: str, names: Mapping[str, str], round_: str) -> list[str]:
    mark = {"accepted": "✓", "set-aside": "–"}.get(judged.verdict, "✗")
    who = f" · {judged.owner} {names.get(judged.owner or '', '')}".rstrip() if judged.owner else ""
    lines = [f"{mark} {make_showable(judged.path)}{who} · {word(f'verdict_{judged.verdict}', language)}"]
    important = [f for f in judged.findings if f.severity != "info" or judged.verdict == "set-aside"]
    for group in group_findings(important, language, _remedy(judged, round_)):
        place = f"{group.place}: " if group.place else ""
        lines.append(f"    {_MARKS[group.severity]} {place}{group.message}")
        lines.append(f"      → {group.fix}")
    return lines


def as_html(judged: JudgedRound, language: str, names: Mapping[str, str], title: str, accent: str) -> str:
    """Return the report as a page that stands alone; every value is escaped."""
    template = resources.files("styrxl.commands").joinpath("findings_report.html.jinja").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    workbooks = [
        {
            "judged": judged_,
            "path": make_showable(judged_.path),
            "name": names.get(judged_.owner or "", ""),
            "verdict": word(f"verdict_{judged_.verdict}", language),
            "state": "good" if judged_.verdict == "accepted" else "mend" if judged_.verdict in {"rejected", "unreadable"} else "watch",
            "groups": [
                (severity, word(f"severity_{severity}", language), _of(judged_, severity, language, judged.round))
                for severity in SEVERITIES
            ],
        }
        for judged_ in chain(*_sorted_out(judged.returns))
    ]
    return environment.from_string(template).render(
        language=language,
        title=title,
        accent=accent,
        counts=_counts(judged, language) if judged.returns else word("report_empty", language),
        workbooks=workbooks,
        none=word("report_none", language),
    )


def _of(judged: Judged, severity: str, language: str, round_: str) -> list[FindingGroup]:
    return group_findings([f for f in judged.findings if f.severity == severity], language, _remedy(judged, round_))
