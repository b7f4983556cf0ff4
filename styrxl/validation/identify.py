"""The first stage of judging, one return at a time: readable, ours, of a version, owner and round that it may be; its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from sys import intern
from typing import Any

from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, finding
from styrxl.model.forms import Form
from styrxl.model.prefill import Prefill
from styrxl.returns.read import Reading, Readings, form_key
from styrxl.returns.tables import Table
from styrxl.returns.workbook import SIGNED
from styrxl.validation.case import Case
from styrxl.validation.context import Arrived, Context
from styrxl.validation.identity import claimed, identity_by, intact
from styrxl.validation.rules.rows import untouched

_OWN = ("owner", "issue", "signature")  # in which each return differs from others
_SOME = 500  # returns whose issues are fetched at once


def admitted(arrivals: Iterable[Arrived], context: Context) -> Iterator[Case]:
    """Yield a case for each return, in order, with its tables where it may be judged further; raises StyrxlError (source-broken)."""
    admission = _Admission(context)
    with Readings(context.forms, context.limits, context.ordinary_mb) as readings:
        yield from admission.take_in(arrivals, readings)


class _Admission:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.count = 0
        self.words: dict[str, str] = {}  # of identities, in which most returns are alike

    @cached_property
    def owners(self) -> dict[str, list[Any]]:
        """Rows of the organisation by id."""
        found: dict[str, list[Any]] = {}
        for organisation in self.context.plan.organisations if self.context.plan else ():
            found.setdefault(organisation.org_id, []).append(organisation)
        return found

    def take_in(self, arrivals: Iterable[Arrived], readings: Readings) -> Iterator[Case]:
        first: dict[str, str] = {}
        for some in _batches(arrivals):
            read = list(self._read(some, first, readings))
            self.context.fetch([issue for _, _, reading in read if reading and (issue := (reading.identity or {}).get("issue"))])
            for case, arrived, reading in read:
                if reading is None:
                    continue
                try:
                    self._take_in(case, arrived, reading, readings)
                except StyrxlError:
                    raise
                except Exception as error:  # noqa: BLE001 -- the trap: one file must not take the round down
                    case.give_up(error)
            yield from (case for case, _, _ in read)

    def _read(
        self, arrivals: Iterable[Arrived], first: dict[str, str], readings: Readings
    ) -> Iterator[tuple[Case, Arrived, Reading | None]]:
        """Make a case of each return; of duplicates nothing is read; ``first``: hash -> the first return that has it."""
        for arrived in arrivals:
            sha256 = arrived.sha256 or hashlib.sha256(arrived.data).hexdigest()
            case = Case(self.count, arrived.path, sha256, arrived.received, [], self.context.decided.get(sha256, ()))
            self.count += 1
            if self.context.across and sha256 in first:
                case.findings.append(finding("duplicate-return", first=first[sha256]))
                yield case, arrived, None
                continue
            first[sha256] = case.path
            yield case, arrived, arrived.reading or readings.read(arrived.data, arrived.path)

    def _take_in(self, case: Case, arrived: Arrived, reading: Reading, readings: Readings) -> None:
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
        case.identity = {name: value for name, value in case.identity.items() if name != "signature"}  # it has been looked at
        if case.aside is None:  # else it has no say about the others either
            case.tables = tables

    def _identity(self, case: Case, reading: Reading) -> dict[str, str]:
        said, claim = reading.identity or {}, self.context.claim or claimed(case.decided)
        if claim is None or intact(said, self.owners, self.context.verify, mixed=reading.mixed):
            return {intern(name): value if name in _OWN else self.words.setdefault(value, value) for name, value in said.items()}
        case.claimed = True
        identity = identity_by(claim, said, self.context.forms, self.context.round.id if self.context.round else None)
        issued = self.context.issued.get(identity.get("issue", ""))
        if issued is None or any(getattr(issued, key) != identity.get(key) for key in ("owner", "form", "round")):
            identity.pop("issue", None)  # of somebody else, or of nobody
        return identity

    def _known(self, case: Case, *, mixed: bool) -> bool:
        """Whether the return is ours, of a version, owner and round that it may be; else findings say why not."""
        forms, identity = self.context.forms, case.identity
        name = identity.get("form", "")
        if name not in forms.names() or (self.context.round and forms.form(name).level == "council"):  # the plan is nobody's return
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

    def _owner_and_round(self, case: Case, form: Form, *, mixed: bool) -> Iterable[Finding]:
        identity, context = case.identity, self.context
        if form.level == "council":
            return
        owner, in_round = identity.get("owner", ""), identity.get("round", "")
        known, right = owner in self.owners, not context.round or in_round == context.round.id
        if not known:
            yield finding("unknown-owner", value=owner, owner=owner)
        if not right and context.round:
            yield finding("wrong-round", value=in_round, round=in_round, expected=context.round.id)
            return  # what it was issued with is of that round as well
        signed = [identity.get(key, "") for key in SIGNED]
        ours = case.claimed or context.verify is None or (not mixed and context.verify(signed, identity.get("signature", "")))
        if known and right and not ours:
            yield finding("forged-identity")
            return  # nor is its issue to be believed
        newest = context.newest.get(owner)
        if newest and identity.get("issue") and newest[0] != identity["issue"]:
            yield finding("stale-issue", issued=local_day(newest[1]))

    def _prefill(self, case: Case) -> Prefill | None:
        issue = case.identity.get("issue", "")
        if case.claimed and not issue:  # it is most likely what its owner was handed last
            issue, _ = self.context.newest.get(case.owner or "", ("", None))
        issued = self.context.issued.get(issue)
        if issued is not None and (issued.owner, issued.form) == (case.owner, case.identity["form"]):
            return issued
        return self.context.current(case.owner or "", case.identity["form"])


def _as_issued(table: Table, case: Case) -> Table:
    """Return a table that knows which of its answers were given beforehand."""
    assert case.form is not None
    given = untouched(table, case.prefill, case.form)
    return replace(table, untouched=given) if given else table


def _batches(arrivals: Iterable[Arrived]) -> Iterator[list[Arrived]]:
    rest = iter(arrivals)
    while some := list(islice(rest, _SOME)):
        yield some
