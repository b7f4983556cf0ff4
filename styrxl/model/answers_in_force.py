"""What the accepted returns of a round say, as rows that JSON can hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from styrxl.model.forms import PLAN_TABLES
from styrxl.model.judged import JudgedRound
from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round
from styrxl.model.table_values import column, json_value, records, whole_year

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"(.*?)(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnswersInForce:
    """What a round's returns in force say: ``tables`` table -> owner -> rows (no NaN, dates as ISO text); ``returns`` owner -> hash.

    ``issued``: owner -> what that return was prefilled with, where it is known and was asked for. ``highest``: owner and series of ids ->
    the highest number that is answered under in any of the round's returns, in force or not.
    """

    round: Round
    tables: Mapping[str, Mapping[str, tuple[Row, ...]]]
    returns: Mapping[str, str]
    issued: Mapping[str, Prefill] = field(default_factory=dict)
    highest: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def of(self, table: str, owner: str | None) -> tuple[Row, ...]:
        """Return an owner's rows of a table."""
        return self.tables.get(table, {}).get(owner or "", ())


def collect_answers(
    judged: JudgedRound,
    round_: Round,
    prefills: Mapping[str, Prefill] = MappingProxyType({}),
    numbered: Mapping[str, str] = MappingProxyType({}),
) -> AnswersInForce:
    """Return what the returns in force of a judged round say.

    ``prefills``: by issue id, of those of which that is asked. ``numbered``: tables whose ids are numbered in advance -> their field.
    """
    tables: dict[str, dict[str, list[Row]]] = {}
    for name in judged.tables:
        for row in json_rows(judged.in_force(name)):
            tables.setdefault(name, {}).setdefault(row["_owner"], []).append(row)
    frozen = {name: {owner: tuple(rows) for owner, rows in owners.items()} for name, owners in tables.items()}
    # Of an owner's several forms the one about plans is what follow-ups are made from.
    returns = sorted(judged.accepted, key=lambda r: (bool(PLAN_TABLES & r.rows.keys()), r.form or ""))
    issued = {r.owner: prefills[r.issue] for r in returns if r.owner and r.issue and r.issue in prefills}
    return AnswersInForce(round_, frozen, {r.owner: r.sha256 for r in returns if r.owner}, issued, _find_highest(judged, numbered))


def _find_highest(judged: JudgedRound, numbered: Mapping[str, str]) -> dict[tuple[str, str], int]:
    highest: dict[tuple[str, str], int] = {}
    for table, name in numbered.items():
        frame = judged.tables.get(table)
        for owner, code in zip(frame["_owner"].tolist(), column(frame, name), strict=True) if frame is not None else ():
            number = _NUMBER.fullmatch(code.removeprefix(f"{owner}-")) if isinstance(code, str) else None
            if number:
                key = owner, number[1]
                highest[key] = max(highest.get(key, 0), int(number[2]))
    return highest


def json_rows(frame: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a frame, with values that JSON can hold."""
    for row in records(frame):
        yield {name: json_value(value) for name, value in row.items()}


def holds_in_year(row: Row, year: int) -> bool:
    """Whether a goal's row holds in a year (always, where it says nothing)."""
    start, end = whole_year(row["from_year"]), whole_year(row["to_year"])
    return (start is None or start <= year) and (end is None or year <= end)
