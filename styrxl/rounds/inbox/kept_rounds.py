"""No round is judged twice: what judging its inbox gave is kept under a mark of all that it rests on, on the disk and in memory.

That is the program, the forms, limits and settings, the workspace's key, what the council has planned (not what is written of results),
what lies in the inbox and when each file was first seen, what was handed out and decided in the round, its outcomes in the accounts, and
what earlier versions of the program found. Where it took a look at what owners would be issued now it is the day and the same of the
rounds before as well; else no day counts, since what judges has no clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.identify_returns import fetch_decisions, fetch_recorded
from styrxl.rounds.inbox.file_order import list_inbox
from styrxl.rounds.inbox.rounds_before import list_before
from styrxl.scale.cache_key import make_cache_key
from styrxl.scale.kept_judgements import MOST_RETURNS, is_round_kept, keep_round, read_kept_round
from styrxl.scale.return_files import read_modified_time
from styrxl.store.outcome_runs import read_booked_outcomes
from styrxl.store.receipts import NO_DATE, Key

_AND = "+"  # in a key, between a round's own and that of the rounds before
_SETTLED = timedelta(seconds=2)  # since a file's own date: then it does not matter any more when the file is first seen
_UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Judging:
    """What judging a round gave; ``alone``: without a look at rounds before, on which it then rests as well."""

    judged: JudgedRound
    alone: bool


def find_remembered(desk: Desk, round_: Round) -> JudgedRound | None:
    """Return what judging a round's inbox gave, where that is in memory and nothing has changed; else None."""
    if not _is_kept(desk, round_) or not desk.memory.find(round_.id):
        return None
    return _find_in_memory(desk, round_, _make_key(desk, round_))


def find_kept(desk: Desk, round_: Round) -> JudgedRound | None:
    """Return what judging a round's inbox gave, where that is in memory or on the disk and nothing has changed; else None."""
    return _find(desk, round_) if _is_kept(desk, round_) else None


def judge_once(desk: Desk, round_: Round, judge: Callable[[], Judging], *, records: bool) -> JudgedRound:
    """Return what judging a round's inbox gives: as it was kept or, where anything that it rests on has changed, by ``judge``.

    ``records``: whether that records when files are first seen; then nothing is taken from what was kept while some were not seen yet.
    Of threads that want the same round one judges it, while the others wait.
    """
    if not _is_kept(desk, round_):
        return judge().judged
    with desk.memory.judging(round_.id):
        return _find(desk, round_, seen=records) or _judge_and_keep(desk, round_, judge)


def _is_kept(desk: Desk, round_: Round) -> bool:
    few = desk.memory.has_room or len(desk.workspace.inbox_files(round_).files) <= MOST_RETURNS
    return few and desk.how.keep and not desk.how.inbox


def _find(desk: Desk, round_: Round, *, seen: bool = False) -> JudgedRound | None:
    if not (desk.memory.find(round_.id) or is_round_kept(desk.workspace.root, round_.id)):
        return None  # without hashing all that lies in the inbox
    key = _make_key(desk, round_, seen=seen)
    return _find_in_memory(desk, round_, key) or _find_on_disk(desk, round_, key)


def _find_in_memory(desk: Desk, round_: Round, key: str | None) -> JudgedRound | None:
    found = desk.memory.find(round_.id)
    return found[1] if key and found and _fits(desk, round_, key, found[0]) else None


def _find_on_disk(desk: Desk, round_: Round, key: str | None) -> JudgedRound | None:
    found = read_kept_round(desk.workspace.root, round_.id, lambda kept: _fits(desk, round_, key, kept)) if key else None
    if found:
        desk.memory.keep(*found)
    return found[1] if found else None


def _fits(desk: Desk, round_: Round, key: str, kept: str) -> bool:
    """Tell whether what is kept under a key is what is wanted under another: the same, and where they are in it those before as well."""
    return kept == key or (kept.startswith(key + _AND) and kept == _join(key, _describe_before(desk, round_)))


def _judge_and_keep(desk: Desk, round_: Round, judge: Callable[[], Judging]) -> JudgedRound:
    """Judge a round, and keep that as what was judged, not as what lies there now; and not where anything was decided meanwhile."""
    world, before = _describe_world(desk, round_), _describe_before(desk, round_)
    files = _describe_files(desk, round_, _list_keys(desk, round_))
    judging = judge()
    judged = judging.judged
    files = _describe_judged(desk, round_, judged.returns, files)
    if files is None or _describe_world(desk, round_) != world:
        return judged
    key = _hash(world, files)
    if not judging.alone:
        if before is None or _describe_before(desk, round_) != before:
            return judged
        key = _join(key, before)
    keep_round(desk.workspace.root, key, judged)
    desk.memory.keep(key, judged)
    return judged


def _make_key(desk: Desk, round_: Round, *, seen: bool = False) -> str | None:
    """Return the mark of all in a round that judging it rests on; None where it rests on when it is judged, as well.

    ``seen``: None too where there are files that were never seen.
    """
    files = _describe_files(desk, round_, _list_keys(desk, round_))
    return None if files is None or (seen and files.startswith(_UNSEEN)) else _hash(_describe_world(desk, round_), files)


def _join(key: str, before: str | None) -> str:
    return f"{key}{_AND}{before}"


def _describe_before(desk: Desk, round_: Round) -> str | None:
    """Return the mark of what owners would be issued now: the day, and the rounds that workbooks are prefilled from, and theirs.

    None where there is none of one of them.
    """
    keys = {before.id: _make_key(desk, before) for before in _walk_back(desk, round_)}
    return None if None in keys.values() else _hash(desk.today.isoformat(), repr(sorted(keys.items())))


def _walk_back(desk: Desk, round_: Round) -> Iterator[Round]:
    """Yield the rounds that a round's workbooks are prefilled from, and those of each of these in which anything has come in."""
    waiting, seen = [round_], {round_}
    while waiting:
        for before in sorted(list_before(desk.forms, waiting.pop()) - seen, key=lambda one: one.id):
            seen.add(before)
            yield before
            if desk.workspace.inbox_files(before).files:
                waiting.append(before)


def _describe_world(desk: Desk, round_: Round) -> str:
    """Return all that judging a round rests on besides the returns."""
    ledger, workspace = desk.ledger, desk.workspace
    parts = [
        desk.memory.describe_once((workspace, desk.forms, desk.plan), lambda: _describe_workspace(desk)),
        repr(sorted(ledger.issues_by_form(round_.id).items())),
        repr(sorted(ledger.taken_numbers(round_.id).items())),
        repr(sorted(fetch_decisions(desk, round_).items())),
        repr(sorted(fetch_recorded(desk, round_).items())),
        repr(read_booked_outcomes(ledger, round_.id)),
    ]
    return _hash(*parts)


def _describe_workspace(desk: Desk) -> str:
    """Return all that every round rests on: program, forms, limits, settings, the council's plan and the key of signatures."""
    try:
        signed = desk.workspace.sign(("rounds",))
    except StyrxlError as error:
        signed = error.code
    return _hash(make_cache_key(desk.forms, desk.limits), repr(desk.plan.for_judging()), repr(desk.workspace.settings), signed)


def _list_keys(desk: Desk, round_: Round) -> list[Key]:
    """Return name and hash of the files in a round's inbox, in the order in which they are judged."""
    return [file.key for file in list_inbox(desk, round_)]


def _describe_files(desk: Desk, round_: Round, files: Sequence[Key]) -> str | None:
    """Return what is known of files in a round's inbox; None where that rests on when they are first seen.

    Of one that was seen before that is its receipt, else its own date and the receipts that it is held against.
    """
    receipts = desk.ledger.round_receipts(round_.id)
    known = {receipt.key: receipt for receipt in receipts}
    unseen = [name for name, sha256 in files if (name, sha256) not in known]
    if not unseen:
        return repr([known[key] for key in files])
    paths = {desk.workspace.shown(path): path for path in desk.workspace.inbox_files(round_).files}  # names need not be those on disk
    if not paths.keys() >= set(unseen):  # one is no longer there
        return None
    dates = [read_modified_time(paths[name]) for name in unseen]
    if not all(NO_DATE <= date <= desk.now - _SETTLED for date in dates):
        return None
    return _UNSEEN + repr((files, dates, receipts))


def _describe_judged(desk: Desk, round_: Round, returns: Sequence[Judged], before: str | None) -> str | None:
    """Return what ``_describe_files`` does of returns as they were judged; None where they were not judged as that says."""
    try:
        files = _describe_files(desk, round_, [(return_.path, return_.sha256) for return_ in returns])
    except StyrxlError:  # one is no longer there
        return None
    if files is not None and files.startswith(_UNSEEN):
        return files if files == before else None
    times = {receipt.key: receipt.received_at for receipt in desk.ledger.round_receipts(round_.id)}
    return files if all(times.get((r.path, r.sha256)) == r.received for r in returns) else None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
