"""What remarks on a sheet have in common: where one cause explains many of them, it is told instead of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

from styrxl.model.findings import Remark
from styrxl.model.forms import Form, Words
from styrxl.returns.tables import Table
from styrxl.validation.admitted import Admitted
from styrxl.validation.rules.kronor import explain_by_kronor
from styrxl.validation.rules.last_year import explain_by_last_year
from styrxl.validation.rules.shifted_answers import explain_by_shifted_columns, explain_by_shifted_rows
from styrxl.validation.rules.stray_marks import explain_by_stray_marks


def diagnose(remarks: Sequence[Remark], return_: Admitted, words: Words, waived: Collection[str]) -> Sequence[Remark]:
    """Return a return's remarks, those that follow from one cause replaced by a remark on that.

    What errors are replaced by is an error itself, and of no rule that is ``waived``, so that no diagnosis lets a return pass.
    """
    if len(remarks) < 2 or return_.form is None:
        return remarks
    told = [remark for remark in remarks if remark.key not in {table.place.key for table in return_.tables}]
    for table in return_.tables:
        here = [remark for remark in remarks if remark.key == table.place.key]
        told += _explain(here, table, return_.form, words, waived) if len(here) > 1 else here
    return told


def _explain(remarks: list[Remark], table: Table, form: Form, words: Words, waived: Collection[str]) -> list[Remark]:
    """Return a sheet's remarks after each explanation in turn."""
    for explain in (
        partial(explain_by_stray_marks, words=words),
        partial(explain_by_shifted_columns, form=form),
        explain_by_shifted_rows,
        explain_by_last_year,
        explain_by_kronor,
    ):
        explained = explain(remarks, table)
        before = set(map(id, remarks))
        if not any(remark.rule in waived and id(remark) not in before for remark in explained):
            remarks = explained
    return remarks
