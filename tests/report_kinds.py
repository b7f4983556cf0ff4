"""One workbook of each kind of report, in both languages: the council's of a plan and of each follow-up, and a board's."""

from __future__ import annotations

from functools import lru_cache

from small_year import UBN, follow_up, history, planning
from styrxl.reports.book import board_book, council_book

KINDS = tuple(
    f"{whose} {kind} {language}"
    for whose, kinds in (("council", ("plan", "t1", "t2", "year")), ("board", ("plan", "year")))
    for kind in kinds
    for language in ("sv", "en")
)


@lru_cache
def make_report(name: str) -> bytes:
    """Return the workbook of a kind, as ``KINDS`` names it."""
    whose, kind, language = name.split()
    of = (planning(language), None) if kind == "plan" else (follow_up(kind, language), history(kind))
    return (council_book(*of[0], of[1]) if whose == "council" else board_book(*of[0], UBN, of[1])).workbook
