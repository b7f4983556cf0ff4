"""How the sample's people answer follow-ups: what they say of goals, commitments and indicators. The same seed gives the same answers.

How a goal or a commitment fares follows from its id, so that a round goes on where the last one ended. Texts stand in ``sample_year.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random
from typing import Any

from styrxl.model.council_plan import ids
from styrxl.model.goal_judgement import ASSESSMENTS, NO, PARTLY, STATUSES, YES, Grade
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import standard_rounds
from styrxl.sample.assignment_answers import follow_up_assignments
from styrxl.sample.material import luck, material, year_material
from styrxl.sample.money_answers import answer_board_money, answer_unit_money
from styrxl.sample.plan_answers import Rows
from styrxl.sample.varied_texts import count_texts, render_text

KINDS = ("t1", "t2", "year")
_BEHIND = frozenset({"late", "cancelled", "not_done"})
_NUMBERS = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")

# How a commitment fares, and how a goal does: how often in a hundred, and what is said after April, after August and at year-end.
COMMITMENT_COURSES: Mapping[str, tuple[int, tuple[str, str, str]]] = {
    "smooth": (76, ("on_plan", "on_plan", "done")),
    "late": (8, ("late", "late", "partly_done")),
    "recovers": (7, ("late", "on_plan", "done")),
    "stops": (4, ("on_plan", "cancelled", "cancelled")),
    "fails": (5, ("on_plan", "late", "not_done")),
}
GOAL_COURSES: Mapping[str, tuple[int, tuple[str, str, str]]] = {
    "good": (72, ("on_track", "on_track", "fulfilled")),
    "slides": (7, ("on_track", "partly_on_track", "partly_fulfilled")),
    "rises": (7, ("partly_on_track", "on_track", "fulfilled")),
    "half": (6, ("partly_on_track", "partly_on_track", "partly_fulfilled")),
    "bad": (4, ("off_track", "off_track", "not_fulfilled")),
    "unclear": (4, ("not_assessable", "partly_on_track", "fulfilled")),
}


def answer_board_followup(prefill: Prefill, seed: int = 1) -> dict[str, Rows]:
    """Return a board's follow-up: sheet key -> rows in the order of the workbook's."""
    statuses = _statuses(prefill, seed)
    goals = _goals(prefill, statuses, seed)
    codes = [str(row["goal_id"]) for row in prefill.rows.get("goal_assessments", ())]
    assessed = {code: str(row["assessment"]) for code, row in zip(codes, goals, strict=True)}
    for given, row in zip(prefill.rows.get("goal_assessments", ()), goals, strict=True):  # so go the council's, where no own goal has them
        assessed.setdefault(str(given["parent_id"]), str(row["assessment"]))
    answers = {
        "report_status": [_status(prefill, seed)],
        "assignment_status": follow_up_assignments(prefill, _turn(prefill), seed),
        "contribution_status": [_contribution(prefill, row, seed) for row in prefill.rows.get("contribution_status", ())],
        "goal_assessments": goals,
        "commitment_status": _commitments(prefill, statuses, seed),
        "added_commitments": _added(prefill),
        "indicator_outcomes": [_indicator(prefill, row, assessed, seed) for row in prefill.rows.get("indicator_outcomes", ())],
        **answer_board_money(prefill, seed),
    }
    return {key: rows for key, rows in answers.items() if rows}


def answer_unit_followup(prefill: Prefill, seed: int = 1) -> dict[str, Rows]:
    """Return a unit's follow-up: sheet key -> rows in the order of the workbook's."""
    statuses = _statuses(prefill, seed)
    answers = {
        "goal_assessments": _goals(prefill, statuses, seed),
        "commitment_status": _commitments(prefill, statuses, seed),
        "added_commitments": _added(prefill),
        "unit_outcomes": answer_unit_money(prefill, seed),
    }
    return {key: rows for key, rows in answers.items() if rows}


def _turn(prefill: Prefill) -> int:
    """Return which of the year's follow-ups it is, from 0."""
    return KINDS.index(standard_rounds().parse(prefill.round).kind.key)


def _draw(rng: Random, chances: Mapping[str, tuple[int, Any]]) -> str:
    return rng.choices(list(chances), [chance for chance, _ in chances.values()])[0]


def _choose_text(options: Sequence[str], key: str, turn: int) -> str:
    """Return one of some texts: which one follows from what it is about, and is another one in each round."""
    text = options[(luck(key).randrange(1000) + turn) % len(options)]
    return render_text(text, luck(key, turn).randrange(max(1, count_texts(text))), {})


def _status(prefill: Prefill, seed: int) -> dict[str, Any]:
    rng = luck(seed, prefill.owner, prefill.round)
    month = {"t1": 5, "t2": 9, "year": 1}[KINDS[_turn(prefill)]]
    day = date(prefill.year + (month == 1), month, rng.randint(11, 14) if month != 1 else rng.randint(18, 21))
    number = f"{prefill.owner}/{prefill.year}:{rng.randint(61, 240):05d}"
    return {"status": "decided", "decision_date": day, "paragraph": f"§ {rng.randint(31, 118)}", "registry_number": number}


# commitments


def _statuses(prefill: Prefill, seed: int) -> list[str]:
    turn, day = _turn(prefill), standard_rounds().parse(prefill.round).day
    return [find_commitment_status(row, turn, day, seed) for row in prefill.rows.get("commitment_status", ())]


def find_commitment_status(row: Row, turn: int, day: date, seed: int) -> str:
    """Return how a commitment stands: what has not begun is not late, and what is over is not under way."""
    fate = _draw(luck(seed, row["commitment_id"], "fate"), COMMITMENT_COURSES)
    start, end = (date.fromisoformat(row[name]) if row.get(name) else None for name in ("start", "end"))
    status = COMMITMENT_COURSES[fate][1][turn]
    if start and start > day:
        return "not_started"
    if status == "on_plan" and end and end <= day:
        return "done" if fate in {"smooth", "recovers"} else "late"
    return status


def _commitments(prefill: Prefill, statuses: Sequence[str], seed: int) -> Rows:
    rows = prefill.rows.get("commitment_status", ())
    return [_commitment(prefill, str(row["commitment_id"]), status, seed) for row, status in zip(rows, statuses, strict=True)]


def _commitment(prefill: Prefill, code: str, status: str, seed: int) -> dict[str, Any]:
    texts: Mapping[str, Sequence[str]] = year_material()["comments_en" if prefill.language == "en" else "comments"]
    rng, row = luck(seed, code, prefill.round), dict[str, Any](status=status)
    if status in texts and (status != "done" or rng.random() < 0.15):
        row["comment"] = _choose_text(texts[status], f"{seed}/{code}", _turn(prefill))
    if _turn(prefill) == KINDS.index("year") and status != "done":
        row["continues"] = "yes" if status == "partly_done" or (status == "not_done" and rng.random() < 0.5) else "no"
    return row


def _added(prefill: Prefill) -> Rows:
    rows = []
    for one in year_material()["added"]:
        offered = [code for code, _ in prefill.lists.get("goals", ())]
        if (one["owner"], one["round"]) == (prefill.owner, KINDS[_turn(prefill)]) and offered:
            parent = one["serves"] if one.get("serves") in offered else offered[0]
            decision = one["decision"].format(year=prefill.year)
            rows.append({"text": one["text"], "parent_id": parent, "decision": decision, "responsible": one["responsible"]})
    return rows


# goals


def _goals(prefill: Prefill, statuses: Sequence[str], seed: int) -> Rows:
    under: dict[str, list[str]] = {}
    for row, status in zip(prefill.rows.get("commitment_status", ()), statuses, strict=True):
        for goal in (*ids(row["parent_id"]), *ids(row.get("more_parents"))):
            under.setdefault(goal, []).append(status)
    return [_goal(prefill, row, under.get(row["goal_id"], []), seed) for row in prefill.rows.get("goal_assessments", ())]


def _goal(prefill: Prefill, row: Row, under: Sequence[str], seed: int) -> dict[str, Any]:
    rng, turn = luck(seed, row["goal_id"], "fate"), _turn(prefill)
    code = GOAL_COURSES[limit_goal_course(_draw(rng, GOAL_COURSES), under)][1][turn]
    way = {"on_track": "better", "fulfilled": "better", "off_track": "worse", "not_fulfilled": "worse"}.get(code, "same")
    analysis = (_of_unit if prefill.board_id else _of_board)(prefill, row, code, under, seed)
    return {"assessment": code, "analysis": analysis} | ({"trend": way} if code != "not_assessable" and rng.random() < 0.85 else {})


def limit_goal_course(fate: str, under: Sequence[str]) -> str:
    """Return how a goal fares, given its commitments: not well if most of them are behind, nor badly if none is."""
    behind = sum(status in _BEHIND for status in under)
    if fate in {"good", "rises", "slides", "unclear"} and 2 * behind > len(under):
        return "half"
    return "half" if fate == "bad" and not behind else fate


def _of_board(prefill: Prefill, row: Row, code: str, under: Sequence[str], seed: int) -> str:
    kind, turn, key = KINDS[_turn(prefill)], _turn(prefill), f"{seed}/{row['goal_id']}"
    opening = _choose_text(year_material()["openings"][kind][code], key, turn)
    first, later, trouble = _facts(prefill, row)
    facts = {"good": [later if turn else first], "half": [trouble] if turn < 2 else [later, trouble], "bad": [trouble], "none": []}
    which = "none" if code == "not_assessable" else "good" if ASSESSMENTS[code] == YES else "bad" if code in _NO else "half"
    return " ".join(filter(None, [opening, *facts[which], _count_commitments(kind, under)]))


_NO = frozenset({"off_track", "not_fulfilled"})


def _facts(prefill: Prefill, row: Row) -> tuple[str, str, str]:
    goals = material()["boards"].get(prefill.owner, {"goals": []})["goals"]
    key = next((goal["key"] for goal in goals if goal["text"] == row["text"]), None)
    first, later, trouble = year_material()["goals"].get(prefill.owner, {}).get(key, ("", "", ""))
    return first, later, trouble


def _count_commitments(kind: str, under: Sequence[str]) -> str:
    """Say how many of a goal's commitments have come where they should."""
    ahead, every = sum(STATUSES[status] == YES for status in under), len(under)
    if not every or "not_started" in under:
        return ""
    key = "none" if not ahead else "only" if every == 1 else "all" if ahead == every else "one" if ahead == 1 else "some"
    if key == "none" and every == 1:
        return ""
    text: str = year_material()["tallies"][kind][key]
    made = text.format(n=_NUMBERS[ahead], m=_NUMBERS[every]) if every < len(_NUMBERS) else ""
    return made[:1].upper() + made[1:]


def _of_unit(prefill: Prefill, row: Row, code: str, under: Sequence[str], seed: int) -> str:  # noqa: ARG001 -- as of a board
    kind, turn = KINDS[_turn(prefill)], _turn(prefill)
    known: Mapping[str, Sequence[str]] = year_material()["unit_goals"][kind]
    options = known.get(code) or year_material()["openings"][kind][code]
    return _choose_text(options, f"{seed}/{row['goal_id']}", turn)


def _contribution(prefill: Prefill, row: Row, seed: int) -> dict[str, Any]:
    """Return how a board's contribution to a council goal has gone."""
    key, turn = f"{seed}/{prefill.owner}/{row['goal_id']}", _turn(prefill)
    code = GOAL_COURSES[_draw(luck(key, "fate"), GOAL_COURSES)][1][turn]
    return {"assessment": code, "progress": _choose_text(year_material()["contributions"][KINDS[turn]][code], key, turn)}


# indicators


def _indicator(prefill: Prefill, row: Row, assessed: Mapping[str, str], seed: int) -> dict[str, Any]:
    """Return an indicator's outcome, or why there is none: measured from a round on, and where its goal's assessment says."""
    turn, code = _turn(prefill), f"{prefill.owner}/{row['name']}"  # one that is the council's too has one outcome
    if known := next((other for other in material()["other_indicators"] if other["plan"]["name"] == row["name"]), None):
        return _tell_year(known[KINDS[turn]], prefill.year)
    rng = luck(seed, code, "measured")
    same = [other["goal_id"] for other in prefill.rows.get("indicator_outcomes", ()) if other["name"] == row["name"]]
    told = next((ASSESSMENTS[said] for goal, said in assessed.items() if goal in same), -1)
    answer = {} if turn == KINDS.index("year") else {"target_reached": _expect_target(told, luck(seed, code, "expected"))}
    if turn < rng.choices((0, 1, 2, 3), (22, 33, 38, 7))[0]:
        return {**answer, "comment": _choose_text(year_material()["not_measured"][KINDS[turn]], f"{seed}/{code}", turn)}
    low, high = {YES: (1.0, 1.2), 1: (0.3, 0.8), 0: (-0.3, 0.2)}.get(told if told is not None else -1, (0.2, 1.2))
    return {**answer, "outcome": _measured(prefill, row, rng.uniform(low, high) * (1.0 if told == YES else 0.9 + 0.05 * turn))}


def _tell_year(answer: Mapping[str, Any], year: int) -> dict[str, Any]:
    """Return an answer in which a year that counts from the round's (-1: the one before) is a year."""
    return {**answer, **({"outcome_year": year + answer["outcome_year"]} if "outcome_year" in answer else {})}


def _expect_target(told: Grade, rng: Random) -> str:
    """Return whether an indicator's target is expected to be reached, where its goal's assessment says so (-1: it has none)."""
    chances = {YES: (1, 0, 0), PARTLY: (1, 6, 3), NO: (0, 2, 8), None: (0, 1, 0)}.get(told, (7, 2, 1))
    return rng.choices(("yes", "uncertain", "no"), chances)[0]


def _measured(prefill: Prefill, row: Row, progress: float) -> float:
    """Return where an indicator is on its way from what it started from (0) to its target (1)."""
    start, target = _baseline(prefill, row), float(row["target"])
    whole = start == int(start) and target == int(target) and abs(target) > 15
    value = round(start + (target - start) * progress, 0 if whole else 1)
    if progress >= 1 and (value < target) == (target > start):
        value = target
    return min(value, 100.0) if row["unit"] == "procent" else value


def _baseline(prefill: Prefill, row: Row) -> float:
    own = {name: baseline for _, name, _, _, baseline, _ in material()["boards"].get(prefill.owner, {"indicators": []})["indicators"]}
    council = {name: baseline for _, name, _, _, _, baseline, _ in material()["council_indicators"]}
    known: Mapping[str, float] = {**council, **own}
    return float(known.get(str(row["name"]), row["target"] or 0))
