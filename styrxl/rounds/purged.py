"""Rounds whose returns were disposed of: nothing can be made of them again, and that is said rather than a wrong result given."""

from __future__ import annotations

from collections.abc import Iterable

from styrxl.model.catalogue import Word
from styrxl.model.days import local_day
from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.store.purges import find_purged_rounds


def refuse_purged(desk: Desk, *rounds: Round) -> None:
    """Raise StyrxlError (round-purged) where the returns of one of the rounds were disposed of."""
    purged = find_purged_rounds(desk.ledger.database)
    for round_ in rounds:
        if purge := purged.get(round_.id):
            day = local_day(purge.begun_at, desk.zone)
            raise StyrxlError("round-purged", round=round_.id, day=day, decision=purge.decision, by=purge.purged_by)


def list_purged(desk: Desk, rounds: Iterable[Round]) -> list[Word]:
    """Return a note on those of other rounds, with which one is compared, whose returns were disposed of."""
    purged = find_purged_rounds(desk.ledger.database)
    names = [round_.id for round_ in dict.fromkeys(rounds) if round_.id in purged]
    return [Word("compared_purged", {"n": len(names), "rounds": ", ".join(names)})] if names else []
