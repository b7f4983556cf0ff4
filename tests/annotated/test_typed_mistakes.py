"""Mistakes typed through LibreOffice as a person makes them: answered, mended exactly as the answer says, and accepted at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from annotated_desk import Desk, lead
from long_runs import long_run
from mender import complete, mend
from office import Cells, Deed, Office
from styrxl.sample.opened import open_workbook


@dataclass(frozen=True, slots=True)
class Mistake:
    """What somebody types and does beside the right answers; ``fine``: it is accepted as it is, and only told."""

    name: str
    owner: str
    cells: Cells = field(default_factory=dict)
    deeds: Sequence[Deed] = ()
    fine: bool = False


def m(name: str, owner: str, sheet: str = "", deeds: Sequence[Deed] = (), *, fine: bool = False, **cells: Any) -> Mistake:
    return Mistake(name, owner, {sheet: cells} if cells else {}, deeds, fine)


MISTAKES = [
    m("a word that is not in the list", "UBN", "Bekräftelse", B10="Snart klar"),
    m("a date in words that nobody can tell", "UBN", "Åtaganden", F5="när vi hinner"),
    m("an amount in words", "UBN", "Budget", C9="ca tusen"),
    m("a goal that is not there", "UBN-ÖST", "Åtaganden", C5="UBN-M9"),
    m("an answer that is missing", "KFN", "Commitments", E5=None),
    m("a row pasted below the table", "UBN", deeds=[("paste", "Åtaganden", "A5:H5", "A70")]),
    m("a sheet renamed", "UBN-ÖST", deeds=[("rename", "Åtaganden", "Våra åtaganden")], fine=True),
    m("a sheet copied and changed", "UBN", deeds=[("copy", "Budget", "Budget (2)"), ("type", "Budget (2)", "C9", 17)]),
    m("rows sorted with their ids", "UBN", deeds=[("sort", "Åtaganden", "A5:H6", 0)], fine=True),
    m("rows sorted without their ids", "UBN", deeds=[("sort", "Åtaganden", "B5:H6", 0)], fine=True),
    m("a row of the council's deleted", "UBN", deeds=[("delete-rows", "Fullmäktiges mål", 6, 1)]),
    m("a sheet removed", "UBN", deeds=[("remove", "Bekräftelse")]),
    m("cells cut and pasted one row down", "UBN", deeds=[("move", "Åtaganden", "C6:H6", "C7")]),
    m("cells cut and pasted over the id", "UBN", deeds=[("move", "Åtaganden", "B6:B6", "A6")]),
    m("a minus before a cost", "UBN", "Budget", C9=-900),
    m("a percent", "UBN", "Indikatorer", G5="85 %", fine=True),
    m("a year with a digit too many", "UBN", "Nämndmål", H5=20277),
    m("an end before its start", "UBN", "Åtaganden", G5=dt.date(2026, 3, 1)),
    m("a day that may be two", "UBN", "Åtaganden", F5="3/4/27"),
    m("a placeholder", "UBN", "Åtaganden", E5="xxx"),
    m("a sum below the amounts", "UBN", "Budget", A11="Summa", C11=1050.75),
    m("an error", "KFN", "Budget", C9="#REF!"),
    m("a text far too long", "UBN", "Åtaganden", B5="Starta läsprogram i alla skolor. " * 90),
    m("a heading overwritten", "UBN", "Åtaganden", deeds=[("type", "Åtaganden", "E4", "Vem gör det")]),
    m("rows inserted above the headings", "UBN", deeds=[("insert-rows", "Åtaganden", 1, 3)], fine=True),
    m("a name for a goal", "UBN", "Åtaganden", C5="Fler elever når målen", fine=True),
    m("another board's goal", "UBN", "Åtaganden", C5="KFN-M1"),
    m("no reason for a no", "KFN", "Council goals", G5=None),
    m("an amount in an interval", "UBN", "Budget", C9="800-900"),
    m("a finished year in words", "UBN", "Investeringar", D9="snart"),
    m("no goal", "KFN-BIB", "Commitments", C5=None),
    m("a yes in another way", "UBN", "Bekräftelse", B11="japp"),
    m("the id of a row taken for another", "UBN", "Åtaganden", deeds=[("paste", "Åtaganden", "A5:A5", "A6")]),
    m("a sheet whose headings were deleted", "UBN", deeds=[("delete-rows", "Enhetsramar", 8, 1)]),
]


@cache
def right_answers(desk: Desk, owner: str) -> Cells:
    """Return what is typed into an owner's workbook as issued."""
    issued, filled = open_workbook(desk.town.issued(owner)), open_workbook(desk.town.filled(owner))
    cells: dict[str, dict[str, object]] = {}
    for sheet in filled.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value != issued[sheet.title][cell.coordinate].value:
                    value = cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value
                    cells.setdefault(sheet.title, {})[cell.coordinate] = value
    return cells


@pytest.mark.parametrize("mistake", MISTAKES[:: long_run(12, 1)], ids=lambda mistake: mistake.name)
def test_what_the_answer_says_is_enough(desk: Desk, office: Office, mistake: Mistake) -> None:
    """Type the right answers and the mistake, get it back, do what it says, and it is accepted."""
    owner, form, language = mistake.owner, desk.form(mistake.owner), desk.town.language(mistake.owner)
    whole = office.fill(desk.town.issued(owner), right_answers(desk, owner))
    assert desk.judge(whole).verdict == "accepted"
    sent = office.fill(whole, mistake.cells, deeds=mistake.deeds)
    judged = desk.judge(sent)
    said = [(f.rule, f.sheet, f.cell) for f in judged.findings]
    if mistake.fine:
        assert judged.verdict == "accepted", said
        return
    assert judged.verdict == "rejected", said
    back = desk.back(owner, sent, judged.findings)
    mended = office.fill(back, mend(back, form, language))
    mended = office.fill(mended, complete(mended, form, language)) if complete(mended, form, language) else mended
    again = desk.judge(mended)
    errors = [(f.rule, f.sheet, f.cell) for f in again.findings if f.severity == "error"]
    assert (again.verdict, errors) == ("accepted", []), (said, [row[:5] for row in lead(back)[8:]])
