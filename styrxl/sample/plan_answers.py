"""The sample municipality, and how its people answer. Texts and figures stand in ``sample.yaml``; the same seed gives the same answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from random import Random
from typing import Any

from styrxl.model.prefill import Prefill
from styrxl.sample.assignment_answers import answer_assignments, plan_assignments
from styrxl.sample.material import UNITS, Unit, luck, material, unit, units, year_material
from styrxl.sample.varied_texts import count_texts, render_pair, render_text

YEAR = 2027
_MOST_UNIT_IDS = 40  # that a board names in one cell
_PERIODS = (  # (month, day) from and to, as boards plan
    ((1, 1), (12, 31)),
    ((1, 15), (6, 30)),
    ((2, 1), (9, 30)),
    ((3, 1), (11, 30)),
    ((4, 1), (12, 31)),
    ((8, 16), (12, 20)),
)

Rows = list[dict[str, Any]]


# the multi-year plan


def _address(org_id: str) -> str:
    plain = org_id.lower().translate(str.maketrans("åäöé", "aaoe"))
    return f"{plain}@{material()['domain']}"


def _organisation(how_many: int) -> Iterator[dict[str, Any]]:
    boards = material()["boards"]
    council, *others = material()["others"]
    yield _part(council, council["kind"])
    for board_id, board in boards.items():
        row = _part({"id": board_id, **board}, "board")
        extra = {"administration_id": board["administration"], "profile": board.get("profile"), "followup_rounds": board.get("followup")}
        yield row | extra
    yield from (_part(other, other["kind"]) for other in others)
    yield from (_part(administration, "administration") for administration in material()["administrations"])
    place = list(boards)
    for one in sorted(units(how_many), key=lambda unit: place.index(unit.board)):
        row = _part({"id": one.id, "name": one.name, "contact": material()["kinds"][one.kind]["contact"]}, "unit")
        board = boards[one.board]
        extra = {"board_id": one.board, "administration_id": board["administration"], "profile": board.get("profile")}
        yield row | extra | {"language": one.language}


def _part(raw: Mapping[str, Any], kind: str) -> dict[str, Any]:
    plain = {"org_id": raw["id"], "name": raw["name"], "kind": kind, "contact": raw["contact"]}
    return plain | {"email": _address(raw["id"]), "language": "sv"}


def answer_council_plan(how_many: int = UNITS, seed: int = 1, year: int = YEAR) -> dict[str, Rows]:  # noqa: ARG001 -- as the others
    """Return the multi-year plan: sheet key -> rows, field -> value (codes, ids, dates, tkr)."""
    return {
        "organisation": list(_organisation(how_many)),
        "council_goals": [_council_goal(goal, year) for goal in material()["council_goals"]],
        "council_indicators": list(_council_indicators(year)),
        "frames": list(_frames(year)),
        "frame_adjustments": [
            {"board_id": board, "year": year, "date": decided_on(year), "operating": change, "decision": decided(decision, year)}
            | {"kind": "redistribution" if decision == year_material()["moved"]["decision"] else "addition"}
            for board, change, decision, _ in adjustments(how_many)
        ],
        "assignments": answer_assignments(year),
        "waivers": [{**waiver, "round": f"{year}-plan", "until": date(year, 12, 31)} for waiver in material()["waivers"]],
    }


def decided_on(year: int) -> date:
    """Return the day on which the council adjusts the frames."""
    return date(year, *year_material()["decided_on"])


def decided(decision: str, year: int) -> str:
    """Return how one of the council's decisions is referred to."""
    return f"KF {decided_on(year)} {decision}"


def adjustments(how_many: int = UNITS) -> list[tuple[str, float, str, str]]:
    """Return (board, tkr, decision, activity): frames as the council adjusts them; what a unit that moves costs goes with it."""
    moved = year_material()["moved"]
    found = [tuple(row) for row in material()["frame_adjustments"]]
    if moved["unit"] in {one.id for one in units(how_many)}:
        old = unit(moved["unit"]).board
        found += [(old, -moved["tkr"], moved["decision"], moved["from"]), (moved["board"], moved["tkr"], moved["decision"], moved["to"])]
    return found


def _council_goal(goal: Mapping[str, Any], year: int) -> dict[str, Any]:
    return {
        "goal_id": goal["id"],
        "text": goal["text"],
        "focus_area": goal["area"],
        "dimension": goal["dimension"],
        "sound_management": goal["sound"],
        "concerned_boards": ";".join(goal["boards"]) or None,
        "from_year": year - 1,
        "to_year": year + 3,
    }


def _council_indicators(year: int) -> Iterator[dict[str, Any]]:
    for number, (goal, name, measure, direction, board, baseline, target) in enumerate(material()["council_indicators"], 1):
        row = {"indicator_id": f"KF-I{number}", "goal_id": goal, "name": name, "unit": measure, "direction": direction, "board_id": board}
        yield {**row, "year": year, "baseline": baseline, "target": target}
    for number, other in enumerate(material()["other_indicators"], len(material()["council_indicators"]) + 1):
        row = {"indicator_id": f"KF-I{number}", **other["plan"], "year": year}
        yield from (row, {**row, **other["next_year"], "year": year + 1}) if "next_year" in other else (row,)


def _frames(year: int) -> Iterator[dict[str, Any]]:
    holders = [{"id": board_id, **board} for board_id, board in material()["boards"].items()] + material()["others"]
    for later, growth in ((0, 1.0), (1, 1.024)):
        for holder in (holder for holder in holders if "frame" in holder):
            frame, investment = round(holder["frame"] * growth, -2), holder.get("investment")
            row = {"board_id": holder["id"], "year": year + later, "operating_frame": frame}
            yield row | ({"investment_frame": round(investment * growth, -2)} if investment else {})


# how boards answer


def answer_board_plan(prefill: Prefill, seed: int = 1) -> dict[str, Rows]:
    """Return a board's plan: sheet key -> rows in the order of the workbook's, an empty one where somebody skipped a row."""
    board = material()["boards"][prefill.owner]
    rng = luck(seed, prefill.owner)
    goals = _spaced(rng, _board_goals(prefill, board))
    ids = _goal_ids(prefill, goals)
    assignments = plan_assignments(prefill, seed)
    return {
        **({"assignment_plans": assignments} if assignments else {}),
        "confirmation": [_confirmation(prefill, board, rng)],
        "goal_responses": [_response(row, board) for row in prefill.rows.get("goal_responses", ())],
        "goals": [{k: v for k, v in row.items() if k != "key"} for row in goals],
        "commitments": _spaced(rng, _board_commitments(prefill, board, seed, ids, rng)),
        "indicators": [
            {"goal_id": ids[key], "name": name, "unit": measure, "direction": direction, "baseline": baseline, "target": target}
            for key, name, measure, direction, baseline, target in board["indicators"]
            if key in ids
        ],
        "budget": _spaced(rng, _budget(prefill, board, rng)),
        "unit_frames": _unit_frames(prefill, board, rng),
        "investments": _investments(prefill, board),
    }


def _happens(rng: Random, percent: int) -> bool:
    return rng.randrange(100) < percent


def _spaced(rng: Random, rows: Rows) -> Rows:
    """Return the rows with now and then an empty one between."""
    spaced: Rows = []
    for row in rows:
        if spaced and _happens(rng, 12):
            spaced.append({})
        spaced.append(row)
    return spaced


def _confirmation(prefill: Prefill, board: Mapping[str, Any], rng: Random) -> dict[str, Any]:
    return {
        "status": "decided",
        "confirms": board.get("confirms", "yes"),
        "decision_date": date(prefill.year, 1, rng.choice((19, 20, 21, 26, 27))),
        "paragraph": f"§ {rng.randint(3, 14)}",
        "registry_number": f"{prefill.owner}/{prefill.year}:{rng.randint(4, 60):05d}",
        "responsible": board["contact"],
    }


def _response(row: Mapping[str, Any], board: Mapping[str, Any]) -> dict[str, Any]:
    """Answer for a council goal; where the council named the board, Yes stands there already."""
    contribution = board["contributes"].get(row["goal_id"])
    named = row.get("concerns") == "yes"
    if contribution or named:
        return {"contribution": contribution or "Nämnden bidrar genom sitt löpande arbete."} | ({} if named else {"concerns": "yes"})
    return {"concerns": "no", "reason": board["declines"]}


def _usable(prefill: Prefill, wanted: str) -> str:
    """Return a council goal if the board may tie to it, else the first that it may."""
    offered = [code for code, _ in prefill.lists.get("council_goals", ())]
    return wanted if wanted in offered or not offered else offered[0]


def _board_goals(prefill: Prefill, board: Mapping[str, Any]) -> Rows:
    rows = []
    for goal in board["goals"]:
        kinds = goal.get("units_of", ())
        concerned = [code for code, _ in prefill.lists.get("units", ()) if _kind_of(code) in kinds]
        rows.append(
            {
                "key": goal["key"],
                "text": goal["text"],
                "parent_id": _usable(prefill, goal["serves"]),
                "activity": goal["activity"],
                "target_group": goal["group"],
                "concerned_units": ";".join(concerned) if 0 < len(concerned) <= _MOST_UNIT_IDS else None,
                "priority": goal["priority"],
                "from_year": prefill.year - (goal["priority"] == 1),
                "to_year": prefill.year + 3 - goal["priority"],
            }
        )
    return rows


def _kind_of(unit_id: str) -> str | None:
    try:
        return unit(unit_id).kind
    except KeyError:
        return None


def _goal_ids(prefill: Prefill, goals: Rows) -> dict[str, str]:
    first = prefill.first.get("goals", 1)
    return {row["key"]: f"{prefill.owner}-M{first + index}" for index, row in enumerate(goals) if row}


def _board_commitments(prefill: Prefill, board: Mapping[str, Any], seed: int, ids: Mapping[str, str], rng: Random) -> Rows:
    rows = []
    for key, role, text, result in _undertakings(prefill.owner, seed):
        parent = ids.get(key) or _usable(prefill, key)
        (from_month, from_day), (to_month, to_day) = rng.choice(_PERIODS)
        row = {
            "text": text,
            "parent_id": parent,
            "responsible": role,
            "start": date(prefill.year, from_month, from_day),
            "end": date(prefill.year, to_month, to_day),
            "expected_result": result,
        }
        if _happens(rng, 15):
            also = [ids[goal["key"]] for goal in board["goals"] if ids[goal["key"]] != parent]
            row["more_parents"] = rng.choice(also)
        rows.append(row)
    return rows


@cache
def _undertakings(board_id: str, seed: int) -> tuple[tuple[str, str, str, str], ...]:
    """Return what a board commits to: (key of its goal, or council goal, role, text, expected result)."""
    board = material()["boards"][board_id]
    of_goals = [(goal["key"], goal["role"], text, result) for goal in board["goals"] for text, result in goal["does"]]
    direct = [(one["serves"], one["role"], one["text"], one["result"]) for one in board["direct"]]
    found = []
    for key, role, text, result in (*of_goals, *direct):
        number = luck(seed, board_id, text).randrange(count_texts(text))
        found.append((key, role, *render_pair(text, result, number, {})))
    return tuple(found)


def _budget(prefill: Prefill, board: Mapping[str, Any], rng: Random) -> Rows:
    """Return budget lines whose net cost fits the frame (or is over it, where the board is meant to be)."""
    decided = float(board["frame"])
    # Adjustments that come after the round are not counted on, whenever the sample is made.
    frame = min(prefill.frames.get("operating_frame") or decided, decided)
    total = int(frame * board.get("over_frame", rng.uniform(0.990, 0.999)))
    rows, left = [], total
    for index, (activity, share, revenue_share) in enumerate(board["budget"]):
        net = left if index == len(board["budget"]) - 1 else round(total * share)
        left -= net
        cost = round(net / (1 - revenue_share))
        rows.append({"activity": activity, "cost": cost} | ({"revenue": cost - net} if cost != net else {}))
    return rows


def _unit_frames(prefill: Prefill, board: Mapping[str, Any], rng: Random) -> Rows:
    """Return what each unit gets of about two thirds of the frame; one board in the sample does not divide it."""
    rows = prefill.rows.get("unit_frames", ())
    frame = prefill.frames.get("operating_frame") or float(board["frame"])
    weights = [rng.uniform(0.6, 1.6) for _ in rows]
    if not board.get("divides", True):
        return [{} for _ in rows]
    return [{"frame": int(frame * 0.64 * weight / sum(weights) / 10) * 10} for weight in weights]


def _investments(prefill: Prefill, board: Mapping[str, Any]) -> Rows:
    frame = prefill.frames.get("investment_frame") or 0.0
    rows = []
    for project, share, times, years in board["investments"]:
        budget = int(frame * share / 10) * 10
        total = round(budget * times)
        rows.append({"project": project, "total_expenditure": total, "year_budget": budget, **_plan_ahead(prefill, total - budget, years)})
    return rows if frame else []


def _plan_ahead(prefill: Prefill, rest: int, years: int) -> dict[str, Any]:
    """Return how what is left of a project's money is spread over the years that it goes on; a part was spent before."""
    next_year = int(rest * 0.6 / max(years, 1) / 10) * 10 if years else None
    later = int(rest * 0.6 / 10) * 10 - (next_year or 0) if years > 1 else None
    return {"next_year": next_year, "later": later, "finished_year": prefill.year + years}


# how units answer


def answer_unit_plan(prefill: Prefill, seed: int = 1) -> dict[str, Rows]:
    """Return a unit's plan: sheet key -> rows in the order of the workbook's, an empty one where somebody skipped a row."""
    me = unit(prefill.owner)
    rng = luck(seed, me.id)
    if me.elsewhere:
        return {"plan_elsewhere": [{"elsewhere": "yes", "where": me.elsewhere}]}
    own = [] if prefill.profile else _own_goals(prefill, me, rng)
    commitments = _spaced(rng, list(_unit_commitments(prefill, me, seed, rng)))
    if own:
        mine = f"{prefill.owner}-M{prefill.first.get('goals', 1)}"
        next(row for row in commitments if row)["parent_id"] = mine
    answers: dict[str, Rows] = {"commitments": commitments}
    return answers | ({"goals": own} if own else {})


def _own_goals(prefill: Prefill, me: Unit, rng: Random) -> Rows:
    own = material()["kinds"][me.kind].get("own", ())
    if not own or _happens(rng, 45):
        return []
    key, text, group = own[me.number % len(own)]
    offered = _offered(prefill, 0)
    row = {"text": render_text(text, 0, _names(me)), "target_group": group, "from_year": prefill.year, "to_year": prefill.year + 1}
    parents = offered.get(key, [])
    return [row | ({"parent_id": parents[0]} if parents else {})]


def _names(me: Unit) -> dict[str, str]:
    small = me.name.split(" ", 1)[0] in material()["common_nouns"]
    return {"unit": me.name[:1].lower() + me.name[1:] if small else me.name, "place": me.place}


def _unit_commitments(prefill: Prefill, me: Unit, seed: int, rng: Random) -> Iterator[dict[str, Any]]:
    kind = material()["kinds"][me.kind]
    shared = material()["shared_en" if kind.get("english") else "shared"]
    chosen = rng.sample(kind["does"], min(rng.randint(3, 7), len(kind["does"])))
    if _happens(rng, 70):
        chosen.append(rng.choice(shared))
    offered = _offered(prefill, seed)
    for key, text, result in chosen:
        said, expected = _said(me, text, result, seed)
        row = {"text": said, **_tied(me, key, offered, rng), "responsible": _responsible(kind, key, rng)}
        yield row | _details(prefill, kind, expected, rng)


def _said(me: Unit, text: str, result: str, seed: int) -> tuple[str, str]:
    """Return a commitment and its result as this unit has them, and no sibling."""
    salt = luck(seed, text).randrange(count_texts(text))
    said, expected = render_pair(text, result, me.number, _names(me), salt)
    more_siblings_than_variants = me.number >= count_texts(text) and "{unit}" not in text
    return (f"{said} ({me.name})" if more_siblings_than_variants else said), expected


def _tied(me: Unit, key: str, offered: Mapping[str, list[str]], rng: Random) -> dict[str, Any]:
    """Return what a commitment is tied to: the board's goal for it, one of the board's commitments for that goal, or any."""
    every = [code for codes in offered.values() for code in codes]
    if not every:
        return {}
    parents = offered.get(material()["boards"][me.board].get(key, key)) or every
    parent = rng.choice([parents[0], rng.choice(parents)])
    others = [code for code in every if code != parent]
    return {"parent_id": parent} | ({"more_parents": rng.choice(others)} if others and _happens(rng, 12) else {})


def _responsible(kind: Mapping[str, Any], key: str, rng: Random) -> str:
    roles: list[str] = kind["roles"]
    return roles[0] if key in {"staff", "climate"} else rng.choice(roles)


def _details(prefill: Prefill, kind: Mapping[str, Any], expected: str, rng: Random) -> dict[str, Any]:
    row: dict[str, Any] = {"expected_result": expected} if _happens(rng, 80) else {}
    if _happens(rng, 35):
        (from_month, from_day), (to_month, to_day) = rng.choice(_PERIODS)
        row |= {"start": date(prefill.year, from_month, from_day), "end": date(prefill.year, to_month, to_day)}
    return row | ({"school_form": kind["school_form"]} if "school_form" in kind and prefill.profile else {})


def _offered(prefill: Prefill, seed: int) -> dict[str, list[str]]:
    """Return the board's goals and commitments that the unit may tie to, by the key of the goal they belong to, goal first."""
    board = material()["boards"].get(prefill.board_id, {"goals": [], "direct": []})
    keys = {goal["text"]: goal["key"] for goal in board["goals"]}
    if board["goals"]:
        climate = {one["text"]: one["key"] for one in board["direct"] if "key" in one}
        keys |= climate | {text: key for key, _, text, _ in _undertakings(str(prefill.board_id), seed) if text not in climate}
    found: dict[str, list[str]] = {}
    for source in ("board_goals", "board_commitments"):
        for code, text in prefill.lists.get(source, ()):
            found.setdefault(keys.get(text, text), []).append(code)
    return found
