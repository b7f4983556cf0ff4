"""What a controller decides about returns: setting one aside, and taking that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.model.decisions import SET_ASIDE, TAKE_BACK, Decision
from styrxl.model.errors import StyrxlError
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import mask_persons
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox

_PASSED_OVER = ("superseded", "duplicate", "set-aside")


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """A decision as it stands, whether it was new, and which return of the owner counts now."""

    decision: Decision
    new: bool
    counts: Judged | None


def set_aside(desk: Desk, round_: Round, name: str, reason: str) -> DecisionResult:
    """Set a return aside; ``name`` is its file, or an owner with one that is meant.

    Raises StyrxlError: unknown-return, return-elsewhere, which-return.
    """
    judged = judge_inbox(desk, round_)
    mine = [r for r in judged.returns if r.owner == desk.plan.spelled(name)]
    chosen = _by_file(desk, judged, round_, name) or _one(name, [r for r in mine if r.verdict not in _PASSED_OVER])
    if chosen is None:  # to be told that it is set aside already
        chosen = next((r for r in reversed(mine) if r.verdict == "set-aside"), None)
    if chosen is None:
        raise unknown_return(desk, round_, name)
    return _decide(desk, round_, chosen, SET_ASIDE, reason)


def take_back(desk: Desk, round_: Round, name: str, reason: str) -> DecisionResult:
    """Let a return count again that was set aside; ``name`` as for ``set_aside``.

    Raises StyrxlError: unknown-return, return-elsewhere, which-return, not-set-aside.
    """
    judged = judge_inbox(desk, round_)
    chosen = _by_file(desk, judged, round_, name)
    mine = [r for r in judged.returns if r.owner == desk.plan.spelled(name)]
    if chosen is None and not mine:
        raise unknown_return(desk, round_, name)
    chosen = chosen or _one(name, [r for r in mine if r.verdict == "set-aside"])
    if chosen is None or not is_set_aside(desk, round_, chosen):
        raise StyrxlError("not-set-aside", name=name, round=round_.id)
    return _decide(desk, round_, chosen, TAKE_BACK, reason)


def is_set_aside(desk: Desk, round_: Round, judged: Judged) -> bool:
    """Whether a return is set aside, as the ledger has it now."""
    kinds = [d.kind for d in desk.ledger.decisions(round_.id).get(judged.sha256, ()) if d.kind in {SET_ASIDE, TAKE_BACK}]
    return kinds[-1:] == [SET_ASIDE]


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


def unknown_return(desk: Desk, round_: Round, name: str) -> StyrxlError:
    """Return the error that says that there is no such return, or that it is kept elsewhere than in the inbox."""
    folder = desk.workspace.shown(desk.workspace.inbox(round_))
    for path, verdict in desk.ledger.verdicts(round_.id).items():
        if "://" in path and name in {verdict.owner, path, path.rpartition("/")[2]}:
            return StyrxlError("return-elsewhere", name=name, path=path, folder=folder)
    return StyrxlError("unknown-return", name=name, round=round_.id, folder=folder)


def _decide(desk: Desk, round_: Round, chosen: Judged, kind: str, reason: str) -> DecisionResult:
    wanted = Decision(chosen.path, chosen.sha256, chosen.owner, kind, mask_persons(" ".join(reason.split())), desk.by, desk.now)
    decision = desk.ledger.decide(round_.id, wanted)
    judged = judge_inbox(desk, round_)  # so that the ledger has the verdicts that follow
    counts = next((r for r in judged.accepted if r.owner is not None and (r.owner, r.form) == (chosen.owner, chosen.form)), None)
    return DecisionResult(decision, decision is wanted, counts)
