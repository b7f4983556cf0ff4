"""What styrxl writes into an owner's workbook before it goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from styrxl.thresholds import Thresholds

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prefill:
    """All that differs between one issued workbook and the blank form.

    ``rows``: sheet key -> rows (field -> value; choices as codes, goals as ids, dates as ISO text, money in tkr).
    ``lists``: source (``council_goals``, ``board_goals``, ``board_commitments``, ``units``) -> (id, text) pairs.
    ``frames``: ``operating_frame``, ``investment_frame``, ``unit_frame`` -> tkr, or None where none is given.
    ``first``: sheet key -> first number of the ids that are numbered in advance.
    ``thresholds``: as ``Thresholds`` has them. ``memory``: what is not shown but held against the answers, by what it is about.
    ``based_on``: round -> hash of the owner's return that the rows were taken from.
    """

    form: str
    version: int
    profile: str | None
    language: str
    round: str
    round_name: str
    year: int
    owner: str
    owner_name: str
    board_id: str | None
    board_name: str | None
    municipality: str
    contact: str
    due: str | None = None
    issue: str = ""
    signature: str = ""
    row_count: int | None = None  # rows asked for beyond the form's own
    frames: Mapping[str, float | None] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    based_on: Mapping[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Thresholds:
        """What a deviation must be past to be explained."""
        return Thresholds(**self.thresholds)

    def to_json(self) -> str:
        """Return the prefill as JSON, for the ledger."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Prefill:
        """Return the prefill that ``to_json`` wrote."""
        raw = json.loads(text)
        raw["rows"] = {key: tuple(rows) for key, rows in raw["rows"].items()}
        raw["memory"] = {key: tuple(rows) for key, rows in raw.get("memory", {}).items()}
        raw["lists"] = {key: tuple((i, t) for i, t in pairs) for key, pairs in raw["lists"].items()}
        return cls(**raw)


class Shared:
    """Reads prefills so that those of owners who were given the same rows and lists share them."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._rows: dict[Any, tuple[Row, ...]] = {}
        self._lists: dict[Any, tuple[tuple[str, str], ...]] = {}

    def prefill(self, text: str) -> Prefill:
        """Return the prefill that ``to_json`` wrote."""
        made = Prefill.from_json(text)
        rows = {key: self._rows.setdefault((key, *(tuple(row.items()) for row in some)), some) for key, some in made.rows.items()}
        return replace(made, rows=rows, lists={key: self._lists.setdefault(pairs, pairs) for key, pairs in made.lists.items()})
