"""The follow-up's page on indicators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from styrxl.excel.pages import Block, Field, Page, Row
from styrxl.reports.columns import LINK_WIDTH, Spread, page, rest, spread
from styrxl.reports.followed import Followed
from styrxl.reports.view import plain

_INDICATOR = frozenset({"indicator_id", "name", "unit", "target", "last_outcome", "outcome", "comment"})


def make_page(follow: Followed) -> Page | None:
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
