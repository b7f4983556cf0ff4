"""The organisation as a tree, and frames by year with their adjustments: what the council's plan says, as it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from styrxl.model.amounts import add_known
from styrxl.model.council_plan import Adjustment, Organisation, Plan

_BELOW = frozenset({"administration", "unit"})  # kinds that belong to others


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the organisation with those below it."""

    organisation: Organisation
    below: tuple[Branch, ...] = ()

    @property
    def count(self) -> int:
        """How many there are below, at all depths."""
        return sum(1 + branch.count for branch in self.below)


@dataclass(frozen=True, slots=True)
class FrameLine:
    """A board's frames of a year (tkr): as decided, what adjustments came to, and as they are with them; None where there is none."""

    board: str
    operating: float | None
    operating_change: float | None
    operating_now: float | None
    investment: float | None
    investment_change: float | None
    investment_now: float | None


@dataclass(frozen=True, slots=True)
class FrameYear:
    """All boards' frames of a year, their sum, and the adjustments by which they changed."""

    year: int
    lines: tuple[FrameLine, ...]
    total: FrameLine
    adjustments: tuple[Adjustment, ...]


def make_tree(plan: Plan, day: date) -> tuple[Branch, ...]:
    """Return the organisation on a day: boards and their like with their administrations, these with the board's units in them.

    An administration that serves several boards stands under each; what belongs to nobody that is there stands by itself.
    """
    holding = plan.holding(day)
    tops = {one.org_id: one for one in holding if one.kind not in _BELOW}
    administrations = {one.org_id: one for one in holding if one.kind == "administration"}
    places: dict[str, dict[str, list[Organisation]]] = {org_id: {} for org_id in tops}  # board -> administration -> its units
    for one in holding:
        if one.kind == "administration" and one.board_id in tops:
            places[one.board_id].setdefault(one.org_id, [])
        elif one.kind not in _BELOW and one.administration_id in administrations:
            places[one.org_id].setdefault(one.administration_id, [])
    loose = []
    for one in holding:
        if one.kind == "unit" and one.board_id in tops:
            inside = one.administration_id if one.administration_id in administrations else ""
            places[one.board_id].setdefault(inside or "", []).append(one)
        elif one.kind == "unit":
            loose.append(one)
    placed = {org_id for those in places.values() for org_id in those}
    loose += [one for org_id, one in administrations.items() if org_id not in placed]
    return (*(Branch(top, _grow(places[org_id], administrations)) for org_id, top in tops.items()), *map(Branch, loose))


def _grow(inside: Mapping[str, Sequence[Organisation]], administrations: Mapping[str, Organisation]) -> tuple[Branch, ...]:
    grown = (Branch(administrations[org_id], tuple(map(Branch, units))) for org_id, units in inside.items() if org_id)
    return (*grown, *map(Branch, inside.get("", ())))


def list_frame_years(plan: Plan, day: date) -> Iterator[FrameYear]:
    """Yield the years that have frames, the latest first; adjustments decided up to a day count."""
    years = sorted({year for _, year in plan.frames} | {one.year for one in plan.adjustments}, reverse=True)
    for year in years:
        boards = dict.fromkeys(
            [board for board, of in plan.frames if of == year] + [a.board_id for a in plan.adjustments if a.year == year]
        )
        lines = tuple(_make_line(plan, board, year, day) for board in boards)
        yield FrameYear(year, lines, _add(lines), tuple(a for a in plan.adjustments if a.year == year))


def _make_line(plan: Plan, board: str, year: int, day: date) -> FrameLine:
    frame = plan.frame(board, year, day)
    operating = add_known(a.operating for a in frame.adjustments)
    investment = add_known(a.investment for a in frame.adjustments)
    return FrameLine(board, frame.operating, operating, frame.current_operating, frame.investment, investment, frame.current_investment)


def _add(lines: Sequence[FrameLine]) -> FrameLine:
    fields = ("operating", "operating_change", "operating_now", "investment", "investment_change", "investment_now")
    return FrameLine("", *(add_known(getattr(line, field) for line in lines) for field in fields))
