"""SIE files of type 3 and 4: what accounts moved in a year, month by month and object by object.

The format is that of the SIE group: one post a line, ``#LABEL`` and fields; amounts with a full stop, revenue with a minus; CP437.
A library that reads it with objects and is kept up was not found (pysie-accounting 0.0.2 of 2024 knows type 4 alone, no
#PSALDO and no dimensions).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from styrxl.accounts.grid import ExportRefusedError, Grid
from styrxl.accounts.table import AmountColumn, Table, Tie, read_table
from styrxl.accounts.text_file import decode_text
from styrxl.descriptions.outcome_mapping import OutcomeMapping
from styrxl.model.catalogue import Word
from styrxl.model.rounds import Round
from styrxl.returns.cell_values import fold_text

ACCOUNT, ACCOUNT_NAME, PERIOD, AMOUNT = "Konto", "Kontonamn", "Period", "Belopp"
_RESERVED = {"1": "Resultatenhet", "2": "Kostnadsbärare", "6": "Projekt", "7": "Anställd", "8": "Kund", "9": "Leverantör", "10": "Faktura"}
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?[\s\x1a]{0,50}#(?:FLAGGA|SIETYP|PROGRAM|FORMAT|GEN|FNAMN|ORGNR)\b")
_FIELD = re.compile(r'\{[^}]{0,500}\}|"(?:[^"\\]|\\.){0,500}"|[^\s{}"]{1,500}')
_WITH_OBJECTS = ("3", "4")
_THIS_YEAR = "0"

_K = TypeVar("_K")
Objects = tuple[tuple[str, str], ...]  # of an amount: dimension and object, in the order of dimensions
Key = tuple[str, str, Objects]  # account, month (YYYYMM; "" where none is told), objects


@dataclass(slots=True)
class SieFile:
    """What a SIE file says: its type and year, names, and what moved (in its first line's place) by account, month and objects."""

    type: str = "1"
    year: str = ""
    accounts: dict[str, str] = field(default_factory=dict)
    dimensions: dict[str, str] = field(default_factory=dict)
    objects: dict[tuple[str, str], str] = field(default_factory=dict)
    periods: dict[Key, tuple[int, Decimal]] = field(default_factory=dict)
    vouchers: dict[Key, tuple[int, Decimal]] = field(default_factory=dict)
    balances: dict[Key, tuple[int, Decimal]] = field(default_factory=dict)
    results: dict[str, tuple[int, Decimal]] = field(default_factory=dict)


def is_sie(data: bytes) -> bool:
    """Tell whether a file is SIE."""
    return bool(_BEGINS.match(data))


def read_sie_file(data: bytes, name: str, mapping: OutcomeMapping, round_: Round) -> Table:
    """Return what a SIE file of a round's year says, one row for each account, month and object that the mapping names.

    Raises ExportRefusedError: for one without objects, or of another year.
    """
    encoding = mapping.export.encoding if "encoding" in mapping.export.given else None
    sie = _parse(decode_text(data, encoding, old=True))
    if sie.type[:1] not in _WITH_OBJECTS:
        raise ExportRefusedError(Word("sie_type", {"type": sie.type}))
    moved = sie.vouchers or _pick_balances(sie)
    if not any(objects for _, _, objects in moved):
        raise ExportRefusedError(Word("sie_no_objects", {"type": sie.type}))
    if sie.year and sie.year[:4] != str(round_.year):
        raise ExportRefusedError(Word("sie_year", {"year": sie.year[:4], "wanted": str(round_.year)}))
    names = {number: sie.dimensions.get(number) or _RESERVED.get(number) or number for number in _list_dimensions(moved, sie)}
    aliases = {fold_text(number): fold_text(text) for number, text in names.items()}
    known = [ACCOUNT, ACCOUNT_NAME, PERIOD, *names.values()]
    asked = [aliases.get(fold_text(heading), fold_text(heading)) for heading in mapping.columns.values()]
    if missing := [h for h, text in zip(mapping.columns.values(), asked, strict=True) if text not in map(fold_text, known)]:
        raise ExportRefusedError(Word("sie_lacks", {"headings": missing, "there": known}))
    used = [number for number, text in names.items() if fold_text(text) in asked]
    rows = list(_make_rows(sie, moved if sie.vouchers else _split_totals(moved, used), used))
    heading = [ACCOUNT, ACCOUNT_NAME, PERIOD, *(names[number] for number in used), AMOUNT]
    by_month = {"period": PERIOD} if any(month for _, month, _ in moved) else {}
    told = mapping.model_copy(update={"columns": {**mapping.columns, **by_month}})
    table = read_table([Grid(name, [(0, heading), *rows], aliases)], told, (AmountColumn("amount", AMOUNT),))
    return replace(table, sums=False, ties=tuple(_tie_results(sie, rows)))


def _tie_results(sie: SieFile, rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Tie]:
    """Yield what the file says that each account has come to in the year, beside what its rows do."""
    counted: dict[str, Decimal] = {}
    for _, cells in rows:
        counted[cells[0]] = counted.get(cells[0], Decimal(0)) + Decimal(cells[-1])
    for account, (_, stated) in sie.results.items():
        yield Tie(f"{account} {sie.accounts.get(account, '')}".strip(), stated, counted.get(account, Decimal(0)))


def _pick_balances(sie: SieFile) -> dict[Key, tuple[int, Decimal]]:
    """Return the months' balances or, of a file without any by object, those of the year."""
    return sie.periods if any(objects for _, _, objects in sie.periods) else sie.balances


def _list_dimensions(moved: Mapping[Key, object], sie: SieFile) -> list[str]:
    there = {number for _, _, objects in moved for number, _ in objects}
    return sorted({*there, *sie.dimensions}, key=lambda number: (len(number), number))


def _parse(text: str) -> SieFile:
    sie = SieFile()
    month = ""
    for number, line in enumerate(text.splitlines(), 1):
        fields = [_bare(part) for part in _FIELD.findall(line)]
        if not fields or not fields[0].startswith("#"):
            continue
        label, *rest = fields
        if label.upper() == "#VER":
            month = (rest[2] if len(rest) > 2 else "")[:6]
        try:
            _take(sie, label.upper(), rest, number, month)
        except (IndexError, InvalidOperation):
            raise ExportRefusedError(Word("sie_line", {"line": number, "text": line.strip()})) from None
    return sie


def _bare(part: str) -> str:
    return part[1:-1].replace('\\"', '"') if part.startswith('"') else part


def _take(sie: SieFile, label: str, rest: Sequence[str], number: int, month: str) -> None:
    """Take what a post says; those that are of no use here are let be, among them rows of vouchers that were struck or come again."""
    if label == "#SIETYP":
        sie.type = rest[0]
    elif label == "#RAR" and rest[0] == _THIS_YEAR:
        sie.year = rest[1]
    elif label == "#KONTO":
        sie.accounts[rest[0]] = rest[1]
    elif label in {"#DIM", "#UNDERDIM"}:
        sie.dimensions[rest[0]] = rest[1]
    elif label == "#OBJEKT":
        sie.objects[rest[0], rest[1]] = rest[2]
    elif label == "#RES" and rest[0] == _THIS_YEAR:
        _add(sie.results, rest[1], number, rest[2])
    elif label == "#TRANS":
        _add(sie.vouchers, (rest[0], (rest[3][:6] if len(rest) > 3 and rest[3] else month), _read_objects(rest[1])), number, rest[2])
    elif label == "#PSALDO" and rest[0] == _THIS_YEAR:
        _add(sie.periods, (rest[2], rest[1], _read_objects(rest[3])), number, rest[4])
    elif label in {"#OIB", "#OUB"} and rest[0] == _THIS_YEAR:
        _add(sie.balances, (rest[1], "", _read_objects(rest[2])), number, rest[3], sign=-1 if label == "#OIB" else 1)


def _add(sums: dict[_K, tuple[int, Decimal]], key: _K, number: int, amount: str, sign: int = 1) -> None:
    first, value = sums.get(key, (number, Decimal(0)))
    sums[key] = first, value + sign * Decimal(amount)


def _read_objects(text: str) -> Objects:
    parts = [_bare(part) for part in _FIELD.findall(text.strip("{}"))]
    return tuple(sorted(zip(parts[::2], parts[1::2], strict=False)))


def _split_totals(moved: Mapping[Key, tuple[int, Decimal]], used: Collection[str]) -> dict[Key, tuple[int, Decimal]]:
    """Return balances by the dimensions that are used, and what of each account's and month's total is by none of their objects.

    Such a file has the same money several times: as the account's total ({}), by each dimension, and by several together.
    """
    wanted = tuple(sorted(used))
    split = {key: value for key, value in moved.items() if tuple(number for number, _ in key[2]) == wanted}
    for (account, month, objects), (number, total) in moved.items():
        if not objects:
            by_object = sum((value for key, (_, value) in split.items() if key[:2] == (account, month)), Decimal(0))
            split[account, month, ()] = number, total - by_object
    return split


def _make_rows(sie: SieFile, moved: Mapping[Key, tuple[int, Decimal]], used: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield a row for each account, month and objects of the dimensions that are used; others are added up."""
    sums: dict[Key, tuple[int, Decimal]] = {}
    for (account, month, objects), (number, value) in moved.items():
        kept = tuple(pair for pair in objects if pair[0] in used)
        first, before = sums.get((account, month, kept), (number, Decimal(0)))
        sums[account, month, kept] = first, before + value
    for (account, month, objects), (number, value) in sums.items():
        named = dict(objects)
        texts = [f"{code} {sie.objects.get((dim, code), '')}".strip() if (code := named.get(dim, "")) else "" for dim in used]
        yield number, [account, sie.accounts.get(account, ""), month, *texts, str(value)]
