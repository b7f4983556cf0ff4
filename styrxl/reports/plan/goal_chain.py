"""The plan's page Målkedja: the goal tree, with what each board answers to each of the council's goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from styrxl.excel.pages import BOLD, PLAIN, Block, ComputedColumn, Field, Page, Row, gather_columns, outline_level
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL, UNIT_GOAL, Node
from styrxl.model.table_values import records
from styrxl.reports.assignments import AssignmentStanding, list_of_goals, name_responsible, whole_word
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.page_parts import LINK_WIDTH, MOST_ROWS_SEEN, commitments_below, make_titled_page, node_depth, section_of, section_row
from styrxl.reports.view import View, join_texts

_SHOWN = frozenset({"goal_id", "text", "parent_id", "focus_area", "dimension", "concerns", "contribution", "reason"})
_WIDTH = 9  # columns


def make_page(view: View) -> Page | None:
    """Return the page with the tree; None where the council has no goals and nobody has any."""
    rows = gather_columns(_rows(view))
    if not rows:
        return None
    *cells, sources = rows.cells
    rows = replace(rows, cells=(*cells, ComputedColumn(lambda source: view.link(*source) if source else None, sources)))
    heading = view.phrases.heading
    fields = (
        Field(heading("kind"), width=17),
        Field(heading("id"), "id", 17),
        Field(heading("text"), width=56, indented=True),
        Field(heading("owner"), "name", 20),
        Field(heading("responsible"), width=16),
        Field(heading("commitments_below"), "count", 12),
        Field(heading("more"), width=16),
        Field(heading("rest"), width=44, least=40),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    return make_titled_page(
        view, "tree", [Block(fields, rows, folded=outline_level(rows.level, MOST_ROWS_SEEN), chain=True, name="goal_chain")]
    )


def _rows(view: View) -> Iterator[Row]:
    """Yield the rows, each with what its link is made of in the last cell: whole links are too much to keep."""
    goals, responses = (list(records(view.table(table))) for table in ("goals", "goal_responses"))
    goal_columns = report_columns(view, "goals")
    answers = _answer_rows(view, responses, report_columns(view, "goal_responses"))
    section: str | None = None
    assignments = list_of_goals(view)
    for node in view.nodes:
        if node.kind == COUNCIL_GOAL:
            of_goal = answers.pop(node.id, [])
            if view.board is None or of_goal or node.below or node.also:
                yield _node_row(view, node, None, ())
                yield from _with_count(view, of_goal)
                yield from (_assignment_row(view, standing) for standing in assignments.get(node.id, ()))
            continue
        if (begins := section_of(node)) is not None and begins != section:
            section = begins
            yield section_row(view, section, _WIDTH)
        yield _node_row(view, node, goals[node.place] if node.kind in (BOARD_GOAL, UNIT_GOAL) else None, goal_columns)
    left = [row for rows in answers.values() for row in rows]  # to goals that do not hold this year
    if left and section != "loose":
        yield section_row(view, "loose", _WIDTH)
    yield from left


def _assignment_row(view: View, standing: AssignmentStanding) -> Row:
    """Return the row of an assignment under its goal; its answers stand on a page of their own."""
    given = standing.assignment
    cells = (view.phrases.kind("assignment"), given.assignment_id, given.text, name_responsible(view, given))
    return Row((*cells, None, None, None, whole_word(view, standing), None), level=1, indent=1)


def _with_count(view: View, answers: Sequence[Row]) -> Iterator[Row]:
    """Yield the boards' answers to a goal, under a row that counts them where there are several."""
    if len(answers) <= 1:
        yield from answers
        return
    yes = sum(row.cells[2].startswith(view.phrases.word("yes")) for row in answers)
    counted = view.phrases.word("answers", yes=yes, no=len(answers) - yes)
    yield Row((view.phrases.kind("answers"), None, counted, *[None] * (_WIDTH - 3)), level=1, indent=1)
    yield from (replace(row, level=2, indent=2) for row in answers)


def _answer_rows(view: View, responses: Sequence[Mapping[str, Any]], columns: Sequence[ReportColumn]) -> dict[str, list[Row]]:
    """Return the boards' answers to the council's goals, by goal."""
    answers: dict[str, list[Row]] = {}
    for response in responses:
        concerns = response.get("concerns")
        word = view.phrases.word(concerns if concerns in ("yes", "no") else "none")
        text = join_texts([f"{word}.", response.get("contribution"), response.get("reason")], " ")
        cells = (view.phrases.kind("answer"), response["goal_id"], text, view.name(response["_owner"]), None, None, None)
        more, amounts = describe_rest(view, response, columns, _SHOWN)
        source = int(response["_source"])
        link = (source, response["_sheet"], int(response["_row"]))
        answer = Row((*cells, more, link), source, level=1, indent=1, amounts=amounts)
        answers.setdefault(response["goal_id"], []).append(answer)
    return answers


def _node_row(view: View, node: Node, goal: Mapping[str, Any] | None, columns: Sequence[ReportColumn]) -> Row:
    more, amounts = describe_rest(view, goal, columns, _SHOWN) if goal else (None, ())
    remarks = [more]
    if node.kind == COUNCIL_GOAL:
        remarks.append(_emptiness(view, node))
    elif node.depth == 0 and node.wanted:
        remarks.append(view.phrases.word("unknown_parent", id=node.wanted))
    if node.also and (node.kind != COUNCIL_GOAL or node.below):
        remarks.append(view.phrases.word("also_for", n=node.also))
    depth = node_depth(node)
    return Row(
        (
            view.phrases.kind(node.kind),
            node.id,
            node.text,
            view.name(node.owner),
            node.responsible,
            commitments_below(node),
            "; ".join(node.more) or None,
            join_texts(remarks),
            node.source,
        ),
        source=node.source[0] if node.source and goal else None,  # commitments are counted on their own page
        level=depth,
        indent=depth,
        weight=BOLD if node.kind == COUNCIL_GOAL else PLAIN,
        amounts=amounts,
    )


def _emptiness(view: View, node: Node) -> str | None:
    """Say that nothing is under one of the council's goals, and what contributes to it all the same."""
    if node.below:
        return None
    return view.phrases.word("only_also", n=node.also) if node.also else view.phrases.word("nothing_hangs")
