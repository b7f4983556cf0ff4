"""Verdicts that were recorded stay in force after a new version of the program, until what they rest on changes or a controller says so.

Finds ``verdict-in-force``.

A return that was accepted stays so as long as it is read by the same form, is its owner's by the same word, and has no fewer waivers: what
the new version would stop it for is a warning. One that was rejected stays so as long as nothing at all has changed that could help it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from styrxl.model.council_plan import Plan
from styrxl.model.days import local_day
from styrxl.model.findings import Finding, finding
from styrxl.model.judged import Recorded
from styrxl.validation.admitted import Admitted
from styrxl.validation.claims import find_newest_anew, find_newest_claim

Outcome = tuple[str, tuple[Finding, ...]]  # verdict and findings


def describe_inputs(return_: Admitted, verdict: str, waived: Iterable[str], around: str) -> str:
    """Return what a return's verdict rests on besides its bytes, to be recorded with it; ``around`` as ``describe_surroundings``."""
    claim, anew = find_newest_claim(return_.decided), find_newest_anew(return_.decided)
    inputs = {
        "edition": return_.form.edition if return_.form else None,
        "claim": [claim.owner, claim.form] if claim else None,
        "anew": anew.at.isoformat() if anew else None,
        "waived": sorted(waived),
    }
    return json.dumps({**inputs, "around": around} if verdict == "rejected" else inputs)


def describe_surroundings(returns: Iterable[Admitted], plan: Plan | None) -> str:
    """Return a mark of what returns may refer to: the council's goals, the organisation, and the plans of boards that have come in."""
    boards = sorted(r.sha256 for r in returns if r.form is not None and r.form.level == "board")
    named = repr((plan.goals, plan.organisations)) if plan else ""
    return hashlib.sha256("\n".join([named, *boards]).encode()).hexdigest()[:16]


def keep_in_force(return_: Admitted, outcome: Outcome, waived: Iterable[str], around: str) -> tuple[Outcome, Recorded | None]:
    """Return a return's outcome by today's rules, or by a recorded verdict that is in force and says something else, with that one."""
    recorded, (verdict, findings) = return_.recorded, outcome
    if recorded is None or recorded.verdict == verdict or {recorded.verdict, verdict} != {"accepted", "rejected"}:
        return outcome, None
    inputs = json.loads(describe_inputs(return_, recorded.verdict, waived, around))
    if not _rests_on_same(recorded, inputs):
        return outcome, None
    since = local_day(recorded.since, return_.zone)
    if recorded.verdict == "rejected":
        return ("rejected", (*findings, finding("verdict-in-force", since=since))), recorded
    if not return_.tables:  # there would be nothing of it to count
        return outcome, None
    return ("accepted", tuple(_let_pass(findings, since))), recorded


def _rests_on_same(recorded: Recorded, inputs: Mapping[str, Any]) -> bool:
    """Whether nothing has changed that a verdict rests on; where that was not recorded yet, as far as decisions tell."""
    before = json.loads(recorded.inputs) if recorded.inputs else {**inputs, "anew": None}
    if recorded.verdict == "rejected":
        return bool(before == inputs)
    same = all(before.get(name) == inputs[name] for name in ("edition", "claim", "anew"))
    return same and set(before["waived"]) <= set(inputs["waived"])


def _let_pass(findings: Sequence[Finding], since: date) -> list[Finding]:
    return [replace(f, severity="warning", facts={**f.facts, "in_force": since}) if f.severity == "error" else f for f in findings]
