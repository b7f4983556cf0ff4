"""What remarks on a sheet have in common: where one cause explains many of them, it is told instead of them."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.model.findings import Remark
from styrxl.model.forms import Words
from styrxl.validation.admitted import Admitted
from styrxl.validation.rules.kronor import explain_by_kronor
from styrxl.validation.rules.last_year import explain_by_last_year
from styrxl.validation.rules.shifted_answers import explain_by_shifted_columns, explain_by_shifted_rows
from styrxl.validation.rules.stray_marks import explain_by_stray_marks


def diagnose(remarks: Sequence[Remark], return_: Admitted, words: Words) -> Sequence[Remark]:
    """Return a return's remarks, those that follow from one cause replaced by a remark on that.

    What errors are replaced by is an error itself, so that no diagnosis lets a return pass.
    """
    if len(remarks) < 2 or return_.form is None:
        return remarks
    told = [remark for remark in remarks if remark.key not in {table.place.key for table in return_.tables}]
    for table in return_.tables:
        here = [remark for remark in remarks if remark.key == table.place.key]
        if len(here) > 1:
            here = explain_by_stray_marks(here, table, words)
            here = explain_by_shifted_columns(here, table, return_.form)
            here = explain_by_shifted_rows(here, table)
            here = explain_by_last_year(here, table)
            here = explain_by_kronor(here, table)
        told += here
    return told
