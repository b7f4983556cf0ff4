"""The second stage of judging, all returns together: cells, rows and links; one frame a table, each schema validated once at most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import pandas as pd

from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Remark
from styrxl.model.forms import Form
from styrxl.model.goal_tree import LINK_ERRORS
from styrxl.model.prefill import Prefill
from styrxl.returns.read import FormKey, form_key
from styrxl.returns.tables import Ids, Table
from styrxl.returns.typed_columns import Batch, Parsed, framed
from styrxl.returns.typist import Typists
from styrxl.validation.case import Case
from styrxl.validation.context import Context
from styrxl.validation.contradictions import contradictions
from styrxl.validation.known_goals import Known, known_goals
from styrxl.validation.rules.board_plan import check_board_plan
from styrxl.validation.rules.conditions import check_conditions, holds
from styrxl.validation.rules.copies import check_copies
from styrxl.validation.rules.frames import check_frames
from styrxl.validation.rules.organisation import check_organisation
from styrxl.validation.rules.references import check_references, own_options
from styrxl.validation.rules.rows import check_ids, check_locked
from styrxl.validation.rules.schema import Schemas, altered, check_schema

BatchKey = tuple[FormKey, str]  # form, sheet
_TOGETHER = 500  # returns that are laid at once
_NO_IDS = Ids()
_NO_MARKS: Mapping[tuple[str, int], str] = {}
Examined = tuple[dict[int, list[Remark]], dict[BatchKey, Parsed]]  # remarks by a return's index, and the round's frames


class Examination:
    """Examines some returns; what is found is not yet placed."""

    def __init__(self, context: Context, schemas: Schemas, cases: Iterable[Case]) -> None:
        """Take what they are judged against, and the returns, with their tables, whose rows are laid together as they come."""
        self.context = context
        self.schemas = schemas
        self.cases: list[Case] = []
        self.ids: dict[tuple[int, str], list[Remark]] = {}  # what the ids of a return's sheet give cause to remark
        self.fault: Exception | None = None
        self.batches: dict[BatchKey, Batch] = {}
        self.typists = Typists(context.forms.words)
        self.excuses: dict[tuple[int, str, tuple[str, ...]], frozenset[int]] = {}
        rest = iter(cases)
        while some := list(islice(rest, _TOGETHER)):
            self._take(some)

    def _take(self, cases: Sequence[Case]) -> None:
        """Lay returns' rows with those of the others; of a return itself, what only it has is left: thousands are held at once."""
        self.cases += cases
        try:
            if self.fault is None:
                self._gather(cases)
        except StyrxlError:
            raise
        except Exception as error:  # noqa: BLE001 -- the trap: raised again where it is found out whose fault it is
            self.fault = error

    def _gather(self, cases: Sequence[Case]) -> None:
        ready: dict[BatchKey, list[tuple[int, Table]]] = {}
        for case in cases:
            if case.form is not None:
                for table in case.tables:
                    key = form_key(case.form), table.sheet.key
                    if key not in self.batches:
                        self.batches[key] = Batch(case.form, table.sheet)
                    ready.setdefault(key, []).append((case.index, self._ready(case, case.form, table)))
        laid: dict[tuple[int, str], Table] = {}
        for key, tables in ready.items():
            for (index, table), columns in zip(tables, self.batches[key].add(tables), strict=True):
                marks = table.marks or _NO_MARKS
                laid[index, key[1]] = Table(table.place, table.sheet, table.rows, columns, _NO_IDS, marks, table.untouched)
        for case in cases:
            if case.form is not None:
                case.tables = tuple(laid[case.index, table.sheet.key] for table in case.tables)

    def _ready(self, case: Case, form: Form, table: Table) -> Table:
        """Return a table as it is to lie with others of its kind: typed, its ids checked."""
        if table.ids is not _NO_IDS and (found := check_ids(table.sheet, case.index, table.ids, frozenset(table.rows), case.prefill)):
            self.ids[case.index, table.sheet.key] = found
        typed = self.typists.typed(form, table, self.context.round.year if self.context.round else case.year)
        return table if typed is table.typed else replace(table, typed=typed)

    def run(self) -> Examined:
        """Examine all returns; where that fails, find those that it fails for one by one, and examine the others.

        Where it fails for each of them the fault is not theirs, and the error is raised.
        """
        cases = [case for case in self.cases if case.tables]
        if self.fault is None:
            try:
                return self._examine()
            except StyrxlError:
                raise
            except Exception as error:  # noqa: BLE001 -- the trap: whose content it is that makes the program fail is found out
                self.fault = error
        failing = {case.index: why for case in cases if (why := self._alone(case)) is not None}
        if len(failing) == len(cases) > 1:
            raise self.fault
        for case in cases:
            if case.index in failing:
                case.give_up(failing[case.index])
        self._gather_only(cases)
        return self._examine()

    def _alone(self, case: Case) -> Exception | None:
        """Return what examining one return by itself fails with, if it does."""
        try:
            self._gather_only([case])
            self._examine()
        except Exception as error:  # noqa: BLE001 -- returned, and told of
            return error
        return None

    def _gather_only(self, cases: Sequence[Case]) -> None:
        self.batches = {}
        self._gather(cases)

    def _examine(self) -> Examined:
        remarks: list[Remark] = []
        self.excuses = {}
        issued = {case.index: case.prefill for case in self.cases if case.prefill is not None}
        limits = {source: prefill.limits for source, prefill in issued.items() if prefill.thresholds}
        parts: dict[BatchKey, Parsed] = {}
        for key, batch in self.batches.items():
            part = framed(batch)
            batch.typed.clear()  # it is in the frame; what has to be examined anew is typed anew
            frame, changed = check_locked(part, issued)
            parts[key] = altered(part, frame)
            conditions = check_conditions(parts[key], year_of(batch, self.context, self.cases), limits)
            remarks += [*part.remarks, *changed, *conditions]
        for case in self.cases:
            remarks += self._rows(case, parts)
        for table, same in by_table(parts).items():
            remarks += check_schema(table, self.schemas, same)
        parts, linked = self._link(parts, issued, remarks)
        grouped: dict[int, list[Remark]] = {}
        for remark in (*remarks, *linked):
            grouped.setdefault(remark.source, []).append(remark)
        return grouped, parts

    def _rows(self, case: Case, parts: Mapping[BatchKey, Parsed]) -> list[Remark]:
        found: list[Remark] = []
        for table in case.tables:
            found += self.ids.get((case.index, table.sheet.key), ())
            if table.sheet.at_least > len(table.rows) and not self._excused(case, table, parts):
                first = next(c for c in table.sheet.columns if c.asked)
                found.append(Remark(case.index, table.sheet.key, table.place.heading_row + 1, first.field, "missing-value"))
        return found

    def _excused(self, case: Case, table: Table, parts: Mapping[BatchKey, Parsed]) -> bool:
        assert case.form is not None
        for where, codes in table.sheet.unless.items():
            key, name = where.split(".", 1)
            part = parts.get((form_key(case.form), key))
            if part is not None and case.index in self._where(part, name, codes):
                return True
        return False

    def _where(self, part: Parsed, name: str, codes: tuple[str, ...]) -> frozenset[int]:
        """Find the returns in which a field has one of some codes."""
        key = (id(part), name, codes)
        if key not in self.excuses:
            mask = holds(part.frame, {name: codes})
            self.excuses[key] = frozenset(part.frame["_source"][mask].tolist())
        return self.excuses[key]

    def _link(
        self, parts: dict[BatchKey, Parsed], issued: Mapping[int, Prefill], remarks_so_far: Sequence[Remark]
    ) -> tuple[dict[BatchKey, Parsed], list[Remark]]:
        known = self._universe(parts)
        found: list[Remark] = []
        linked: dict[BatchKey, Parsed] = {}
        offered = {form: own_options([p for k, p in parts.items() if k[0] == form]) for form in dict.fromkeys(key[0] for key in parts)}
        for key, part in parts.items():
            frame, remarks = check_references(part, issued, offered[key[0]], known, year_of(part.batch, self.context, self.cases))
            linked[key] = replace(part, frame=frame)
            found += remarks
        broken = frozenset(r.source for r in (*remarks_so_far, *found) if r.rule in LINK_ERRORS)
        for form in dict.fromkeys(key[0] for key in linked):
            own = {key[1]: part for key, part in linked.items() if key[0] == form}
            found += check_board_plan(own, issued, broken)
            if form[0] == "multi_year_plan":
                found += check_organisation(own, _kinds(own))
        frames = {case.index: self._frames(case) for case in self.cases if case.tables}
        for part in linked.values():
            found += check_frames(part, frames)
        found += self._copies(linked, known)
        found += contradictions(tuple(linked.values()), issued, known, (*remarks_so_far, *found))
        return linked, found

    def _universe(self, parts: Mapping[BatchKey, Parsed]) -> dict[str, Known]:
        """Everything that can be meant: council goals, the boards' plans, and the units' own goals."""
        if self.context.plan is None:
            return {}
        known = known_goals(self.context.plan, self.context.boards)
        for case in self.cases:
            if case.prefill is not None and case.form is not None and case.form.kind is not None:
                known |= _followed(case.prefill, case.form.level)
        for table, kinds in (("goals", ("board_goal", "unit_goal")), ("commitments", ("board_commitment", "commitment"))):
            for part in by_table(parts).get(table, ()):
                kind = kinds[0] if part.batch.form.level == "board" else kinds[1]
                codes, texts = (part.frame[name].tolist() for name in (f"{table[:-1]}_id", "text"))
                years = [_years(part.frame, name) for name in ("from_year", "to_year")]
                for source, code, text, first, last in zip(part.batch.source, codes, texts, *years, strict=True):
                    if isinstance(code, str):
                        known[code] = Known(kind, self.cases[source].owner or "", text if isinstance(text, str) else "", first, last)
        return known

    def _frames(self, case: Case) -> dict[str, float | None]:
        if self.context.plan is None or case.owner is None:
            return {}
        if case.form is not None and case.form.kind is not None and case.prefill is not None:
            return dict(case.prefill.frames)  # as they were on the round's day
        frame = self.context.plan.frame(case.owner, case.year, case.day)
        return {"operating_frame": frame.current_operating, "investment_frame": frame.current_investment}

    def _copies(self, parts: Mapping[BatchKey, Parsed], known: Mapping[str, Known]) -> list[Remark]:
        commitments = [part for part in parts.values() if part.batch.sheet.table == "commitments"]
        owners = {case.index: case.owner or "" for case in self.cases}
        places = {case.index: case.path for case in self.cases}
        return check_copies(commitments, owners, {code: goal.text for code, goal in known.items()}, places)


def _followed(issued: Prefill, level: str) -> dict[str, Known]:
    """Return the goals and commitments that a follow-up was issued with."""
    goals, commitments = ("board_goal", "board_commitment") if level == "board" else ("unit_goal", "commitment")
    rows = [(goals, row["goal_id"], row) for row in issued.rows.get("goal_assessments", ())]
    rows += [(commitments, row["commitment_id"], row) for row in issued.rows.get("commitment_status", ())]
    return {code: Known(kind, issued.owner, row["text"] or "") for kind, code, row in rows}


def _years(frame: pd.DataFrame, name: str) -> list[int | None]:
    if name not in frame:
        return [None] * len(frame)
    return [None if empty else int(value) for value, empty in zip(frame[name].tolist(), frame[name].isna().tolist(), strict=True)]


def by_table(parts: Mapping[BatchKey, Parsed]) -> dict[str, list[Parsed]]:
    """Return the parts by the table that they hold."""
    found: dict[str, list[Parsed]] = {}
    for part in parts.values():
        found.setdefault(part.batch.sheet.table or "", []).append(part)
    return found


def _kinds(parts: Mapping[str, Parsed]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    if "organisation" in parts:
        frame = parts["organisation"].frame
        for code, kind in zip(frame["org_id"], frame["kind"], strict=True):
            if isinstance(code, str) and isinstance(kind, str):
                found.setdefault(code, set()).add(kind)
    return found


def year_of(batch: Batch, context: Context, cases: Sequence[Case]) -> int:
    """Return the year that a batch is about: the round's, or where there is none that of its first return."""
    if context.round:
        return context.round.year
    return cases[batch.source[0]].year if batch.source else 2000
