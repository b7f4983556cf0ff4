"""Pictures, notes and formulas of a returned file, looked for here or in a process of its own."""

from __future__ import annotations

from io import BytesIO

from openpyxl import Workbook
from openpyxl.comments import Comment

from styrxl.model.limits import STANDARD
from styrxl.returns.extras import Extras, ExtrasQuestion, question_about, read_extras
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.workbook import read_workbook
from styrxl.sample.ods import convert_to_ods


def noted() -> bytes:
    """Make a workbook with a note of ours, one of somebody else's, and a formula that has no value."""
    book = Workbook()
    sheet = book.worksheets[0]
    for cell, text in (("A1", "Att rätta: fel"), ("A2", "Ring Eva")):
        sheet[cell] = text
        sheet[cell].comment = Comment(text, "x")
    sheet["B1"] = "=A1&A2"
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_notes_of_others_and_formulas_without_value_are_found() -> None:
    data = noted()
    returned, _ = read_workbook(data)
    assert returned is not None
    expected = Extras(notes=1, formulas={("Sheet", "B1"): "=A1&A2"})
    assert read_extras(data, question_about(returned, ["Att rätta"]), STANDARD) == expected


def test_a_workbook_of_another_kind_is_looked_into_in_a_process_of_its_own() -> None:
    question = ExtrasQuestion({}, ())
    with IsolatedReader() as reader:
        assert (reader.read_extras(noted(), question).notes, reader.started) == (2, False)
        assert (reader.read_extras(convert_to_ods(noted()), question), reader.started) == (Extras(), True)


def test_what_is_no_workbook_holds_nothing() -> None:
    assert read_extras(b"PK\3\4 no zip", ExtrasQuestion({}, ()), STANDARD) == Extras()
