"""Each row of an export placed by the mapping, left out by it, or named as placed nowhere; together they are all of the export."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from styrxl.accounts.book import Booking
from styrxl.accounts.patterns import Condition, Pattern, make_condition
from styrxl.accounts.sums import PartedTable, part_sums
from styrxl.accounts.table import NOTHING, AmountColumn, ExportRow, Table, Tie, Values, add_values
from styrxl.descriptions.outcome_mapping import OutcomeMapping, Place
from styrxl.model.booked_outcomes import BookedRow
from styrxl.model.catalogue import Word
from styrxl.model.rounds import Round

PERIOD = "period"  # the column that says which month a row is of
_PERIOD = re.compile(r"(20\d\d)[-./ ]?(0[1-9]|1[0-2])(?:[-./ ]?[0-3]\d)?")
FindOwner = Callable[[str, str], str | None]  # by a text, and by where it is asked for (places or units)
Path = tuple[str | int, ...]  # into a mapping


@dataclass(frozen=True, slots=True)
class Target:
    """Whose a row is; an empty activity means the owner as a whole."""

    owner: str
    activity: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A row that is placed nowhere, and why."""

    row: ExportRow
    why: Word


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that count nowhere, for a reason of the mapping's (a text) or of ours: how many, and what they come to."""

    why: Word | str
    count: int
    values: Values


@dataclass(frozen=True, slots=True)
class Twice:
    """A row that fits two places that are not the same, by their order among the mapping's ``places`` or ``units`` (``part``)."""

    row: ExportRow
    first: int
    second: int
    part: str = "places"


@dataclass(frozen=True, slots=True)
class Placing:
    """What became of an export: booked rows, and what was placed, left out or placed nowhere, as the export writes amounts.

    ``units``: what of the booked is units'. ``unmatched``: texts of the mapping that no row fits, each with its path.
    """

    table: Table
    parted: PartedTable
    booked: tuple[BookedRow, ...]
    units: tuple[BookedRow, ...]
    placed: Values
    left_out: tuple[LeftOut, ...]
    unplaced: tuple[Unplaced, ...]
    unplaced_ore: int  # their net cost
    twice: tuple[Twice, ...]
    unmatched: tuple[tuple[Path, str], ...]

    @property
    def unplaced_values(self) -> Values:
        """What the rows come to that are placed nowhere."""
        return add_values((each.row.values for each in self.unplaced), len(self.table.columns))

    @property
    def broken_ties(self) -> tuple[Tie, ...]:
        """What the file says of accounts that its rows do not come to."""
        return tuple(tie for tie in self.table.ties if tie.stated != tie.counted)


@dataclass(frozen=True, slots=True)
class _Fate:
    """What becomes of a row: placed at a target as revenue or cost, left out, fitting two places, or else unplaced."""

    row: ExportRow
    target: Target | None = None
    kind: str = ""
    unit: Target | None = None
    left_out: Word | str | None = None
    twice: Twice | None = None
    why: Word | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    """A mapping's conditions, made once."""

    mapping: OutcomeMapping
    find_owner: FindOwner
    left_out: Sequence[tuple[str, Condition]]
    internal: Sequence[Condition]
    places: Sequence[Condition]
    units: Sequence[Condition]
    kinds: Sequence[tuple[str, Condition]]

    def decide(self, row: ExportRow, round_: Round, suspects: Collection[int]) -> _Fate:
        """Return what becomes of a row in a round; ``suspects``: the numbers of rows that look like sums."""
        if why := next((why for why, condition in self.left_out if condition.fits(row.texts)), None):
            return _Fate(row, left_out=why)
        late = _judge_period(row, round_) if PERIOD in row.texts else None
        if row.number in suspects or row.unread or (late and late.key == "unplaced_period"):
            why_not = Word("unplaced_amount", {"text": ", ".join(row.unread)}) if row.unread else late
            return _Fate(row, why=Word("unplaced_sum") if row.number in suspects else why_not)
        if late:
            return _Fate(row, left_out=late)
        return self._find_place(row)

    def _find_place(self, row: ExportRow) -> _Fate:
        target, kind, unit = self._find_one(row, "places"), self._find_kind(row), self._find_one(row, "units")
        for twice in (target, unit):
            if isinstance(twice, Twice):
                return _Fate(row, twice=twice, why=Word("unplaced_twice"))
        if target is None:
            return _Fate(row, why=Word("unplaced_nowhere"))
        for why in (target, kind):
            if isinstance(why, Word):
                return _Fate(row, why=why)
        assert isinstance(target, Target)
        assert isinstance(kind, str)
        return _Fate(row, target, kind, unit if isinstance(unit, Target) else None)

    def _find_one(self, row: ExportRow, part: str) -> Target | Word | Twice | None:
        """Return whose a row is by the mapping's ``places`` or ``units``, or why that is not known; None where none of them fits."""
        conditions, places = (self.places, self.mapping.places) if part == "places" else (self.units, self.mapping.units)
        found = [(self._find_target(row, places[n], part), n) for n, condition in enumerate(conditions) if condition.fits(row.texts)]
        if not found:
            return None
        target, number = found[0]
        other = next((other for at, other in found[1:] if at != target), None)
        return target if other is None else Twice(row, number, other, part)

    def _find_target(self, row: ExportRow, place: Place, part: str) -> Target | Word:
        text = row.texts.get(place.owner_from, "")
        owner = place.owner or self.find_owner(text, part)
        if owner is None:
            return Word("unplaced_owner", {"text": text or "–"})
        activity = place.activity or row.texts.get(place.activity_from, "")
        return Word("unplaced_activity") if place.activity_from and not activity else Target(owner, activity)

    def _find_kind(self, row: ExportRow) -> str | Word:
        """Return whether a row is ``revenue`` or ``cost``; "" where its column says so or net alone is known; or why that is unknown."""
        kinds = [kind for kind, condition in self.kinds if condition.fits(row.texts)]
        if not self.kinds or len(kinds) == 1:
            return kinds[0] if kinds else ""
        return Word("unplaced_both" if kinds else "unplaced_kind")


def _make_rules(mapping: OutcomeMapping, find_owner: FindOwner) -> _Rules:
    kinds = [("revenue", mapping.revenue), ("cost", mapping.cost)] if mapping.revenue else []
    return _Rules(
        mapping,
        find_owner,
        [(part.why, make_condition(part.where)) for part in mapping.leave_out],
        list(map(make_condition, mapping.internal)),
        [make_condition(place.where) for place in mapping.places],
        [make_condition(place.where) for place in mapping.units],
        [(kind, make_condition(where)) for kind, where in kinds],
    )


def _judge_period(row: ExportRow, round_: Round) -> Word | None:
    """Return why a row does not count in a round, by its month; None where it does."""
    match = _PERIOD.fullmatch(row.texts[PERIOD])
    if not match:
        return Word("unplaced_period", {"text": row.texts[PERIOD] or "–"})
    year, month = int(match[1]), int(match[2])
    if year != round_.year:
        return Word("left_year", {"year": str(year)})
    return Word("left_later") if month > round_.day.month else None


def place_table(table: Table, mapping: OutcomeMapping, round_: Round, find_owner: FindOwner, sum_words: Collection[str]) -> Placing:
    """Return what becomes of a table's rows in a round; ``find_owner``: the owner whose id or name a text is."""
    parted = part_sums(table, make_condition(mapping.sums), make_condition(mapping.no_sums), sum_words)
    rules = _make_rules(mapping, find_owner)
    fates = [rules.decide(row, round_, parted.suspects) for row in parted.rows]
    placed = [(fate, _count_months(fate.row.values, table.columns, round_)) for fate in fates if fate.target]
    width = len(table.columns)
    unplaced = tuple(Unplaced(fate.row, fate.why) for fate in fates if fate.why and not fate.row.is_zero)
    booked, units, unplaced_ore = _book(placed, unplaced, rules, table.columns)
    later = [tuple(v - part for v, part in zip(fate.row.values, values, strict=True)) for fate, values in placed]
    left = [*((fate.left_out, fate.row.values) for fate in fates if fate.left_out), *((Word("left_later"), v) for v in later if any(v))]
    return Placing(
        table,
        parted,
        booked,
        units,
        add_values((values for _, values in placed), width),
        tuple(_group(left, width)),
        unplaced,
        unplaced_ore,
        tuple(fate.twice for fate in fates if fate.twice),
        tuple(_find_unmatched(mapping, table.rows)),
    )


def _book(
    placed: Sequence[tuple[_Fate, Values]], unplaced: Sequence[Unplaced], rules: _Rules, columns: Sequence[AmountColumn]
) -> tuple[tuple[BookedRow, ...], tuple[BookedRow, ...], int]:
    """Return what placed rows come to, what of that is units', and the net cost (öre) of those that are placed nowhere."""
    booking, of_units = Booking(rules.mapping, columns), Booking(rules.mapping, columns)
    for fate, values in placed:
        internal = any(condition.fits(fate.row.texts) for condition in rules.internal)
        for book, target in ((booking, fate.target), (of_units, fate.unit)):
            if target:
                book.book((target.owner, target.activity), fate.kind, values, internal=internal)
    return booking.list_rows(), of_units.list_rows(), sum(booking.find_net(each.row.values) for each in unplaced)


def _count_months(values: Values, columns: Sequence[AmountColumn], round_: Round) -> Values:
    """Return amounts with nothing in the columns of months after a round's day."""
    return tuple(NOTHING if column.month > round_.day.month else value for column, value in zip(columns, values, strict=True))


def _group(left: Sequence[tuple[Word | str, Values]], width: int) -> Iterator[LeftOut]:
    groups: dict[str, tuple[Word | str, list[Values]]] = {}
    for why, values in left:
        groups.setdefault(repr(why), (why, []))[1].append(values)
    yield from (LeftOut(why, len(some), add_values(some, width)) for why, some in groups.values())


def _find_unmatched(mapping: OutcomeMapping, rows: Sequence[ExportRow]) -> Iterator[tuple[Path, str]]:
    """Yield the mapping's texts that no row fits."""
    there = {name: {row.texts[name] for row in rows} | {row.typed[name] for row in rows} for name in mapping.columns}
    for path, where in _list_conditions(mapping):
        for name, patterns in where.items():
            yield from (((*path, name, n), text) for n, text in enumerate(patterns) if not any(map(Pattern(text).fits, there[name])))


def _list_conditions(mapping: OutcomeMapping) -> Iterator[tuple[Path, Mapping[str, Sequence[str]]]]:
    yield from ((("revenue",), mapping.revenue), (("cost",), mapping.cost), (("sums",), mapping.sums), (("no_sums",), mapping.no_sums))
    yield from ((("leave_out", number, "where"), part.where) for number, part in enumerate(mapping.leave_out))
    yield from ((("internal", number), where) for number, where in enumerate(mapping.internal))
    for part, places in (("places", mapping.places), ("units", mapping.units)):
        yield from (((part, number, "where"), place.where) for number, place in enumerate(places))
