"""Sheets that are last year's, handed in anew.

Finds ``last-years-answers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from styrxl.model.catalogue import Word
from styrxl.model.findings import Remark
from styrxl.returns.tables import Table, is_blank

_FEWEST = 3  # days or texts that make a sheet last year's


def explain_by_last_year(remarks: Sequence[Remark], table: Table) -> list[Remark]:
    """Return a sheet's remarks, where all its days or texts are last year's with one on that instead of one each."""
    days = [r for r in remarks if r.rule == "outside-year" and isinstance(r.value, date) and r.value.year == int(r.facts["year"]) - 1]
    texts = [r for r in remarks if r.rule == "copied-from-last-year"]
    if max(len(days), len(texts)) < _FEWEST:
        return [*remarks]
    asked = [c.field for c in table.sheet.columns if c.within_year and c.field in table.columns]
    typed = sum(not is_blank(value) for name in asked for value in table.columns[name])
    if _FEWEST <= len(days) == typed:
        what = Word("last_year_days", {"n": len(days), "year": str(days[0].value.year)})
    elif _FEWEST <= len(texts) == len(table.rows):
        what = Word("last_year_texts", {"n": len(texts)})
    else:
        return [*remarks]
    first = min((*days, *texts), key=lambda r: r.row or 0)
    told = Remark(first.source, first.key, first.row, first.field, "last-years-answers", first.value, {"what": what})
    return [*(remark for remark in remarks if remark not in days and remark not in texts), told]
