"""Pages of a follow-up that list what its returns say row by row: Åtaganden, Investeringar, Indikatorer; and feedback that is left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import BOLD, Block, Field, Page, Row, difference, total
from styrxl.model.goal_tree import Node, natural
from styrxl.model.rounds import Round
from styrxl.reports.columns import LINK_WIDTH, Spread, page, rest, spread, sum_label
from styrxl.reports.followed import ADDED, Followed
from styrxl.reports.view import View, joined, plain, shortened

_COMMITMENT = frozenset({"commitment_id", "text", "parent_id", "last_status", "status", "comment", "continues"})
_NEW = frozenset({"commitment_id", "text", "parent_id", "responsible", "decision"})
_INVESTMENT = ("total_expenditure", "year_budget", "outcome", "last_forecast", "forecast", "accumulated", "expected_total")
_GOAL = 42  # letters of the goal that a commitment is tied to: in a narrow column the rest would take more room than the commitment
_INDICATOR = frozenset({"indicator_id", "name", "unit", "target", "last_outcome", "outcome", "comment"})


def commitments(follow: Followed) -> Page | None:
    """List all commitments: how they stand, what is said of them, whether they were added and whether they go on."""
    view, heading = follow.view, follow.view.phrases.heading
    nodes = sorted(follow.commitments, key=lambda n: (view.rank[n.owner or ""], natural(n.id)))
    if not nodes:
        return None
    fields = (
        Field(heading("id"), "id", 17),
        *(() if view.board else (Field(heading("board"), "name", 17),)),
        Field(heading("unit"), "name", 17),
        Field(heading("commitment"), width=32),
        Field(heading("goal"), width=17),
        Field(heading("council_goal_short"), "id", 9),
        Field(heading("last_status"), width=13),
        Field(heading("status"), "status", 15),
        Field(heading("comment"), width=32),
        *((Field(heading("continues"), "status", 12),) if view.scope.kind == "year" else ()),
        Field(heading("added"), "status", 13),
        *((Field(heading("feedback"), "input", 32),) if view.board else ()),
        Field(heading("responsible"), width=20, screen=True),
        Field(heading("focus_area"), width=24, screen=True),
        Field(heading("rest"), width=30, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    spreads = {name: spread(view, name) for name in ("commitment_status", "added_commitments")}
    new = {r["commitment_id"]: r for r in plain(view.table("added_commitments"))}
    areas = {g.goal_id: g.focus_area for g in view.plan.goals}
    rows = [_commitment(follow, n, new.get(n.id), spreads, areas) for n in nodes]
    # What is both followed up and added in one and the same round is two rows of returns.
    rows += [_twice(follow, r, spreads["added_commitments"], len(fields)) for code, r in new.items() if code in follow.statuses]
    return page(view, "progress", [Block(fields, tuple(rows), table="commitments")])


def _commitment(
    follow: Followed, node: Node, new: Mapping[str, Any] | None, spreads: Mapping[str, Sequence[Spread]], areas: Mapping[str, str]
) -> Row:
    view = follow.view
    row = follow.statuses.get(node.id)
    entry = follow.entries[node.id]
    status = follow.status(node.id)
    told, table, known = (row, "commitment_status", _COMMITMENT) if row is not None else (new, "added_commitments", _NEW)
    more, amounts = rest(view, told, spreads[table], known) if told else (None, ())
    last = (row.get("last_status") if row else None) or follow.last_statuses.get(node.id)
    cells = (
        node.id,
        *(() if view.board else (view.board_name(node.owner or ""),)),
        view.unit_name(node.owner or ""),
        node.text,
        shortened(view.label(node.wanted) or node.wanted, _GOAL) if node.wanted else None,
        node.council_goal,
        view.scope.forms.words.lists["commitment_status"][last][view.scope.language] if last else None,
        follow.status_word(status),
        row.get("comment") if row else None,
        *((_goes_on(follow, row, status),) if view.scope.kind == "year" else ()),
        _added(follow, entry.row.get("decision"), entry.added, now=status == ADDED),
        *((view.kept.get(node.id),) if view.board else ()),
        node.responsible,
        areas.get(node.council_goal or ""),
        more,
        follow.link(node.id),
    )
    return Row(cells, int(told["_source"]) if told else None, amounts=amounts)


def _twice(follow: Followed, row: Mapping[str, Any], spreads: Sequence[Spread], width: int) -> Row:
    view = follow.view
    more, amounts = rest(view, row, spreads, _NEW)
    link = view.link(int(row["_source"]), row["_sheet"], int(row["_row"]))
    return Row((row["commitment_id"], *[None] * (width - 3), more, link), int(row["_source"]), amounts=amounts)


def _goes_on(follow: Followed, row: Mapping[str, Any] | None, status: str) -> str | None:
    said = row.get("continues") if row else None
    word = follow.view.phrases.word
    if said is not None:
        return word("goes_on" if said == "yes" else "goes_not_on")
    return word("none") if status == "done" else None


def _added(follow: Followed, decision: str | None, when: Round | None, *, now: bool) -> str | None:
    if when is None:
        return None
    word = follow.view.phrases.word
    return joined([word("added_now") if now else word("added_in", round=follow.round_word(when)), decision], ": ")


def investments(follow: Followed) -> Page | None:
    """List the boards' investments, and hold them against their frames."""
    blocks = [b for b in (_projects(follow), _investment_frames(follow)) if b.rows]
    return page(follow.view, "investment_progress", blocks) if blocks else None


def _projects(follow: Followed) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    final = view.scope.kind == "year"
    spreads = spread(view, "investment_outcomes")
    titles = {s.column.field: s.heading for s in spreads}
    asked = [k for k in _INVESTMENT if k in titles]
    at = asked.index("accumulated")  # where the year ends, and what is over all years begins
    fields = (
        Field(heading("board"), "name", 17),
        Field(titles["project"], width=28),
        *(Field(titles[k], "money", 13, tally=True) for k in asked[:at]),
        Field(heading("not_spent"), "money", 13),
        *(Field(titles[k], "money", 13, tally=True) for k in asked[at:]),
        Field(heading("total_deviation"), "money", 13),
        Field(titles["finished_year"], "integer", 10),
        Field(titles["comment"], width=26),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    known = frozenset({"project", "finished_year", "comment", *asked})
    rows = []
    for r in plain(view.table("investment_outcomes")):
        more, amounts = rest(view, r, spreads, known)
        money = [r.get(k) for k in asked]
        link = view.link(int(r["_source"]), r["_sheet"], int(r["_row"]))
        left, over = _deviations(r, final=final)
        words = (r.get("finished_year"), r.get("comment"), more, link)
        rows.append(
            Row(
                (view.name(r["_owner"]), r.get("project"), *money[:at], left, *money[at:], over, *words), int(r["_source"]), amounts=amounts
            )
        )
    # A total's deviation is worked out as a row's is, and not added up: it says the same where somebody has left a cell empty.
    sums = {k: total(row.cells[2 + n + (n >= at)] for row in rows) for n, k in enumerate(asked)}
    left, over = _deviations(sums, final=final)
    money = [sums[k] for k in asked]
    last = Row((sum_label(view), None, *money[:at], left, *money[at:], over, *[None] * 4), weight=BOLD)
    return Block(fields, tuple(rows), heading=view.phrases.word("projects_title"), table="investments", totals=(last,))


def _deviations(r: Mapping[str, Any], *, final: bool) -> tuple[float | None, float | None]:
    """Return what is left of the year's budget, and of what was decided for the whole project."""
    year = difference(r.get("year_budget"), r.get("outcome" if final else "forecast"))
    return year, difference(r.get("total_expenditure"), r.get("expected_total"))


def _investment_frames(follow: Followed) -> Block:
    view, heading = follow.view, follow.view.phrases.heading
    last = "outcome" if view.scope.kind == "year" else "forecast"
    told = view.grouped("investment_outcomes")
    rows = []
    for part in view.boards:
        frame, there = view.frame(part.id), part.id in view.accepted
        current = frame.current_investment
        if current is None and part.id not in told:
            continue
        spent = total(r.get(last) for r in told.get(part.id, [])) if there else None
        left = difference(current, spent)
        changes = total(a.investment for a in frame.adjustments) or None
        rows.append(Row((part.name, view.phrases.word(_against(view, part.id, left)), frame.investment, changes, current, spent, left)))
    keys = ("investment_frame", "adjustments", "current_frame", "outcome" if last == "outcome" else "forecast_total", "remaining")
    fields = (Field(heading("board"), "name", 17), Field(heading("state"), "status", 28), *(Field(heading(k), "money", 13) for k in keys))
    sums = [total(r.cells[n] for r in rows) if f.kind == "money" else None for n, f in enumerate(fields)]
    whole = all(r.cells[-1] is not None for r in rows)
    sums[-1] = difference(sums[4], sums[5]) if whole else None  # what remains cannot be told while somebody's is not known
    totals = (Row((sum_label(view), *sums[1:]), weight=BOLD),)
    return Block(fields, tuple(rows), heading=view.phrases.word("frames_title"), totals=totals, new_page=True)


def _against(view: View, owner: str, left: float | None) -> str:
    if owner not in view.accepted:
        return "report_missing" if view.by_id[owner].expected else "no_report"
    return "no_frame" if left is None else "over" if left < 0 else "within"


def indicators(follow: Followed) -> Page | None:
    """List indicators: target, outcome, and whether it is reached, in words."""
    view, heading = follow.view, follow.view.phrases.heading
    spreads = spread(view, "indicator_outcomes")
    titles = {s.column.field: s.heading for s in spreads}
    fields = (
        Field(titles["indicator_id"], "id", 11),
        Field(heading("board"), "name", 18),
        Field(titles["name"], width=34),
        Field(heading("goal"), width=28),
        Field(titles["unit"], width=12),
        Field(heading("direction_of"), width=12),
        Field(titles["target"], "number", 11),
        Field(titles["last_outcome"], "number", 11),
        Field(titles["outcome"], "number", 11),
        Field(heading("reached"), "status", 15),
        Field(titles["comment"], width=28),
        Field(heading("rest"), width=24, screen=True),
        Field(heading("source"), "link", LINK_WIDTH, screen=True),
    )
    known = _known_indicators(follow)
    rows = tuple(_indicator(follow, r, known.get(r["indicator_id"], {}), spreads) for r in plain(view.table("indicator_outcomes")))
    return page(view, "measures", [Block(fields, rows, table="indicators")]) if rows else None


def _indicator(follow: Followed, r: Mapping[str, Any], of: Mapping[str, Any], spreads: Sequence[Spread]) -> Row:
    view = follow.view
    more, amounts = rest(view, r, spreads, _INDICATOR)
    way, goal = of.get("direction"), of.get("goal_id")
    cells = (
        r["indicator_id"],
        view.name(r["_owner"]),
        r.get("name"),
        (view.label(goal) or goal) if goal else None,
        r.get("unit"),
        view.scope.forms.words.lists["direction"][way][view.scope.language] if way else None,
        r.get("target"),
        r.get("last_outcome"),
        r.get("outcome"),
        view.phrases.word(f"reached_{reached(r.get('outcome'), r.get('target'), way)}"),
        r.get("comment"),
        more,
        view.link(int(r["_source"]), r["_sheet"], int(r["_row"])),
    )
    return Row(cells, int(r["_source"]), amounts=amounts)


def reached(outcome: float | None, target: float | None, direction: str | None) -> str:
    """Return whether an indicator's target is reached: ``yes``, ``no``, or ``unknown`` where either is not there."""
    if outcome is None or target is None:
        return "unknown"
    return "yes" if (outcome <= target if direction == "lower" else outcome >= target) else "no"


def _known_indicators(follow: Followed) -> dict[str, Mapping[str, Any]]:
    frame, year = follow.view.plan.indicators, follow.view.scope.year
    found: dict[str, Mapping[str, Any]] = {r["indicator_id"]: r for r in plain(frame) if r["year"] == year} if len(frame) else {}
    for rows in follow.behind.plans.told.tables.get("indicators", {}).values():
        found |= {r["indicator_id"]: dict(r) for r in rows}
    return found


def left_over(follow: Followed) -> Block | None:
    """Keep the board's feedback on what is not here any more, so that a rebuild loses nothing that somebody wrote."""
    view = follow.view
    there = {n.id for n in follow.commitments} | {u.id for u in view.units}
    rows = tuple(Row((code, text)) for code, text in sorted(view.kept.items()) if code not in there)
    if not rows:
        return None
    fields = (Field(view.phrases.heading("id"), "id", 17), Field(view.phrases.heading("feedback"), "input", span=3))
    return Block(fields, rows, heading=view.phrases.word("feedback_left"))
