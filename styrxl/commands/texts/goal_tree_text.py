"""The goal tree on the terminal: the tree with counts, and what does not hold together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from styrxl.model.catalogue import word
from styrxl.model.goal_tree import BOARD_COMMITMENT, BOARD_GOAL, COUNCIL_GOAL, TREE_RULES, UNIT_COMMITMENT, UNIT_GOAL, Node
from styrxl.model.grouped_findings import group_findings

if TYPE_CHECKING:
    from styrxl.model.judged import JudgedRound

_GOALS = (COUNCIL_GOAL, BOARD_GOAL, UNIT_GOAL)


def format_goal_tree(nodes: Sequence[Node], judged: JudgedRound, language: str, *, units: bool, width: int) -> str:
    """Return the tree and what hangs loose, is without commitments, or does not hold; units' rows as counts unless asked for."""
    if not any(node.kind == COUNCIL_GOAL for node in nodes):
        return word("tree_no_goals", language) + "\n"
    children: dict[str | None, list[Node]] = {}
    for node in nodes:
        if not node.loose:
            children.setdefault(node.parent, []).append(node)
    lines: list[str] = []
    for goal in (n for n in nodes if n.kind == COUNCIL_GOAL):
        lines += [_line("", goal, language, width), *_lines_below(goal, children, "", language, width, units=units)]
    lines += _list_without(nodes, language, width)
    lines += _list_findings(judged, language)
    return "\n".join(lines) + "\n"


def _lines_below(node: Node, children: Mapping[str | None, list[Node]], lead: str, language: str, width: int, *, units: bool) -> list[str]:
    here = children.get(node.id, [])
    shown = [n for n in here if units or n.kind in {BOARD_GOAL, BOARD_COMMITMENT}]
    folded = [] if units else [n for n in here if n.kind in {UNIT_GOAL, UNIT_COMMITMENT}]
    parts: list[tuple[str, Node | None]] = [(_line("", n, language, width - len(lead) - 3), n) for n in shown]
    if folded:
        commitments = sum((n.kind == UNIT_COMMITMENT) + n.commitments for n in folded)
        parts.append((word("tree_units", language, n=commitments, owners=len({n.owner for n in folded})), None))
    lines = []
    for position, (text, child) in enumerate(parts):
        last = position == len(parts) - 1
        lines.append(f"{lead}{'└─ ' if last else '├─ '}{text}")
        if child is not None:
            lines += _lines_below(child, children, f"{lead}{'   ' if last else '│  '}", language, width, units=units)
    return lines


def _line(lead: str, node: Node, language: str, width: int) -> str:
    counts = _counts(node, language)
    tail = f"  [{counts}]" if counts else ""
    head = f"{lead}{node.id} "
    room = max(20, width - len(head) - len(tail))
    text = node.text if len(node.text) <= room else node.text[: room - 1] + "…"
    return f"{head}{text}{tail}"


def _counts(node: Node, language: str) -> str:
    if node.kind == COUNCIL_GOAL:
        if not node.below and not node.also:
            return word("tree_nothing", language)
        board, unit = node.below.get(BOARD_COMMITMENT, 0), node.below.get(UNIT_COMMITMENT, 0)
        return word("tree_counts", language, goals=node.below.get(BOARD_GOAL, 0), commitments=board, units=unit)
    if node.kind == BOARD_GOAL and not node.commitments:
        return word("tree_nothing", language)
    return ""


def _list_without(nodes: Iterable[Node], language: str, width: int) -> list[str]:
    nodes = list(nodes)
    bare = [n for n in nodes if n.kind in _GOALS and not n.commitments and not n.also]
    loose = [n for n in nodes if n.goalless and n.kind not in _GOALS]
    lines: list[str] = []
    for key, group in (("tree_goals_without", bare), ("tree_commitments_without", loose)):
        if group:
            lines += ["", word(key, language, n=len(group)), *(_line("  ", n, language, width) for n in group)]
    return lines


def _list_findings(judged: JudgedRound, language: str) -> list[str]:
    lines: list[str] = []
    for return_ in judged.returns:
        who = return_.owner or return_.path
        groups = group_findings([f for f in return_.findings if f.rule in TREE_RULES], language)
        lines += [f"  {'✗' if group.severity == 'error' else '!'} {who} · {group.place}: {group.message}" for group in groups]
    return ["", word("tree_findings", language), *lines] if lines else []


def has_broken_links(judged: JudgedRound) -> bool:
    """Whether any link cannot be taken as it is."""
    return any(f.rule in TREE_RULES and f.severity == "error" for return_ in judged.returns for f in return_.findings)
