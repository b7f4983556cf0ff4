"""A round's status: who has been issued, returned, accepted and reminded, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from styrxl.model.assignments import Assignment, is_overdue
from styrxl.model.booked_outcomes import BookedOutcomes
from styrxl.model.council_plan import Organisation
from styrxl.model.days import local_day
from styrxl.model.findings import Finding
from styrxl.model.judged import JudgedRound
from styrxl.model.levels import LEVELS, find_level, is_demanded, is_on_request
from styrxl.model.prefill import Prefill
from styrxl.model.rounds import Round
from styrxl.model.table_values import records
from styrxl.rounds.desk import Desk
from styrxl.rounds.mail_status import MailStatus, find_mail_status
from styrxl.rounds.purged import refuse_purged
from styrxl.store.ledger import Issue, Verdict
from styrxl.store.mail_log import MailLog
from styrxl.store.outcome_runs import read_booked_outcomes
from styrxl.store.receipts import Receipt

NOT_PLACED = frozenset({"duplicate", "set-aside"})  # verdicts of files that nobody need place
OUTCOME_RULES = frozenset({"outcome-changed", "outcome-not-answered", "outcome-placed-wrongly"})


@dataclass(frozen=True, slots=True)
class OwnerStatus:
    """An owner in a round, or one of its forms where it has several.

    ``state`` is a verdict, ``none`` (not judged yet), ``waiting``, ``late`` or ``not_issued``.
    """

    owner: str
    name: str
    kind: str
    issued: date | None
    due: date | None
    returned: datetime | None
    state: str
    earlier_counts: bool = False  # an earlier accepted return counts although the newest one does not
    reminded: datetime | None = None  # last, by a mail that the server took
    form: str | None = None  # where it has several in the round
    unreached: tuple[str, ...] = ()  # its addresses that mails came back from
    path: str | None = None  # of the return that the state is of
    errors: int = 0  # that were found in it
    warnings: int = 0
    returns: int = 0  # how many it has handed in, the same bytes once


@dataclass(frozen=True, slots=True)
class OutcomeStatus:
    """What the accounts say in a round: the run that counts, and by owner what is said of it, or its owner is asked about anew."""

    booked: BookedOutcomes
    findings: tuple[tuple[str, Finding], ...]


@dataclass(frozen=True, slots=True)
class RoundStatus:
    """All owners of a round, files that could not be tied to anybody, those that are not judged yet, and what its mail leaves to see to.

    ``overdue``: owner -> the council's assignments that are past their last day with it.
    """

    owners: tuple[OwnerStatus, ...]
    unplaced: tuple[str, ...]
    mail: MailStatus = field(default_factory=lambda: MailStatus({}))
    overdue: Mapping[str, tuple[Assignment, ...]] = field(default_factory=dict)
    outcomes: OutcomeStatus | None = None
    unjudged: tuple[str, ...] = ()


def find_status(desk: Desk, round_: Round) -> RoundStatus:
    """Return a round's status, as the ledger has it; of owners whose files have come since it was judged the state is ``none``."""
    mail = find_mail_status(desk, round_)
    inbox, verdicts = _list_inbox(desk, round_), desk.ledger.verdicts(round_.id)
    unplaced = {path for path in inbox & verdicts.keys() if not verdicts[path].owner and verdicts[path].verdict not in NOT_PLACED}
    unjudged = tuple(sorted(inbox - verdicts.keys()))
    owners = place_owners(desk, round_, mail, {path: verdict for path, verdict in verdicts.items() if path in inbox})
    return RoundStatus(owners, tuple(sorted(unplaced)), mail, find_overdue(desk, round_), find_outcomes(desk, round_), unjudged)


def find_owners(desk: Desk, round_: Round, mail: MailStatus) -> tuple[OwnerStatus, ...]:
    """Return how each owner stands in a round, as ``find_status`` does, without a look at what any of them has answered."""
    inbox = _list_inbox(desk, round_)
    return place_owners(desk, round_, mail, {path: v for path, v in desk.ledger.verdicts(round_.id).items() if path in inbox})


def place_owners(desk: Desk, round_: Round, mail: MailStatus, verdicts: Mapping[str, Verdict]) -> tuple[OwnerStatus, ...]:
    """Return how each owner stands; ``verdicts``: on what lies in the inbox, by path. Raises StyrxlError (round-purged)."""
    refuse_purged(desk, round_)
    issues, receipts = desk.ledger.issues_by_form(round_.id), desk.ledger.receipts(round_.id)
    reminded, today = MailLog(desk.ledger.database).last_reminders(round_.id), desk.today
    by_owner: dict[str, list[Verdict]] = {}
    for verdict in verdicts.values():
        if verdict.owner:
            by_owner.setdefault(verdict.owner, []).append(verdict)
    levels = [level for level in LEVELS if desk.forms.awaited(level, round_.kind)]
    forms_of_level = {level: desk.forms.for_level(level, round_.kind) for level in LEVELS}  # once: there are thousands of owners
    owners = []
    for owner in desk.plan.answering(levels, round_):
        due = desk.workspace.settings.due(round_, owner.org_id, owner.kind)
        names = forms_of_level[find_level(owner.kind)]
        for name, mine in _part_by_form(names, by_owner.get(owner.org_id, ())).items():
            issue = issues.get((owner.org_id, name or ""))
            owner_status = _owner_status(desk, owner, issue, mine, receipts, due)
            if owner_status.state == "not_issued" and is_on_request(owner.kind):
                continue  # nobody has asked it for anything
            if owner_status.state == "not_issued" and not names:  # it has others' form
                owner_status = replace(owner_status, state="late" if due and today > due else "waiting")
            form, unreached = name if len(names) > 1 else None, mail.list_unreached(owner.email)
            owners.append(replace(owner_status, reminded=reminded.get(owner.org_id), form=form, unreached=unreached))
    return tuple(owners)


def _list_inbox(desk: Desk, round_: Round) -> set[str]:
    return {desk.workspace.shown(path) for path in desk.workspace.inbox_files(round_).files}


def find_outcomes(desk: Desk, round_: Round) -> OutcomeStatus | None:
    """Return what the accounts say, and what of it there is to see to; None where they say nothing, so that nothing is judged either."""
    booked = read_booked_outcomes(desk.ledger, round_.id)
    if booked is None:
        return None
    from styrxl.rounds.judge_inbox import judge_inbox_quietly  # noqa: PLC0415 -- judging takes libraries that are slow to import

    accepted = judge_inbox_quietly(desk, round_).accepted
    return OutcomeStatus(booked, tuple((r.owner or "", f) for r in accepted for f in r.findings if f.rule in OUTCOME_RULES))


def find_overdue(desk: Desk, round_: Round) -> dict[str, tuple[Assignment, ...]]:
    """Return the council's assignments that are past their last day today, by each owner that has more to do about them.

    What an owner says in its return in force counts, else what it had said when its workbook was made. Only where the council's plan has
    an open assignment past its last day is anything read.
    """
    today = desk.today
    late = [a for a in desk.plan.assignments if a.is_open(today) and a.due < today]
    if not late:
        return {}
    owners = {owner: late_there for owner in desk.plan.names(round_.day) if (late_there := _list_given(desk, round_, owner, late))}
    said = _find_said(desk, round_, frozenset(owners))
    found = {o: tuple(a for a in those if is_overdue(a.due, said.get((o, a.assignment_id)), today)) for o, those in owners.items()}
    return {owner: those for owner, those in found.items() if those}


def _list_given(desk: Desk, round_: Round, owner: str, assignments: Sequence[Assignment]) -> list[Assignment]:
    organisation = desk.plan.find(owner, round_.day)
    there = organisation is not None and organisation.holds(round_.day)
    return [a for a in assignments if organisation and there and a.concerns(owner, organisation.kind)]


def _find_said(desk: Desk, round_: Round, owners: frozenset[str]) -> dict[tuple[str, str], str]:
    """Return what owners said last of assignments, by owner and assignment."""
    said: dict[tuple[str, str], str] = {}
    issues = [issue for issue in desk.ledger.issues_by_form(round_.id).values() if issue.owner in owners]
    for text in desk.ledger.prefills([issue.issue_id for issue in issues]).values():
        issued = Prefill.from_json(text)
        rows = (row for rows in issued.rows.values() for row in rows if row.get("assignment_id") and row.get("last_status"))
        said |= {(issued.owner, row["assignment_id"]): row["last_status"] for row in rows}
    return said | _find_answers(desk, round_, owners)


def _find_answers(desk: Desk, round_: Round, owners: frozenset[str]) -> dict[tuple[str, str], str]:
    """Return what the newest accepted returns of a follow-up say of assignments; the inbox was judged before."""
    receipts = desk.ledger.receipts(round_.id)
    taken = [path for path, verdict in desk.ledger.verdicts(round_.id).items() if verdict.owner in owners and verdict.verdict == "accepted"]
    paths = [desk.workspace.root / path for path in sorted(taken, key=lambda path: receipts[path].received_at)]
    if not round_.followup or not paths:
        return {}
    frame = _find_accepted(desk, round_, [path for path in paths if path.is_file()]).in_force("assignment_status")
    rows = records(frame) if "assignment_id" in frame.columns else ()
    return {(row["_owner"], row["assignment_id"]): row["status"] for row in rows if row["assignment_id"] and row["status"]}


def _find_accepted(desk: Desk, round_: Round, paths: Sequence[Path]) -> JudgedRound:
    """Return a judged round that has some of its returns: as it was kept, or these alone, where that takes less than judging all of it."""
    from styrxl.rounds.judge_inbox import judge_files, judge_inbox_quietly  # noqa: PLC0415 -- as above

    if desk.memory.has_room:  # for the next time
        return judge_inbox_quietly(desk, round_)
    from styrxl.rounds.inbox.kept_rounds import find_kept  # noqa: PLC0415 -- as above

    return find_kept(desk, round_) or judge_files(desk, paths, round_)


def _part_by_form(names: Sequence[str], verdicts: Sequence[Verdict]) -> dict[str | None, list[Verdict]]:
    """Return an owner's verdicts by the forms that it has; what was judged as none of them is the first's: as what else should it be."""
    first, *others = names or (None,)
    parted: dict[str | None, list[Verdict]] = {first: [], **{name: [] for name in others}}
    for verdict in verdicts:
        parted[verdict.form if verdict.form in parted else first].append(verdict)
    return parted


def _owner_status(
    desk: Desk, owner: Organisation, issue: Issue | None, verdicts: Sequence[Verdict], receipts: Mapping[str, Receipt], due: date | None
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
        state = "late" if due and desk.today > due and is_demanded(owner.kind) else "waiting"
    return OwnerStatus(
        owner.org_id,
        owner.name,
        owner.kind,
        local_day(issue.created_at, desk.zone) if issue else None,
        due,
        receipts[newest.path].received_at if newest else None,
        state,
        earlier_counts=state != "accepted" and any(v.verdict == "accepted" for v in verdicts),
        path=newest.path if newest else None,
        errors=newest.errors if newest else 0,
        warnings=newest.warnings if newest else 0,
        returns=len({v.sha256 for v in verdicts if v.verdict != "set-aside"}),
    )
