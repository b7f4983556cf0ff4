"""The page Ekonomi of a follow-up: frame and current budget, outcome and forecast, by activity, board and all boards, in tkr.

A deviation is current budget minus forecast (at year-end minus outcome), net: plus is a surplus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.excel.pages import BOLD, SHADED, Block, Field, Link, Page, Row, add_amounts, outline_level, subtract_amounts
from styrxl.model.council_plan import Frame
from styrxl.reports.columns import LINK_WIDTH, Spread, page, rest, spread, sum_label
from styrxl.reports.followed import Followed
from styrxl.reports.plan.goal_chain import MOST_SEEN
from styrxl.reports.view import Part, View, joined

_TYPED = ("outcome_revenue", "outcome_cost", "forecast_revenue", "forecast_cost", "unfunded", "last_forecast")
_BUDGET = ("planned_budget", "decided_changes")
_CAUSES = ("explanation", "measures", "measures_effect", "assumptions")
_WORDS = frozenset({"activity", "current_budget", "deviation", *_CAUSES, *_TYPED, *_BUDGET})


@dataclass(frozen=True, slots=True)
class Line:
    """An activity's money, or several added up; None where nobody has said anything. ``final``: at year-end the outcome counts."""

    final: bool
    planned: float | None = None
    changes: float | None = None
    outcome_revenue: float | None = None
    outcome_cost: float | None = None
    forecast_revenue: float | None = None
    forecast_cost: float | None = None
    unfunded: float | None = None
    last_forecast: float | None = None
    effect: float | None = None

    @property
    def budget(self) -> float | None:
        """Current budget: as planned, and as changed since."""
        return None if self.planned is None and self.changes is None else add_amounts((self.planned, self.changes))

    @property
    def outcome(self) -> float | None:
        """Outcome, net."""
        return _net(self.outcome_cost, self.outcome_revenue)

    @property
    def forecast(self) -> float | None:
        """Full-year forecast, net."""
        return _net(self.forecast_cost, self.forecast_revenue)

    @property
    def deviation(self) -> float | None:
        """What budget is left of forecast, at year-end of outcome: plus is a surplus."""
        return subtract_amounts(self.budget, self.outcome if self.final else self.forecast)

    @property
    def without(self) -> float | None:
        """The deviation if the money that nobody has granted does not come."""
        return subtract_amounts(self.deviation, self.unfunded or 0.0)

    @property
    def after(self) -> float | None:
        """The deviation when the measures have had their effect; None where there are none."""
        return None if self.effect is None or self.deviation is None else add_amounts((self.deviation, self.effect))


def _net(cost: float | None, revenue: float | None) -> float | None:
    return None if cost is None and revenue is None else add_amounts((cost, -(revenue or 0.0)))


def line(row: Mapping[str, Any], *, final: bool) -> Line:
    """Return a row of outcomes as a line."""
    names = ("planned_budget", "decided_changes", *_TYPED, "measures_effect")
    return Line(final, *(row.get(name) for name in names))


def added(lines: Iterable[Line], *, final: bool) -> Line:
    """Add up lines, figure by figure; what nobody has said stays unsaid."""
    names = ("planned", "changes", *_TYPED, "effect")
    those = list(lines)
    return Line(final, *(_sum(getattr(one, name) for one in those) for name in names))


def _sum(values: Iterable[float | None]) -> float | None:
    """Add up what there is; None where there is nothing."""
    found = [v for v in values if v is not None]
    return add_amounts(found) if found else None


@dataclass(frozen=True)
class Account:
    """A board's money in a follow-up; ``planned``: the net budget of its accepted plan, by activity."""

    part: Part
    frame: Frame
    rows: Sequence[Mapping[str, Any]]
    report: Mapping[str, Any] | None
    there: bool  # whether its follow-up counts
    planned: float | None
    final: bool

    @cached_property
    def line(self) -> Line:
        """All activities added up; of a board that has not answered the budget of its plan alone."""
        if not self.there:
            return Line(self.final, self.planned)
        return added((line(r, final=self.final) for r in self.rows), final=self.final)

    @cached_property
    def adjustments(self) -> float | None:
        """Adjustments of the frame up to the round's day; None where there are none."""
        return add_amounts(a.operating for a in self.frame.adjustments) if self.frame.adjustments else None

    @cached_property
    def current(self) -> float | None:
        """Frame as it is on the round's day."""
        return None if self.frame.operating is None else add_amounts((self.frame.operating, self.adjustments))

    @property
    def remaining(self) -> float | None:
        """What current budget leaves of the frame."""
        return subtract_amounts(self.current, self.line.budget)

    @property
    def unreconciled(self) -> float:
        """Decided changes that the council's adjustments do not account for: a board's own moves come to nothing."""
        return add_amounts((self.line.changes, -(self.adjustments or 0.0)))


def accounts(view: View) -> list[Account]:
    """Return the boards with a frame, or with a follow-up to hand in or handed in."""
    outcomes, reports = view.grouped("outcomes"), view.grouped("report_status")
    found = []
    for part in view.boards:
        frame = view.frame(part.id)
        there = part.id in view.accepted
        if frame.operating is None and not frame.adjustments and not part.expected and not there:
            continue
        budget = view.behind.plans.told.of("budget", part.id) if view.behind else ()
        planned = add_amounts(r["net"] for r in budget) if budget else None
        report = next(iter(reports.get(part.id, [])), None)
        found.append(Account(part, frame, outcomes.get(part.id, []), report, there, planned, view.scope.kind == "year"))
    return found


def summed(those: Sequence[Account]) -> Line:
    """Add up boards."""
    return added((a.line for a in those), final=any(a.final for a in those))


def make_page(follow: Followed) -> Page | None:
    """Show how each board stands against its frame and its budget, and why."""
    view = follow.view
    those = accounts(view)
    if not those:
        return None
    blocks = [_frames(view, those), _outcomes(view, those), _causes(view, those), _units(follow), _adjustments(view, those)]
    return page(view, "forecast", [b for b in blocks if b.rows])


def _heads(view: View, second: str) -> tuple[Field, Field]:
    return Field(view.phrases.heading("board"), "name", 18), Field(view.phrases.heading(second), width=26, least=19, indented=True)


def _titles(view: View) -> dict[str, str]:
    return {s.column.field: s.heading for s in spread(view, "outcomes")}


def _labels(view: View, *keys: str) -> list[str]:
    titles = _titles(view)
    return [titles.get(k) or view.phrases.heading(k) for k in keys]


# the frame and the budget


def _frames(view: View, those: Sequence[Account]) -> Block:
    keys = ("frame", "adjustments", "current_frame", "planned_budget", "decided_changes", "current_budget", "remaining")
    typed = {"planned_budget", "decided_changes"}
    money = (Field(label, "money", 13, tally=k in typed) for k, label in zip(keys, _labels(view, *keys), strict=True))
    fields = (*_heads(view, "line"), *money, Field(view.phrases.heading("reconciled"), "status", span=3))
    rows = tuple(row for a in those for row in _framed(view, a))
    figures = [_frame_figures(a) for a in those]
    sums = tuple(map(_sum, zip(*figures, strict=True)))
    # Frames that nobody has budgeted leave nothing over, so the last row says how much of the frames they are.
    outside = add_amounts(a.current for a in those if a.line.budget is None)
    why = view.phrases.word("incl_without_plan", amount=plain_amount(view, outside)) if outside and not view.board else None
    last = Row((sum_label(view), None, *sums, why), weight=BOLD)
    folded = outline_level([r.level for r in rows], MOST_SEEN if view.board else 40)
    return Block(fields, rows, heading=view.phrases.word("frame_title"), totals=(last,), folded=folded)


def _frame_figures(a: Account) -> tuple[float | None, ...]:
    return (a.frame.operating, a.adjustments, a.current, a.line.planned, a.line.changes, a.line.budget, a.remaining)


def _framed(view: View, a: Account) -> list[Row]:
    whole = view.phrases.word("whole_board") if a.part.expected or a.there else None
    head = Row((a.part.name, whole, *_frame_figures(a), _reconciled(view, a)), weight=SHADED, sums=True)
    rows = []
    for r in a.rows:
        one = line(r, final=a.final)
        cells = (a.part.name, r["activity"], None, None, None, one.planned, one.changes, one.budget, None, None)
        rows.append(Row(cells, int(r["_source"]), level=1, indent=1, again=True))
    return [head, *rows]


def _reconciled(view: View, a: Account) -> str:
    word = view.phrases.word
    if not a.there:
        return word("report_missing" if a.part.expected else "no_report")
    if a.unreconciled:
        return word("changes_differ", amount=_amount(view, a.unreconciled))
    if a.remaining is None:
        return word("no_frame")
    return word("changes_agree_over" if a.remaining < 0 else "changes_agree")


def _amount(view: View, value: float) -> str:
    text = f"{value:+,.2f}".removesuffix(".00").replace("-", "\N{MINUS SIGN}")
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",") if view.scope.language == "sv" else text


# outcome and forecast


def _outcome_keys(view: View) -> tuple[str, ...]:
    final = view.scope.kind == "year"
    outcome = ("outcome_revenue", "outcome_cost", "outcome_net")
    forecast_ = () if final else ("forecast_revenue", "forecast_cost", "forecast_net")
    return ("current_budget", *outcome, *forecast_, "deviation", *(() if final else ("unfunded", "without")))


def _outcome_figures(keys: Sequence[str], one: Line) -> list[float | None]:
    known = {"current_budget": one.budget, "outcome_net": one.outcome, "forecast_net": one.forecast}
    return [known[k] if k in known else getattr(one, k) for k in keys]


def _outcomes(view: View, those: Sequence[Account]) -> Block:
    keys = _outcome_keys(view)
    money = (Field(label, "money", 13, tally=k in _TYPED) for k, label in zip(keys, _labels(view, *keys), strict=True))
    heading = view.phrases.heading
    fields = (
        *_heads(view, "line"),
        *money,
        Field(heading("state"), "status", 14, span=5 if view.scope.kind == "year" else 1),  # as wide as the frames above
        *(Field(t, "money", 13, tally=True, screen=True) for k, t in _titles(view).items() if k == "last_forecast"),
        Field(heading("decision"), width=90, screen=True),  # on one line: rows are as high as what is not printed, too
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    spreads = {name: spread(view, name) for name in ("outcomes", "report_status")}
    rows = tuple(row for a in those if a.there or a.part.expected for row in _account(view, a, keys, spreads))
    folded = outline_level([r.level for r in rows], MOST_SEEN if view.board else 40)
    title = view.phrases.word("outcome_title" if view.scope.kind == "year" else "forecast_title")
    sums = tuple(_sums(view, those, keys))
    return Block(fields, rows, heading=title, totals=sums, folded=folded, new_page=view.board is None)


def _account(view: View, a: Account, keys: Sequence[str], spreads: Mapping[str, Sequence[Spread]]) -> list[Row]:
    whole = view.phrases.word("whole_board") if a.part.expected or a.there else None
    said = a.report or {}
    decision, amounts = rest(view, said, spreads["report_status"], ())
    link = _link(view, said) if said else None
    # Of a board that has not answered nothing is shown here, so that what is shown ties out.
    figures = _outcome_figures(keys, a.line) if a.there else [None] * len(keys)
    last = _last(view, a.line)
    cells = (a.part.name, whole, *figures, state(view, a), *(last if a.there else [None] * len(last)), decision, link)
    head = Row(cells, int(said["_source"]) if said else None, weight=SHADED, sums=True, amounts=amounts)
    rows = []
    for r in a.rows:
        one = line(r, final=a.final)
        more, own = rest(view, r, spreads["outcomes"], _WORDS)
        cells = (
            a.part.name,
            r["activity"],
            *_outcome_figures(keys, one),
            _sign(view, one.deviation),
            *_last(view, one),
            more,
            _link(view, r),
        )
        rows.append(Row(cells, int(r["_source"]), level=1, indent=1, amounts=own))
    return [head, *rows]


def _link(view: View, r: Mapping[str, Any]) -> Link:
    return view.link(int(r["_source"]), r["_sheet"], int(r["_row"]))


def _last(view: View, one: Line) -> list[float | None]:
    """Return the forecast of the round before, where the round asks about it."""
    return [one.last_forecast] if "last_forecast" in _titles(view) else []


def state(view: View, a: Account) -> str:
    """Say how a board stands against its budget."""
    if not a.there:
        return view.phrases.word("report_missing" if a.part.expected else "no_report")
    return _sign(view, a.line.deviation) or view.phrases.word("none")


def _sign(view: View, deviation: float | None) -> str | None:
    if deviation is None:
        return None
    return view.phrases.word("deficit" if deviation < 0 else "surplus" if deviation > 0 else "on_budget")


def _sums(view: View, those: Sequence[Account], keys: Sequence[str]) -> list[Row]:
    """Return the last row: the boards that have answered, and how many have not."""
    there, lacking = [a for a in those if a.there], sum(a.part.expected and not a.there for a in those)
    said = "all_in" if not lacking else "one_lacks_budget" if lacking == 1 else "n_lack_budget"
    why = view.phrases.word(said, n=lacking) if view.board is None else None
    whole = summed(there)
    return [Row((sum_label(view), None, *_outcome_figures(keys, whole), why, *_last(view, whole), None, None), weight=BOLD)]


# why


def _causes(view: View, those: Sequence[Account]) -> Block:
    final = view.scope.kind == "year"
    heading, titles = view.phrases.heading, _titles(view)
    told = ("explanation", "measures", "assumptions")
    fields = (
        *_heads(view, "line"),
        Field(titles.get("deviation") or heading("deviation"), "money", 13),
        Field(titles.get("explanation") or heading("explanation"), span=3),
        Field(titles.get("measures") or heading("measures"), span=2),
        Field(titles.get("measures_effect") or heading("measures_effect"), "money", 13, tally=True),
        Field(heading("after_measures"), "money", 13),
        *(() if final else (Field(titles.get("assumptions") or heading("assumptions"), span=3),)),
    )
    rows = []
    for a in those:
        for r in a.rows:
            one = line(r, final=final)
            if any(r.get(name) for name in told) or one.effect is not None:
                words = (r.get("explanation"), r.get("measures"))
                after = () if final else (r.get("assumptions"),)
                cells = (a.part.name, r["activity"], one.deviation, *words, one.effect, one.after, *after)
                rows.append(Row(cells, int(r["_source"]), again=True))
    return Block(fields, tuple(rows), heading=view.phrases.word("causes_title"), new_page=True)


# the units


def _units(follow: Followed) -> Block:
    view = follow.view
    final = view.scope.kind == "year"
    heading, titles = view.phrases.heading, {s.column.field: s.heading for s in spread(view, "unit_outcomes")}
    asked = [k for k in ("frame", "outcome", "last_forecast", "forecast") if k in titles]
    fields = (
        *_heads(view, "unit"),
        *(Field(titles[k], "money", 13, tally=True) for k in asked),
        Field(heading("deviation"), "money", 13),
        Field(heading("state"), "status", span=2),
        Field(heading("comment"), span=4 if len(asked) < 4 else 3),
    )
    spreads = spread(view, "unit_outcomes")
    told = view.grouped("unit_outcomes")
    lines = {a.part.id: a for a in accounts(view)}
    groups: dict[str, list[Row]] = {}
    for u in view.units:
        for r in told.get(u.id) or [{}]:
            if (row := _unit(follow, u, r, asked, spreads, final=final)) is not None:
                groups.setdefault(u.board, []).append(row)
    rows: list[Row] = []
    for board, mine in groups.items():
        figures = _unit_sums(mine, asked, final=final)
        beside = _beside(view, lines.get(board))
        rows.append(Row((view.name(board), view.phrases.word("units_sum"), *figures, None, beside), weight=SHADED, sums=True))
        rows += mine
    wide = [r for r in rows if r.weight == SHADED]
    last = Row((sum_label(view), None, *_unit_sums(wide, asked, final=final), None, None), weight=BOLD)
    folded = outline_level([r.level for r in rows], MOST_SEEN if view.board else 40)
    return Block(
        fields, tuple(rows), heading=view.phrases.word("unit_forecasts_title"), totals=(last,) if rows else (), folded=folded, new_page=True
    )


def _unit_sums(rows: Sequence[Row], asked: Sequence[str], *, final: bool) -> list[float | None]:
    """Add up units, and work their deviation out as a row's is."""
    sums = {k: _sum(r.cells[n] for r in rows) for n, k in enumerate(asked, 2)}
    return [*sums.values(), subtract_amounts(sums["frame"], sums["outcome" if final else "forecast"])]


def _beside(view: View, account: Account | None) -> str | None:
    """Say what the board has, beside what its units have."""
    if account is None or not account.there or account.line.budget is None:
        return None
    one = account.line
    amounts = {"budget": plain_amount(view, one.budget), "forecast": plain_amount(view, one.outcome if one.final else one.forecast)}
    return view.phrases.word("board_outcome" if one.final else "board_forecast", **amounts)


def plain_amount(view: View, value: float | None) -> str:
    """Return an amount as it is said in a sentence, in the reader's language."""
    return "–" if value is None else _amount(view, value).removeprefix("+")


def _unit(follow: Followed, u: Part, r: Mapping[str, Any], asked: Sequence[str], spreads: Sequence[Spread], *, final: bool) -> Row | None:
    view = follow.view
    if not r:
        frame = _planned_frame(follow, u)
        if frame is None:
            return None
        why = view.phrases.word("status_missing" if u.id in follow.asked else "status_outside")
        told = view.phrases.word("frame_of", amount=plain_amount(view, frame))  # in words, so that what is shown ties out
        return Row((view.name(u.board), u.name, *[None] * (len(asked) + 1), why, told), level=1, indent=1)
    deviation = subtract_amounts(r.get("frame"), r.get("outcome") if final else r.get("forecast"))
    more, own = rest(view, r, spreads, {"unit_id", "comment", *asked})
    words = joined([r.get("comment"), more])
    cells = (view.name(u.board), u.name, *(r.get(k) for k in asked), deviation, _sign(view, deviation), words)
    return Row(cells, int(r["_source"]), level=1, indent=1, amounts=own)


def _planned_frame(follow: Followed, u: Part) -> float | None:
    for rows in follow.behind.plans.told.tables.get("unit_frames", {}).values():
        for row in rows:
            if row["unit_id"] == u.id and row["frame"] is not None:
                return float(row["frame"])
    return None


# the council's decisions


def _adjustments(view: View, those: Sequence[Account]) -> Block:
    heading = view.phrases.heading
    fields = (
        *_heads(view, "decision"),
        Field(heading("decided_on"), "date", 13),
        Field(heading("operating"), "money", 13),
        Field(heading("investment"), "money", 13),
    )
    rows = tuple(Row((a.part.name, c.decision, c.date, c.operating, c.investment or None)) for a in those for c in a.frame.adjustments)
    last = Row((sum_label(view), None, None, add_amounts(r.cells[3] for r in rows), add_amounts(r.cells[4] for r in rows)), weight=BOLD)
    return Block(fields, rows, heading=view.phrases.word("adjustments_title"), totals=(last,))
