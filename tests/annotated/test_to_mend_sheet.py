"""The sheet that lists what to mend: what it counts, whatever its texts are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import Workbook
from openpyxl.formula import Tokenizer

from styrxl.annotated.to_mend_sheet import MendLine, MendSheetContent, write_sheet
from styrxl.excel import form_styles
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.words import Terms

LINES = [MendLine(error, "Mål", "C5", "Fel.", "Rätta.", 'EXACT($C$5,"x")') for error in (True, False, False)]
COUNTED = 'SUMPRODUCT(--(A9:A11="{}"))'


@pytest.mark.parametrize(
    "counts, error, formula, value",
    [
        (
            "{errors} fel, {warnings} frågor",
            "! Fel",
            f'={COUNTED.format("! Fel")}&" fel, "&{COUNTED.format("! Kontrollera")}&" frågor"',
            "1 fel, 2 frågor",
        ),
        ('"Fel": {errors}', '! "Fel"', f'="""Fel"": "&{COUNTED.format(chr(33) + " " + chr(34) * 2 + "Fel" + chr(34) * 2)}', '"Fel": 1'),
        ("Se listan", "! Fel", '="Se listan"', "Se listan"),
    ],
)
def test_what_is_to_mend_is_counted(counts: str, error: str, formula: str, value: str) -> None:
    """By a formula that says the texts as they are."""
    words = Forms([standard_folder()]).words
    texts = {**words.texts, "mend_counts": {"sv": counts}, "mend_error": {"sv": error}}
    book = Workbook()
    for style in form_styles.named_styles():
        book.add_named_style(style)
    page = SheetBuilder(book.worksheets[0])
    write_sheet(page, MendSheetContent("UBN", "UBN.xlsx", LINES, (), (), (), ()), Terms(replace(words, texts=texts), {}, "sv"))
    assert (page.sheet["A6"].value, page.values["A6"]) == (formula, value)
    assert all(item.type != "ERROR" for cell in page.formulas for item in Tokenizer(str(page.sheet[cell].value)).items)
