"""The page Ekonomi: frames, budgets and what is left, by board; sums tie out from activity to board to all boards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Link, Page, Row, add_amounts, outline_level, subtract_amounts
from styrxl.model.council_plan import Frame
from styrxl.reports.columns import LINK_WIDTH, Spread, named, page, rest, spread, sum_label
from styrxl.reports.plan.goal_chain import MOST_SEEN
from styrxl.reports.view import Part, View, joined

_BOARDS_SEEN = 40  # rows that are seen before activities are folded away: the council reads board by board
MONEY = ("frame", "adjustments", "current_frame", "revenue", "cost", "net", "remaining", "unit_frames")


@dataclass(frozen=True)
class Account:
    """A board's money in the round (tkr); budget and what is left are None where there is no accepted plan."""

    part: Part
    frame: Frame
    confirmation: Mapping[str, Any] | None
    budget: Sequence[Mapping[str, Any]]
    unit_frames: Sequence[Mapping[str, Any]]
    there: bool  # whether its plan counts

    @cached_property
    def adjustments(self) -> float | None:
        """Adjustments of the frame; None where there are none."""
        return add_amounts(a.operating for a in self.frame.adjustments) if self.frame.adjustments else None

    @cached_property
    def current(self) -> float | None:
        """Frame as it is now."""
        return None if self.frame.operating is None else add_amounts((self.frame.operating, self.adjustments))

    @cached_property
    def revenue(self) -> float | None:
        """Budgeted revenue."""
        return add_amounts(r.get("revenue") for r in self.budget) if self.there else None

    @cached_property
    def cost(self) -> float | None:
        """Budgeted cost."""
        return add_amounts(r.get("cost") for r in self.budget) if self.there else None

    @property
    def net(self) -> float | None:
        """Budgeted net cost."""
        return subtract_amounts(self.cost, self.revenue)

    @property
    def remaining(self) -> float | None:
        """What remains of the frame: plus is within it."""
        return subtract_amounts(self.current, self.net)

    @property
    def divided(self) -> float | None:
        """What the board has divided among its units; None where it divides nothing."""
        given = [r["frame"] for r in self.unit_frames if r.get("frame") is not None]
        return add_amounts(given) if given else None

    @property
    def money(self) -> tuple[float | None, ...]:
        """The figures in the order of ``MONEY``."""
        return (self.frame.operating, self.adjustments, self.current, self.revenue, self.cost, self.net, self.remaining, self.divided)


def accounts(view: View) -> list[Account]:
    """Return the boards with a frame, or with a plan to hand in or handed in."""
    tables = {name: view.grouped(name) for name in ("confirmation", "budget", "unit_frames")}
    found = []
    for part in view.boards:
        frame = view.frame(part.id)
        if frame.operating is None and not frame.adjustments and not part.expected and part.id not in view.accepted:
            continue
        confirmation, budget, units = (tables[name].get(part.id, []) for name in ("confirmation", "budget", "unit_frames"))
        first = confirmation[0] if confirmation else None
        found.append(Account(part, frame, first, budget, units, part.id in view.accepted))
    return found


def summed(those: Iterable[Account]) -> tuple[float | None, ...]:
    """Add up accounts, figure by figure; None where nobody has any."""
    columns = zip(*(a.money for a in those), strict=True)
    return tuple(add_amounts(c) if any(v is not None for v in c) else None for c in columns) or (None,) * len(MONEY)


def make_page(view: View) -> Page | None:
    """Show each board's frame and budget with its activities and unit frames under it."""
    those = accounts(view)
    if not any(v is not None for a in those for v in a.money):
        return None
    spreads = {name: spread(view, name) for name in ("confirmation", "budget", "unit_frames")}
    rows = tuple(row for account in those for row in _account(view, account, spreads))
    totals = tuple(_totals(view, those)) if view.board is None else ()
    folded = outline_level([r.level for r in rows], MOST_SEEN if view.board else _BOARDS_SEEN)
    block = Block(_fields(view), rows, table="finance", totals=totals, folded=folded)
    return page(view, "finance", [block])


def _fields(view: View) -> tuple[Field, ...]:
    heading, titles = view.phrases.heading, {s.column.field: s.heading for s in spread(view, "budget")}
    money = (Field(titles.get(k) or heading(k), "money", 13, tally=k in {"revenue", "cost", "unit_frames"}) for k in MONEY)
    return (
        Field(heading("board"), "name", 18),
        Field(heading("line"), width=25, indented=True),
        *money,
        Field(heading("confirms"), width=10),
        Field(heading("state"), "status", 15),
        Field(heading("decision"), width=60, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )


def _account(view: View, a: Account, spreads: Mapping[str, Sequence[Spread]]) -> list[Row]:
    said = a.confirmation or {}
    confirms = said.get("confirms")
    decision, amounts = rest(view, said, spreads["confirmation"], {"confirms"})
    cells = (
        a.part.name,
        view.phrases.word("whole_board") if a.part.expected or a.there else None,
        *a.money,
        view.phrases.word(confirms if confirms in ("yes", "no") else "none"),
        state(view, a),
        decision,
        _link(view, said) if said else None,
    )
    # The board's own row sums the rows under it: its figures are not the returns' own, and are not counted.
    head = Row(cells, int(said["_source"]) if said else None, weight=SHADED, sums=True, amounts=amounts)
    activities = (_activity(view, a, r, spreads["budget"]) for r in a.budget)
    return [head, *activities, *(_unit(view, a, r, spreads["unit_frames"]) for r in a.unit_frames)]


def _activity(view: View, a: Account, r: Mapping[str, Any], spreads: Sequence[Spread]) -> Row:
    net = add_amounts((r.get("cost"), -(r.get("revenue") or 0.0)))
    money = (None, None, None, r.get("revenue"), r.get("cost"), net, None, None)
    more, amounts = rest(view, r, spreads, {"activity", "revenue", "cost", "net"})
    return _line(view, r, (a.part.name, r.get("activity"), *money, None, None, more), amounts)


def _unit(view: View, a: Account, r: Mapping[str, Any], spreads: Sequence[Spread]) -> Row:
    unit = r.get("unit_id")
    text = named(view, unit) if unit else None
    more, amounts = rest(view, r, spreads, {"unit_id", "frame"})
    return _line(view, r, (a.part.name, text, *[None] * 7, r.get("frame"), None, None, more), amounts)


def _line(view: View, r: Mapping[str, Any], cells: tuple[Any, ...], amounts: tuple[float, ...]) -> Row:
    return Row((*cells, _link(view, r)), int(r["_source"]), level=1, indent=1, amounts=amounts)


def _link(view: View, r: Mapping[str, Any]) -> Link:
    return view.link(int(r["_source"]), r["_sheet"], int(r["_row"]))


def state(view: View, a: Account) -> str:
    """Say how a board's budget stands against its frame."""
    word = view.phrases.word
    if not a.there:
        return word("budget_missing" if a.part.expected else "frame_only")
    if a.remaining is None:
        return word("no_frame")
    return word("over" if a.remaining < 0 else "within")


def _totals(view: View, those: Sequence[Account]) -> list[Row]:
    """Return the last rows: where boards lack a budget, those with and those without one first, since each of them ties out."""
    word = view.phrases.word
    there, gone = [a for a in those if a.there], [a for a in those if not a.there]
    lacking = sum(a.part.expected for a in gone)
    said = word("all_in") if not lacking else word("one_lacks_budget") if lacking == 1 else word("n_lack_budget", n=lacking)
    rows: list[Row] = []
    if gone:
        with_budget = word("one_board") if len(there) == 1 else word("n_boards", n=len(there))
        outside = len(gone) - lacking
        without = [word("n_lacking", n=lacking) if lacking else None, word("n_none", n=outside) if outside else None]
        rows = [_total(word("sum_with_budget"), with_budget, there), _total(word("sum_without_budget"), joined(without, ", "), gone)]
    return [*rows, Row((sum_label(view), None, *summed(those), None, said, None, None), weight=BOLD)]


def _total(label: str, many: str | None, those: Sequence[Account]) -> Row:
    return Row((label, many, *summed(those), *[None] * 4), weight=BOLD)
