"""Judging a round anew by the rules and forms of the day: a controller's explicit word, without which recorded verdicts stay in force."""

from __future__ import annotations

from styrxl.model.decisions import ANEW, Decision
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.masking import mask_persons
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.judge_inbox import judge_inbox


def judge_anew(desk: Desk, round_: Round, reason: str) -> JudgedRound:
    """Decide that all returns of a round are judged by today's rules and by their forms as they are now; return them judged so."""
    returns = judge_inbox(desk, round_).returns
    present = {r.path: find_present_edition(desk, r) for r in returns}
    editions = {edition: found.to_json() for edition in present.values() if edition and (found := desk.forms.find_edition(edition))}
    desk.ledger.keep_editions(editions)
    why = mask_persons(" ".join(reason.split()))
    decisions = {r.sha256: Decision(r.path, r.sha256, r.owner, ANEW, why, desk.by, desk.now, edition=present[r.path]) for r in returns}
    desk.ledger.decide_all(round_.id, decisions.values())
    return judge_inbox(desk, round_)


def find_present_edition(desk: Desk, return_: Judged) -> str | None:
    """Return the edition that a return's form has now; None where it has none, or nobody knows which form it is."""
    if return_.form is None or return_.form not in desk.forms.names():
        return None
    return desk.forms.edition(return_.form, return_.profile).id
