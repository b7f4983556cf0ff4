"""What styrxl writes into an owner's workbook before it goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from styrxl.model.thresholds import NONE_ALLOWED, Thresholds

Row = Mapping[str, Any]
Rows = Mapping[str, tuple[Row, ...]]
Lists = Mapping[str, tuple[tuple[str, str], ...]]
_NAMES = ("form", "edition", "profile", "language", "round", "round_name", "board_id", "board_name", "municipality", "contact", "due")
_ALIKE = (*_NAMES, "frames", "first", "counts", "thresholds", "board_thresholds", "based_on")  # in which many owners' prefills are equal


_SIGNED = ("form", "version", "round", "owner", "issue")
EDITION = "edition"  # of the form that a workbook was issued with; workbooks from before forms were kept have none
COMPARED = (*_SIGNED, EDITION)  # what a workbook says of itself


def list_signed(identity: Mapping[str, str]) -> list[str]:
    """Return the parts of a workbook's identity that are signed."""
    return [identity.get(key, "") for key in _SIGNED] + ([identity[EDITION]] if identity.get(EDITION) else [])


def shown_texts(row: Row, field: str) -> Mapping[str, str]:
    """Return what a locked cell of a row shows in place of its value, by language: what the row has as ``FIELD_shown``."""
    texts: Mapping[str, str] = row.get(f"{field}_shown") or {}
    return texts


@dataclass(frozen=True, slots=True)
class Prefill:
    """All that differs between one issued workbook and the blank form.

    ``rows``: sheet key -> rows (field -> value; choices as codes, goals as ids, dates as ISO text, money in tkr).
    ``lists``: source (``council_goals``, ``board_goals``, ``board_commitments``, ``units``) -> (id, text) pairs.
    ``frames``: ``operating_frame``, ``investment_frame``, ``unit_frame`` -> tkr, or None where none is given.
    ``first``: sheet key -> first number of the ids that are numbered in advance; ``counts``: how many they are. ``numbers``: sheet key ->
    first and last of each run of them, where they are not one run.
    ``thresholds``: as ``Thresholds`` has them; ``board_thresholds``: those of a whole board. ``memory``: what is not shown but held
    against the answers, by what it is about.
    ``booked``: which run of the accounts' outcomes the rows have figures of (``run``, ``day``); empty where they have none.
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
    edition: str = ""  # of the form; none in what was issued before forms were kept
    row_count: int | None = None  # rows asked for beyond the form's own
    frames: Mapping[str, float | None] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    lists: Lists = field(default_factory=dict)
    first: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    memory: Rows = field(default_factory=dict)
    based_on: Mapping[str, str] = field(default_factory=dict)
    board_thresholds: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    booked: Mapping[str, Any] = field(default_factory=dict)

    def list_numbers(self, key: str, count: int) -> Sequence[int]:
        """Return the numbers of so many rows of a sheet that are numbered in advance."""
        if key not in self.numbers:
            return range(first := self.first.get(key, 1), first + count)
        runs = (range(first, last + 1) for first, last in self.numbers[key])
        return [number for run in runs for number in run][:count]

    @property
    def limits(self) -> Thresholds:
        """What a deviation must be past to be explained."""
        return Thresholds(**self.thresholds)

    @property
    def board_limits(self) -> Thresholds:
        """What a whole board's deficit against its frame must be past to be explained."""
        return Thresholds(**self.board_thresholds) if self.board_thresholds else NONE_ALLOWED

    def to_json(self) -> str:
        """Return the prefill as JSON, for the ledger."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=str)

    @classmethod
    def from_json(cls, text: str) -> Prefill:
        """Return the prefill that ``to_json`` wrote."""
        raw = json.loads(text)
        parts = {"lists": _lists(raw["lists"]), "rows": _rows(raw["rows"]), "memory": _rows(raw.get("memory", {}))}
        return cls(**raw | parts | {"numbers": _numbers(raw.get("numbers", {}))})


def _lists(raw: Mapping[str, Sequence[Sequence[str]]]) -> Lists:
    return {key: tuple((code, text) for code, text in pairs) for key, pairs in raw.items()}


def _rows(raw: Mapping[str, Sequence[Row]]) -> Rows:
    return {key: tuple(rows) for key, rows in raw.items()}


def _numbers(raw: Mapping[str, Sequence[Sequence[int]]]) -> dict[str, tuple[tuple[int, int], ...]]:
    return {key: tuple((first, last) for first, last in runs) for key, runs in raw.items()}


class PrefillReader:
    """Reads prefills so that those of owners who were given the same rows and lists share them, and each is read once."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lists: dict[str, Lists] = {}
        self._rows: dict[str, Rows] = {}
        self._others: dict[Any, Any] = {}

    def prefill(self, text: str) -> Prefill:
        """Return the prefill that ``to_json`` wrote."""
        # Its names are sorted, and none of these marks can be found in a text, where a quotation mark has a stroke before it.
        head, _, rest = text.partition('"lists": {')
        lists, _, rest = rest.partition(', "memory": {')
        memory, _, rest = rest.partition(', "rows": {')
        rows, found, tail = rest.rpartition(', "signature": "')
        if not found:
            return Prefill.from_json(text)
        raw = json.loads(f'{head}"memory": {{{memory}, "signature": "{tail}')
        if lists not in self._lists:
            self._lists[lists] = _lists(json.loads("{" + lists))
        if rows not in self._rows:
            self._rows[rows] = _rows(json.loads("{" + rows))
        raw |= {name: self._same(name, raw[name]) for name in _ALIKE if name in raw}
        parts = {"lists": self._lists[lists], "rows": self._rows[rows], "memory": self._same("memory", _rows(raw["memory"]))}
        return Prefill(**raw | parts | {"numbers": self._same("numbers", _numbers(raw.get("numbers", {})))})

    def _same(self, name: str, value: Any) -> Any:
        """Return a value that was there before and is equal; of mappings, one that has the very same tuples."""
        key = tuple((k, id(v) if isinstance(v, tuple) else v) for k, v in value.items()) if isinstance(value, dict) else value
        return self._others.setdefault((name, key), value)
