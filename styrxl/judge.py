"""Judging: all returns of a round, read, typed, checked and linked together, each with its verdict.

One frame a table for the whole round, each schema validated once. Pure: files and what was issued come in as values.
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import islice
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandera.io import pandas_io

from styrxl.check import check_conditions, check_schema, holds
from styrxl.claim import Claim, claimed, identity_by, intact
from styrxl.contradictions import contradictions
from styrxl.errors import StyrxlError
from styrxl.findings import Finding, Remark, Word, finding
from styrxl.forms import Form, Forms
from styrxl.judged import Decided, Judged, JudgedRound
from styrxl.limits import STANDARD, Limits
from styrxl.link import (
    LINK_ERRORS,
    Known,
    check_board_plan,
    check_copies,
    check_frames,
    check_organisation,
    check_references,
    known_goals,
    own_options,
)
from styrxl.locate import Place, Table
from styrxl.lost import answer_count, lost
from styrxl.masking import masked
from styrxl.parse import Batch, Parsed, parse
from styrxl.personal import PERSON, check_personal
from styrxl.place import placed
from styrxl.plan import Plan
from styrxl.prefill import Prefill
from styrxl.reading import FormKey, Reading, Readings, form_key
from styrxl.returned import ORDINARY_MB, SIGNED
from styrxl.rounds import Round
from styrxl.rows import check_ids, check_locked, untouched

_LOG = logging.getLogger(__name__)
_SOME = 500  # returns whose issues are fetched at once

BatchKey = tuple[FormKey, str]  # form, sheet


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that came back, as it lies there.

    One that has been read already comes with its ``reading``, and without ``data``, which ``load`` gets where it is needed after all.
    """

    path: str
    data: bytes
    received: datetime | None = None
    sha256: str = ""  # where it is known, or where ``data`` is not all of a file too large to be read
    reading: Reading | None = None
    load: Callable[[], bytes] | None = None

    def bytes(self) -> bytes:
        """Return the file's bytes."""
        return self.load() if self.load else self.data


@dataclass(frozen=True, slots=True)
class Context:
    """What returns are judged against.

    ``issued``: issue id -> what was prefilled; ``newest``: owner -> (its newest issue's id, when). ``current``: what an owner
    would be issued now, for a return whose issue is not known. ``boards``: tables of the boards' accepted plans (with
    ``_owner``), where they are not among the returns. ``verify``: whether an identity's signature is ours.
    ``decided``: what controllers have decided, by a file's hash, oldest first. ``claim``: what the controller says now of
    returns that lost their identity.
    """

    forms: Forms
    plan: Plan | None = None
    round: Round | None = None
    issued: Mapping[str, Prefill] = field(default_factory=dict)
    newest: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    current: Callable[[str, str], Prefill | None] = lambda _owner, _form: None
    boards: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    verify: Callable[[Sequence[str], str], bool] | None = None
    decided: Mapping[str, tuple[Decided, ...]] = field(default_factory=dict)
    claim: Claim | None = None
    across: bool = True  # whether the returns are a round's inbox, of which one an owner counts
    limits: Limits = STANDARD
    ordinary_mb: int = ORDINARY_MB  # unpacked: what is larger is read in a process of its own
    fetch: Callable[[Sequence[str]], None] = lambda _issues: None  # told which of ``issued`` will be asked for


@dataclass(slots=True)
class _Case:
    """One return on its way through the stages."""

    index: int
    path: str
    sha256: str
    received: datetime | None
    findings: list[Finding]
    readable: bool = False
    form: Form | None = None
    identity: Mapping[str, str] = field(default_factory=dict)
    claimed: bool = False  # by a controller, who is believed in place of a signature
    prefill: Prefill | None = None
    places: dict[str, Place] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()

    @property
    def owner(self) -> str | None:
        return self.identity.get("owner")

    @property
    def year(self) -> int:
        text = self.identity.get("round", "")[:4]
        return int(text) if text.isdigit() else 2000

    @property
    def day(self) -> date:
        return self.received.date() if self.received else date(self.year, 1, 1)

    @property
    def doubled(self) -> bool:
        return any(f.rule == "duplicate-return" for f in self.findings)

    def errors(self) -> bool:
        return any(f.severity == "error" for f in self.findings)


class Schemas:
    """pandera's schemas, each built once from its YAML."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._built: dict[str, pa.DataFrameSchema] = {}

    def __getitem__(self, table: str) -> pa.DataFrameSchema:
        if table not in self._built:
            try:
                self._built[table] = pandas_io.deserialize_schema(copy.deepcopy(self._forms.schema(table)))
            except (pa.errors.SchemaDefinitionError, TypeError, ValueError, AttributeError) as error:
                raise StyrxlError("source-broken", file=f"schemas/{table}.yaml", why=str(error)) from error
        return self._built[table]


def judge(arrivals: Iterable[Arrived], context: Context, schemas: Schemas | None = None) -> JudgedRound:
    """Judge returns together; ``JudgedRound.returns`` has one for each arrival, in order.

    Raises StyrxlError (source-broken) where a form or schema of the workspace does not hold together.
    """
    return _Judging(context, schemas or Schemas(context.forms)).run(arrivals)


class _Judging:
    def __init__(self, context: Context, schemas: Schemas) -> None:
        self.context = context
        self.schemas = schemas
        self.batches: dict[BatchKey, Batch] = {}
        self.marks: dict[BatchKey, dict[int, Mapping[tuple[str, int], str]]] = {}
        self.cases: list[_Case] = []
        self.excuses: dict[tuple[int, str, tuple[str, ...]], frozenset[int]] = {}
        self.persons: set[tuple[str, str | None]] = set()  # sheets and fields in which somebody's number stands

    @cached_property
    def owners(self) -> dict[str, list[Any]]:
        """Rows of the organisation by id."""
        found: dict[str, list[Any]] = {}
        for organisation in self.context.plan.organisations if self.context.plan else ():
            found.setdefault(organisation.org_id, []).append(organisation)
        return found

    def run(self, arrivals: Iterable[Arrived]) -> JudgedRound:
        with Readings(self.context.forms, self.context.limits, self.context.ordinary_mb) as readings:
            self._take_in_all(arrivals, readings)
        remarks, frames = self._examined()
        self.persons = {(r.key, r.field) for found in remarks.values() for r in found if r.rule == PERSON}
        for cases in self._by_owner():
            _compare(cases)
        for case in self.cases:
            self._settle(case, remarks.get(case.index, []))
        return self._round(frames)

    # one return at a time: readable, ours, owner and round, sheets and headings

    def _take_in_all(self, arrivals: Iterable[Arrived], readings: Readings) -> None:
        first: dict[str, str] = {}
        for some in _batches(arrivals):
            read = list(self._read(some, first, readings))
            self.context.fetch([issue for _, _, reading in read if (issue := (reading.identity or {}).get("issue"))])
            for case, arrived, reading in read:
                try:
                    self._take_in(case, arrived, reading, readings)
                except StyrxlError:
                    raise
                except Exception as error:  # noqa: BLE001 -- the trap: one file must not take the round down
                    self._give_up(case, error)

    def _read(self, arrivals: Iterable[Arrived], first: dict[str, str], readings: Readings) -> Iterator[tuple[_Case, Arrived, Reading]]:
        """Make a case of each return, and yield those that are no duplicates; ``first``: hash -> the first return that has it."""
        for arrived in arrivals:
            sha256 = arrived.sha256 or hashlib.sha256(arrived.data).hexdigest()
            case = _Case(len(self.cases), arrived.path, sha256, arrived.received, [])
            self.cases.append(case)
            if self.context.across and sha256 in first:
                case.findings.append(finding("duplicate-return", first=first[sha256]))
                continue
            first[sha256] = case.path
            yield case, arrived, arrived.reading or readings.read(arrived.data, arrived.path)

    def _give_up(self, case: _Case, error: Exception) -> None:
        """Call a file unreadable whose content made the program fail, and keep the trace for those who mend programs."""
        _LOG.error("%s could not be judged", case.path, exc_info=error)
        case.findings = [finding("unreadable-workbook", why=Word("crashed"))]
        case.readable, case.form, case.tables, case.places = False, None, (), {}

    def _take_in(self, case: _Case, arrived: Arrived, reading: Reading, readings: Readings) -> None:
        case.findings.extend(reading.found)
        case.identity = self._identity(case, reading)
        if reading.identity is None:
            return
        case.readable = True
        if not self._known(case, mixed=reading.mixed):
            return
        assert case.form is not None
        if reading.form != form_key(case.form):  # it says that it is something else than it was issued as
            reading = readings.read_as(arrived.bytes(), case.form, case.identity.get("language", reading.language))
        tables, found = tuple(_as_issued(table, case) for table in reading.tables), reading.located
        case.places = {table.place.key: table.place for table in tables}
        if not any(table.answered for table in tables) and not any(f.rule in {"missing-sheet", "missing-column"} for f in found):
            case.findings.append(finding("empty-return"))
            case.places = {}
            return
        case.findings.extend(found)
        if self._aside(case) is None:  # else it has no say about the others either
            case.tables = tables
            self._gather(case, tables)

    def _aside(self, case: _Case) -> Decided | None:
        """Return the decision by which a return is set aside, if it is."""
        decided = [d for d in self.context.decided.get(case.sha256, ()) if d.kind in {"set-aside", "take-back"}]
        return decided[-1] if decided and decided[-1].kind == "set-aside" else None

    def _identity(self, case: _Case, reading: Reading) -> dict[str, str]:
        said, claim = reading.identity or {}, self.context.claim or claimed(self.context.decided.get(case.sha256, ()))
        if claim is None or intact(said, self.owners, self.context.verify, mixed=reading.mixed):
            return dict(said)
        case.claimed = True
        identity = identity_by(claim, said, self.context.forms, self.context.round.id if self.context.round else None)
        issued = self.context.issued.get(identity.get("issue", ""))
        if issued is None or any(getattr(issued, key) != identity.get(key) for key in ("owner", "form", "round")):
            identity.pop("issue", None)  # of somebody else, or of nobody
        return identity

    def _known(self, case: _Case, *, mixed: bool) -> bool:
        """Whether the return is ours, of a version, owner and round that it may be; else findings say why not."""
        forms, identity = self.context.forms, case.identity
        name = identity.get("form", "")
        if name not in forms.names():
            case.findings.append(finding("unknown-form"))
            return False
        newest = forms.form(name)
        if not identity.get("version", "").isdigit() or not 1 <= int(identity["version"]) <= newest.version:
            case.findings.append(finding("unknown-version", version=identity.get("version", "")))
            return False
        found = [*self._owner_and_round(case, newest, mixed=mixed)]
        case.findings.extend(found)
        if any(f.severity == "error" for f in found):
            return False
        case.prefill = self._prefill(case)
        if case.claimed and case.prefill:
            case.identity = {"language": case.prefill.language, **case.identity}
        profile = case.prefill.profile if case.prefill else identity.get("profile") or None
        case.form = forms.form(name, profile, identity.get("round"))
        return True

    def _owner_and_round(self, case: _Case, form: Form, *, mixed: bool) -> Iterable[Finding]:
        identity, context = case.identity, self.context
        if form.level == "council":
            return
        owner, in_round = identity.get("owner", ""), identity.get("round", "")
        known, right = owner in self.owners, not context.round or in_round == context.round.id
        if not known:
            yield finding("unknown-owner", value=owner, owner=owner)
        if not right and context.round:
            yield finding("wrong-round", value=in_round, round=in_round, expected=context.round.id)
        signed = [identity.get(key, "") for key in SIGNED]
        ours = case.claimed or context.verify is None or (not mixed and context.verify(signed, identity.get("signature", "")))
        if known and right and not ours:
            yield finding("forged-identity")
            return  # nor is its issue to be believed
        newest = context.newest.get(owner)
        if newest and identity.get("issue") and newest[0] != identity["issue"]:
            yield finding("stale-issue", issued=newest[1].date())

    def _prefill(self, case: _Case) -> Prefill | None:
        issue = case.identity.get("issue", "")
        if case.claimed and not issue:  # it is most likely what its owner was handed last
            issue, _ = self.context.newest.get(case.owner or "", ("", None))
        issued = self.context.issued.get(issue)
        if issued is not None and (issued.owner, issued.form) == (case.owner, case.identity["form"]):
            return issued
        return self.context.current(case.owner or "", case.identity["form"])

    def _gather(self, case: _Case, tables: Iterable[Table]) -> None:
        assert case.form is not None
        for table in tables:
            key = (form_key(case.form), table.sheet.key)
            if key not in self.batches:
                self.batches[key] = Batch(case.form, table.sheet)
            self.batches[key].add(case.index, table)
            if table.marks:
                self.marks.setdefault(key, {})[case.index] = table.marks

    # all returns together: cells, rows, links

    def _examined(self) -> tuple[dict[int, list[Remark]], dict[BatchKey, Parsed]]:
        """Examine all returns; where that fails, find those that it fails for one by one, and examine the others.

        Where it fails for each of them the fault is not theirs, and the error is raised.
        """
        try:
            return self._examine()
        except StyrxlError:
            raise
        except Exception as error:
            cases = [case for case in self.cases if case.tables]
            failing = {case.index: why for case in cases if (why := self._alone(case)) is not None}
            if len(failing) == len(cases) > 1:
                raise error from None
        for case in cases:
            if case.index in failing:
                self._give_up(case, failing[case.index])
        self._gather_only(cases)
        return self._examine()

    def _alone(self, case: _Case) -> Exception | None:
        """Return what examining one return by itself fails with, if it does."""
        self._gather_only([case])
        try:
            self._examine()
        except Exception as error:  # noqa: BLE001 -- returned, and told of
            return error
        return None

    def _gather_only(self, cases: Sequence[_Case]) -> None:
        self.batches, self.marks = {}, {}
        for case in cases:
            if case.form is not None:
                self._gather(case, case.tables)

    def _examine(self) -> tuple[dict[int, list[Remark]], dict[BatchKey, Parsed]]:
        remarks: list[Remark] = []
        self.excuses = {}
        issued = {case.index: case.prefill for case in self.cases if case.prefill is not None}
        limits = {source: prefill.limits for source, prefill in issued.items() if prefill.thresholds}
        parts: dict[BatchKey, Parsed] = {}
        for key, batch in self.batches.items():
            part = parse(batch, self.context.forms.words, self._year(batch), self.marks.get(key, {}))
            frame, changed = check_locked(part, issued)
            parts[key] = replace(part, frame=frame)
            conditions = check_conditions(parts[key], self._year(batch), limits)
            remarks += [*part.remarks, *changed, *conditions, *check_personal(batch)]
        for case in self.cases:
            remarks += self._rows(case, parts)
        for table, same in _by_table(parts).items():
            remarks += check_schema(table, self.schemas[table], same)
        parts, linked = self._link(parts, issued, remarks)
        grouped: dict[int, list[Remark]] = {}
        for remark in (*remarks, *linked):
            grouped.setdefault(remark.source, []).append(remark)
        return grouped, parts

    def _year(self, batch: Batch) -> int:
        if self.context.round:
            return self.context.round.year
        return self.cases[batch.source[0]].year if batch.source else 2000

    def _rows(self, case: _Case, parts: Mapping[BatchKey, Parsed]) -> list[Remark]:
        found: list[Remark] = []
        for table in case.tables:
            found += check_ids(table.sheet, case.index, table.ids, frozenset(table.rows), case.prefill)
            if table.sheet.at_least > len(table.rows) and not self._excused(case, table, parts):
                first = next(c for c in table.sheet.columns if c.asked)
                found.append(Remark(case.index, table.sheet.key, table.place.heading_row + 1, first.field, "missing-value"))
        return found

    def _excused(self, case: _Case, table: Table, parts: Mapping[BatchKey, Parsed]) -> bool:
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
            frame, remarks = check_references(part, issued, offered[key[0]], known, self._year(part.batch))
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
            for part in _by_table(parts).get(table, ()):
                kind = kinds[0] if part.batch.form.level == "board" else kinds[1]
                codes, texts = (part.frame[name].tolist() for name in (f"{table[:-1]}_id", "text"))
                years = [_years(part.frame, name) for name in ("from_year", "to_year")]
                for source, code, text, first, last in zip(part.batch.source, codes, texts, *years, strict=True):
                    if isinstance(code, str):
                        known[code] = Known(kind, self.cases[source].owner or "", text if isinstance(text, str) else "", first, last)
        return known

    def _frames(self, case: _Case) -> dict[str, float | None]:
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

    # the verdict

    def _settle(self, case: _Case, remarks: Sequence[Remark]) -> None:
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

    def _round(self, parts: Mapping[BatchKey, Parsed]) -> JudgedRound:
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
            aside = self._aside(case)
            if aside and own != "duplicate":
                told = finding("set-aside-return", by=aside.by, at=aside.at.date(), reason=aside.reason)
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

    def _by_owner(self) -> list[list[_Case]]:
        """Group the returns of each owner of which one counts, oldest first."""
        owners: dict[tuple[str, str], list[_Case]] = {}
        for case in self.cases if self.context.across else ():
            if case.owner and case.form is not None and not case.doubled and self._aside(case) is None:
                owners.setdefault((case.owner, case.form.level), []).append(case)
        return [sorted(cases, key=lambda c: (c.received or datetime.min.replace(tzinfo=UTC), c.path)) for cases in owners.values()]

    def _judged(self, case: _Case, verdict: str, findings: tuple[Finding, ...]) -> Judged:
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
            language=case.identity.get("language"),
            issue=case.identity.get("issue"),
            received=case.received,
            rows={table.sheet.table or table.sheet.key: len(table.rows) for table in case.tables},
            decided=self.context.decided.get(case.sha256, ()),
        )

    def _tables(self, parts: Mapping[BatchKey, Parsed]) -> dict[str, pd.DataFrame]:
        return {table: pd.concat([self._complete(p) for p in same], ignore_index=True) for table, same in _by_table(parts).items()}

    def _complete(self, part: Parsed) -> pd.DataFrame:
        batch, year = part.batch, self._year(part.batch)
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


def _compare(cases: Sequence[_Case]) -> None:
    """Say of each of an owner's returns, oldest first, which sheets' answers only an older one has."""
    for position, case in enumerate(cases):
        told: set[str] = set()
        for older in reversed(cases[:position]) if case.tables else ():
            gone = [table for table in lost(case.tables, older.tables) if table.place.key not in told]
            told |= {table.place.key for table in gone}
            if gone:
                sheets = [Word("lost_sheet", {"sheet": table.place.sheet, "n": answer_count(table)}) for table in gone]
                case.findings.append(finding("answers-lost", older=older.path, owner=case.owner, sheets=sheets))


def _followed(issued: Prefill, level: str) -> dict[str, Known]:
    """Return the goals and commitments that a follow-up was issued with."""
    goals, commitments = ("board_goal", "board_commitment") if level == "board" else ("unit_goal", "commitment")
    rows = [(goals, row["goal_id"], row) for row in issued.rows.get("goal_assessments", ())]
    rows += [(commitments, row["commitment_id"], row) for row in issued.rows.get("commitment_status", ())]
    return {code: Known(kind, issued.owner, row["text"] or "") for kind, code, row in rows}


def _as_issued(table: Table, case: _Case) -> Table:
    """Return a table that knows which of its answers were given beforehand."""
    assert case.form is not None
    given = untouched(table, case.prefill, case.form)
    return replace(table, untouched=given) if given else table


def _batches(arrivals: Iterable[Arrived]) -> Iterator[list[Arrived]]:
    rest = iter(arrivals)
    while some := list(islice(rest, _SOME)):
        yield some


def _years(frame: pd.DataFrame, name: str) -> list[int | None]:
    values = frame[name].tolist() if name in frame else [None] * len(frame)
    return [None if pd.isna(value) else int(value) for value in values]


def _by_table(parts: Mapping[BatchKey, Parsed]) -> dict[str, list[Parsed]]:
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


def _reading_order(found: Finding) -> tuple[int, int, str, int, str]:
    cell = found.cell or ""
    letters = cell.rstrip("0123456789")
    return (*found.order, found.sheet or "", int(cell[len(letters) :] or 0), letters)
