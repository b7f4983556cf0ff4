"""Pages for tables of one's own: what their sheets are called."""

from __future__ import annotations

import pytest

from styrxl.reports.own_tables import free_sheet_name


@pytest.mark.parametrize(
    "wanted, taken, name",
    [
        ("Risker: stora", (), "Risker  stora"),
        ("Källor", ("källor",), "Källor (2)"),
        ("'x'", (), "x"),
        ("[]", (), "?"),
        ("a" * 30 + "'s", (), "a" * 30),  # neither Excel nor XlsxWriter takes a name that ends in an apostrophe
        ("b" * 40, ("b" * 31,), "b" * 27 + " (2)"),
    ],
)
def test_a_sheet_is_called_what_excel_allows(wanted: str, taken: tuple[str, ...], name: str) -> None:
    assert free_sheet_name(wanted, taken) == name
