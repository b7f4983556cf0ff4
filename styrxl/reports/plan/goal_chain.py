"""The page Målkedja: the tree, with what each board answers to each of the council's goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from styrxl.excel.pages import BOLD, PLAIN, Block, ComputedColumn, Field, Page, Row, gather_columns, outline_level
from styrxl.model.goal_tree import BOARD_GOAL, COUNCIL_GOAL, UNIT_GOAL, Node
from styrxl.reports.columns import LINK_WIDTH, Spread, page, rest, spread
from styrxl.reports.view import View, joined, plain

MOST_SEEN = 200  # rows that are seen before something is folded away
_TOLD = frozenset({"goal_id", "text", "parent_id", "focus_area", "dimension", "concerns", "contribution", "reason"})


def make_page(view: View) -> Page | None:
    """Show the tree; None where the council has no goals and nobody has any."""
    rows = gather_columns(_rows(view))
    if not rows:
        return None
    *cells, sources = rows.cells
    rows = replace(rows, cells=(*cells, ComputedColumn(lambda source: view.link(*source) if source else None, sources)))
    heading = view.phrases.heading
    fields = (
        Field(heading("kind"), width=17),
        Field(heading("id"), "id", 17),
        Field(heading("text"), width=60, indented=True),
        Field(heading("owner"), "name", 20),
        Field(heading("responsible"), width=16),
        Field(heading("commitments_below"), "count", 12),
        Field(heading("more"), width=16),
        Field(heading("rest"), width=28),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    return page(view, "tree", [Block(fields, rows, folded=outline_level(rows.level, MOST_SEEN))])


def _rows(view: View) -> Iterator[Row]:
    """Yield the rows, each with what its link is made of in the last cell: whole links are too much to keep."""
    told = {table: list(plain(view.table(table))) for table in ("goals", "goal_responses")}
    spreads = {table: spread(view, table) for table in told}
    answers = _answers(view, told["goal_responses"], spreads["goal_responses"])
    section: str | None = None
    for node in view.nodes:
        if node.kind == COUNCIL_GOAL:
            mine = answers.pop(node.id, [])
            if view.board is None or mine or node.below or node.also:
                yield _row(view, node, None, ())
                yield from _answered(view, mine)
            continue
        if node.loose and node.depth == 0 and (title := "free" if node.free else "loose") != section:
            section = title
            yield _heading(view, title)
        yield _row(view, node, told["goals"][node.place] if node.kind in (BOARD_GOAL, UNIT_GOAL) else None, spreads["goals"])
    left = [row for rows in answers.values() for row in rows]  # to goals that do not hold this year
    if left and section != "loose":
        yield _heading(view, "loose")
    yield from left


def _answered(view: View, answers: Sequence[Row]) -> Iterator[Row]:
    """Yield the boards' answers to a goal, under a row that counts them where there are several."""
    if len(answers) <= 1:
        yield from answers
        return
    yes = sum(row.cells[2].startswith(view.phrases.word("yes")) for row in answers)
    said = view.phrases.word("answers", yes=yes, no=len(answers) - yes)
    yield Row((view.phrases.kind("answers"), None, said, *[None] * 6), level=1, indent=1)
    yield from (replace(row, level=2, indent=2) for row in answers)


def _heading(view: View, key: str) -> Row:
    """Return the row that heads what hangs under no goal of the council, and says why."""
    return Row((view.phrases.word(key), None, view.phrases.word(f"{key}_why"), *[None] * 6), weight=BOLD)


def _answers(view: View, rows: Sequence[Mapping[str, Any]], spreads: Sequence[Spread]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        concerns = row.get("concerns")
        said = view.phrases.word(concerns if concerns in ("yes", "no") else "none")
        text = joined([f"{said}.", row.get("contribution"), row.get("reason")], " ")
        cells = (view.phrases.kind("answer"), row["goal_id"], text, view.name(row["_owner"]), None, None, None)
        more, amounts = rest(view, row, spreads, _TOLD)
        source = int(row["_source"])
        answer = Row((*cells, more, (source, row["_sheet"], int(row["_row"]))), source, level=1, indent=1, amounts=amounts)
        found.setdefault(row["goal_id"], []).append(answer)
    return found


def _row(view: View, node: Node, goal: Mapping[str, Any] | None, spreads: Sequence[Spread]) -> Row:
    more, amounts = rest(view, goal, spreads, _TOLD) if goal else (None, ())
    remarks = [more]
    if node.kind == COUNCIL_GOAL:
        remarks.append(_emptiness(view, node))
    elif node.depth == 0 and node.wanted:
        remarks.append(view.phrases.word("unknown_parent", id=node.wanted))
    if node.also and (node.kind != COUNCIL_GOAL or node.below):
        remarks.append(view.phrases.word("also_for", n=node.also))
    depth = node.depth + (1 if node.loose else 0)  # what hangs loose stands under its heading
    return Row(
        (
            view.phrases.kind(node.kind),
            node.id,
            node.text,
            view.name(node.owner),
            node.responsible,
            node.commitments if node.below or node.kind == COUNCIL_GOAL else None,
            "; ".join(node.more) or None,
            joined(remarks),
            node.source,
        ),
        source=node.source[0] if node.source and goal else None,  # commitments are counted on their own page
        level=depth,
        indent=depth,
        weight=BOLD if node.kind == COUNCIL_GOAL else PLAIN,
        amounts=amounts,
    )


def _emptiness(view: View, node: Node) -> str | None:
    if node.below:
        return None
    return view.phrases.word("only_also", n=node.also) if node.also else view.phrases.word("nothing_hangs")
