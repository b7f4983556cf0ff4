"""Judging: all returns of a round that were identified, checked and linked together, each with its verdict.

Pure: what was read, what was issued and what was decided come in as values. Each return is looked at by itself first (``admitted``),
then all of them together (``examine``); what was remarked then becomes findings at cells, verdicts, and the round's tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from styrxl.model.catalogue import list_waivable_rules
from styrxl.model.council_plan import Plan, Waiver
from styrxl.model.days import local_day
from styrxl.model.findings import Finding, Remark, finding
from styrxl.model.forms import LANGUAGES
from styrxl.model.judged import Judged, JudgedRound, Recorded
from styrxl.returns.row_ids import locate_closing_row
from styrxl.returns.tables import Table
from styrxl.validation.admitted import Admitted, admit
from styrxl.validation.booked_outcomes import add_unanswered, list_unanswered, put_booked
from styrxl.validation.context import Context
from styrxl.validation.diagnose import diagnose
from styrxl.validation.examine import examine
from styrxl.validation.identify import Identified
from styrxl.validation.in_force import Outcome, describe_inputs, describe_surroundings, keep_in_force
from styrxl.validation.link import group_by_table
from styrxl.validation.lost_answers import find_lost_answers
from styrxl.validation.place_findings import place_remarks
from styrxl.validation.round_tables import find_person_columns, join_frames
from styrxl.validation.rules.schema import Schemas


def judge(returns: Iterable[Identified], context: Context, schemas: Schemas) -> JudgedRound:
    """Judge returns together, as they come; ``JudgedRound.returns`` has one for each, in order.

    Raises StyrxlError (source-broken) where a form or schema of the workspace does not hold together.
    """
    admitted, remarks, parts = examine(admit(returns, context.zone, whole_inbox=context.whole_inbox), context, schemas)
    groups = _by_owner(admitted) if context.whole_inbox else []
    around = describe_surroundings(admitted, context.plan)
    outcomes, in_force = _outcomes(admitted, groups, remarks, context, around)
    judged = _judged(admitted, outcomes, in_force, _waivers(context.plan), around)
    by_index = {return_.index: return_ for return_ in admitted}
    parts, replaced = put_booked(parts, by_index, context)
    unanswered = list_unanswered(parts, by_index, frozenset(r.index for r in judged if r.verdict == "accepted"), context)
    for part in parts.values():
        part.batch.discard_columns()
    # Each frame is let go of once it is in its table: in a large round they take as much room as all tables.
    persons, waiting, tables = find_person_columns(remarks.values()), group_by_table(parts), dict[str, pd.DataFrame]()
    del parts
    for table in [*waiting]:
        same = waiting.pop(table)
        tables[table] = add_unanswered(join_frames(same, by_index, context, persons), unanswered.get(table, ()))
        del same  # before the next one is made
    return JudgedRound(context.round.id if context.round else "", judged, tables, context.booked, replaced)


def _by_owner(returns: Sequence[Admitted]) -> list[list[Admitted]]:
    """Group the returns of each owner and form, of which one counts, oldest first."""
    owners: dict[tuple[str, str], list[Admitted]] = {}
    for return_ in returns:
        if return_.owner and return_.form is not None and not return_.duplicate and return_.set_aside is None:
            owners.setdefault((return_.owner, return_.form.name), []).append(return_)
    earliest = datetime.min.replace(tzinfo=UTC)
    return [sorted(group, key=lambda r: (r.received or earliest, r.path)) for group in owners.values()]


def _outcomes(
    returns: Sequence[Admitted],
    groups: Sequence[Sequence[Admitted]],
    remarks: Mapping[int, Sequence[Remark]],
    context: Context,
    around: str,
) -> tuple[dict[int, Outcome], dict[int, Recorded]]:
    """Return verdict and findings of each return, and the recorded verdicts that are in force, by index.

    Of an owner's returns the newest accepted one counts.
    """
    waivers = _waivers(context.plan)
    at_cells = {r.index: _place(diagnose(remarks.get(r.index, []), r, context.forms.words, _find_waived(r, waivers)), r) for r in returns}
    lost = {
        return_.index: find_lost_answers(return_, [(older, at_cells[older.index]) for older in group[:n]])
        for group in groups
        for n, return_ in enumerate(group)
        if n
    }
    outcomes: dict[int, Outcome] = {}
    in_force: dict[int, Recorded] = {}
    for return_ in returns:
        findings = _waived((*return_.findings, *lost.get(return_.index, ()), *at_cells[return_.index]), return_, waivers)
        outcomes[return_.index], kept = keep_in_force(return_, _outcome(return_, findings), _find_waived(return_, waivers), around)
        if kept:
            in_force[return_.index] = kept
    for group in groups:
        outcomes |= _superseded(group, outcomes)
    return outcomes, in_force


def _place(remarks: Sequence[Remark], return_: Admitted) -> list[Finding]:
    return place_remarks(remarks, return_.places, {table.place.key: table for table in return_.tables})


def _waivers(plan: Plan | None) -> dict[tuple[str, str], list[Waiver]]:
    """Return the waivers by owner and round."""
    waivers: dict[tuple[str, str], list[Waiver]] = {}
    for waiver in plan.waivers if plan else ():
        waivers.setdefault((waiver.owner, waiver.round), []).append(waiver)
    return waivers


def _waived(findings: Sequence[Finding], return_: Admitted, waivers: Mapping[tuple[str, str], Sequence[Waiver]]) -> Sequence[Finding]:
    """Return a return's findings, those that are waived on the day of its receipt as warnings that say so."""
    for rule, reason in _find_waived(return_, waivers).items():
        findings = [_waive(f, reason) if f.rule == rule else f for f in findings]
    return findings


def _find_waived(return_: Admitted, waivers: Mapping[tuple[str, str], Sequence[Waiver]]) -> Mapping[str, str]:
    """Return the rules that are waived for a return on the day of its receipt, each with the reason."""
    here = waivers.get((return_.owner or "", return_.identity.get("round", "")), ())
    return {waiver.rule: waiver.reason for waiver in here if return_.day <= waiver.until and waiver.rule in list_waivable_rules()}


def _waive(finding_: Finding, reason: str) -> Finding:
    severity = "warning" if finding_.severity == "error" else finding_.severity
    return replace(finding_, severity=severity, facts={**finding_.facts, "waived": reason})


def _outcome(return_: Admitted, findings: Sequence[Finding]) -> Outcome:
    """Return a return's verdict and findings, as if it was its owner's only one."""
    aside = return_.set_aside
    if aside and not return_.duplicate:
        return "set-aside", (finding("set-aside-return", by=aside.by, at=local_day(aside.at, return_.zone), reason=aside.reason),)
    accepted = not any(f.severity == "error" for f in findings)
    verdict = "duplicate" if return_.duplicate else "unreadable" if not return_.readable else "accepted" if accepted else "rejected"
    return verdict, tuple(sorted(findings, key=_reading_order))


def _superseded(group: Sequence[Admitted], outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
    """Return the outcomes of those of an owner's returns, oldest first, in whose place a newer one counts or is to be mended."""
    accepted = [n for n, return_ in enumerate(group) if outcomes[return_.index][0] == "accepted"]
    in_force = accepted[-1] if accepted else -1
    superseded: dict[int, Outcome] = {}
    for n, return_ in enumerate(group[:-1]):
        if n != in_force:
            newer = group[in_force] if in_force > n else group[-1]
            superseded[return_.index] = "superseded", (finding("superseded-return", newer=newer.path.rpartition("/")[2]),)
    return superseded


def _judged(
    returns: Sequence[Admitted],
    outcomes: Mapping[int, Outcome],
    in_force: Mapping[int, Recorded],
    waivers: Mapping[tuple[str, str], Sequence[Waiver]],
    around: str,
) -> tuple[Judged, ...]:
    counts: dict[tuple[tuple[str, int], ...], Mapping[str, int]] = {}  # thousands have equally many rows: they share what says so
    judged = []
    for return_ in returns:
        rows = {table.sheet.table or table.sheet.key: _count_rows(table) for table in return_.tables}
        verdict, findings = outcomes[return_.index]
        made = _judged_return(return_, verdict, findings, counts.setdefault(tuple(rows.items()), rows))
        inputs = describe_inputs(return_, verdict, _find_waived(return_, waivers), around)
        judged.append(replace(made, inputs=inputs, in_force=in_force.get(return_.index)))
    return tuple(judged)


def _count_rows(table: Table) -> int:
    """Return how many rows a table has, without one that closes its sheet."""
    return len(table.rows) - (locate_closing_row(table) is not None)


def _judged_return(return_: Admitted, verdict: str, findings: tuple[Finding, ...], rows: Mapping[str, int]) -> Judged:
    language = return_.identity.get("language")  # is not signed
    return Judged(
        index=return_.index,
        path=return_.path,
        sha256=return_.sha256,
        verdict=verdict,
        findings=findings,
        form=return_.identity.get("form"),
        profile=return_.form.profile if return_.form else None,
        edition=return_.form.edition if return_.form else None,
        owner=return_.owner,
        round=return_.identity.get("round"),
        language=language if language in LANGUAGES else None,
        issue=return_.identity.get("issue"),
        received=return_.received,
        rows=rows,
        decided=return_.decided,
    )


def _reading_order(finding_: Finding) -> tuple[int, int, str, int, str]:
    """Return what findings are sorted by: the most important first, then as one reads."""
    cell = finding_.cell or ""
    letters = cell.rstrip("0123456789")
    return (*finding_.order, finding_.sheet or "", int(cell[len(letters) :] or 0), letters)
