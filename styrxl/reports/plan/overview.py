"""The page Översikt: key figures, and charts that each say one thing, with the same figures in words beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from styrxl.excel import look
from styrxl.excel.pages import BOLD, Block, Chart, Field, Page, Row, Series, add_amounts
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COUNCIL_GOAL, UNIT_COMMITMENT, UNIT_GOAL, Node
from styrxl.reports.columns import page
from styrxl.reports.participation import Standing, by_board, standings
from styrxl.reports.plan.finance import Account, accounts, summed
from styrxl.reports.view import View, day_of, shortened

LABEL_WIDTH, FIGURE_WIDTH = 66.0, 12.0
Figures = tuple[str, Sequence[float | None]]  # a heading and what stands under it
Figure = tuple[str, float | None, str | None]  # what it is, how much, and a remark
SIGNED = "+#,##0;\N{MINUS SIGN}#,##0;0"


@dataclass(frozen=True)
class Counts:
    """What the overview counts."""

    view: View

    @cached_property
    def standings(self) -> list[Standing]:
        """How each owner stands."""
        return standings(self.view)

    @cached_property
    def accounts(self) -> list[Account]:
        """Each board's money."""
        return accounts(self.view)

    def nodes(self, kind: str) -> list[Node]:
        """Goals or commitments of a kind."""
        return [n for n in self.view.nodes if n.kind == kind]

    def served(self, nodes: Sequence[Node]) -> str:
        """Say how many of them have commitments, and how many only such as contribute besides."""
        word, also = self.view.phrases.word, sum(not n.commitments and n.also > 0 for n in nodes)
        said = word("served", n=served(nodes))
        return f"{said}; {word('served_also', n=also)}" if also else said


def served(nodes: Sequence[Node]) -> int:
    """Count those that have commitments under them."""
    return sum(n.commitments > 0 for n in nodes)


def make_page(view: View) -> Page:
    """Show the round at a glance."""
    counts = Counts(view)
    parts: tuple[Callable[[Counts], Block | None], ...] = (_finance, _goals, _units) if view.board is None else (_board_goals, _unit_frames)
    blocks = [_figures(counts), *(block for part in parts if (block := part(counts)))]
    facts = {"newest": _newest(view), "missing": view.phrases.sheet("missing", "name")}
    return page(view, "overview", blocks, **facts)


def _newest(view: View) -> str:
    days = [day_of(r.received).isoformat() for r in view.returns if r.received]
    return view.phrases.word("newest", day=max(days)) if days else view.phrases.word("no_returns")


def _figures(counts: Counts) -> Block:
    view, heading = counts.view, counts.view.phrases.heading
    rows = [*_returned(counts), *_said(counts), *_money(counts)]
    fields = (
        Field(heading("figure"), width=LABEL_WIDTH),
        Field(heading("value"), "money", FIGURE_WIDTH),
        Field(heading("remark"), "note", FIGURE_WIDTH),
    )
    return Block(fields, tuple(Row(cells) for cells in rows), heading=view.phrases.word("key_figures"))


def _returned(counts: Counts) -> list[Figure]:
    view = counts.view
    found: list[Figure] = []
    for key, kind in (("boards_done", False), ("units_done", True)):
        those = [s for s in counts.standings if (s.part.kind == "unit") == kind]
        if not those or (view.board and not kind):
            continue
        issued = sum(s.issue is not None for s in those)
        remark = view.phrases.word("of_issued", n=issued)
        if issued < len(those):
            remark += view.phrases.word("some_not_issued", n=len(those) - issued)
        found.append((view.phrases.figure(key), sum(s.accepted is not None for s in those), remark))
    return found


def _said(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    council, boards = counts.nodes(COUNCIL_GOAL), counts.nodes(BOARD_GOAL)
    commitments = counts.nodes(BOARD_COMMITMENT) + counts.nodes(UNIT_COMMITMENT)
    elsewhere = sum(s.elsewhere is not None for s in counts.standings)
    said = None if not elsewhere else word("elsewhere_one") if elsewhere == 1 else word("elsewhere_count", n=elsewhere)
    rows: list[Figure] = []
    if view.board is None:
        rows.append((figure("council_goals"), len(council), counts.served(council)))
    rows += [
        (figure("board_goals"), len(boards), counts.served(boards) if boards else None),
        (figure("own_commitments" if view.board else "board_commitments"), len(counts.nodes(BOARD_COMMITMENT)), None),
    ]
    if view.units:
        rows.append((figure("unit_goals"), len(counts.nodes(UNIT_GOAL)), None))
        rows.append((figure("unit_commitments"), len(counts.nodes(UNIT_COMMITMENT)), said))
    return [*rows, (figure("tied"), sum(not n.loose for n in commitments), word("of_all", n=len(commitments)))]


def _money(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    frame, _, current, _, _, net, remaining, divided = summed(counts.accounts)
    if current is None and net is None:
        return []
    lacking = [a for a in counts.accounts if a.part.expected and not a.there]
    outside = add_amounts(a.current for a in counts.accounts if not a.there)
    said = f"{outside:,.0f}".replace(",", "\N{NO-BREAK SPACE}" if view.scope.language == "sv" else ",")
    remark = word("incl_without_plan", amount=said) if outside and not view.board else None
    missing = None
    if lacking:
        key = "no_plan" if view.board else "one_lacks_budget" if len(lacking) == 1 else "n_lack_budget"
        missing = word(key, n=len(lacking))
    rows: list[Figure] = [
        (figure("frame" if view.board else "frames"), current if current is not None else frame, remark),
        (figure("budget"), net, missing),
        (figure("remaining_one" if view.board else "remaining"), remaining, None),
    ]
    return [*rows, (figure("unit_frames"), divided, None)] if view.board and divided is not None else rows


def _goals(counts: Counts) -> Block | None:
    return _goal_chart(counts, counts.nodes(COUNCIL_GOAL), "goals", "goal")


def _board_goals(counts: Counts) -> Block | None:
    return _goal_chart(counts, counts.nodes(BOARD_GOAL), "board_goals", "goal")


def _goal_chart(counts: Counts, goals: Sequence[Node], message: str, heading: str) -> Block | None:
    view = counts.view
    if not goals:
        return None
    title = view.phrases.message(message, served(goals), len(goals))
    names = tuple(f"{g.id} {shortened(g.text)}" for g in goals)
    series = [Series(view.phrases.heading("commitments"), tuple(g.commitments for g in goals), view.scope.look.accent)]
    after = [(view.phrases.heading("also"), [g.also for g in goals])] if any(g.also for g in goals) else []
    return _chart(view, (view.phrases.word("goals_title"), title), (heading, names), series, ((), after))


def _finance(counts: Counts) -> Block | None:
    view = counts.view
    those = [a for a in counts.accounts if a.there and a.remaining is not None]
    if not those:
        return None
    title = view.phrases.message("finance", sum((a.remaining or 0.0) >= 0 for a in those), len(those))
    series = [Series(view.phrases.heading("remaining"), tuple(a.remaining or 0.0 for a in those), look.GOOD.ink, SIGNED)]
    heading = view.phrases.heading
    before = [(heading("current_frame"), [a.current for a in those]), (heading("net"), [a.net for a in those])]
    names = tuple(a.part.name for a in those)
    return _chart(view, (view.phrases.word("finance_title"), title), ("board", names), series, (before, ()))


def _units(counts: Counts) -> Block | None:
    view = counts.view
    those = by_board(view)
    if not those:
        return None
    done, all_of = (sum(v[n] for v in those.values()) for n in (0, 1))
    title = view.phrases.message("units", done, all_of)
    series = [
        Series(view.phrases.heading("units_total"), tuple(n for _, n in those.values()), look.WHITE, view.phrases.label("all")),
        Series(view.phrases.heading("units_done"), tuple(d for d, _ in those.values()), look.GOOD.fill, view.phrases.label("done")),
    ]
    names = tuple(view.name(board) or board for board in those)
    return _chart(view, (view.phrases.word("units_title"), title), ("board", names), series)


def _unit_frames(counts: Counts) -> Block | None:
    """List the units' frames beside their commitments: money and what it is to give."""
    view, heading = counts.view, counts.view.phrases.heading
    units = [s for s in counts.standings if s.part.kind == "unit"]
    given = {r["unit_id"]: r.get("frame") for a in counts.accounts for r in a.unit_frames}
    if not units:
        return None
    fields = (
        Field(heading("unit"), width=LABEL_WIDTH),
        Field(heading("unit_frame"), "money", FIGURE_WIDTH),
        Field(heading("commitments"), "count", FIGURE_WIDTH),
        Field(heading("state"), "status", 24),
    )
    rows = tuple(Row((s.part.name, given.get(s.part.id), s.commitments if s.accepted else None, _state(view, s))) for s in units)
    last = Row((view.phrases.word("sum"), add_amounts(r.cells[1] for r in rows), sum(r.cells[2] or 0 for r in rows), None), weight=BOLD)
    return Block(fields, rows, heading=view.phrases.word("unit_frames_title"), table="unit_frames", totals=(last,))


def _state(view: View, s: Standing) -> str:
    if s.elsewhere:
        return view.phrases.word("elsewhere", where=s.elsewhere)
    shown = s.accepted or s.newest
    return view.phrases.verdict(shown.verdict) if shown else view.phrases.word("not_in" if s.issue else "not_issued")


def _chart(
    view: View,
    said: tuple[str, str],
    names: tuple[str, tuple[str, ...]],
    series: Sequence[Series],
    around: tuple[Sequence[Figures], Sequence[Figures]] = ((), ()),
) -> Block:
    """Return figures as a table and a chart: what they are about and what they say, what they are of, and figures around them.

    Those with figures before them are money that may be below zero.
    """
    before, after = around
    kind = "money" if before else "count"
    columns = [*before, *((s.name, s.values) for s in series), *after]
    fields = (Field(view.phrases.heading(names[0]), width=LABEL_WIDTH), *(Field(heading, kind, FIGURE_WIDTH) for heading, _ in columns))
    rows = tuple(Row(cells) for cells in zip(names[1], *(values for _, values in columns), strict=True))
    shown = tuple(range(1 + len(before), 1 + len(before) + len(series)))
    points = "; ".join(f"{name}: {', '.join(f'{s.name} {s.values[n]:g}' for s in series)}" for n, name in enumerate(names[1]))
    alt = view.phrases.word("chart_alt", title=said[1], points=points)
    return Block(fields, rows, heading=said[0], chart=Chart(said[1], alt, names[1], tuple(series), shown, signed=bool(before)))
