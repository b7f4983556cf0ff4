"""A round's status: who has been issued, returned, accepted and reminded, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from styrxl.model.catalogue import word
from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.forms import LEVELS
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.ledger import Issue, Receipt, Verdict
from styrxl.store.mail_log import MailLog


@dataclass(frozen=True, slots=True)
class OwnerStatus:
    """An owner in a round; ``state`` is a verdict, ``none`` (not judged yet), ``waiting``, ``late`` or ``not_issued``."""

    owner: str
    name: str
    kind: str
    issued: date | None
    due: date | None
    returned: datetime | None
    state: str
    in_force: bool = False  # an earlier accepted return counts although the newest one does not
    reminded: datetime | None = None  # last, by a mail that the server took


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """All owners of a round, and files that could not be tied to anybody."""

    owners: tuple[OwnerStatus, ...]
    unplaced: tuple[str, ...]


def find_status(desk: Desk, round_: Round) -> RoundStatus:
    """Return a round's status, as the ledger has it; of owners whose files have come since it was judged the state is ``none``."""
    issues, verdicts = desk.ledger.issues(round_.id), desk.ledger.verdicts(round_.id)
    receipts, reminded = desk.ledger.receipts(round_.id), MailLog(desk.ledger.database).last_reminders(round_.id)
    in_inbox = {desk.workspace.shown(path) for path in desk.workspace.inbox_files(round_).files}
    by_owner: dict[str, list[Verdict]] = {}
    for path, verdict in verdicts.items():
        if path in in_inbox and verdict.owner:
            by_owner.setdefault(verdict.owner, []).append(verdict)
    levels = [level for level in LEVELS if desk.workspace.forms.for_level(level, round_.kind)]
    owners = []
    for owner in desk.plan.answering(levels, round_):
        due = desk.workspace.settings.due(round_, owner.org_id, owner.kind)
        owner_status = _owner_status(owner, issues.get(owner.org_id), by_owner.get(owner.org_id, ()), receipts, due, local_day(desk.now))
        owners.append(replace(owner_status, reminded=reminded.get(owner.org_id)))
    placed = {path for path, verdict in verdicts.items() if verdict.owner}
    return RoundStatus(tuple(owners), tuple(sorted(in_inbox - placed)))


def _owner_status(
    owner: Organisation, issue: Issue | None, verdicts: Sequence[Verdict], receipts: Mapping[str, Receipt], due: date | None, today: date
) -> OwnerStatus:
    counting = [v for v in verdicts if v.verdict not in {"superseded", "duplicate", "set-aside"}]
    # One whose only return was set aside has been heard from all the same.
    counting = counting or [v for v in verdicts if v.verdict == "set-aside"]
    newest = max(counting, key=lambda v: receipts[v.path].received_at, default=None)
    if newest:
        state = newest.verdict
    elif issue is None:
        state = "not_issued"
    else:
        state = "late" if due and today > due else "waiting"
    return OwnerStatus(
        owner.org_id,
        owner.name,
        owner.kind,
        local_day(issue.created_at) if issue else None,
        due,
        receipts[newest.path].received_at if newest else None,
        state,
        in_force=state != "accepted" and any(v.verdict == "accepted" for v in verdicts),
    )


def format_status(status: RoundStatus, language: str) -> str:
    """Return a round's status as a table for the terminal, and its sums."""
    head = [word(f"status_{key}", language) for key in ("owner", "name", "issued", "due", "returned", "reminded", "state")]
    rows = [head, *(_row(owner_status, language) for owner_status in status.owners)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    if status.unplaced:
        lines += ["", word("status_unplaced", language, files=", ".join(status.unplaced))]
    owners = status.owners
    sums = word(
        "status_sum",
        language,
        issued=sum(o.issued is not None for o in owners),
        returned=sum(o.returned is not None for o in owners),
        accepted=sum(o.state == "accepted" or o.in_force for o in owners),
        reminded=sum(o.reminded is not None for o in owners),
    )
    return "\n".join([*lines, "", sums]) + "\n"


def _row(owner_status: OwnerStatus, language: str) -> list[str]:
    states = {"waiting": "status_waiting", "late": "status_late", "not_issued": "status_not_issued"}
    state = word(states.get(owner_status.state, f"verdict_{owner_status.state}"), language)
    if owner_status.in_force:
        state = word("status_in_force", language, state=state)
    days = (owner_status.issued, owner_status.due, local_day(owner_status.returned), local_day(owner_status.reminded))
    return [owner_status.owner, owner_status.name, *(str(day or "") for day in days), state]
