"""What a controller decides about returns: setting one aside, taking that back, joining two into one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.model.findings import Finding
from styrxl.model.forms import with_rows
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import masked
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.returns.locate import Locator
from styrxl.returns.tables import Table
from styrxl.returns.workbook import read
from styrxl.rounds.desk import Desk, look
from styrxl.rounds.judge_inbox import judge_inbox
from styrxl.rounds.merge import OLDER, Joined, differing, joined
from styrxl.store.files import Stage
from styrxl.store.ledger import Decision, Receipt
from styrxl.templates.build import build
from styrxl.validation.lost_answers import lost

MERGED = "merge"  # how the origin of a merged file begins; the hashes of the older and the newer return follow
_PASSED_OVER = ("superseded", "duplicate", "set-aside")


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision as it stands, whether it was new, and which return of the owner counts now."""

    decision: Decision
    new: bool
    counts: Judged | None


@dataclass(frozen=True, slots=True)
class Merged:
    """What ``merge`` made: the file, from which returns, which sheets (their names) came from the older, and how it was judged."""

    path: str
    older: Judged
    newer: Judged
    sheets: tuple[str, ...]
    verdict: str
    left: tuple[tuple[str, Finding], ...]  # path, own sheet or column that is not carried over


def set_aside(desk: Desk, round_: Round, name: str, reason: str) -> Settled:
    """Set a return aside; ``name`` is its file, or an owner with one that is meant.

    Raises StyrxlError: unknown-return, return-elsewhere, which-return.
    """
    judged = judge_inbox(desk, round_)
    mine = [r for r in judged.returns if r.owner == desk.plan.spelled(name)]
    chosen = _by_file(desk, judged, round_, name) or _one(name, [r for r in mine if r.verdict not in _PASSED_OVER])
    if chosen is None:  # to be told that it is set aside already
        chosen = next((r for r in reversed(mine) if r.verdict == "set-aside"), None)
    if chosen is None:
        raise _unknown(desk, round_, name)
    return _decide(desk, round_, chosen, "set-aside", reason)


def take_back(desk: Desk, round_: Round, name: str, reason: str) -> Settled:
    """Let a return count again that was set aside; ``name`` as for ``set_aside``.

    Raises StyrxlError: unknown-return, return-elsewhere, which-return, not-set-aside.
    """
    judged = judge_inbox(desk, round_)
    chosen = _by_file(desk, judged, round_, name)
    mine = [r for r in judged.returns if r.owner == desk.plan.spelled(name)]
    if chosen is None and not mine:
        raise _unknown(desk, round_, name)
    chosen = chosen or _one(name, [r for r in mine if r.verdict == "set-aside"])
    if chosen is None or not is_set_aside(desk, round_, chosen):
        raise StyrxlError("not-set-aside", name=name, round=round_.id)
    return _decide(desk, round_, chosen, "take-back", reason)


def is_set_aside(desk: Desk, round_: Round, judged: Judged) -> bool:
    """Whether a return is set aside, as the ledger has it now."""
    kinds = [d.kind for d in desk.ledger.decisions(round_.id).get(judged.sha256, ()) if d.kind != MERGED]
    return kinds[-1:] == ["set-aside"]


def _by_file(desk: Desk, judged: JudgedRound, round_: Round, name: str) -> Judged | None:
    """Return the return that a path names: from where one stands, from the workspace, or within the round's inbox."""
    path = Path(name)
    named = {desk.workspace.shown(p) for p in (path, desk.workspace.root.resolve() / path, desk.workspace.inbox(round_) / path)}
    if path.exists():
        resolved, root = path.resolve(), desk.workspace.root.resolve()
        named.add(desk.workspace.shown(desk.workspace.root / resolved.relative_to(root) if resolved.is_relative_to(root) else path))
    return next((r for r in judged.returns if r.path in named), None)


def _one(owner: str, those: Sequence[Judged]) -> Judged | None:
    if len(those) > 1:
        raise StyrxlError("which-return", owner=owner, paths=", ".join(r.path for r in those))
    return those[0] if those else None


def _unknown(desk: Desk, round_: Round, name: str) -> StyrxlError:
    folder = desk.workspace.shown(desk.workspace.inbox(round_))
    for path, verdict in desk.ledger.verdicts(round_.id).items():
        if "://" in path and name in {verdict.owner, path, path.rpartition("/")[2]}:
            return StyrxlError("return-elsewhere", name=name, path=path, folder=folder)
    return StyrxlError("unknown-return", name=name, round=round_.id, folder=folder)


def _decide(desk: Desk, round_: Round, chosen: Judged, kind: str, reason: str) -> Settled:
    wanted = Decision(chosen.path, chosen.sha256, chosen.owner, kind, masked(" ".join(reason.split())), desk.by, desk.now)
    decision = desk.ledger.decide(round_.id, wanted)
    judged = judge_inbox(desk, round_)  # so that the ledger has the verdicts that follow
    counts = next((r for r in judged.accepted if r.owner is not None and r.owner == chosen.owner), None)
    return Settled(decision, decision is wanted, counts)


@dataclass(frozen=True, slots=True)
class _Opened:
    judged: Judged
    tables: tuple[Table, ...]
    own: tuple[Finding, ...]


def merge_returns(desk: Desk, round_: Round, owner: str, *, newer_wins: bool, reason: str) -> Merged:
    """Join an owner's newest return with the older one that has answers it lacks, into a new return in the inbox.

    Raises StyrxlError: unknown-return, return-elsewhere, merge-nothing, merge-conflict, merge-no-place, never-issued; as ``Stage``.
    """
    judged, owner = judge_inbox(desk, round_), desk.plan.spelled(owner)
    mine = [r for r in judged.returns if r.owner == owner and r.rows and r.verdict not in ("duplicate", "set-aside")]
    if not mine:
        raise _unknown(desk, round_, owner)
    newer, older = _pair(desk, owner, sorted(mine, key=lambda r: (str(r.received), r.path)))
    both = differing(newer.tables, older.tables)
    if both and not newer_wins:
        sheets = ", ".join(table.place.sheet for table in both)
        raise StyrxlError("merge-conflict", sheets=sheets, older=older.judged.path, newer=newer.judged.path)
    made = _joined(desk, round_, owner, newer, older)
    if made.unplaced:
        raise StyrxlError("merge-no-place", cells=", ".join(made.unplaced))
    path = _store(desk, round_, owner, made, (older.judged, newer.judged), reason)
    after = {r.path: r for r in judge_inbox(desk, round_).returns}
    names = tuple(table.place.sheet for table in older.tables if made.taken.get(table.place.key) == OLDER)
    left = tuple((one.judged.path, found) for one in (older, newer) for found in one.own)
    return Merged(path, older.judged, newer.judged, names, after[path].verdict, left)


def _pair(desk: Desk, owner: str, mine: Sequence[Judged]) -> tuple[_Opened, _Opened]:
    newer = _opened(desk, mine[-1])
    for judged in reversed(mine[:-1]):
        older = _opened(desk, judged)
        if lost(newer.tables, older.tables):
            return newer, older
    raise StyrxlError("merge-nothing", owner=owner)


def _opened(desk: Desk, judged: Judged) -> _Opened:
    path = desk.workspace.root / judged.path
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
    returned, _ = read(data)
    if returned is None or hashlib.sha256(data).hexdigest() != judged.sha256:  # somebody wrote there since it was judged
        raise StyrxlError("not-readable", path=str(path), why="changed")
    forms = desk.workspace.forms
    tables, found = Locator(forms.form(judged.form or "", judged.profile, judged.round), forms.words).locate(
        returned, judged.language or "sv"
    )
    return _Opened(judged, tables, tuple(f for f in found if f.rule in {"unknown-sheet", "unknown-column"}))


def _joined(desk: Desk, round_: Round, owner: str, newer: _Opened, older: _Opened) -> Joined:
    issue = desk.ledger.issues(round_.id).get(owner)
    if issue is None:
        raise StyrxlError("never-issued", owner=owner, round=round_.id)
    prefill = Prefill.from_json(desk.ledger.prefills([issue.issue_id])[issue.issue_id])
    identity = [prefill.form, str(prefill.version), prefill.round, prefill.owner, issue.issue_id]
    signed = replace(prefill, issue=issue.issue_id, signature=desk.workspace.sign(identity))
    form = with_rows(desk.workspace.forms.form(prefill.form, prefill.profile, prefill.round), prefill.row_count)
    return joined(build(form, signed, desk.workspace.forms.words, look(desk.workspace)), form, newer.tables, older.tables)


def _store(desk: Desk, round_: Round, owner: str, made: Joined, sources: tuple[Judged, Judged], reason: str) -> str:
    """Write the new return and record what it was made of; the same two give the same file, however often a run was cut short."""
    mark = hashlib.sha256("".join(source.sha256 for source in sources).encode()).hexdigest()[:8]
    path = desk.workspace.inbox(round_) / f"{owner}-merged-{mark}.xlsx"
    shown, sha256 = desk.workspace.shown(path), hashlib.sha256(made.data).hexdigest()
    origin = " ".join((MERGED, *(source.sha256 for source in sources)))
    with Stage() as stage:
        stage.add(path, made.data)
        # The newest of the owner's, even where a sender's clock was ahead.
        newest = max((source.received for source in sources if source.received), default=desk.now)
        receipt = Receipt(shown, sha256, len(made.data), max(desk.now, newest + timedelta(seconds=1)), origin)
        decision = Decision(shown, sha256, owner, MERGED, masked(" ".join(reason.split())), desk.by, desk.now)
        desk.ledger.record_merge(round_.id, receipt, decision)
        stage.put()
    return shown
