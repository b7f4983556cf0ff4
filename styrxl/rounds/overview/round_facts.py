"""How a round stands, as the ledger and the folders say; nothing is judged, and no return is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.council_plan import Plan
from styrxl.model.days import standard_zone
from styrxl.model.levels import find_level
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.hints import list_changed_forms
from styrxl.rounds.mail_status import find_mail_status
from styrxl.rounds.overview.consolidation import Consolidation, find_consolidation
from styrxl.rounds.overview.mail_facts import MailFacts, find_mail_facts
from styrxl.rounds.overview.owner_groups import DONE, NOT_ISSUED, find_group
from styrxl.rounds.status import NOT_PLACED, OwnerStatus, place_owners
from styrxl.store.ledger import Verdict
from styrxl.store.receipts import Receipt


@dataclass(frozen=True, slots=True)
class UnplacedFile:
    """A file in a round's inbox that is nobody's: its path, and its verdict, or None where it was not judged."""

    path: str
    verdict: str | None

    @property
    def waits(self) -> bool:
        """Whether a controller is to say whose it is, or that it does not count."""
        return self.verdict is not None and self.verdict not in NOT_PLACED


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """How a round stands on a day.

    ``new_files``: paths in the inbox that nothing has looked at since they came or changed. ``sends``: whether mail is set
    up for letters. ``ready``: owners that were handed nothing and can be now. ``zone``: in which days are told.
    """

    round: Round
    today: date
    owners: tuple[OwnerStatus, ...]
    unplaced: tuple[UnplacedFile, ...] = ()
    new_files: tuple[str, ...] = ()
    from_cloud: tuple[str, ...] = ()
    mail: MailFacts = field(default_factory=MailFacts)
    consolidation: Consolidation | None = None
    changed_forms: tuple[Word, ...] = ()
    sends: bool = False
    ready: tuple[str, ...] = ()
    zone: tzinfo = field(default_factory=standard_zone)


def find_facts(desk: Desk, round_: Round) -> RoundFacts:
    """Return how a round stands; raises StyrxlError (not-readable) where its inbox may not be looked into."""
    mail, inbox = desk.workspace.settings.mail, desk.workspace.inbox_files(round_)
    sizes = {desk.workspace.shown(path): _find_size(path) for path in inbox.files}
    verdicts, receipts = desk.ledger.verdicts(round_.id), desk.ledger.receipts(round_.id)
    there = {path: verdict for path, verdict in verdicts.items() if path in sizes}
    mail_status, consolidation = find_mail_status(desk, round_), find_consolidation(desk, round_)
    owners = place_owners(desk, round_, mail_status, there)
    new = {path for path, size in sizes.items() if _is_new(path, size, verdicts, receipts)}
    unplaced = [path for path in sorted(sizes) if path not in there or not there[path].owner]
    return RoundFacts(
        round_,
        desk.today,
        owners,
        tuple(UnplacedFile(path, None if path in new else there[path].verdict) for path in unplaced),
        tuple(sorted(new)),
        tuple(map(desk.workspace.shown, inbox.waiting)),
        find_mail_facts(desk, round_, mail_status, owners, [*there.values()], consolidation),
        consolidation,
        tuple(list_changed_forms(desk.ledger, desk.forms, round_)),
        sends=mail is not None and (mail.server is not None or mail.graph is not None),
        ready=_list_ready(desk.plan, round_, owners),
        zone=desk.zone,
    )


def _list_ready(plan: Plan, round_: Round, owners: Sequence[OwnerStatus]) -> tuple[str, ...]:
    """Return who was handed nothing and can be now: of plans the units whose board is done, of follow-ups levels without any workbook."""
    begun = {find_level(owner.kind) for owner in owners if owner.issued}
    bare = [owner for owner in owners if find_group(owner) == NOT_ISSUED]
    if not begun or round_.followup:
        return tuple(owner.owner for owner in bare if begun and find_level(owner.kind) not in begun)
    done = {owner.owner for owner in owners if find_group(owner) == DONE}
    units = [(owner.owner, plan.find(owner.owner, round_.day)) for owner in bare if owner.kind == "unit"]
    return tuple(owner for owner, organisation in units if organisation and organisation.board_id in done)


def _find_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _is_new(path: str, size: int, verdicts: Mapping[str, Verdict], receipts: Mapping[str, Receipt]) -> bool:
    return path not in verdicts or path not in receipts or size != receipts[path].size
