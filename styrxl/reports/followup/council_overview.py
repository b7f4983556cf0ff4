"""What councillors read first of a follow-up: two printed pages, in million kronor, of what is met and not, money, decisions, reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from styrxl.excel.pages import BOLD, Block, Chart, Field, Row, Series
from styrxl.model.amounts import add_amounts, add_known
from styrxl.model.council_plan import Adjustment
from styrxl.model.goal_judgement import NO, PARTLY, STATUSES, YES, Grade, grade_assessment
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, UNIT_COMMITMENT
from styrxl.model.indicators import Outcome
from styrxl.model.table_values import records
from styrxl.reports.board_outcomes import (
    BoardOutcome,
    FrameOutcome,
    add_frame_outcomes,
    list_outcomes,
    outcome_of,
    signed_amount,
)
from styrxl.reports.council_goals import grade_indicator
from styrxl.reports.followup.charts import COLOURS, HIDDEN_ZERO
from styrxl.reports.followup.frames import compare_state, compared_boards, count_within, describe_not_compared, year_net_key
from styrxl.reports.followup_view import OUTSIDE, FollowupView
from styrxl.reports.goal_counts import goals_title
from styrxl.reports.indicator_series import list_planned
from styrxl.reports.measures import measure_field, show_outcome, show_target
from styrxl.reports.overview_parts import (
    CHART_WIDTH,
    FIGURE,
    GOAL_LETTERS,
    ID,
    LEFT,
    LONG,
    TEXT,
    Figure,
    chart_text,
    counts_block,
    in_millions,
)
from styrxl.reports.page_parts import sum_label
from styrxl.reports.result_blocks import make_overview_block
from styrxl.reports.view import View, join_texts, shorten

GRADES: tuple[Grade, ...] = (YES, PARTLY, NO, None)
_MOST, _MOST_EXPLAINED = 3, 4  # rows of a list, deviations: the rest stands on its own sheet
_REASON, _BRIEF, _TOLD, _DECISION = 180, 90, 145, 64  # letters: two lines, one, one, one


@dataclass(frozen=True)
class CouncilOverview:
    """A follow-up as the council's overview tells it."""

    followup: FollowupView

    @property
    def view(self) -> View:
        """The round as the council sees it."""
        return self.followup.view

    @cached_property
    def boards(self) -> list[BoardOutcome]:
        """The boards' money."""
        return list_outcomes(self.view)

    # how complete, how far decided

    def decided_figure(self) -> list[Figure]:
        """Return how many boards have decided on their follow-up, of those whose return is done."""
        reports = [rows[0] for rows in self.view.grouped("report_status").values() if rows]
        decided = sum(row.get("status") == "decided" for row in reports)
        remark = self.view.phrases.word("of_all" if decided == len(reports) else "of_done", n=len(reports))
        return [(self.view.phrases.figure("boards_decided"), decided, remark)] if reports else []

    def within_figure(self) -> list[Figure]:
        """Return how many boards keep within the council's frame."""
        compared = compared_boards(self.boards)
        within = count_within(compared)
        remarks = [self.view.phrases.word("of_all", n=len(compared)), *describe_not_compared(self.view, self.boards)]
        return [(self.view.phrases.figure("boards_within"), within, "; ".join(remarks))] if compared else []

    # goals and commitments

    def shares_block(self) -> Block | None:
        """Return how many goals and commitments go well, partly, not, or say nothing yet, with a chart of their shares."""
        followup, word, figure, tense = (
            self.followup,
            self.view.phrases.word,
            self.view.phrases.figure,
            "final" if self.view.round.kind.final else "expected",
        )
        counts = {
            "council_goals": [followup.goal_states[n.id].grade for n in followup.council_goals],
            "board_goals": [grade_assessment(followup.assessed(n.id)) for n in followup.nodes if n.kind == BOARD_GOAL],
        }
        statuses = [(n.kind, followup.status(n.id)) for n in followup.commitments]
        for key, kind in (("board_commitments", BOARD_COMMITMENT), ("unit_commitments", UNIT_COMMITMENT)):
            counts[key] = [STATUSES.get(status) for of, status in statuses if of == kind and status != OUTSIDE]
        told = [(figure(key), [grades.count(grade) for grade in GRADES]) for key, grades in counts.items() if grades]
        if not told:
            return None
        names, headings = (
            [name for name, _ in told],
            [word(f"share_{key}") for key in (f"yes_{tense}", "partly", "no", "unknown")],
        )
        fields = (Field(self.view.phrases.heading("figure"), width=TEXT), *(Field(text, "count", FIGURE) for text in headings))
        series = tuple(
            Series(text, tuple(float(found[at]) for _, found in told), COLOURS[grade], HIDDEN_ZERO)
            for at, (text, grade) in enumerate(zip(headings, GRADES, strict=True))
        )
        title = goals_title(self.view, counts["council_goals"]) if counts["council_goals"] else word(f"shares_title_{tense}")
        alt = chart_text(self.view, title, names, series)
        chart = Chart(title, alt, tuple(names), series, (1, 2, 3, 4), stacked=True, shares=True, at=LEFT, width=CHART_WIDTH)
        return Block(fields, tuple(Row((name, *found)) for name, found in told), heading=word(f"shares_title_{tense}"), chart=chart)

    def goals_block(self) -> Block | None:
        """Return each of the council's goals and how it stands."""
        heading, followup = self.view.phrases.heading, self.followup
        if not followup.council_goals:
            return None
        fields = (Field(heading("assessment"), "status", TEXT), Field(heading("id"), "id", ID), Field(heading("council_goal"), span=5))
        states = followup.goal_states
        rows = tuple(Row((followup.marked_state(states[n.id]), n.id, shorten(n.text, GOAL_LETTERS))) for n in followup.council_goals)
        return Block(fields, rows, heading=self.view.phrases.word("goals_stand"))

    # money

    def money_block(self) -> Block | None:
        """Return each board's frame, what the year comes to, the deviation (million kronor), their sum, and the largest ones' reasons."""
        if not self.boards:
            return None
        heading, final = self.view.phrases.heading, self.view.round.kind.final
        fields = (
            Field(heading("board"), width=TEXT),
            *(Field(heading(key), "million", FIGURE) for key in ("frame_mnkr", f"{year_net_key(self.view)}_mnkr")),
            Field(heading("deviation_mnkr"), "million_change", FIGURE),
            Field(heading("per_cent"), "percent", FIGURE),
            Field(heading("largest_explained"), span=2, least=FIGURE + LONG),
        )
        compared = compared_boards(self.boards)
        largest = sorted(compared, key=_deficits_first)[:_MOST_EXPLAINED]
        asked = [b for b in self.boards if b.owner.is_missed or b.accepted]
        rows = [Row((b.owner.name, *_measure_cells(b.measure), self._remark(b, largest=b in largest))) for b in asked]
        rows += self._not_asked([b for b in self.boards if b not in asked])
        whole = add_frame_outcomes([b.measure for b in compared], final=final)
        count = self.view.phrases.word("n_of_boards", n=len(compared), total=len(self.boards))
        totals = [Row((sum_label(self.view), *_measure_cells(whole), count), weight=BOLD), *self._undecided(whole)]
        return Block(fields, tuple(rows), heading=self.view.phrases.word("money_stands"), totals=tuple(totals), new_page=True)

    def _not_asked(self, boards: Sequence[BoardOutcome]) -> list[Row]:
        """Return the row of those with a frame that hand in no follow-up, together."""
        if not boards:
            return []
        names = ", ".join(b.owner.name for b in boards)
        frame = add_known(b.measure.current for b in boards)
        return [Row((self.view.phrases.word("without_followup"), in_millions(frame), None, None, None, names))]

    def _remark(self, b: BoardOutcome, *, largest: bool) -> str | None:
        """Say why a board is not in the sum, or what it says of a deficit, or of a deviation that is among the largest."""
        if not b.comparable:
            return compare_state(self.view, b)
        deviation = b.measure.deviation or 0.0
        if not deviation or (deviation > 0 and not largest):
            return None
        short = deviation < 0
        return self._reason(b, _REASON if short and largest else _BRIEF) or (self.view.phrases.word("unexplained") if short else None)

    def _undecided(self, whole: FrameOutcome) -> Iterator[Row]:
        """Yield the deviation without money that nobody has granted, and with what was decided after the round's day."""
        word = self.view.phrases.word
        if not self.view.round.kind.final and whole.money.unfunded:
            yield Row((word("if_not_granted"), None, None, in_millions(whole.without_unfunded), None, None))
        if whole.later is not None:
            day = self.view.round.frames_day.isoformat()
            yield Row((word("if_later_counts", day=day), None, None, in_millions(whole.with_later), None, None))

    def _reason(self, b: BoardOutcome, letters: int) -> str | None:
        """Return what a board says of its deviation: on the whole, and on the activities that make the most of it where there is room."""
        told = [row.get("explanation") for row in self.view.grouped("board_explanations").get(b.owner.id, ())]
        sign = 1 if (b.measure.deviation or 0.0) > 0 else -1
        deviations = [(outcome_of(row, final=b.final).deviation or 0.0, row) for row in b.rows if row.get("explanation")]
        most = sorted(((d, row) for d, row in deviations if d * sign > 0), key=lambda found: -abs(found[0]))[:2]
        told += [f"{row['activity']}: {row['explanation']}" for _, row in most]
        return shorten(join_texts(told, " ") or "", letters) or None

    def decisions_block(self) -> Block:
        """Return the council's decisions on the year's frames, the newest first, each with the boards that it concerns."""
        heading = self.view.phrases.heading
        decisions: dict[tuple[date, str, str | None], list[tuple[BoardOutcome, Adjustment]]] = {}
        for b in self.boards:
            for change in (*b.frame.adjustments, *b.frame.later):
                decisions.setdefault((change.date, change.decision, change.kind), []).append((b, change))
        newest = sorted(decisions.items(), key=lambda found: found[0][0], reverse=True)
        invests = any(change.investment for changes in decisions.values() for _, change in changes)
        fields = (
            Field(heading("decision"), span=2),
            Field(heading("decided_on"), "date", FIGURE),
            Field(heading("operating_mnkr"), "million_change", FIGURE),
            *((Field(heading("investment_mnkr"), "million_change", FIGURE),) if invests else ()),
            Field(heading("boards_changed"), span=2 if invests else 3),
        )
        rows = [self._decision_row(*found, invests=invests) for found in newest]
        return self._list(fields, rows, "decisions", self.view.phrases.sheet("forecast", "name"))

    def _decision_row(
        self, decision: tuple[date, str, str | None], changes: Sequence[tuple[BoardOutcome, Adjustment]], *, invests: bool
    ) -> Row:
        day, reference, kind = decision
        forms, language = self.view.scope.forms, self.view.scope.language
        sums = (add_amounts(change.operating for _, change in changes), add_amounts(change.investment for _, change in changes))
        boards = ", ".join(f"{b.owner.name} {self._changed_word(change)}" for b, change in changes)
        label = forms.label("adjustment_kind", kind)[language] if kind else None
        later = self.view.phrases.word("later_not_counted") if any(change in b.frame.later for b, change in changes) else None
        told = join_texts([shorten(join_texts([label, boards], ": ") or "", _REASON), later], ". ")
        invested = (in_millions(sums[1] or None),) if invests else ()
        return Row((shorten(reference, _DECISION), day, in_millions(sums[0]), *invested, told))

    def _changed_word(self, change: Adjustment) -> str:
        """Say what a decision changed of a board's frame: operations, investments, or both."""
        amounts = [("changed_operating", change.operating), ("changed_investment", change.investment)]
        told = [self.view.phrases.word(key, amount=signed_amount(self.view, amount)) for key, amount in amounts if amount]
        return ", ".join(told) or self.view.phrases.word("changed_operating", amount="0")

    # what did not come about

    def cancelled_block(self) -> Block:
        """Return the commitments that were cancelled, and why."""
        heading, followup = self.view.phrases.heading, self.followup
        fields = (Field(heading("board_or_unit"), width=TEXT), Field(heading("id"), "id", ID), Field(heading("what_and_why"), span=5))
        nodes = [n for n in followup.commitments if followup.status(n.id) == "cancelled"]
        nodes.sort(key=lambda n: (n.kind != BOARD_COMMITMENT, self.view.rank[n.owner or ""]))
        rows = [Row((self.view.name(n.owner), n.id, _tell(n.text, followup.statuses[n.id].get("comment")))) for n in nodes]
        block = self._list(fields, rows, "cancelled", self.view.phrases.sheet("progress", "name"))
        left = Counter(self.view.by_id[n.owner].board for n in nodes[len(block.rows) - 1 :] if n.owner)
        if len(nodes) == len(block.rows) or not left:
            return block
        *shown, last = block.rows
        whose = shorten(", ".join(f"{board} {left[board]}" for board in sorted(left, key=self.view.rank.__getitem__)), _TOLD)
        return replace(block, rows=(*shown, replace(last, cells=(last.cells[0], None, whose))))

    def missed_block(self) -> Block:
        """Return the indicators that miss their targets, the council's own first."""
        heading, view, language = self.view.phrases.heading, self.view, self.view.scope.language
        planned, own = list_planned(self.followup), {row["indicator_id"] for row in view.plan.indicators}
        missed = [
            row
            for row in records(view.table("indicator_outcomes"))
            if grade_indicator(view.round, row, planned.get(row["indicator_id"], {})) == NO
        ]
        missed.sort(key=lambda row: row["indicator_id"] not in own)
        rows = [
            Row(
                (
                    view.name(row["_owner"]),
                    row["indicator_id"],
                    show_target(row, planned.get(row["indicator_id"], {}), language),
                    show_outcome(Outcome.of(row, view.round.year), language),
                    _tell(row.get("name"), row.get("comment")),
                )
            )
            for row in missed
        ]
        fields = (
            Field(heading("board"), width=TEXT),
            Field(heading("id"), "id", ID),
            Field(heading("target"), width=FIGURE),
            measure_field(heading("outcome_value"), [row.cells[3] for row in rows], FIGURE),
            Field(heading("what_and_why"), span=3),
        )
        return self._list(fields, rows, "missed" if view.round.kind.final else "missing_out", view.phrases.sheet("measures", "name"))

    def _list(self, fields: Sequence[Field], rows: Sequence[Row], key: str, sheet: str, most: int = _MOST) -> Block:
        """Return so many rows of a list; where there are more, the last says where the rest stands."""
        word = self.view.phrases.word
        shown, more = [*rows], len(rows) - most + 1
        if more > 1:
            shown[most - 1 :] = [Row((word("more_on_sheet", n=more, sheet=sheet), *[None] * (len(fields) - 1)))]
        return Block(tuple(fields), tuple(shown), heading=word(f"{key}_title"), empty=word(f"{key}_none"))


def list_council_blocks(followup: FollowupView, figures: Sequence[Figure]) -> list[Block]:
    """Return the overview's blocks, in the order in which they are read.

    ``figures``: how many have returned, and what else is counted.
    """
    overview, view = CouncilOverview(followup), followup.view
    told = [*figures, *overview.decided_figure(), *overview.within_figure()]
    asked: list[tuple[str, str, Callable[[], Block | None]]] = [  # with the page that has the rows behind it
        ("commitment_status", "standings", overview.shares_block),
        ("goal_assessments", "fulfilment", overview.goals_block),
        ("outcomes", "forecast", overview.money_block),
        ("outcomes", "forecast", lambda: make_overview_block(view)),
        ("outcomes", "forecast", overview.decisions_block),
        ("commitment_status", "progress", overview.cancelled_block),
        ("indicator_outcomes", "measures", overview.missed_block),
    ]
    blocks = [replace(block, about=about) for table, about, make in asked if view.asks(table) and (block := make())]
    return [replace(counts_block(view, told), about="oversight_followup"), *blocks]


def _tell(text: str | None, comment: str | None) -> str:
    return shorten(join_texts([text, comment], ": ") or "", _TOLD)


def _deficits_first(b: BoardOutcome) -> tuple[bool, float]:
    """Return what boards are sorted by: those over their frames first, the largest deviations first."""
    deviation = b.measure.deviation or 0.0
    return deviation >= 0, -abs(deviation)


def _measure_cells(m: FrameOutcome) -> tuple[float | None, ...]:
    return (in_millions(m.current), in_millions(m.money.year_net), in_millions(m.deviation), m.per_cent)
