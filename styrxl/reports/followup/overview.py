"""The page Översikt of a follow-up: key figures, and charts that each say one thing, with the same figures beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from styrxl.excel import look
from styrxl.excel.pages import Block, Chart, Field, Page, Row, Series
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, UNIT_COMMITMENT
from styrxl.model.rollup import NO, PARTLY, STATUSES, YES, Answer, assessment_code
from styrxl.reports.columns import page
from styrxl.reports.followed import ADDED, MISSING, OUTSIDE, Followed
from styrxl.reports.followup.finance import Account, accounts, plain_amount, summed
from styrxl.reports.participation import standings
from styrxl.reports.plan.overview import FIGURE_WIDTH, LABEL_WIDTH, SIGNED, Figure
from styrxl.reports.view import day_of

_COLOURS = {YES: look.GOOD.fill, PARTLY: look.WATCH.fill, NO: look.MEND.fill, None: look.LOCKED}
_HIDDEN = "0;;;"  # a part that is nothing says nothing


def make_page(follow: Followed) -> Page:
    """Show the round at a glance."""
    view = follow.view
    parts: tuple[Callable[[Followed], Block | None], ...] = (_areas, _owners, _money, _trend)
    blocks = [_figures(follow), *(block for part in parts if (block := part(follow)))]
    days = [day_of(r.received).isoformat() for r in view.returns if r.received]
    newest = view.phrases.word("newest", day=max(days)) if days else view.phrases.word("no_returns")
    return page(view, "glance", blocks, newest=newest, missing=view.phrases.sheet("missing", "name"))


def _figures(follow: Followed) -> Block:
    heading = follow.view.phrases.heading
    fields = (
        Field(heading("figure"), width=LABEL_WIDTH),
        Field(heading("value"), "money", FIGURE_WIDTH),
        Field(heading("remark"), "note", FIGURE_WIDTH),
    )
    rows = [*_returned(follow), *_goals(follow), *_commitments(follow), *_kronor(follow)]
    return Block(fields, tuple(Row(cells) for cells in rows), heading=follow.view.phrases.word("key_figures"))


def _returned(follow: Followed) -> list[Figure]:
    view, found = follow.view, list[Figure]()
    for key, kind in (("boards_followed", False), ("units_followed", True)):
        those = [s for s in standings(view) if (s.part.kind == "unit") == kind and s.part.id in follow.asked]
        if those and not (view.board and not kind):
            found.append((view.phrases.figure(key), sum(s.accepted is not None for s in those), view.phrases.word("of_all", n=len(those))))
    return found


def _goals(follow: Followed) -> list[Figure]:
    view, word, figure = follow.view, follow.view.phrases.word, follow.view.phrases.figure
    values = [follow.standings[n.id].value for n in follow.council]
    own = sum(follow.standings[n.id].own is not None for n in follow.council)
    boards = [follow.assessed(n.id) for n in follow.nodes if n.kind == BOARD_GOAL]
    kind = view.scope.kind
    found: list[Figure] = []
    if values and view.board is None:
        remark = word("partly_and_not", **_split(values)) + (f"; {word('own_count', n=own)}" if own else "")
        found.append((figure(f"council_goals_{_tense(kind)}"), values.count(YES), word("of_all", n=len(values)) + f"; {remark}"))
    if boards:
        codes = Counter(boards)
        said: list[Answer] = [v for v in (YES, PARTLY, NO, None) for _ in range(codes[assessment_code(v, kind)])]
        remark = f"{word('of_all', n=len(boards))}; {word('partly_and_not', **_split(said))}"
        remark += f"; {word('n_silent', n=codes[None])}" if codes[None] else ""
        found.append((figure(f"board_goals_{_tense(kind)}"), said.count(YES), remark))
    return found


def _split(values: Sequence[Answer]) -> dict[str, int]:
    return {"partly": values.count(PARTLY), "no": values.count(NO), "unknown": values.count(None)}


def _tense(kind: str) -> str:
    return "final" if kind == "year" else "expected"


def _commitments(follow: Followed) -> list[Figure]:
    view, word, figure = follow.view, follow.view.phrases.word, follow.view.phrases.figure
    found: list[Figure] = []
    for key, kind in (("own_commitments" if view.board else "board_commitments", BOARD_COMMITMENT), ("unit_commitments", UNIT_COMMITMENT)):
        those = [follow.status(n.id) for n in follow.commitments if n.kind == kind]
        if not those:
            continue
        counts = Counter(those)
        ahead = sum(n for code, n in counts.items() if STATUSES.get(code) == YES)
        told = [word("on_their_way" if view.scope.kind != "year" else "n_done", n=ahead)]
        behind = sum(n for code, n in counts.items() if code in STATUSES and STATUSES[code] in (PARTLY, NO))
        told.append(word("n_behind" if view.scope.kind != "year" else "n_not_done", n=behind))
        told += [
            word(name, n=counts[code]) for name, code in (("n_added", ADDED), ("n_silent", MISSING), ("n_outside", OUTSIDE)) if counts[code]
        ]
        found.append((figure(key), len(those), "; ".join(told)))
    if view.scope.kind == "year":
        going = [r for r in follow.statuses.values() if r.get("continues") == "yes"]
        found.append((figure("going_on"), len(going), None))
    return found


def _kronor(follow: Followed) -> list[Figure]:
    view, word, figure = follow.view, follow.view.phrases.word, follow.view.phrases.figure
    those = [a for a in accounts(view) if a.there]
    if not those:
        return []
    one, final = summed(those), view.scope.kind == "year"
    lacking = sum(a.part.expected and not a.there for a in accounts(view))
    why = None if not lacking or view.board else word("one_lacks_budget" if lacking == 1 else "n_lack_budget", n=lacking)
    rows: list[Figure] = [
        (figure("current_budget"), one.budget, why),
        (figure("outcome"), one.outcome, None),
        *(() if final else ((figure("full_forecast"), one.forecast, None),)),
        (figure("deviation"), one.deviation, word("plus_is_surplus")),
    ]
    if not final and one.unfunded:
        rows.append((figure("without_unfunded"), one.without, word("counts_on", amount=plain_amount(view, one.unfunded))))
    return rows


# charts


def _areas(follow: Followed) -> Block | None:
    """Goals by assessment and focus area."""
    view, kind = follow.view, follow.view.scope.kind
    goals = {g.goal_id: g.focus_area for g in view.plan.goals}
    if not follow.council:
        return None
    areas: dict[str, Counter[Answer]] = {}
    for node in follow.council:
        areas.setdefault(goals[node.id], Counter())[follow.standings[node.id].value] += 1
    yes = sum(c[YES] for c in areas.values())
    title = view.phrases.message(f"goals_{_tense(kind)}", yes, len(follow.council))
    series = [(follow.said(v, sign=False), _COLOURS[v], [c[v] for c in areas.values()]) for v in (YES, PARTLY, NO, None)]
    return _stacked(follow, "areas_title", title, "focus_area", list(areas), series)


def _owners(follow: Followed) -> Block | None:
    """Count commitments by status and board, or by unit for the board that reads."""
    view = follow.view
    if view.board is None:
        groups = [(p.name, [u.id for u in follow.under(p.id)]) for p in view.boards if p.kind == "board"]
    else:
        groups = [(p.name, [p.id]) for p in view.parts]
    counted = [(name, follow.by_status(owners)) for name, owners in groups]
    counted = [(name, counts) for name, counts in counted if counts.keys() - {OUTSIDE}]
    if not counted:
        return None
    word, final = view.phrases.word, view.scope.kind == "year"
    parts: list[tuple[str, str, Callable[[str], bool]]] = [
        ("chart_done", look.GOOD.fill, lambda c: c == "done"),
        *(() if final else (("chart_on_plan", look.WHITE, lambda c: c == "on_plan"),)),
        ("chart_partly" if final else "chart_late", look.WATCH.fill, lambda c: STATUSES.get(c) == PARTLY),
        ("chart_not_done" if final else "chart_cancelled", look.MEND.fill, lambda c: STATUSES.get(c) == NO),
        ("chart_not_started", look.LOCKED, lambda c: c == "not_started"),
        ("chart_new", look.INPUT, lambda c: c == ADDED),
        ("chart_silent", look.LINE, lambda c: c == MISSING),
    ]
    series = [(word(key), colour, [sum(n for c, n in counts.items() if fits(c)) for _, counts in counted]) for key, colour, fits in parts]
    every = sum((counts for _, counts in counted), Counter[str]())
    said = sum(n for c, n in every.items() if c in STATUSES)
    ahead = sum(n for c, n in every.items() if STATUSES.get(c) == YES)
    title = view.phrases.message(f"commitments_{_tense(view.scope.kind)}", ahead, said) if said else word("nobody_said")
    title += f" ({word('n_silent', n=every[MISSING])})" if said and every[MISSING] else ""
    return _stacked(follow, "statuses_title", title, "board" if view.board is None else "unit", [n for n, _ in counted], series)


def _stacked(follow: Followed, heading: str, title: str, names_at: str, names: list[str], parts: list[tuple[str, str, list[int]]]) -> Block:
    view = follow.view
    parts = [part for part in parts if any(part[2])] or parts[:1]
    fields = (Field(view.phrases.heading(names_at), width=LABEL_WIDTH), *(Field(name, "count", FIGURE_WIDTH) for name, _, _ in parts))
    rows = tuple(Row(cells) for cells in zip(names, *(values for _, _, values in parts), strict=True))
    series = tuple(Series(name, tuple(values), colour, _HIDDEN) for name, colour, values in parts)
    points = "; ".join(f"{n}: {', '.join(f'{s.name} {s.values[at]:g}' for s in series)}" for at, n in enumerate(names))
    alt = view.phrases.word("chart_alt", title=title, points=points)
    chart = Chart(title, alt, tuple(names), series, tuple(range(1, len(parts) + 1)), stacked=True)
    return Block(fields, rows, heading=view.phrases.word(heading), chart=chart)


def _money(follow: Followed) -> Block | None:
    """Forecast (at year-end outcome) against budget, by board."""
    view = follow.view
    those = [a for a in accounts(view) if a.there and a.line.deviation is not None] if view.board is None else []
    if not those:
        return None
    kept = sum((a.line.deviation or 0.0) >= 0 for a in those)
    final = view.scope.kind == "year"
    title = view.phrases.message("outcome" if final else "forecast", kept, len(those))
    if lacking := sum(a.part.expected and not a.there for a in accounts(view)):
        title += f" ({view.phrases.word('one_lacking' if lacking == 1 else 'n_boards_lacking', n=lacking)})"
    heading = view.phrases.heading
    fields = (
        Field(heading("board"), width=LABEL_WIDTH),
        Field(heading("current_budget"), "money", FIGURE_WIDTH),
        Field(heading("outcome_net" if final else "forecast_net"), "money", FIGURE_WIDTH),
        Field(heading("deviation"), "money", FIGURE_WIDTH),
    )
    rows = tuple(Row((a.part.name, a.line.budget, _against(a), a.line.deviation)) for a in those)
    series = Series(heading("deviation"), tuple(a.line.deviation or 0.0 for a in those), look.GOOD.ink, SIGNED)
    names = tuple(a.part.name for a in those)
    points = "; ".join(f"{name}: {value:g}" for name, value in zip(names, series.values, strict=True))
    alt = view.phrases.word("chart_alt", title=title, points=points)
    return Block(fields, rows, heading=view.phrases.word("deviations_title"), chart=Chart(title, alt, names, (series,), (3,), signed=True))


def _against(a: Account) -> float | None:
    return a.line.outcome if a.final else a.line.forecast


def _trend(follow: Followed) -> Block | None:
    """Count the council's goals by assessment, round by round."""
    view = follow.view
    if not follow.before or not follow.council:
        return None
    mine = {n.id for n in follow.council}
    rounds: list[tuple[str, Any]] = [(follow.round_word(r), those) for r, those in follow.before]
    rounds.append((follow.round_word(view.round), follow.standings))
    counted = [(name, Counter(s.value for code, s in those.items() if code in mine)) for name, those in rounds]
    last, now = counted[-2][1][YES], counted[-1][1][YES]
    key = "trend_more" if now > last else "trend_fewer" if now < last else "trend_same"
    title = view.phrases.word(key, old=last, new=now)
    words = {YES: "trend_yes", PARTLY: "trend_partly", NO: "trend_no", None: "trend_unknown"}
    series = [(view.phrases.word(words[v]), _COLOURS[v], [c[v] for _, c in counted]) for v in (YES, PARTLY, NO, None)]
    return _stacked(follow, "trend_title", title, "round", [name for name, _ in counted], series)
