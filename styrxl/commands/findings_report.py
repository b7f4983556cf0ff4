"""What people are told about their returns: as text, as JSON, as a page."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from itertools import chain
from textwrap import wrap
from typing import Any

from jinja2 import Environment, StrictUndefined

from styrxl.mail.info_lines import list_info_lines
from styrxl.model.catalogue import is_waivable, name_rule, word
from styrxl.model.findings import SEVERITIES, Finding, decide, fix, message
from styrxl.model.grouped_findings import FindingGroup, group_findings, quote_path
from styrxl.model.judged import VERDICTS, Judged, JudgedRound
from styrxl.model.masking import make_showable

_MARKS = {"error": "✗", "warning": "!", "info": "·"}
_NOT_COUNTED = ("superseded", "duplicate", "set-aside")
_WIDTH = 140  # letters of a line that lists names


def count_verdicts(judged: JudgedRound) -> dict[str, int]:
    """Count workbooks by verdict, and errors and warnings of those that are not superseded, doubled or set aside."""
    counted = {v: sum(r.verdict == v for r in judged.returns) for v in VERDICTS}
    own = [r for r in judged.returns if r.verdict not in _NOT_COUNTED]
    return {
        "workbooks": len(judged.returns),
        **counted,
        "errors": sum(r.errors for r in own),
        "warnings": sum(r.warnings for r in own),
    }


def format_json(judged: JudgedRound, language: str) -> str:
    """Return the report as one JSON object; one finding a cell, fields as in the design's contract."""
    workbooks = [_workbook(return_, language, judged.round) for return_ in judged.returns]
    report = {"round": judged.round or None, "summary": count_verdicts(judged), "workbooks": workbooks}
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
        "findings": [_finding(finding, language, remedy) for finding in judged.findings],
    }


def _remedy(judged: Judged, round_: str) -> Callable[[Finding, str], str]:
    """Return what says what to do about a finding, in a report that the controller reads: what only a controller can do as well."""

    def remedy(finding: Finding, language: str) -> str:
        more = decide(finding, language, round=round_, file=quote_path(judged.path, language)) if round_ else ""
        return f"{fix(finding, language)} {more}".rstrip()

    return remedy


def _finding(finding: Finding, language: str, remedy: Callable[[Finding, str], str]) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "sheet": finding.sheet,
        "cell": finding.cell,
        "column": finding.column,
        "value": finding.value,
        "message": message(finding, language),
        "fix": remedy(finding, language),
    }


def format_text(judged: JudgedRound, language: str, names: Mapping[str, str]) -> str:
    """Return the report for the terminal: counts first, then what to mend, then what to check; the rest is only named."""
    if not judged.returns:
        return word("report_empty", language) + "\n"
    lines = [_describe_counts(judged, language), ""]
    to_report, quiet, past = _part_returns(judged.returns)
    aside = [return_ for return_ in to_report if return_.verdict == "set-aside"]
    for return_ in (return_ for return_ in to_report if return_.verdict != "set-aside"):
        lines += [*_describe_return(return_, language, names, judged.round), ""]
    if quiet:
        lines += _list_names("report_quiet", [return_.owner or return_.path for return_ in quiet], language)
    if past:
        lines += _list_names("report_past", [return_.path for return_ in past], language)
    lines += [*_tell_of_aside(aside, language), *_tell_of_quiet(quiet, language)]
    return "\n".join(lines).rstrip() + "\n"


def _tell_of_aside(returns: Sequence[Judged], language: str) -> list[str]:
    """Return lines on the returns that somebody has set aside, with each decision."""
    lines = [make_showable(f"    {return_.path}: {message(finding, language)}") for return_ in returns for finding in return_.findings]
    return [word("report_aside", language, n=len(returns)), *lines] if returns else []


def _tell_of_quiet(returns: Sequence[Judged], language: str) -> list[str]:
    """Return lines on what was understood in returns in which there is nothing to mend or check."""
    told = [(return_.owner or return_.path, line) for return_ in returns for line in list_info_lines(return_.findings, language)]
    lines = [make_showable(f"    {who}: {line}") for who, line in told]
    return [word("report_told", language), *lines] if lines else []


def _part_returns(returns: Sequence[Judged]) -> tuple[list[Judged], list[Judged], list[Judged]]:
    """Part returns into those with something to mend or check (most important first), those without, and those that count no more."""
    past = [return_ for return_ in returns if return_.verdict in {"superseded", "duplicate"}]
    quiet = [return_ for return_ in returns if return_.verdict == "accepted" and not return_.warnings]
    others = {id(return_) for return_ in (*past, *quiet)}
    rest = [return_ for return_ in returns if id(return_) not in others]
    return sorted(rest, key=lambda return_: return_.verdict == "accepted"), quiet, past


def _list_names(key: str, names: Sequence[str], language: str) -> list[str]:
    line = make_showable(f"{word(key, language, n=len(names))} {', '.join(names)}")
    return wrap(line, width=_WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _describe_counts(judged: JudgedRound, language: str) -> str:
    counted = count_verdicts(judged)
    by_verdict = ", ".join(f"{word(f'verdict_{v}', language).lower()}: {counted[v]}" for v in VERDICTS if counted[v])
    total = word("report_counts", language, errors=counted["errors"], warnings=counted["warnings"])
    return f"{word('report_files', language, n=counted['workbooks'])} ({by_verdict}) · {total}"


def _describe_return(judged: Judged, language: str, names: Mapping[str, str], round_: str) -> list[str]:
    mark = "✓" if judged.verdict == "accepted" else "✗"
    who = f" · {judged.owner} {names.get(judged.owner or '', '')}".rstrip() if judged.owner else ""
    lines = [f"{mark} {make_showable(judged.path)}{who} · {word(f'verdict_{judged.verdict}', language)}"]
    important = [f for f in judged.findings if f.severity != "info"]
    for group in group_findings(important, language, _remedy(judged, round_)):
        place = f"{group.place}: " if group.place else ""
        lines.append(f"    {_MARKS[group.severity]} {place}{group.message}")
        lines.append(f"      → {group.fix}")
    told = list_info_lines(judged.findings, language)
    waive = describe_waiver(judged, round_, language)
    return [*lines, *(f"    {_MARKS['info']} {line}" for line in told), *([f"    {waive}"] if waive else [])]


def describe_waiver(judged: Judged, round_: str, language: str) -> str:
    """Say how what stops a return can be waived, and what the rules are called; nothing where none can be."""
    stopping = dict.fromkeys(finding.rule for finding in judged.findings if finding.severity == "error")
    rules = [name_rule(rule, language) for rule in stopping if is_waivable(rule)]
    if judged.verdict != "rejected" or not judged.owner or not round_ or len(rules) < len(stopping):
        return ""
    return word("waive_how", language, owner=judged.owner, round=round_, rules=", ".join(rules))


def format_page(judged: JudgedRound, language: str, names: Mapping[str, str], title: str, accent: str) -> str:
    """Return the report as a page that stands alone; every value is escaped."""
    template = resources.files("styrxl.commands").joinpath("findings_report.html.jinja").read_text("utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    workbooks = [
        {
            "judged": return_,
            "path": make_showable(return_.path),
            "name": names.get(return_.owner or "", ""),
            "verdict": word(f"verdict_{return_.verdict}", language),
            "state": "good" if return_.verdict == "accepted" else "mend" if return_.verdict in {"rejected", "unreadable"} else "watch",
            "groups": [
                (severity, word(f"severity_{severity}", language), _group(return_, severity, language, judged.round))
                for severity in SEVERITIES
                if severity != "info" or return_.verdict == "set-aside"
            ],
            "waive": describe_waiver(return_, judged.round, language),
            "told": [] if return_.verdict == "set-aside" else list_info_lines(return_.findings, language),
        }
        for return_ in chain(*_part_returns(judged.returns))
    ]
    return environment.from_string(template).render(
        language=language,
        title=title,
        accent=accent,
        counts=_describe_counts(judged, language) if judged.returns else word("report_empty", language),
        workbooks=workbooks,
        none=word("report_none", language),
        told=word("severity_info", language),
    )


def _group(judged: Judged, severity: str, language: str, round_: str) -> list[FindingGroup]:
    return group_findings([f for f in judged.findings if f.severity == severity], language, _remedy(judged, round_))
