"""What sheets may be called."""

from __future__ import annotations

from io import BytesIO

import pytest
from xlsxwriter import Workbook

from styrxl.model.naming.sheet_names import count_letters, find_refused, free_sheet_name


@pytest.mark.parametrize(
    "wanted, taken, name",
    [
        ("Risker: stora", (), "Risker  stora"),
        ("Källor", ("källor",), "Källor (2)"),
        ("'x'", (), "x"),
        ("[]", (), "_"),
        ("a" * 30 + "'s", (), "a" * 30),  # neither Excel nor XlsxWriter takes a name that ends in an apostrophe
        ("b" * 40, ("b" * 31,), "b" * 27 + " (2)"),
        ("\N{BOOKS}" * 20, (), "\N{BOOKS}" * 15),  # each of which is two letters to Excel
        ("\N{BOOKS}" * 20, ("\N{BOOKS}" * 15,), "\N{BOOKS}" * 13 + " (2)"),
        ("Risker\x07och\nmål", (), "Risker och mål"),
        ("History", (), "History (2)"),  # which Excel keeps for itself
    ],
)
def test_a_sheet_is_called_what_excel_allows(wanted: str, taken: tuple[str, ...], name: str) -> None:
    assert free_sheet_name(wanted, taken) == name
    Workbook(BytesIO()).add_worksheet(name)


@pytest.mark.parametrize(
    "name, sign",
    [("Mål/åtaganden", "/"), ("'Mål", "'"), ("Mål'", "'"), ("Nämndens 'mål' nu", None), (" Mål", " "), ("Mål\n", "\n"), ("", None)],
)
def test_the_sign_is_named_that_cannot_stand_where_it_does(name: str, sign: str | None) -> None:
    assert find_refused(name) == sign


def test_letters_are_counted_as_excel_does() -> None:
    assert count_letters("Mål \N{BOOKS}") == 6
