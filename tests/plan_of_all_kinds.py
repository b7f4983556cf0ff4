"""Assignments and indicators of every kind in a council's plan, as they have to be in whatever is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from styrxl.model.forms import EVERYBODY

_GIVEN = {"decided_on": date(2026, 11, 16), "decision": "KF 2026-11-16 § 140"}
GIVEN: tuple[dict[str, Any], ...] = (
    {"assignment_id": "KF-U1", "text": "Utred skolskjutsen", "responsible": "UBN", "due": date(2027, 6, 30), "goal_id": "KF-M2", **_GIVEN},
    {"assignment_id": "KF-U2", "text": "Minska sjukfrånvaron", "responsible": "Alla", "due": date(2028, 12, 31), **_GIVEN},
    {"assignment_id": "KF-U3", "text": "Utred ett badhus", "responsible": "KFN", "due": date(2027, 10, 1), **_GIVEN}
    | {"closed_on": date(2027, 6, 14), "closing_decision": "KF 2027-06-14 § 88"},
)
_HIGHER = {
    "indicator_id": "KF-I1",
    "goal_id": "KF-M1",
    "name": "Trygga elever",
    "unit": "procent",
    "direction": "higher",
    "board_id": "UBN",
}
_SPLIT = {**_HIGHER, "baseline": 80, "by_sex": "yes", "kolada_id": "N15613"}
_OTHERS = {"goal_id": "KF-M1", "unit": "antal", "board_id": "UBN", "year": 2027}
MEASURED: tuple[dict[str, Any], ...] = (
    {**_SPLIT, "year": 2027, "target": 85},
    {**_SPLIT, "year": 2028, "target": 87},
    {**_OTHERS, "indicator_id": "KF-I2", "name": "Kö", "direction": "within", "target": 5, "highest": 20, "by_sex": "yes"},
    {**_OTHERS, "indicator_id": "KF-I3", "name": "Plan antagen", "direction": "yes_no", "target": "yes"},
    {**_OTHERS, "indicator_id": "KF-I4", "name": "Frånvaro", "direction": "better", "baseline": 7.5, "target": "lower"},
    {**_OTHERS, "indicator_id": "KF-I5", "name": "Ansökningar", "direction": "undirected"},
)


def as_given(rows: Iterable[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what was read of rows as it was written down above: the same fields, days without a time, everybody by the word for all."""
    return [{field: _write(row[field]) for field in said} for row, said in zip(rows, given, strict=False)]


def _write(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else "Alla" if value == EVERYBODY else value
