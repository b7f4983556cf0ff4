"""What a decision about a return would change: its owner's returns judged as if it had been made, and nothing written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from styrxl.model.decisions import Decision
from styrxl.model.judged import Judged
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_returns, make_receipt, select_board_tables
from styrxl.rounds.one_return.find_return import FoundReturn, list_files
from styrxl.scale.read_all import read_returns
from styrxl.scale.return_files import ReturnFile, read_modified_time


@dataclass(frozen=True, slots=True)
class Supposed:
    """What would follow: the return as it would be judged, and which return of its owner would count (None: none)."""

    return_: Judged
    counts: Judged | None


def suppose(desk: Desk, found: FoundReturn, decision: Decision) -> Supposed:
    """Return what would follow from a decision about a return, for the owner that the return would be."""
    owners = {found.return_.owner, decision.owner} - {None}
    mine = [r for r in found.judged.returns if r.owner in owners or r is found.return_]
    paths = list_files(desk, found.round)
    files = [ReturnFile(r.path, paths[r.path], read_modified_time(paths[r.path])) for r in mine if r.path in paths]
    read = list(read_returns(desk.workspace.root, "", files, desk.forms, desk.limits, replace(desk.how, keep=False)))
    find = partial(desk.ledger.preview_receipts, found.round.id, now=desk.now)
    receipts = find([make_receipt(one) for one in read])
    boards = {table: frame[~frame["_owner"].isin(owners)] for table, frame in select_board_tables(found.judged).items()}
    returns = [(one, receipts[one.file.name]) for one in read]
    judged = judge_returns(desk, found.round, returns, boards=boards, supposed=decision)
    return_ = next(r for r in judged.returns if r.path == found.return_.path)
    counts = [r for r in judged.accepted if r.owner is not None and (r.owner, r.form) == (return_.owner, return_.form)]
    return Supposed(return_, next(iter(counts), None))
