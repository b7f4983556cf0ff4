"""No round is judged twice: what judging its inbox gave is kept under a mark of all that it rests on.

That is the program, the forms, limits and settings, the council's plan, the day, what lies in the inbox and when each file was first
seen, what was handed out and decided in the round, its outcomes in the accounts, and what earlier versions of the program found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from styrxl.model.days import local_day
from styrxl.model.judged import JudgedRound
from styrxl.model.limits import MB
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.identify_returns import fetch_decisions, fetch_recorded
from styrxl.scale.cache_key import make_cache_key
from styrxl.scale.kept_judgements import MOST_RETURNS, keep_round, read_kept_round
from styrxl.store.files import read_file
from styrxl.store.outcome_runs import read_booked_outcomes
from styrxl.store.receipts import Key, Receipt


@dataclass(frozen=True, slots=True)
class Judging:
    """What judging a round gave; ``alone``: without a look at other rounds, on which it then rests as well."""

    judged: JudgedRound
    alone: bool


def judge_once(desk: Desk, round_: Round, judge: Callable[[], Judging]) -> JudgedRound:
    """Return what judging a round's inbox gives: as it was kept or, where anything that it rests on has changed, by ``judge``."""
    if desk.how.inbox or not desk.how.keep or len(desk.workspace.inbox_files(round_).files) > MOST_RETURNS:
        return judge().judged
    before = _describe_world(desk, round_)
    receipts = _find_receipts_of_files(desk, round_)
    if receipts is not None:
        kept = read_kept_round(desk.workspace.root, round_.id, _make_key(before, receipts))
        if kept is not None:
            return kept
    judging = judge()
    # Kept as what was judged, not as what lies there now; and not where somebody has decided something meanwhile.
    receipts = _find_receipts(desk, round_, [(return_.path, return_.sha256) for return_ in judging.judged.returns])
    if judging.alone and receipts is not None and _describe_world(desk, round_) == before:
        keep_round(desk.workspace.root, _make_key(before, receipts), judging.judged)
    return judging.judged


def _describe_world(desk: Desk, round_: Round) -> str:
    """Return all that judging a round rests on besides the returns."""
    ledger = desk.ledger
    parts = [
        make_cache_key(desk.forms, desk.limits),
        repr(desk.plan),
        repr(desk.workspace.settings),
        local_day(desk.now).isoformat(),
        repr(sorted(ledger.issues_by_form(round_.id).items())),
        repr(sorted(ledger.taken_numbers(round_.id).items())),
        repr(sorted(fetch_decisions(desk, round_).items())),
        repr(sorted(fetch_recorded(desk, round_).items())),
        repr(read_booked_outcomes(ledger, round_.id)),
    ]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _find_receipts_of_files(desk: Desk, round_: Round) -> Sequence[Receipt] | None:
    """Return the receipts of what lies in a round's inbox, in order; None where something there was not seen before."""
    workspace, most = desk.workspace, desk.limits.file_mb * MB
    paths = {workspace.shown(path): path for path in workspace.inbox_files(round_).files}
    if not desk.ledger.receipts(round_.id).keys() >= paths.keys():  # which takes no look into the files
        return None
    return _find_receipts(desk, round_, [(name, read_file(path, most)[1]) for name, path in paths.items()])


def _find_receipts(desk: Desk, round_: Round, files: Collection[Key]) -> Sequence[Receipt] | None:
    """Return the receipts of files in their order; None where one of them was not seen before."""
    known = {receipt.key: receipt for receipt in desk.ledger.round_record(round_.id).receipts}
    return [known[key] for key in files] if known.keys() >= set(files) else None


def _make_key(world: str, receipts: Sequence[Receipt]) -> str:
    return hashlib.sha256(f"{world}\0{receipts!r}".encode("utf-8", "surrogateescape")).hexdigest()
