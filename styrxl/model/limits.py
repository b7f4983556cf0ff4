"""What a returned file may be: sizes, times, and whether macros are let in. A municipality may set its own in ``styrxl.toml``."""

from __future__ import annotations

from dataclasses import dataclass, replace

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one workbook; each is checked before what it bounds is read."""

    file_mb: int = 20  # the file as it came
    parts: int = 2_000  # files inside it
    expanded_mb: int = 200  # all of them unpacked
    ratio: int = 200  # unpacked against packed, from ``RATIO_FLOOR`` on
    sheets: int = 100
    rows: int = 20_000  # the last row with a value
    columns: int = 500  # the last column with a value
    seconds: int = 10  # of the processor's time, to read it
    memory_mb: int = 300  # to read it
    macros: str = "reject"  # or "warn"


STANDARD = Limits()
RATIO_FLOOR = 5 * MB  # unpacked: what is smaller is no bomb, however well it packs
CELLS = 2_000_000  # rows times columns, from the first value to the last, on one sheet
_AROUND = 100  # rows of a sheet that stand above its table, or are spare
OWN_ROWS = 150_000  # of the council's own plan: with its thirteen columns, no more than ``CELLS``
_OWN = Limits(file_mb=200, expanded_mb=2_000, rows=OWN_ROWS + _AROUND)


def limits_of_council_plan(limits: Limits) -> Limits:
    """Return what the council's own plan may be: the municipality made it, and it holds a row for each unit that there is."""
    return replace(limits, **{name: max(getattr(limits, name), getattr(_OWN, name)) for name in ("file_mb", "expanded_mb", "rows")})


def limits_of_returns(limits: Limits, organisations: int) -> Limits:
    """Return what a return may be where there are so many organisations: a board answers for each of its units on a row of its own."""
    return replace(limits, rows=max(limits.rows, organisations + _AROUND))
