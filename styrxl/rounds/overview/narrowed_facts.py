"""How a round stands for whoever follows up some owners alone: their rows, their returns, their mail, and nothing of others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.mail_status import MailStatus
from styrxl.rounds.overview.consolidation import Consolidation
from styrxl.rounds.overview.mail_facts import MailFacts
from styrxl.rounds.overview.round_facts import RoundFacts, find_facts


def find_facts_of(desk: Desk, round_: Round, owners: Collection[str] | None) -> RoundFacts:
    """Return how a round stands for some owners, None for all of them; raises as ``find_facts``.

    What nobody can be told of yet (files that are new or nobody's, mails in quarantine) waits for those who see everybody.
    ``consolidation`` is that of their boards' workbooks; without a board of their own there is none to make.
    """
    facts = find_facts(desk, round_)
    if owners is None:
        return facts
    mine = frozenset(owners)
    paths = {path for path, verdict in desk.ledger.verdicts(round_.id).items() if verdict.owner in mine}
    mail = MailFacts(
        MailStatus({}),
        {owner: day for owner, day in facts.mail.handed_out.items() if owner in mine},
        tuple(owner for owner in facts.mail.unmailed if owner in mine),
        tuple(path for path in facts.mail.unanswered if path in paths),
        results_sent=True,  # the summary is sent by those who see everybody
    )
    return replace(
        facts,
        owners=tuple(owner for owner in facts.owners if owner.owner in mine),
        unplaced=(),
        new_files=(),
        from_cloud=(),
        mail=mail,
        consolidation=_find_consolidation(desk, round_, mine),
        changed_forms=(),
        ready=tuple(owner for owner in facts.ready if owner in mine),
    )


def _find_consolidation(desk: Desk, round_: Round, owners: Collection[str]) -> Consolidation | None:
    boards = [o.org_id for o in desk.plan.of_kind(["board"], round_.day) if o.org_id in owners]
    if not boards:
        return Consolidation(desk.now, is_current=True)  # nothing that they could make anew
    try:
        files = [desk.workspace.boards(round_) / f"{board}.xlsx" for board in boards]
        made = datetime.fromtimestamp(min(file.stat().st_mtime for file in files), UTC)
    except OSError:
        return None
    verdicts = desk.ledger.verdicts(round_.id).values()
    return Consolidation(made, all(v.judged_at <= made for v in verdicts if v.owner in owners and v.verdict == "accepted"))
