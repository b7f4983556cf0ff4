"""The plan's page on investments."""

from __future__ import annotations

from dataclasses import replace

from styrxl.excel.pages import Block, Field, Page, Row, add_amounts
from styrxl.reports.columns import block, owners, page, sum_label, sums
from styrxl.reports.view import View, plain


def make_page(view: View) -> Page | None:
    """List the boards' investments, and hold them against their frames."""
    rows = block(view, "investments", owners(view, view.table("investments"), units=False))
    rows = replace(rows, totals=(sums(rows.fields, rows.rows, sum_label(view)),))
    frames = _investment_frames(view)
    blocks = [b for b in (rows, frames) if b.rows]
    return page(view, "investments", blocks) if blocks else None


def _investment_frames(view: View) -> Block:
    heading, word = view.phrases.heading, view.phrases.word
    spent: dict[str, list[float | None]] = {}
    for row in plain(view.table("investments")):
        spent.setdefault(row["_owner"], []).append(row.get("year_budget"))
    rows = []
    for part in view.boards:
        frame = view.frame(part.id)
        current = frame.current_investment
        if current is None and part.id not in spent:
            continue
        there = part.id in view.accepted
        budget = add_amounts(spent.get(part.id, [])) if there else None
        left = None if current is None or budget is None else add_amounts((current, -budget))
        state = word("budget_missing") if not there and part.expected else word("frame_only") if not there else _against(view, left)
        changes = add_amounts(a.investment for a in frame.adjustments)
        rows.append(Row((part.name, state, frame.investment, changes or None, current, budget, left)))
    fields = (
        Field(heading("board"), "name", 17),
        Field(heading("state"), "status", 30),
        *(Field(heading(k), "money", 16) for k in ("investment_frame", "adjustments", "current_frame", "year_budget", "remaining")),
    )
    label = sums(fields, rows, sum_label(view))
    return Block(fields, tuple(rows), heading=word("frames_title"), table="investment_frames", totals=(label,))


def _against(view: View, left: float | None) -> str:
    return view.phrases.word("no_frame" if left is None else "over" if left < 0 else "within")
