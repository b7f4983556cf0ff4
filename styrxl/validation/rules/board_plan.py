"""A board's plan against the council's goals and its undertaking to keep within the frame.

Finds ``goal-uncovered``, ``concern-denied``, ``not-confirmed``.
"""

from __future__ import annotations

from collections.abc import Mapping

from styrxl.model.findings import Remark
from styrxl.model.prefill import Prefill
from styrxl.returns.typed_frames import TypedBatch


def check_board_plan(parts: Mapping[str, TypedBatch], issued: Mapping[int, Prefill], broken: frozenset[int]) -> list[Remark]:
    """Check what a board's plan says against the council's goals: denied, uncovered, not confirmed (sheet key -> batch of one form).

    ``broken``: returns with links that are in error; what they cover is not known before those are mended.
    """
    remarks: list[Remark] = []
    if "confirmation" in parts:
        batch = parts["confirmation"].batch
        for i, answer in enumerate(parts["confirmation"].frame["confirms"].tolist()):
            if answer == "no":
                remarks.append(
                    Remark(batch.source[i], "confirmation", batch.row[i], "confirms", "not-confirmed", batch.columns["confirms"][i])
                )
    if "goal_responses" not in parts:
        return remarks
    batch, frame = parts["goal_responses"].batch, parts["goal_responses"].frame
    served = _served(parts)
    named = {s: {r["goal_id"] for r in p.rows.get("goal_responses", ()) if r.get("concerns") == "yes"} for s, p in issued.items()}
    for i, (goal, answer) in enumerate(zip(frame["goal_id"].tolist(), frame["concerns"].tolist(), strict=True)):
        source, raw = batch.source[i], batch.columns["concerns"][i]
        if answer == "no" and goal in named.get(source, ()):
            remarks.append(Remark(source, "goal_responses", batch.row[i], "concerns", "concern-denied", raw, {"goal": goal}))
        elif answer == "yes" and source not in broken and goal not in served.get(source, ()):
            remarks.append(Remark(source, "goal_responses", batch.row[i], "concerns", "goal-uncovered", raw, {"goal": goal}))
    return remarks


def _served(parts: Mapping[str, TypedBatch]) -> dict[int, set[str]]:
    served: dict[int, set[str]] = {}
    for key in ("goals", "commitments"):
        if key not in parts:
            continue
        part = parts[key]
        for name in ("parent_id", "more_parents"):
            if name in part.frame:
                for source, value in zip(part.batch.source, part.frame[name].tolist(), strict=True):
                    if isinstance(value, str):
                        served.setdefault(source, set()).update(value.split(";"))
    return served
