"""How a round stands, as the ledger and the folders say; nothing is judged, and no return is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.hints import list_changed_forms
from styrxl.rounds.mail_status import find_mail_status
from styrxl.rounds.overview.consolidation import Consolidation, find_consolidation
from styrxl.rounds.overview.mail_facts import MailFacts, find_mail_facts
from styrxl.rounds.status import OwnerStatus, find_owners
from styrxl.store.ledger import Verdict
from styrxl.store.receipts import Receipt

_NOT_PLACED = frozenset({"duplicate", "set-aside"})  # verdicts of files that nobody need place


@dataclass(frozen=True, slots=True)
class UnplacedFile:
    """A file in a round's inbox that is nobody's: its path, and its verdict, or None where it was not judged."""

    path: str
    verdict: str | None

    @property
    def waits(self) -> bool:
        """Whether a controller is to say whose it is, or that it does not count."""
        return self.verdict is not None and self.verdict not in _NOT_PLACED


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """How a round stands on a day.

    ``new_files``: paths in the inbox that nothing has looked at since they came or changed. ``sends``, ``fetches``: whether mail is set
    up for letters, and a mailbox for what comes.
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
    fetches: bool = False


def find_facts(desk: Desk, round_: Round) -> RoundFacts:
    """Return how a round stands; raises StyrxlError (not-readable) where its inbox may not be looked into."""
    mail = desk.workspace.settings.mail
    inbox, verdicts, receipts = _list_inbox(desk, round_), desk.ledger.verdicts(round_.id), desk.ledger.receipts(round_.id)
    mail_status = find_mail_status(desk, round_)
    owners, consolidation = find_owners(desk, round_, mail_status), find_consolidation(desk, round_)
    new = tuple(path for path, size in inbox.items() if _is_new(path, size, verdicts, receipts))
    unplaced = tuple(UnplacedFile(path, _verdict_of(path, new, verdicts)) for path in sorted(inbox) if not _owner_of(path, verdicts))
    return RoundFacts(
        round_,
        local_day(desk.now),
        owners,
        unplaced,
        new,
        tuple(desk.workspace.shown(path) for path in desk.workspace.inbox_files(round_).waiting),
        find_mail_facts(desk, round_, mail_status, owners, [v for path, v in verdicts.items() if path in inbox], consolidation),
        consolidation,
        tuple(list_changed_forms(desk.ledger, desk.forms, round_)),
        sends=mail is not None and (mail.server is not None or mail.graph is not None),
        fetches=mail is not None and mail.mailbox is not None,
    )


def _list_inbox(desk: Desk, round_: Round) -> dict[str, int]:
    """Return the sizes of the files in a round's inbox, by path."""
    return {desk.workspace.shown(path): _find_size(path) for path in desk.workspace.inbox_files(round_).files}


def _find_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _is_new(path: str, size: int, verdicts: Mapping[str, Verdict], receipts: Mapping[str, Receipt]) -> bool:
    return path not in verdicts or path not in receipts or size != receipts[path].size


def _verdict_of(path: str, new: Sequence[str], verdicts: Mapping[str, Verdict]) -> str | None:
    return None if path in new else verdicts[path].verdict


def _owner_of(path: str, verdicts: Mapping[str, Verdict]) -> str | None:
    return verdicts[path].owner if path in verdicts else None
