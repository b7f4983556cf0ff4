"""The first screen: how all rounds stand, and what to do next in each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from styrxl.model.days import local_day
from styrxl.model.levels import LEVELS
from styrxl.model.rounds import Round
from styrxl.rounds.desk import Desk
from styrxl.rounds.open_rounds import list_begun_rounds
from styrxl.rounds.overview.narrowed_facts import find_facts_of
from styrxl.rounds.overview.round_steps import RoundToDo, find_to_do
from styrxl.rounds.overview.year_steps import YearFacts, YearStep, is_past, list_year_steps
from styrxl.store.purges import find_purged_rounds


@dataclass(frozen=True, slots=True)
class FirstScreen:
    """The rounds that are open, those that are done or left behind, and what is to be begun; the newest round first."""

    open: tuple[RoundToDo, ...]
    closed: tuple[RoundToDo, ...]
    to_begin: tuple[YearStep, ...]
    purged: tuple[tuple[Round, date], ...] = ()  # rounds whose returns were disposed of, and when


def find_first_screen(desk: Desk, owners: Collection[str] | None = None) -> FirstScreen:
    """Return what a controller sees first; one who follows up some owners alone, the rounds in which any of those takes part."""
    ever, purged = list_begun_rounds(desk), find_purged_rounds(desk.ledger.database)
    begun = [round_ for round_ in ever if round_.id not in purged]
    facts = [find_facts_of(desk, round_, owners) for round_ in (begun + list_rounds_with_files(desk, ever))[::-1]]
    to_do = [find_to_do(one) for one in facts if owners is None or one.owners]
    closed = tuple(one for one in to_do if one.is_done or (is_past(one.facts.round, begun) and not one.has_new))
    open_ = tuple(one for one in to_do if one not in closed)
    if owners is not None:
        return FirstScreen(open_, closed, ())
    kinds = [kind for kind in desk.workspace.rounds.values() if any(desk.forms.for_level(level, kind) for level in LEVELS)]
    year = max((round_.year for round_ in ever), default=0)
    proposals = {year + 1} if desk.workspace.proposal(year + 1).is_file() else set()
    steps = list_year_steps(YearFacts(desk.today, desk.plan, kinds, ever, proposals))
    gone = tuple((round_, local_day(purged[round_.id].begun_at, desk.zone)) for round_ in ever[::-1] if round_.id in purged)
    return FirstScreen(open_, closed, tuple(steps), gone)


def list_rounds_with_files(desk: Desk, begun: Collection[Round]) -> list[Round]:
    """Return other rounds than those begun in whose inbox anything lies: of others' forms, which nobody hands out, or put there early."""
    inboxes = desk.workspace.root / "inbox"
    names = sorted(path.name for path in inboxes.iterdir() if path.is_dir()) if inboxes.is_dir() else []
    rounds = [desk.workspace.rounds.parse(name) for name in names if desk.workspace.rounds.kind_of(name)]
    return [round_ for round_ in rounds if round_ not in begun and desk.workspace.inbox_files(round_).files]
