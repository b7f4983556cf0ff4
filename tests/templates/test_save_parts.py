"""A workbook saved as parts is the one that openpyxl saves itself."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.worksheet.datavalidation import DataValidation

from styrxl.excel.form_styles import Logo
from styrxl.templates.save_parts import save_parts
from workbook_parts import read_parts

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0"


def make_workbook() -> Workbook:
    """Return a workbook in which there is some of everything that gives a part, or a relation between parts."""
    book = Workbook()
    for name in ("Åtaganden", "Budget"):
        sheet = book.create_sheet(name)
        sheet["A1"], sheet["A2"], sheet["B2"] = "Läsa högt & länge", 4.5, "=A2*2"
        sheet["A1"].comment = Comment("Vem då?", "styrxl")
        sheet["B1"].hyperlink = "https://www.example.se/"
        sheet.add_data_validation(DataValidation("list", '"ja,nej"', sqref="C1:C9"))
    chart = BarChart()
    chart.add_data(Reference(book["Budget"], min_col=1, min_row=1, max_row=2))
    book["Budget"].add_chart(chart)
    book["Budget"].add_image(Logo(PNG, 8), "E1")
    return book


def test_parts_are_those_that_openpyxl_saves() -> None:
    book, again = make_workbook(), make_workbook()
    again.properties.created = book.properties.created
    target = BytesIO()
    book.save(target)
    again.properties.modified = book.properties.modified
    expected = read_parts(target.getvalue())
    assert {"xl/charts/chart1.xml", "xl/media/image1.png", "xl/comments/comment2.xml", "xl/worksheets/sheet3.xml"} <= expected.keys()
    assert save_parts(again) == expected


def test_bytes_do_not_hang_on_whether_lxml_is_installed(tmp_path: Path) -> None:
    """A module that is called so is offered: openpyxl takes it where nobody has said otherwise."""
    (tmp_path / "lxml").mkdir()
    (tmp_path / "lxml" / "__init__.py").touch()
    (tmp_path / "lxml" / "etree.py").write_text("LXML_VERSION = (5, 0, 0, 0)\n", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import styrxl.excel.sheet; import openpyxl.xml; print(openpyxl.xml.LXML)"
    surroundings = {name: value for name, value in os.environ.items() if name != "OPENPYXL_LXML"}
    surroundings["PYTHONPATH"] = os.pathsep.join(sys.path)
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, env=surroundings).stdout
    assert told == "False\n"
