"""Judging: all returns of a round, read, typed, checked and linked together, each with its verdict.

Pure: files and what was issued come in as values. Each return is looked at by itself first (``admit``), then all of them together
(``examine``); what was found then becomes findings at cells, verdicts, and the round's tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.findings import Finding, Remark, finding
from styrxl.model.forms import LANGUAGES
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import masked
from styrxl.returns.personal_numbers import PERSON
from styrxl.returns.typed_columns import Parsed
from styrxl.validation.case import Case
from styrxl.validation.context import Arrived, Context
from styrxl.validation.examine import BatchKey, Examination, year_of
from styrxl.validation.identify import admitted
from styrxl.validation.lost_answers import answer_count, lost
from styrxl.validation.place_findings import placed
from styrxl.validation.rules.schema import Schemas

__all__ = ["Arrived", "Context", "Schemas", "judge"]


def judge(arrivals: Iterable[Arrived], context: Context, schemas: Schemas | None = None) -> JudgedRound:
    """Judge returns together; ``JudgedRound.returns`` has one for each arrival, in order.

    Raises StyrxlError (source-broken) where a form or schema of the workspace does not hold together.
    """
    examination = Examination(context, schemas or Schemas(context.forms), admitted(arrivals, context))
    remarks, parts = examination.run()
    return _Judging(context, examination.cases, remarks).run(parts)


class _Judging:
    def __init__(self, context: Context, cases: Sequence[Case], remarks: Mapping[int, Sequence[Remark]]) -> None:
        self.context = context
        self.cases = cases
        self.remarks = remarks
        self.counts: dict[tuple[tuple[str, int], ...], Mapping[str, int]] = {}
        # Sheets and fields in which somebody's number stands.
        self.persons = {(r.key, r.field) for found in remarks.values() for r in found if r.rule == PERSON}

    def run(self, parts: dict[BatchKey, Parsed]) -> JudgedRound:
        for cases in self._by_owner():
            _compare(cases)
        for case in self.cases:
            self._settle(case, self.remarks.get(case.index, []))
        return self._round(parts)

    def _settle(self, case: Case, remarks: Sequence[Remark]) -> None:
        raw = {table.place.key: table for table in case.tables}
        case.findings.extend(placed(remarks, case.places, raw))
        waivers = [
            w
            for w in (self.context.plan.waivers if self.context.plan else ())
            if w.owner == case.owner and w.round == case.identity.get("round") and case.day <= w.until
        ]
        for waiver in waivers:
            case.findings = [
                replace(f, severity="warning" if f.severity == "error" else f.severity, facts={**f.facts, "waived": waiver.reason})
                if f.rule == waiver.rule
                else f
                for f in case.findings
            ]

    def _round(self, parts: dict[BatchKey, Parsed]) -> JudgedRound:
        verdicts = self._verdicts()
        returns = tuple(self._judged(case, *verdicts[case.index]) for case in self.cases)
        name = self.context.round.id if self.context.round else ""
        return JudgedRound(name, returns, self._tables(parts))

    def _verdicts(self) -> dict[int, tuple[str, tuple[Finding, ...]]]:
        """Verdict and findings of each return; of an owner's returns the newest accepted one counts."""
        found: dict[int, tuple[str, tuple[Finding, ...]]] = {}
        for case in self.cases:
            own = "unreadable" if not case.readable else "rejected" if case.errors() else "accepted"
            if case.doubled:
                own = "duplicate"
            found[case.index] = own, tuple(sorted(case.findings, key=_reading_order))
            aside = case.aside
            if aside and own != "duplicate":
                told = finding("set-aside-return", by=aside.by, at=local_day(aside.at), reason=aside.reason)
                found[case.index] = "set-aside", (told,)
        for cases in self._by_owner():
            accepted = [c for c in cases if found[c.index][0] == "accepted"]
            in_force = accepted[-1] if accepted else None
            for position, case in enumerate(cases[:-1]):
                if case is in_force:
                    continue
                newer = in_force if in_force and cases.index(in_force) > position else cases[-1]
                found[case.index] = "superseded", (finding("superseded-return", newer=newer.path),)
        return found

    def _by_owner(self) -> list[list[Case]]:
        """Group the returns of each owner of which one counts, oldest first."""
        owners: dict[tuple[str, str], list[Case]] = {}
        for case in self.cases if self.context.across else ():
            if case.owner and case.form is not None and not case.doubled and case.aside is None:
                owners.setdefault((case.owner, case.form.level), []).append(case)
        return [sorted(cases, key=lambda c: (c.received or datetime.min.replace(tzinfo=UTC), c.path)) for cases in owners.values()]

    def _judged(self, case: Case, verdict: str, findings: tuple[Finding, ...]) -> Judged:
        language = case.identity.get("language")  # is not signed
        return Judged(
            index=case.index,
            path=case.path,
            sha256=case.sha256,
            verdict=verdict,
            findings=findings,
            form=case.identity.get("form"),
            profile=case.form.profile if case.form else None,
            owner=case.owner,
            round=case.identity.get("round"),
            language=language if language in LANGUAGES else None,
            issue=case.identity.get("issue"),
            received=case.received,
            rows=self._rows(case),
            decided=tuple(case.decided),
        )

    def _rows(self, case: Case) -> Mapping[str, int]:
        found = {table.sheet.table or table.sheet.key: len(table.rows) for table in case.tables}
        return self.counts.setdefault(tuple(found.items()), found)  # thousands have equally many

    def _tables(self, parts: dict[BatchKey, Parsed]) -> dict[str, pd.DataFrame]:
        for part in parts.values():
            part.batch.let_go()
        tables = dict.fromkeys(part.batch.sheet.table or "" for part in parts.values())
        return {table: pd.concat(list(self._taken(parts, table)), ignore_index=True) for table in tables}

    def _taken(self, parts: dict[BatchKey, Parsed], table: str) -> Iterator[pd.DataFrame]:
        """Take out the parts that hold a table."""
        for key in [key for key, part in parts.items() if (part.batch.sheet.table or "") == table]:
            yield self._complete(parts.pop(key))

    def _complete(self, part: Parsed) -> pd.DataFrame:
        batch, year = part.batch, year_of(part.batch, self.context, self.cases)
        key = batch.sheet.key
        frame = part.frame.assign(
            _owner=pd.Series([self.cases[s].owner for s in batch.source], dtype="str"),
            _sheet=pd.Series([self.cases[s].places[key].sheet for s in batch.source], dtype="str"),
        )
        for column in batch.sheet.columns:
            if (key, column.field) in self.persons:  # those who read about a return are not shown it
                frame[column.field] = frame[column.field].map(lambda text: masked(text) if isinstance(text, str) else text)
            if column.default:
                day = pd.Timestamp(year, 1, 1) if column.default == "year_start" else pd.Timestamp(year, 12, 31)
                frame[column.field] = frame[column.field].fillna(day)
        return frame


def _compare(cases: Sequence[Case]) -> None:
    """Say of each of an owner's returns, oldest first, which sheets' answers only an older one has."""
    for position, case in enumerate(cases):
        told: set[str] = set()
        for older in reversed(cases[:position]) if case.tables else ():
            gone = [table for table in lost(case.tables, older.tables) if table.place.key not in told]
            told |= {table.place.key for table in gone}
            if gone:
                sheets = [Word("lost_sheet", {"sheet": table.place.sheet, "n": answer_count(table)}) for table in gone]
                case.findings.append(finding("answers-lost", older=older.path, owner=case.owner, sheets=sheets))


def _reading_order(found: Finding) -> tuple[int, int, str, int, str]:
    cell = found.cell or ""
    letters = cell.rstrip("0123456789")
    return (*found.order, found.sheet or "", int(cell[len(letters) :] or 0), letters)
