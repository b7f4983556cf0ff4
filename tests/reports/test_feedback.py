"""What a board has written into its workbook stands there again when that is made anew."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import openpyxl

from report_sheets import sheets, table
from small_town import FORMS
from small_year import ABY, KFN, OST, UBN, follow_up, history
from styrxl.reports import book
from styrxl.reports.feedback import collect_feedback


def board_book(*of: Any) -> bytes:
    return book.board_book(*of).workbook


def test_a_boards_workbook_keeps_its_feedback() -> None:
    kept_ = {ABY: "Bra jobbat!", "UBN-2027-A2": "=Hur går det?", "UBN-GAMMAL": "Lades ner."}
    data = board_book(*follow_up("t2"), UBN, history("t2"), kept_)
    assert collect_feedback(sheets(data).values(), FORMS) == kept_
    assert collect_feedback(sheets(board_book(*follow_up("t2", "en"), UBN, history("t2"), kept_)).values(), FORMS) == kept_
    found = sheets(data)
    assert {r["Id"]: r["Återkoppling"] for r in table(found["Uppsikt"], "Id")} == {ABY: "Bra jobbat!", OST: ""}
    assert KFN not in str([line for name, cells in found.items() if name != "Målkedja" for line in cells])


def test_feedback_is_found_where_rows_and_columns_have_been_moved() -> None:
    book = openpyxl.load_workbook(BytesIO(board_book(*follow_up("t2"), UBN, history("t2"), {})))
    ws = book["Åtaganden"]
    ws.insert_cols(1)
    ws.insert_rows(2, 3)
    heads = {c.value: c for line in ws.iter_rows() for c in line if c.value}
    ws.cell(heads["UBN-2027-A1"].row, heads["Återkoppling"].column).value = "Läst"
    out = BytesIO()
    book.save(out)
    assert collect_feedback(sheets(out.getvalue()).values(), FORMS) == {"UBN-2027-A1": "Läst"}
