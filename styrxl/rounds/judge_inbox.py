"""A round's returns, judged: those in the inbox, recorded or not, and files named by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from styrxl import __version__
from styrxl.model.answers_in_force import AnswersInForce, collect_answers
from styrxl.model.decisions import Decision
from styrxl.model.form_files import Forms
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.prefill.plan import PrefillSource
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.rounds.desk import Desk, belongs_to_another
from styrxl.rounds.identify_returns import ReadReturn, identify_returns
from styrxl.rounds.inbox.file_order import list_inbox
from styrxl.rounds.inbox.kept_rounds import Judging, find_remembered, judge_once
from styrxl.rounds.inbox.rounds_before import list_asked, list_last_year
from styrxl.rounds.prefills import fetch_prefills, make_current_prefill
from styrxl.rounds.purged import refuse_purged
from styrxl.scale.garbage_collection import pause_garbage_collection
from styrxl.scale.read_all import read_returns
from styrxl.scale.return_files import ReadFile, ReturnFile, read_modified_time
from styrxl.store.ledger import BY_HAND, Verdict
from styrxl.store.outcome_runs import read_booked_outcomes
from styrxl.store.receipts import Key, Receipt
from styrxl.validation.claims import Claim
from styrxl.validation.context import Context
from styrxl.validation.judge import judge
from styrxl.validation.rules.schema import load_schemas

BOARD_TABLES = ("confirmation", "goals", "commitments", "indicators", "unit_frames")
_TOGETHER = 1_000  # returns that are noted as received at once

Boards = Mapping[str, pd.DataFrame]  # tables of the boards' accepted plans


@pause_garbage_collection()
def judge_inbox(desk: Desk, round_: Round) -> JudgedRound:
    """Judge all that lies in a round's inbox, and record when each file was first seen and its verdict.

    Raises StyrxlError (round-purged) where the round's returns were disposed of.
    """
    refuse_purged(desk, round_)
    judged = _judge_once(desk, round_, _registered(desk, round_), records=True)
    rules = describe_rules(desk.forms)
    desk.ledger.record_verdicts(round_.id, [_verdict(return_, desk.now, rules) for return_ in judged.returns])
    return judged


def judge_inbox_quietly(desk: Desk, round_: Round) -> JudgedRound:
    """Judge a round's inbox without recording anything; raises StyrxlError (round-purged)."""
    refuse_purged(desk, round_)
    return find_remembered(desk, round_) or _judge_quietly(desk, round_)


@pause_garbage_collection()
def _judge_quietly(desk: Desk, round_: Round) -> JudgedRound:
    returns = _with_receipts(desk, round_, partial(desk.ledger.preview_receipts, round_.id, now=desk.now))
    return _judge_once(desk, round_, returns, records=False)


def _judge_once(desk: Desk, round_: Round, returns: Iterable[ReadReturn], *, records: bool) -> JudgedRound:
    """Judge a round's inbox as it is read, or return what that gave before."""
    judging = replace(desk, plan=desk.plan.for_judging())  # what is kept rests on no more
    current = CurrentPrefills(judging, round_)

    def judge_now() -> Judging:
        return Judging(judge_returns(judging, round_, returns, current=current), alone=not current.asked)

    return judge_once(desk, round_, judge_now, records=records)


def judge_files(desk: Desk, paths: Sequence[Path], round_: Round | None, claim: Claim | None = None) -> JudgedRound:
    """Judge files named by hand against what was issued and the round's accepted plans; nothing is recorded.

    Raises StyrxlError (belongs-to-another) for one of which something else is claimed than it says itself.
    """
    files = [ReturnFile(desk.workspace.shown(path), path, read_modified_time(path)) for path in paths]
    return judge_return_files(desk, files, round_, claim)


def judge_return_files(desk: Desk, files: Sequence[ReturnFile], round_: Round | None, claim: Claim | None = None) -> JudgedRound:
    """Judge files that need not lie anywhere, as ``judge_files`` does."""
    read = read_returns(desk.workspace.root, "", files, desk.forms, desk.limits, replace(desk.how, keep=False))
    boards = select_board_tables(judge_inbox_quietly(desk, round_)) if round_ and not round_.followup else {}
    judged = judge_returns(desk, round_, ((file, make_receipt(file)) for file in read), boards=boards, whole_inbox=False, claim=claim)
    for return_ in judged.returns:
        if claim and ((claim.owner or return_.owner) != return_.owner or (claim.form or return_.form) != return_.form):
            raise belongs_to_another(desk.forms, return_.path, return_.owner, return_.form, return_.round)
    return judged


def judge_returns(
    desk: Desk,
    round_: Round | None,
    returns: Iterable[ReadReturn],
    *,
    boards: Boards | None = None,
    whole_inbox: bool = True,
    claim: Claim | None = None,
    current: CurrentPrefills | None = None,
    supposed: Decision | None = None,
) -> JudgedRound:
    """Judge returns as they are read.

    ``boards``: the accepted plans that units' plans are tied to, where they are not among the returns; ``whole_inbox`` and ``claim`` as
    ``Context`` has them; ``current``: who tells what owners would be issued now; ``supposed``: what has not been decided, but might be.
    """
    issues = desk.ledger.issues_by_form(round_.id) if round_ else {}
    context = Context(
        forms=desk.forms,
        plan=desk.plan,
        round=round_,
        newest={key: (issue.issue_id, issue.created_at) for key, issue in issues.items()},
        boards=boards or {},
        claim=claim,
        whole_inbox=whole_inbox,
        taken=desk.ledger.taken_numbers(round_.id) if round_ else {},
        booked=read_booked_outcomes(desk.ledger, round_.id) if round_ else None,
        zone=desk.zone,
    )
    return judge(
        identify_returns(desk, returns, context, current or CurrentPrefills(desk, round_, boards or {}), supposed),
        context,
        load_schemas(desk.forms),
    )


class CurrentPrefills:
    """Tells what an owner would be issued now in a round (in none: nothing), and whether it was ever asked.

    What that takes is made when it is first asked for: before a follow-up all rounds before it are judged.
    """

    def __init__(self, desk: Desk, round_: Round | None, boards: Boards = MappingProxyType({})) -> None:
        """Take the round, and the accepted plans that units' plans are tied to."""
        self._desk, self._round, self._boards = desk, round_, boards
        self.asked = False

    def __call__(self, owner: str, form: str) -> Prefill | None:
        """Return what an owner would be issued now in a form of that name."""
        self.asked = True
        return make_current_prefill(self._source, owner, form) if self._source else None

    @cached_property
    def _source(self) -> PrefillSource | None:
        return make_prefill_source(self._desk, self._round, self._boards) if self._round else None


def make_prefill_source(desk: Desk, round_: Round, boards: Boards) -> PrefillSource:
    """Return what a round's workbooks are prefilled from; ``boards``: the accepted plans, for the units' plans."""
    year, last_year = None, _find_last_year(desk, round_)
    if round_.followup:
        plans = _read_answers(desk, round_.plan, with_prefills=last_year is not None)
        year = YearSoFar(desk.plan, round_, plans, tuple(_read_answers(desk, before) for before in round_.before), last_year)
    settings, today = desk.workspace.settings, desk.today
    refuse_purged(desk, round_)
    asked = [one for one in list_asked(desk.forms, round_) if desk.workspace.inbox_files(one).files]
    answers = {one.id: _read_answers(desk, one) for one in asked if not (year and one == year.plans.round)}
    booked = read_booked_outcomes(desk.ledger, round_.id)
    return PrefillSource(desk.plan, settings, desk.forms, round_, boards, today, year, last_year, answers, booked)


def add_next_plans(desk: Desk, source: PrefillSource) -> PrefillSource:
    """Return what the workbooks of a year's last round are prefilled from, with next year's plans as far as these have come in already.

    Not done when returns are judged: next year's plans are prefilled from this year's answers in their turn.
    """
    plans = Round(source.round.year + 1, source.round.plan.kind)
    if source.year is None or not source.round.kind.final or not desk.workspace.inbox_files(plans).files:
        return source
    return replace(source, year=replace(source.year, next_plans=_read_answers(desk, plans)))


def _find_last_year(desk: Desk, round_: Round) -> YearSoFar | None:
    """Return the year before a round: its plans and all its follow-ups in which anything has come in; None where it has no plans."""
    plans, *followups = list_last_year(desk.forms, round_)
    if not desk.workspace.inbox_files(plans).files:
        return None
    rounds = [followup for followup in followups if desk.workspace.inbox_files(followup).files]
    return YearSoFar(desk.plan, plans, _read_answers(desk, plans), tuple(_read_answers(desk, followup) for followup in rounds))


def _read_answers(desk: Desk, round_: Round, *, with_prefills: bool = False) -> AnswersInForce:
    judged = judge_inbox_quietly(desk, round_)
    issues = {r.issue for r in judged.accepted if r.issue} if with_prefills else set()
    return collect_answers(judged, round_, fetch_prefills(desk.ledger, issues), _list_numbered(desk.forms))


def _list_numbered(forms: Forms) -> dict[str, str]:
    """Return the tables whose ids are numbered in advance, with the field that has them."""
    sheets = [sheet for name in forms.names() for sheet in forms.form(name).tables]
    return {sheet.table: column.field for sheet in sheets for column in sheet.columns if sheet.table and column.number}


def select_board_tables(judged: JudgedRound) -> dict[str, pd.DataFrame]:
    """Return the tables of the boards' plans that are in force."""
    boards = {r.index for r in judged.accepted if r.form == "annual_plan"}
    return {name: frame[frame["_source"].isin(boards)] for name, frame in judged.tables.items() if name in BOARD_TABLES}


def describe_rules(forms: Forms) -> str:
    """Return by which rules returns are judged: the forms' versions, and a mark that changes with any of their sources."""
    by_name = {name: forms.form(name) for name in forms.names()}
    paths = [forms.path("sheets", stem) for name in by_name for stem in (name, *(f"{name}.{profile}" for profile in forms.profiles(name)))]
    paths += [forms.path("schemas", table) for table in sorted({s.table for form in by_name.values() for s in form.tables if s.table})]
    paths += [forms.path("sheets", stem) for stem in ("words", "rounds")]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in paths if path)).hexdigest()[:8]
    return "; ".join([*(f"{name} {form.version}" for name, form in by_name.items()), f"rules {digest}"])


def _registered(desk: Desk, round_: Round) -> Iterator[ReadReturn]:
    """Yield what lies in a round's inbox, with when it was first seen, which is recorded as it is read."""
    before = {receipt.key for receipt in desk.ledger.receipts(round_.id).values()}
    together: set[Key] = set()

    def register(receipts: Sequence[Receipt]) -> Mapping[str, Receipt]:
        registered = desk.ledger.register_receipts(round_.id, receipts, desk.now, together)
        together.update({receipt.key for receipt in registered.values()} - before)
        return registered

    yield from _with_receipts(desk, round_, register)


def _with_receipts(desk: Desk, round_: Round, find: Callable[[Sequence[Receipt]], Mapping[str, Receipt]]) -> Iterator[ReadReturn]:
    """Yield what lies in a round's inbox with its receipts, some at a time: so much is never held at once."""
    read = _read_inbox(desk, round_)
    while some := list(islice(read, _TOGETHER)):
        receipts = find([make_receipt(return_) for return_ in some])
        yield from ((return_, receipts[return_.file.name]) for return_ in some)


def _read_inbox(desk: Desk, round_: Round) -> Iterator[ReadFile]:
    """Read what lies in a round's inbox."""
    workspace = desk.workspace
    if desk.how.inbox:
        from styrxl.scale.addresses import list_returns  # noqa: PLC0415 -- fsspec need not be there

        files = list_returns(desk.how.inbox, desk.now)
    else:
        files = [ReturnFile(file.name, file.path, read_modified_time(file.path)) for file in list_inbox(desk, round_)]
    return read_returns(workspace.root, desk.how.inbox or round_.id, files, desk.forms, desk.limits, desk.how)


def make_receipt(return_: ReadFile) -> Receipt:
    """Return the receipt of a file as it is before it is registered: by its own date, by hand."""
    owner = (return_.reading.identity or {}).get("owner") or None
    return Receipt(return_.file.name, return_.sha256, return_.size, return_.file.modified, BY_HAND, owner)


def _verdict(judged: Judged, now: datetime, forms: str) -> Verdict:
    by = (judged.in_force.forms, judged.in_force.program) if judged.in_force else (forms, __version__)
    return Verdict(
        judged.path,
        judged.sha256,
        judged.owner,
        judged.verdict,
        judged.errors,
        judged.warnings,
        *by,
        judged_at=now,
        inputs=judged.inputs,
        form=judged.form,
    )
