"""What a round's mail leaves for a controller to see to: addresses that do not work, and mails that nobody is answered on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from styrxl.model.addresses import fold_address
from styrxl.model.days import begin_of_day
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.mail_log import MailLog, MailPart
from styrxl.store.mail_states import ASIDE, TAKEN


@dataclass(frozen=True, slots=True)
class MailStatus:
    """``unreached``: addresses that do not work, with when that was told. ``unanswered``: workbooks that came in mails no person wrote.

    ``aside``: mails that could not be read. ``stopped``: addresses that have got as many answers today as they may.
    """

    unreached: dict[str, datetime]
    unanswered: tuple[MailPart, ...] = ()
    aside: tuple[MailPart, ...] = ()
    stopped: tuple[str, ...] = ()

    def list_unreached(self, addresses: Iterable[str]) -> tuple[str, ...]:
        """Return those of the addresses that do not work."""
        if not self.unreached:  # folding the addresses of thousands takes a while
            return ()
        return tuple(address for address in addresses if fold_address(address) in self.unreached)


def find_mail_status(desk: Desk, round_: Round) -> MailStatus:
    """Return what a round's mail leaves to see to."""
    mail_log, mail = MailLog(desk.ledger.database), desk.workspace.settings.mail
    parts = mail_log.parts(round_.id)
    counts = mail_log.count_answers(begin_of_day(desk.now, desk.zone)) if mail else {}
    return MailStatus(
        mail_log.find_unreached(),
        tuple(part for part in parts if part.outcome == TAKEN and part.by_machine),
        tuple(part for part in parts if part.outcome == ASIDE),
        tuple(dict.fromkeys(address for (address, _), n in counts.items() if mail and n >= mail.most_a_day)),
    )
