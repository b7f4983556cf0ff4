"""Rounds that are open, that is, whose workbooks have been handed out: in which of them a workbook belongs follows from what it says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.purged import refuse_purged
from styrxl.store.purges import find_purged_rounds


def list_open_rounds(desk: Desk) -> list[Round]:
    """Return the rounds that were begun and whose returns have not been disposed of, the one that was begun last at the end."""
    purged = find_purged_rounds(desk.ledger.database)
    return [round_ for round_ in list_begun_rounds(desk) if round_.id not in purged]


def list_begun_rounds(desk: Desk) -> list[Round]:
    """Return the rounds in which anything was handed out, the one that was begun last at the end."""
    kinds = desk.workspace.rounds
    return [kinds.parse(round_id) for round_id in desk.ledger.issued_rounds() if kinds.kind_of(round_id)]


def choose_newest_round(desk: Desk) -> Round:
    """Return the open round that was begun last, to which belongs what does not say where it belongs; raises StyrxlError (no-round-yet)."""
    open_rounds = list_open_rounds(desk)
    if not open_rounds:
        raise StyrxlError("no-round-yet", round=f"{desk.now.year + 1}-plan")
    return open_rounds[-1]


@dataclass(frozen=True, slots=True)
class Filing:
    """Where workbooks are filed: ``asked`` is the round that a controller named, ``open`` are those that one may belong to besides.

    ``is_named``: False where no controller named one, and ``asked`` is the newest.
    """

    desk: Desk
    asked: Round
    open: Mapping[str, Round]
    is_named: bool = True

    def find_round(self, identity: Mapping[str, str]) -> Round:
        """Return the open round that a workbook says with our signature that it belongs to, else the one that was asked for."""
        named = self.open.get(identity.get("round", ""))
        return named if named and named != self.asked and self.desk.signed(identity) else self.asked

    def choose_by_text(self, text: str, replied: Collection[str] = ()) -> Round:
        """Return the round that a mail without a workbook is about: that of the mail of ours that it answers, or one that it names."""
        if self.is_named:
            return self.asked
        settings, folded = self.desk.workspace.settings, text.casefold()
        newest_first = list(self.open.values())[::-1]
        answered = [round_ for round_ in newest_first if round_.id in replied]
        named = [one for one in newest_first if any(settings.round_name(one, language).casefold() in folded for language in LANGUAGES)]
        return next(iter([*answered, *named]), self.asked)


def make_filing(desk: Desk, asked: Round | None) -> Filing:
    """Return where workbooks are filed that come while a round is asked for, or none.

    Raises StyrxlError: round-purged, and as ``choose_newest_round``.
    """
    if asked:
        refuse_purged(desk, asked)
    return Filing(desk, asked or choose_newest_round(desk), {one.id: one for one in list_open_rounds(desk)}, is_named=asked is not None)
