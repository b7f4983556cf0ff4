"""A round's owners as rows: each with its board and administration, how late it is, and whether mail has reached it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from styrxl.model.council_plan import Organisation, Plan
from styrxl.model.days import local_day
from styrxl.model.levels import find_level
from styrxl.rounds.desk import Desk
from styrxl.rounds.overview.owner_groups import LATE, MEND, find_group
from styrxl.rounds.overview.round_facts import RoundFacts
from styrxl.rounds.status import OwnerStatus

# Whether mail has reached an owner: its workbook was mailed, an address does not work, it has none, or nothing was mailed.
MAILED, UNREACHED, NO_ADDRESS, NOT_MAILED = "mailed", "unreached", "no-address", "not-mailed"


@dataclass(frozen=True, slots=True)
class Place:
    """Part of the municipality, by id and name; no id: none."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """An owner in a round. ``days_late``: after its due day that it came in, or has not come in until today; 0 where it is in time.

    ``mail``: MAILED, UNREACHED, NO_ADDRESS or NOT_MAILED; ``mailed``: the day on which its workbook was mailed last. ``place``: where it
    stands in the round.
    """

    status: OwnerStatus
    group: str
    level: str
    board: Place
    administration: Place
    days_late: int
    mail: str
    mailed: date | None
    place: int


def list_owner_rows(desk: Desk, facts: RoundFacts) -> tuple[OwnerRow, ...]:
    """Return the rows of a round's owners: board by board and administration by administration, the board itself first."""
    names = _Names(desk.plan, facts.round.day)
    found = [(status, desk.plan.find(status.owner, facts.round.day)) for status in facts.owners]
    rows = [_make_row(facts, status, organisation, names, place) for place, (status, organisation) in enumerate(found) if organisation]
    boards, administrations = (_number(each) for each in ([r.board.id for r in rows], [r.administration.id for r in rows]))

    def key(row: OwnerRow) -> tuple[bool, int, bool, int, int]:
        itself = row.status.owner == row.board.id
        return not row.board.id, boards[row.board.id], not itself, administrations[row.administration.id], row.place

    return tuple(sorted(rows, key=key))


class _Names:
    """Names of boards and administrations on a day, each looked for once: thousands of owners have the same."""

    def __init__(self, plan: Plan, day: date) -> None:
        self._plan, self._day = plan, day
        self._places: dict[str, Place] = {"": Place()}

    def find(self, org_id: str) -> Place:
        if org_id not in self._places:
            organisation = self._plan.find(org_id, self._day)
            self._places[org_id] = Place(org_id, organisation.name if organisation else org_id)
        return self._places[org_id]


def _number(ids: list[str]) -> dict[str, int]:
    return {org_id: n for n, org_id in enumerate(dict.fromkeys(ids))}


def _make_row(facts: RoundFacts, status: OwnerStatus, organisation: Organisation, names: _Names, place: int) -> OwnerRow:
    board = status.owner if status.kind == "board" else organisation.board_id or ""
    administration = status.owner if status.kind == "administration" else organisation.administration_id or ""
    mailed = facts.mail.handed_out.get(status.owner)
    group = find_group(status)
    return OwnerRow(
        status,
        group,
        find_level(status.kind),
        names.find(board),
        names.find(administration),
        _count_days_late(status, group, facts),
        _find_reach(status, organisation, mailed),
        mailed,
        place,
    )


def _count_days_late(status: OwnerStatus, group: str, facts: RoundFacts) -> int:
    """Return by how many days an owner was late, or is: what is to be mended is late until it is."""
    if status.due is None or (group not in {LATE, MEND} and status.returned is None):
        return 0
    day = facts.today if group in {LATE, MEND} else local_day(status.returned, facts.zone)
    return max(0, (day - status.due).days) if day else 0


def _find_reach(status: OwnerStatus, organisation: Organisation, mailed: date | None) -> str:
    if status.unreached:
        return UNREACHED
    if not organisation.email:
        return NO_ADDRESS
    return MAILED if mailed else NOT_MAILED
