"""A round's returns, judged: those in the inbox, recorded or not, and files named by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from styrxl import __version__
from styrxl.model.accepted import Told, told_by
from styrxl.model.days import local_day
from styrxl.model.decisions import ASSIGN
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import Forms
from styrxl.model.judged import Decided, Judged, JudgedRound
from styrxl.model.limits import Limits
from styrxl.model.prefill import Prefill, Shared
from styrxl.model.rounds import Round
from styrxl.prefill.followup import Year
from styrxl.prefill.plan import Source, prefill, series_of
from styrxl.rounds.desk import Desk, another
from styrxl.scale.arrivals import Gathered, Lying, modified
from styrxl.scale.no_cycles import no_cycles
from styrxl.scale.read_all import fetch, gathered
from styrxl.store.ledger import Ledger, Receipt, Verdict
from styrxl.store.workspace import Workspace
from styrxl.validation.identity import Claim
from styrxl.validation.judge import Arrived, Context, judge

BY_HAND = "inbox"  # the origin of what was put into the inbox by hand
_SOME = 1_000  # returns that are noted as received at once
BOARD_TABLES = ("confirmation", "goals", "commitments", "unit_frames")


@no_cycles()
def judge_inbox(desk: Desk, round_: Round) -> JudgedRound:
    """Judge all that lies in a round's inbox, and record when each file was first seen and its verdict."""
    workspace, ledger = desk.workspace, desk.ledger
    result = judge(_arrivals(_registered(desk, round_), desk), context_of(desk, round_), desk.schemas)
    rules = rules_version(workspace.forms)
    ledger.record_verdicts(round_.id, [_verdict(judged, desk.now, rules) for judged in result.returns])
    return result


def _registered(desk: Desk, round_: Round) -> Iterator[tuple[Gathered, datetime]]:
    """Yield what lies in a round's inbox, with when it was first seen, which is recorded as it is read: so much is never held at once."""
    read = _gathered(desk, round_)
    while some := list(islice(read, _SOME)):
        receipts = desk.ledger.register_receipts(round_.id, [_receipt(one) for one in some])
        yield from ((one, receipts[one.lying.shown].received_at) for one in some)


def _gathered(desk: Desk, round_: Round) -> Iterator[Gathered]:
    """Read what lies in a round's inbox."""
    workspace = desk.workspace
    if desk.how.inbox:
        from styrxl.scale.addresses import listed  # noqa: PLC0415 -- fsspec need not be there

        returns = listed(desk.how.inbox, desk.now)
    else:
        returns = [Lying(workspace.shown(path), path, modified(path)) for path in workspace.inbox_files(round_).files]
    return gathered(workspace.root, desk.how.inbox or round_.id, returns, workspace.forms, desk.limits, desk.how)


def rules_version(forms: Forms) -> str:
    """Say by which rules returns are judged: the forms' versions, and a mark that changes with any of their sources."""
    found = {name: forms.form(name) for name in forms.names()}
    paths = [forms.path("sheets", stem) for name in found for stem in (name, *(f"{name}.{profile}" for profile in forms.profiles(name)))]
    paths += [forms.path("schemas", table) for table in sorted({s.table for form in found.values() for s in form.tables if s.table})]
    paths.append(forms.path("sheets", "words"))
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in paths if path)).hexdigest()[:8]
    return "; ".join([*(f"{name} {form.version}" for name, form in found.items()), f"rules {digest}"])


def judge_files(desk: Desk, paths: Sequence[Path], round_: Round | None, claim: Claim | None = None) -> JudgedRound:
    """Judge files named by hand against what was issued and the round's accepted plans; nothing is recorded.

    Raises StyrxlError (belongs-to-another) for one of which something else is claimed than it says itself.
    """
    workspace = desk.workspace
    returns = [Lying(workspace.shown(path), path, modified(path)) for path in paths]
    read = gathered(workspace.root, "", returns, workspace.forms, desk.limits, replace(desk.how, keep=False))
    boards = accepted_boards(judge_inbox_quietly(desk, round_)) if round_ and not round_.followup else {}
    arrivals = _arrivals(((one, one.lying.modified) for one in read), desk)
    result = judge(arrivals, context_of(desk, round_, boards=boards, across=False, claim=claim), desk.schemas)
    for one in result.returns:
        if claim and ((claim.owner or one.owner) != one.owner or (claim.form or one.form) != one.form):
            raise another(desk.workspace.forms, one.path, one.owner, one.form, one.round)
    return result


@no_cycles()
def judge_inbox_quietly(desk: Desk, round_: Round) -> JudgedRound:
    """Judge a round's inbox without recording anything."""
    known = {p: r.received_at for p, r in desk.ledger.receipts(round_.id).items()}
    read = ((one, known.get(one.lying.shown) or one.lying.modified) for one in _gathered(desk, round_))
    return judge(_arrivals(read, desk), context_of(desk, round_), desk.schemas)


def accepted_boards(judged: JudgedRound) -> dict[str, pd.DataFrame]:
    """Tables of the boards' plans that are in force."""
    boards = {r.index for r in judged.accepted if r.form == "annual_plan"}
    return {name: frame[frame["_source"].isin(boards)] for name, frame in judged.tables.items() if name in BOARD_TABLES}


def context_of(
    desk: Desk,
    round_: Round | None,
    *,
    boards: Mapping[str, pd.DataFrame] | None = None,
    across: bool = True,
    claim: Claim | None = None,
) -> Context:
    """Return what returns are judged against: the plan, what was issued in a round, and the boards' accepted plans."""
    issues = desk.ledger.issues(round_.id) if round_ else {}
    issued = Issued(desk.ledger)
    sources: list[Source] = []  # made when it is first asked for: a follow-up's takes judging the rounds before it

    def current(who: str, name: str) -> Prefill | None:
        if round_ and not sources:
            sources.append(source_of(desk, round_, boards or {}))
        return _current(sources[0], who, name) if sources else None

    return Context(
        forms=desk.workspace.forms,
        plan=desk.plan,
        round=round_,
        issued=issued,
        newest={who: (issue.issue_id, issue.created_at) for who, issue in issues.items()},
        current=current,
        boards=boards or {},
        verify=desk.workspace.verify,
        decided=_decided(desk.ledger, round_),
        claim=claim,
        across=across,
        limits=desk.limits,
        fetch=issued.fetch,
    )


def source_of(desk: Desk, round_: Round, boards: Mapping[str, pd.DataFrame]) -> Source:
    """Return what a round's workbooks are prefilled from; ``boards``: tables of the boards' accepted plans, for the units' plans."""
    year = last_year = None
    if round_.followup:
        plans, *earlier = (_told(desk, before) for before in (Round(round_.year, "plan"), *round_.before))
        year = Year(desk.plan, round_, plans, tuple(earlier))
    elif desk.workspace.inbox_files(Round(round_.year - 1, "plan")).files:
        last_year = _told(desk, Round(round_.year - 1, "plan"))
    return Source(desk.plan, desk.workspace.settings, desk.workspace.forms, round_, boards, local_day(desk.now), year, last_year)


def _told(desk: Desk, round_: Round) -> Told:
    return told_by(judge_inbox_quietly(desk, round_), round_)


def _decided(ledger: Ledger, round_: Round | None) -> dict[str, tuple[Decided, ...]]:
    """Return what was decided about returns, by their hash; where no round is named not whose they are, which is a round's own."""
    return {
        sha256: tuple(Decided(d.kind, d.reason, d.decided_by, d.decided_at, d.owner, d.form) for d in those if round_ or d.kind != ASSIGN)
        for sha256, those in ledger.decisions(round_.id if round_ else None).items()
    }


class Issued(Mapping[str, Prefill]):
    """What was issued, by issue id, fetched from the ledger when it is asked for and then kept."""

    def __init__(self, ledger: Ledger) -> None:
        """Take the ledger."""
        self._ledger = ledger
        self._known: dict[str, Prefill | None] = {}
        self._shared = Shared()

    def fetch(self, issues: Sequence[str]) -> None:
        """Fetch some issues at once: one by one takes longer than reading the returns."""
        wanted = [issue for issue in issues if issue not in self._known]
        texts = self._ledger.prefills(wanted) if wanted else {}
        for issue in wanted:
            self._known[issue] = self._shared.prefill(texts[issue]) if issue in texts else None

    def __getitem__(self, issue: str) -> Prefill:
        """Return what was prefilled in an issue; KeyError if it was never issued."""
        if issue not in self._known:
            self.fetch([issue] if issue else [])
        found = self._known.get(issue)
        if found is None:
            raise KeyError(issue)
        return found

    def __iter__(self) -> Iterator[str]:
        """Iterate over the issues that have been asked for."""
        return iter(self._known)

    def __len__(self) -> int:
        """Count the issues that have been asked for."""
        return len(self._known)


def _current(source: Source, owner: str, name: str) -> Prefill | None:
    found = source.plan.find(owner, source.day)
    if found is None or name not in source.forms.names():
        return None
    form = source.forms.form(name, found.profile, source.round.id)
    if form.level not in {"board", "unit"} or source.round.kind not in form.rounds:
        return None
    return prefill(source, found, form, dict.fromkeys(series_of(form, source.round), 1))


def _arrivals(read: Iterable[tuple[Gathered, datetime]], desk: Desk) -> Iterator[Arrived]:
    limits = desk.limits
    for one, at in read:
        yield Arrived(one.lying.shown, b"", at, one.sha256, one.reading, partial(_bytes, one.lying, limits))


def _bytes(lying: Lying, limits: Limits) -> bytes:
    return fetch(lying, limits)[0]


def _receipt(one: Gathered) -> Receipt:
    return Receipt(one.lying.shown, one.sha256, one.size, one.lying.modified, BY_HAND)


def _verdict(judged: Judged, now: datetime, forms: str) -> Verdict:
    return Verdict(judged.path, judged.sha256, judged.owner, judged.verdict, judged.errors, judged.warnings, forms, __version__, now)


def named_files(paths: Iterable[Path]) -> list[Path]:
    """Files that were named, and those in folders that were named, without lock files."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith(("~$", "."))) if path.is_dir() else [path]
        found += inside
    return found


def only_round(workspace: Workspace, year: int) -> Round:
    """Return the one round that has an inbox or, where none has, that was handed out.

    Raises StyrxlError: which-round where there are several; no-round-yet where there are none (``year`` is the present one).
    """
    names = next((found for place in ("inbox", "outbox") if (found := _folders(workspace.root / place))), [])
    if not names:
        raise StyrxlError("no-round-yet", round=f"{year + 1}-plan")
    if len(names) > 1:
        raise StyrxlError("which-round", rounds=", ".join(names), last=names[-1])
    return Round.parse(names[0])


def _folders(place: Path) -> list[str]:
    return sorted(path.name for path in place.iterdir() if path.is_dir()) if place.is_dir() else []
