"""The first stage of judging, one return at a time: ours, of a version, owner and round that it may be; by which form it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from sys import intern

from styrxl.model.catalogue import Word
from styrxl.model.days import format_moment, local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding, finding
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form, Sheet
from styrxl.model.levels import find_level
from styrxl.model.prefill import EDITION, Prefill, Rows
from styrxl.validation.claims import Claim, apply_claim, find_newest_anew, find_newest_claim, is_intact
from styrxl.validation.context import Arrival, Context
from styrxl.validation.crash import report_crash
from styrxl.validation.named_owner import NamedOwners, find_owner_meant

_FIRST_YEAR = 2000  # archives and file systems without dates begin at 1970 or 1980
_OWN = ("owner", "issue", "signature")  # in which each return differs from others


@dataclass(frozen=True, slots=True)
class Identified:
    """A return whose owner, form and round are known, as far as it says or a controller says.

    ``form``: the form by which it is to be judged; None where it may not be judged, and ``findings`` say why. ``prefill``: what it was
    issued with, None where that is not known. ``claimed``: whether a controller is believed in place of a signature.
    """

    arrival: Arrival
    identity: Mapping[str, str]
    findings: tuple[Finding, ...]
    claimed: bool = False
    readable: bool = False
    form: Form | None = None
    prefill: Prefill | None = None

    @property
    def owner(self) -> str:
        """Whose it is, '' where that is not known."""
        return self.identity.get("owner", "")


class Identifier:
    """Identifies returns that are judged against the same."""

    def __init__(self, context: Context) -> None:
        """Take what returns are judged against."""
        self._context = context
        self._named = NamedOwners(o.org_id for o in context.plan.organisations) if context.plan else None
        self._owners = frozenset(o.org_id for o in context.plan.organisations) if context.plan else frozenset()

    def issues_named(self, arrival: Arrival) -> set[str]:
        """Return the ids of the issues by which a return may have to be judged: ``identify`` is given what was prefilled in them."""
        identity = arrival.reading.identity or {}
        issues = {identity.get("issue", "")}
        claim = self._claim(arrival)
        if claim is not None:
            issues.add(self._newest_issue(claim.owner or identity.get("owner", ""), claim.form or identity.get("form", "")))
        return issues - {""}

    def identify(self, arrival: Arrival, issued: Mapping[str, Prefill]) -> Identified:
        """Identify a return; ``issued``: issue id -> what was prefilled in it, for the issues named that there are.

        One that makes the program fail is unreadable.
        """
        try:
            return self._identify(arrival, issued)
        except StyrxlError:
            raise
        except Exception as error:  # noqa: BLE001 -- the trap: one file must not take the round down
            return mark_unreadable(Identified(arrival, {}, ()), error)

    def _identify(self, arrival: Arrival, issued: Mapping[str, Prefill]) -> Identified:
        reading, claim = arrival.reading, self._claim(arrival)
        identity = self._claimed(claim, reading.identity or {}, issued) if claim else _shared(reading.identity or {})
        claimed = claim is not None
        if reading.identity is None:
            return Identified(arrival, identity, reading.file_findings, claimed)
        findings = tuple(self._check(identity, ours=claimed or (arrival.signed and not reading.mixed)))
        doubts = (*_doubt_date(arrival, self._context.zone), *(self._doubt_name(arrival, identity) if not claimed else ()))
        return_ = Identified(arrival, identity, (*reading.file_findings, *findings, *doubts), claimed, readable=True)
        if any(f.severity == "error" for f in findings):
            return return_
        return add_prefill(return_, self._prefill(return_, issued), self._context.forms)

    def doubt_cell(self, return_: Identified) -> Identified:
        """Return a return, with what is to be said where a cell of it names somebody else than its owner."""
        named, plan = return_.arrival.reading.named, self._context.plan
        if named is None or plan is None or return_.form is None:
            return return_
        owners = [o for o in plan.organisations if find_level(o.kind) == return_.form.level]
        meant = find_owner_meant(named.text, owners)
        if meant == return_.owner:
            return return_
        known = [o.name for o in owners if o.org_id == return_.owner]
        facts = {"owner": return_.owner, "name": known[-1] if known else "", "other": meant or "ID"}
        doubt = finding("names-another", sheet=named.sheet, cell=named.cell, value=named.text, **facts)
        return replace(return_, findings=(*return_.findings, doubt if meant else replace(doubt, severity="warning")))

    def _doubt_name(self, arrival: Arrival, identity: Mapping[str, str]) -> Iterator[Finding]:
        """Yield that a file is named after somebody else than its workbook's owner."""
        owner, plan = identity.get("owner", ""), self._context.plan
        if plan is None or self._named is None or owner not in self._owners or not arrival.name:
            return
        mine = plan.rows_of(owner)
        above = {code for o in mine for code in (o.board_id, o.administration_id) if code}
        if other := self._named.find_other(arrival.name, owner, above):
            yield finding("named-for-another", file=arrival.name, other=other, owner=owner, name=mine[-1].name)

    def _claim(self, arrival: Arrival) -> Claim | None:
        """Return what a controller says of a return, where the return does not say with our signature whose it is."""
        claim, reading = self._context.claim or find_newest_claim(arrival.decided), arrival.reading
        intact = claim and is_intact(reading.identity or {}, self._owners, signed=arrival.signed, mixed=reading.mixed)
        return None if intact else claim

    def _claimed(self, claim: Claim, identity: Mapping[str, str], issued: Mapping[str, Prefill]) -> dict[str, str]:
        round_ = self._context.round
        claimed = apply_claim(claim, identity, self._context.forms, round_.id if round_ else None)
        prefill = issued.get(claimed.get("issue", ""))
        if prefill is None or any(getattr(prefill, key) != claimed.get(key) for key in ("owner", "form", "round")):
            claimed.pop("issue", None)  # of somebody else, or of nobody
        return claimed

    def _check(self, identity: Mapping[str, str], *, ours: bool) -> Iterable[Finding]:
        """Yield what is wrong with an identity; ``ours``: whether it is signed by us, or claimed by a controller."""
        forms, name, version = self._context.forms, identity.get("form", ""), identity.get("version", "")
        form = forms.form(name, edition=identity.get(EDITION)) if forms.knows(name, identity.get(EDITION)) else None
        if form is None or self._lacks_details(identity, form):
            yield finding("unknown-form")
        elif not version.isdigit() or not 1 <= int(version) <= form.version:
            yield finding("unknown-version", version=version)
        elif form.level != "council":
            yield from self._check_owner_and_round(identity, ours=ours)

    def _lacks_details(self, identity: Mapping[str, str], form: Form) -> bool:
        """Whether it is not said whose a workbook is, and of which round; the council's plan is nobody's return."""
        if form.level == "council":
            return self._context.round is not None
        return not all(identity.get(key) for key in ("version", "owner", "round"))

    def _check_owner_and_round(self, identity: Mapping[str, str], *, ours: bool) -> Iterable[Finding]:
        context, owner, round_id = self._context, identity.get("owner", ""), identity.get("round", "")
        if owner not in self._owners:
            yield finding("unknown-owner", value=owner, owner=owner)
        if context.round and round_id != context.round.id:
            yield finding("wrong-round", value=round_id, round=self._name_round(round_id), expected=self._name_round(context.round.id))
            return  # what it was issued with is of that round as well
        if owner in self._owners and not ours:
            yield finding("forged-identity")
            return  # nor is its issue to be believed
        newest = context.newest.get((owner, identity["form"]))
        if newest and identity.get("issue") and newest[0] != identity["issue"]:
            yield finding("stale-issue", issued=local_day(newest[1], context.zone))

    def _name_round(self, round_id: str) -> Mapping[str, str] | str:
        """Return what a round is called, by language; the id itself where there is no such round."""
        rounds = self._context.forms.rounds
        return {language: rounds.parse(round_id).name(language) for language in LANGUAGES} if rounds.kind_of(round_id) else round_id

    def _prefill(self, return_: Identified, issued: Mapping[str, Prefill]) -> Prefill | None:
        issue = return_.identity.get("issue", "")
        if return_.claimed and not issue:  # it is most likely what its owner was handed last
            issue = self._newest_issue(return_.owner, return_.identity["form"])
        prefill = issued.get(issue)
        fits = prefill is not None and (prefill.owner, prefill.form) == (return_.identity.get("owner"), return_.identity["form"])
        return prefill if fits else None

    def _newest_issue(self, owner: str, form: str) -> str:
        issue, _ = self._context.newest.get((owner, form), ("", None))
        return issue


def _doubt_date(arrival: Arrival, zone: tzinfo) -> Iterator[Finding]:
    """Yield that a file's own date is not believed, and what it counts as."""
    dated, received = arrival.dated, arrival.received
    if dated and received:
        why = "date_ahead" if dated > received else "date_missing" if dated.year < _FIRST_YEAR else "date_behind"
        facts = {"dated": format_moment(dated, zone), "counted": format_moment(received, zone)}
        yield finding("doubted-date", **facts, why=Word(why))


def add_prefill(return_: Identified, prefill: Prefill | None, forms: Forms) -> Identified:
    """Return a return that may be judged, with what it was issued with, and the form that follows from that."""
    identity = return_.identity
    if return_.claimed and prefill:
        identity = {"language": prefill.language, **identity}
    profile = prefill.profile if prefill else identity.get("profile") or None
    read_by = return_.arrival.reading.form
    as_read = read_by.edition if read_by and read_by.name == identity["form"] else None
    anew = find_newest_anew(return_.arrival.decided)
    named = (anew.edition if anew else None) or (prefill.edition if prefill else None) or identity.get(EDITION) or as_read
    form = forms.form(identity["form"], profile, identity.get("round"), named)
    if as_read and form.edition != named:  # nobody knows the one that it names
        form = forms.form(identity["form"], profile, identity.get("round"), as_read)
    if prefill and form.edition != prefill.edition:
        prefill = replace(prefill, rows=_list_identified(prefill.rows, form))
    return replace(return_, identity=identity, prefill=prefill, form=form)


def _list_identified(rows: Rows, form: Form) -> Rows:
    """Return rows that were given beforehand without those that have no id of the form's: the edition that they are of had another."""
    ids = {key: sheet.id_column.field for sheet in form.tables if sheet.id_column for key in _list_keys(sheet)}
    return {key: tuple(row for row in given if ids.get(key) is None or ids[key] in row) for key, given in rows.items()}


def _list_keys(sheet: Sheet) -> tuple[str, ...]:
    return (sheet.key, sheet.closing.table) if sheet.closing else (sheet.key,)


def mark_unreadable(return_: Identified, error: Exception) -> Identified:
    """Return a return as unreadable, since it made the program fail; the trace is logged for those who mend programs."""
    return replace(return_, findings=(report_crash(return_.arrival.path, error),), readable=False, form=None)


def _shared(identity: Mapping[str, str]) -> dict[str, str]:
    """Return an identity whose texts are shared with those of other returns: they are kept to the end, and most are alike."""
    return {intern(name): value if name in _OWN else intern(value) for name, value in identity.items()}
