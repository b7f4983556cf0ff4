"""The plan's page Översikt: for the council two printed pages, for a board key figures and charts."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.excel.pages import Page
from styrxl.model.amounts import add_amounts
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COUNCIL_GOAL, UNIT_COMMITMENT, UNIT_GOAL, Node
from styrxl.model.table_values import column
from styrxl.reports.assignments import count_assignments
from styrxl.reports.board_budgets import add_budgets
from styrxl.reports.overview_parts import (
    Figure,
    count_other_forms,
    group_by_level,
    key_figures_block,
)
from styrxl.reports.page_parts import make_titled_page, newest_return
from styrxl.reports.plan.charts import list_chart_blocks
from styrxl.reports.plan.council_overview import list_council_blocks
from styrxl.reports.plan.counts import Counts, count_served
from styrxl.reports.view import PLANNED, View, join_texts


def make_page(view: View) -> Page:
    """Return the page: what councillors read first, or a board's key figures and charts."""
    if view.board is None and view.about_plans:
        counts = Counts(view)
        planned = _goals_and_commitments(counts) if view.asks(*PLANNED) else []
        blocks = list_council_blocks(view, [*_returned(counts), *count_other_forms(view), *planned, *count_assignments(view)])
    else:
        blocks = [key_figures_block(view, list_key_figures(view)), *list_chart_blocks(view)]
    return make_titled_page(
        view,
        "overview" if view.about_plans else "collected",
        blocks,
        newest=newest_return(view),
        missing=view.phrases.sheet("missing", "name"),
    )


def list_key_figures(view: View) -> list[Figure]:
    """Return the key figures of what the round's forms ask about; money in tkr."""
    counts = Counts(view)
    return [
        *_returned(counts),
        *count_other_forms(view),
        *(_goals_and_commitments(counts) if view.asks(*PLANNED) else ()),
        *count_assignments(view),
        *(_money(counts) if view.asks("budget") else ()),
    ]


# key figures


def _returned(counts: Counts) -> list[Figure]:
    view = counts.view
    figures: list[Figure] = []
    for key, owners in group_by_level(view, counts.participation, "done"):
        issued = sum(p.issue is not None for p in owners)
        foreign = all(p.owner.foreign for p in owners)
        remark = view.phrases.word("of_awaited", n=len(owners)) if foreign else view.phrases.word("of_issued", n=issued)
        if issued < len(owners) and not foreign:
            remark += view.phrases.word("some_not_issued", n=len(owners) - issued)
        figures.append((view.phrases.figure(key), sum(p.accepted is not None for p in owners), remark))
    return figures


def _goals_and_commitments(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    council, boards = counts.nodes(COUNCIL_GOAL), counts.nodes(BOARD_GOAL)
    commitments = counts.nodes(BOARD_COMMITMENT) + counts.nodes(UNIT_COMMITMENT)
    elsewhere = sum(p.elsewhere is not None for p in counts.participation)
    remark = None if not elsewhere else word("elsewhere_one") if elsewhere == 1 else word("elsewhere_count", n=elsewhere)
    figures: list[Figure] = []
    if view.board is None:
        figures.append((figure("council_goals"), len(council), _served_words(view, council)))
    figures += [
        (figure("board_goals"), len(boards), _served_words(view, boards) if boards else None),
        (
            figure("own_commitments" if view.board else "board_commitments"),
            len(counts.nodes(BOARD_COMMITMENT)),
            _carried_words(view, counts.nodes(BOARD_COMMITMENT)),
        ),
    ]
    if view.units:
        figures.append((figure("unit_goals"), len(counts.nodes(UNIT_GOAL)), None))
        units = counts.nodes(UNIT_COMMITMENT)
        figures.append((figure("unit_commitments"), len(units), join_texts([_carried_words(view, units), remark], "; ")))
    own = sum(n.loose and n.free for n in commitments)
    remark = join_texts([word("of_all", n=len(commitments)), word("under_own_goals", n=own) if own else None], "; ")
    return [*figures, (figure("tied"), sum(not n.loose for n in commitments), remark)]


def _carried_words(view: View, commitments: Sequence[Node]) -> str | None:
    """Say how many commitments are new, and how many go on from last year; None where all are new."""
    frame = view.table("commitments")
    carried = {code for code, how in zip(column(frame, "commitment_id"), column(frame, "carried"), strict=True) if how}
    n = sum(node.id in carried for node in commitments)
    return view.phrases.word("of_them_new", new=len(commitments) - n, n=n) if n else None


def _served_words(view: View, goals: Sequence[Node]) -> str:
    """Say how many goals have commitments, and how many only such as contribute besides."""
    word, also = view.phrases.word, sum(not n.commitments and n.also > 0 for n in goals)
    served = word("served", n=count_served(goals))
    return f"{served}; {word('served_also', n=also)}" if also else served


def _money(counts: Counts) -> list[Figure]:
    view, figure, word = counts.view, counts.view.phrases.figure, counts.view.phrases.word
    frame, _, current, _, _, net, remaining, divided = add_budgets(counts.budgets)
    if current is None and net is None:
        return []
    lacking = [b for b in counts.budgets if b.owner.is_missed and not b.accepted]
    outside = add_amounts(b.current for b in counts.budgets if not b.accepted)
    # Whole thousands of kronor here, where the sentences of a follow-up keep decimals (``signed_amount``).
    amount = f"{outside:,.0f}".replace(",", "\N{NO-BREAK SPACE}" if view.scope.language == "sv" else ",")
    remark = word("incl_without_plan", amount=amount) if outside and not view.board else None
    missing = None
    if lacking:
        key = "no_plan" if view.board else "one_lacks_budget" if len(lacking) == 1 else "n_lack_budget"
        missing = word(key, n=len(lacking))
    figures: list[Figure] = [
        (figure("frame" if view.board else "frames"), current if current is not None else frame, remark),
        (figure("budget"), net, missing),
        (figure("remaining_one" if view.board else "remaining"), remaining, None),
    ]
    return [*figures, (figure("unit_frames"), divided, None)] if view.board and divided is not None else figures


# charts
