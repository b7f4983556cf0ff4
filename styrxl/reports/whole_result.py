"""From the boards' net costs to the municipality's result (tkr): what each part comes to, and where taxes and grants are known from.

Figures have signs as people read them: revenue is plus, costs are minus, and a deviation is plus where it is better than budget. So
each column adds up downwards. What is not known is None, and makes what is added up of it None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from styrxl.excel.pages import Link
from styrxl.model.amounts import ORE, add_amounts, add_known, subtract_amounts
from styrxl.model.council_plan import Overall
from styrxl.model.levels import COMMON, FINANCE, find_level
from styrxl.model.prefill import Row
from styrxl.prefill.financing import BUDGETED, FOLLOWED, INTERNAL, OF_RESULT, find_item
from styrxl.reports.board_budgets import BoardBudget, list_budgets, measure_budgets
from styrxl.reports.board_outcomes import BoardOutcome, list_outcomes, measure_outcomes
from styrxl.reports.booked import is_alone
from styrxl.reports.view import Owner, View

Figures = Mapping[str, float | None]
PLAN_KEYS = ("revenue", "cost", "net", "frame")  # what plans budget, and what they may: the frame or, without one, the budget
_SPLIT = ("outcome", "forecast")


@dataclass(frozen=True, slots=True)
class Known:
    """An amount, and where it is known from; ``other``: what the council plan says instead, where that differs."""

    amount: float | None = None
    link: Link | None = None
    other: float | None = None


@dataclass(frozen=True)
class Line:
    """A line of the way from net cost to result: a part of it, or a sum (``total``); ``lacking``: figure -> the parts that lack it."""

    name: str
    figures: Figures
    total: bool = False
    lacking: Mapping[str, Sequence[str]] = field(default_factory=dict)
    remark: str | None = None
    source: Link | None = None
    budget_source: Link | None = None


@dataclass(frozen=True)
class WholeResult:
    """The municipality's result in a round, as the council sees it."""

    view: View

    @property
    def keys(self) -> tuple[str, ...]:
        """The figures that the round has, as headings name them."""
        if self.view.history is None:
            return PLAN_KEYS
        whats = _SPLIT[:1] if self.view.round.kind.final else _SPLIT
        return ("budget", *(f"{what}_{part}" for what in whats for part in ("revenue", "cost", "net")), "deviation")

    @property
    def year_key(self) -> str:
        """What the year comes to: as budgeted, as forecast, or as it was."""
        return "net" if self.view.history is None else f"{'outcome' if self.view.round.kind.final else 'forecast'}_net"

    @property
    def asked(self) -> tuple[str, ...]:
        """The figures of which a line says whether it lacks them."""
        return ("net",) if self.view.history is None else tuple(key for key in self.keys if key == "budget" or key.endswith("_net"))

    @property
    def shown(self) -> bool:
        """Whether anybody has begun with it: someone outside the boards has been handed a workbook, or taxes stand on the sheet Helhet."""
        if self.view.board is not None:
            return False
        asked = any(find_level(o.kind) == COMMON and (o.expected or o.id in self.view.accepted) for o in self.view.owners)
        overalls = [overall for figure in self._figures if (overall := self._overall(figure))]
        return asked or any(getattr(overall, item) is not None for overall in overalls for item in OF_RESULT)

    # the parts of the net cost

    @cached_property
    def finance(self) -> tuple[Owner, ...]:
        """The finance administration, which no frame holds."""
        return tuple(o for o in self.view.owners if o.kind == FINANCE)

    @cached_property
    def parts(self) -> tuple[Line, ...]:
        """Each board, the auditors, common items and the finance administration: their operations."""
        return tuple(self._plan_parts() if self.view.history is None else self._followup_parts())

    def _left_out(self, shown: Sequence[Owner]) -> Iterator[Line]:
        """Yield a line for auditors and common items of whose money nothing is known."""
        known = {owner.id for owner in shown}
        for o in self.view.boards:
            if o.kind in ("audit", "common") and o.id not in known:
                yield self._finish(Line(o.name, dict.fromkeys(self.keys)))

    def _plan_parts(self) -> Iterator[Line]:
        boards, finance = list_budgets(self.view), measure_budgets(self.view, self._pair(self.finance))
        yield from map(self._plan_part, boards)
        yield from self._left_out([b.owner for b in boards])
        yield from map(self._plan_part, finance)

    def _plan_part(self, b: BoardBudget) -> Line:
        there = b.accepted and bool(b.budget)
        revenue, cost = (b.revenue, _negate(b.cost)) if there else (None, None)
        net = add_amounts((revenue, cost)) if there else None
        figures = {"revenue": revenue, "cost": cost, "net": net, "frame": net if b.current is None else _negate(b.current)}
        return self._part(b.owner, figures, self._sheet_link("budget", b.owner), has_frame=b.current is not None)

    def _followup_parts(self) -> Iterator[Line]:
        boards, finance = list_outcomes(self.view), measure_outcomes(self.view, self._pair(self.finance))
        yield from map(self._followup_part, boards)
        yield from self._left_out([b.owner for b in boards])
        yield from map(self._followup_part, finance)

    def _followup_part(self, b: BoardOutcome) -> Line:
        figures: dict[str, float | None] = {}
        for what in _SPLIT:
            # What the accounts alone have is in nobody's forecast.
            rows = [row for row in b.rows if what == "outcome" or not is_alone(row)] if b.accepted else []
            there = bool(rows) and all(row.get(f"{what}_cost") is not None for row in rows)
            revenue = add_amounts(row.get(f"{what}_revenue") for row in rows) if there else None
            cost = _negate(add_amounts(row.get(f"{what}_cost") for row in rows)) if there else None
            figures |= {f"{what}_revenue": revenue, f"{what}_cost": cost, f"{what}_net": add_amounts((revenue, cost)) if there else None}
        figures["budget"] = _negate(b.whole.budget if b.measure.current is None else b.measure.current)
        return self._part(b.owner, figures, self._sheet_link("outcomes", b.owner), has_frame=b.measure.current is not None)

    def _part(self, owner: Owner, figures: dict[str, float | None], source: Link | None, *, has_frame: bool) -> Line:
        figures = self._with_deviation(figures)
        framed = self.view.plan_link(("frames", owner.id, self.view.round.year)) if has_frame else source
        return self._finish(Line(owner.name, figures, source=source, budget_source=framed))

    def _finish(self, line: Line) -> Line:
        """Return a line that says which figures it lacks."""
        return replace(line, lacking={key: (line.name,) for key in self.asked if line.figures.get(key) is None})

    def _with_deviation(self, figures: Mapping[str, float | None]) -> dict[str, float | None]:
        if self.view.history is None:
            return dict(figures)
        return {**figures, "deviation": subtract_amounts(figures.get(self.year_key), figures.get("budget"))}

    def _pair(self, owners: Sequence[Owner]) -> list[Any]:
        return [(owner, self.view.frame(owner.id)) for owner in owners]

    def _sheet_link(self, table: str, owner: Owner) -> Link | None:
        row = next(iter(self._grouped(table).get(owner.id, ())), None)
        return self.view.sheet_link(row) if row else None

    def _grouped(self, table: str) -> Mapping[str, list[dict[str, Any]]]:
        if table not in self._tables:
            self._tables[table] = self.view.grouped(table)
        return self._tables[table]

    @cached_property
    def _tables(self) -> dict[str, Mapping[str, list[dict[str, Any]]]]:
        return {}

    # taxes, grants, net financial items, internal items

    @cached_property
    def items(self) -> Mapping[str, Mapping[str, Known]]:
        """What is known of each item, by item and figure (budget, outcome, forecast; of a plan the budget)."""
        return {item: {figure: self._find(item, figure) for figure in self._figures} for item in (*OF_RESULT, INTERNAL)}

    @property
    def _figures(self) -> tuple[str, ...]:
        if self.view.history is None:
            return ("budget",)
        return ("budget", "outcome") if self.view.round.kind.final else ("budget", "outcome", "forecast")

    def _find(self, item: str, figure: str) -> Known:
        """Return an amount as the finance administration has it, else as the council plan's sheet Helhet has it.

        Of a follow-up in which it has no budget, its accepted plan has it.
        """
        typed = self._find_typed(self._item_rows, item, figure, self.view.row_link)
        if typed.amount is None and figure == "budget" and (history := self.view.history):
            typed = self._find_typed(self._planned_rows, item, figure, history.plans.row_link)
        overall = self._overall(figure)
        planned = getattr(overall, item, None) if overall else None  # which has no internal items
        if typed.amount is None:
            link = self.view.plan_link(("overall", overall.round)) if overall and planned is not None else None
            return Known(planned, link)
        return replace(typed, other=planned if planned is not None and abs(planned - typed.amount) > ORE else None)

    def _find_typed(self, rows: Sequence[Row], item: str, figure: str, row_link: Callable[[Row], Link]) -> Known:
        """Return an amount as rows of the finance administration have it, with the first of them that has any."""
        words = self.view.scope.forms.words
        mine = [row for row in rows if row.get(figure) is not None and find_item(row.get("item"), words) == item]
        return Known(add_known(row[figure] for row in mine), row_link(mine[0])) if mine else Known()

    @cached_property
    def _item_rows(self) -> list[Row]:
        """Rows of the finance administration; none where a part of it is not in: half of an amount is none."""
        if any(o.id not in self.view.accepted for o in self.finance):
            return []
        tables = self._grouped(BUDGETED if self.view.history is None else FOLLOWED)
        return [row for o in self.finance for row in tables.get(o.id, ())]

    @cached_property
    def _planned_rows(self) -> list[Row]:
        """Rows of its accepted plan, in a follow-up; none where a part of it has no accepted plan."""
        plans = self.view.history.plans.answers if self.view.history else None
        if plans is None or any(o.id not in plans.returns for o in self.finance):
            return []
        return [row for o in self.finance for row in plans.of(BUDGETED, o.id)]

    def _overall(self, figure: str) -> Overall | None:
        """Return the row of the sheet Helhet that has a figure: the plan's has the budget, a follow-up's what the year comes to."""
        if figure == "budget":
            return self.view.plan.find_overall(self.view.round.plan.id)
        return self.view.plan.find_overall(self.view.round.id) if f"{figure}_net" == self.year_key else None

    # the lines

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """All lines, in the order of a statement of results."""
        net = self.net
        items = [self._item_line(item) for item in OF_RESULT]
        return (*self.parts, *([self._internal] if self.finance else []), net, *items, self._add("year_result", [net, *items]))

    @property
    def net(self) -> Line:
        """Net cost of operations: all parts; internal items are taken out of revenue and cost alike."""
        return self._add("net_cost", [*self.parts, *([self._internal] if self.finance else [])])

    @property
    def result(self) -> Line:
        """The year's result."""
        return self.lines[-1]

    @cached_property
    def _internal(self) -> Line:
        """What boards buy of each other: less revenue, less cost, and the same net."""
        word, figures = self.view.phrases.word, dict[str, float | None]()
        known = self.items[INTERNAL]
        for what in ("",) if self.view.history is None else _SPLIT:
            amount = known[what or "budget"].amount if (what or "budget") in known else None
            prefix = f"{what}_" if what else ""
            figures |= {f"{prefix}revenue": _negate(amount), f"{prefix}cost": amount, f"{prefix}net": 0.0}
        figures |= {"budget": 0.0, "frame": 0.0, "deviation": 0.0}
        at = known[self._year_figure]
        return Line(word("item_internal_items"), figures, remark=self._tell_internal(known), source=at.link)

    def _tell_internal(self, known: Mapping[str, Known]) -> str:
        """Say what internal items change, and for which figures nobody has told them."""
        word, told = self.view.phrases.word, [f for f in known if f != "budget" or self.view.history is None]
        missing = [f for f in told if known[f].amount is None]
        if missing and len(missing) < len(told):
            return word("internal_partly", what=word(f"lacking_{missing[0]}_net"))
        return word("internal_unknown" if missing else "internal_known")

    @property
    def _year_figure(self) -> str:
        return "budget" if self.view.history is None else self.year_key.removesuffix("_net")

    def _item_line(self, item: str) -> Line:
        known, word = self.items[item], self.view.phrases.word
        if self.view.history is None:
            amount = known["budget"].amount
            figures: dict[str, float | None] = {"revenue": None, "cost": None, "net": amount, "frame": amount}
        else:
            figures = self._with_deviation({"budget": known["budget"].amount, **{f"{f}_net": k.amount for f, k in known.items()}})
        name, at = word(f"item_{item}"), known[self._year_figure]
        remark = word("item_differs") if any(k.other is not None for k in known.values()) else None
        return self._finish(Line(name, figures, remark=remark, source=at.link, budget_source=known["budget"].link))

    def _add(self, name: str, lines: Sequence[Line]) -> Line:
        """Return the sum of lines: of each figure, where all of them have it; revenue and cost are those of operations alone."""
        word, figures = self.view.phrases.word, dict[str, float | None]()
        for key in self.keys:
            gross = key.endswith(("revenue", "cost"))
            mine = [line.figures.get(key) for line in lines]
            if gross and name == "year_result":
                figures[key] = None
            elif gross and self.finance:  # internal items that nobody has told stay in both
                *parts, internal = mine
                figures[key] = None if None in parts else add_amounts((*parts, internal))
            else:
                figures[key] = None if None in mine else add_amounts(mine)
        lacking = {key: [who for line in lines for who in line.lacking.get(key, ())] for key in self.asked}
        return Line(word(name), figures, total=True, lacking={key: who for key, who in lacking.items() if who})

    def list_differing(self) -> Iterator[tuple[str, str, Known]]:
        """Yield the items and figures of which the finance administration and the council plan say different things."""
        for item, known in self.items.items():
            for figure, one in known.items():
                if one.other is not None:
                    yield item, figure, one


def _negate(amount: float | None) -> float | None:
    return None if amount is None else (-amount or 0.0)
