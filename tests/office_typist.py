"""Runs in a Python that has UNO: does one job in a running LibreOffice, and prints what came of it.

The job comes as JSON on stdin: ``pipe``, ``open``, ``deeds`` ([[what, sheet, …]]), ``cells`` ({sheet: {cell: [kind, value]}}), ``save``
and ``filter``.
The answer is JSON on stdout: ``{}``, or ``{"locked": …}`` or ``{"failed": …}`` in words.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from typing import Any

import uno

CLEAR = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: values, dates, texts, formulas; comments and looks stay
DATE = 2  # com.sun.star.util.NumberFormat.DATE
PATIENCE = 60.0  # seconds for LibreOffice to start


class LockedError(Exception):
    """The cell is one that nobody could type in."""


def connect(pipe: str) -> Any:
    """Return LibreOffice's desktop, waiting for it to start."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:  # UNO makes its exceptions up as it goes: it does not listen yet
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def properties(**values: Any) -> tuple[Any, ...]:
    """Return UNO's way of saying keyword arguments."""
    made = []
    for name, value in values.items():
        made.append(uno.createUnoStruct("com.sun.star.beans.PropertyValue"))
        made[-1].Name, made[-1].Value = name, value
    return tuple(made)


def type_date(document: Any, cell: Any, day: dt.date) -> None:
    """Enter a date: the cell keeps its date format, or gets one, as when it is typed."""
    null = document.NullDate
    cell.setValue((day - dt.date(null.Year, null.Month, null.Day)).days)
    formats = document.NumberFormats
    if not formats.getByKey(cell.NumberFormat).Type & DATE:
        locale = uno.createUnoStruct("com.sun.star.lang.Locale")
        iso = formats.queryKey("YYYY-MM-DD", locale, False)
        cell.NumberFormat = iso if iso >= 0 else formats.addNew("YYYY-MM-DD", locale)


def type_in(document: Any, sheet: Any, address: str, kind: str, value: Any) -> None:
    """Enter one value as a person would, and be refused where a person would be."""
    cell = sheet.getCellRangeByName(address)
    if sheet.isProtected() and cell.CellProtection.IsLocked:
        raise LockedError(f"{sheet.Name}!{address}")
    if kind == "nothing":
        cell.clearContents(CLEAR)
    elif kind == "number":
        cell.setValue(value)
    elif kind == "date":
        type_date(document, cell, dt.date.fromisoformat(value))
    elif kind == "formula":
        cell.setFormula(value)
    else:
        cell.setString(value)


def fill(document: Any, cells: dict[str, dict[str, list[Any]]]) -> None:
    """Enter all the values, and work out what follows from them: once, not after each."""
    document.enableAutomaticCalculation(False)
    for name, entries in cells.items():
        if not document.Sheets.hasByName(name):
            raise LookupError(f"no sheet {name!r} among {document.Sheets.ElementNames}")
        sheet = document.Sheets.getByName(name)
        for address, (kind, value) in entries.items():
            type_in(document, sheet, address, kind, value)
    document.enableAutomaticCalculation(True)
    document.calculateAll()


def do(document: Any, kind: str, name: str, *words: Any) -> None:
    """Do something to a whole sheet, as a person does who has lifted its protection."""
    sheet = document.Sheets.getByName(name)
    sheet.unprotect("")
    if kind == "rename":
        sheet.Name = words[0]
    elif kind == "copy":
        document.Sheets.copyByName(name, words[0], document.Sheets.Count)
    elif kind == "type":  # where only somebody can who has lifted the protection
        type_in(document, sheet, words[0], "number" if isinstance(words[1], int | float) else "text", words[1])
    elif kind == "remove":
        document.Sheets.removeByName(name)
    elif kind == "delete-rows":
        sheet.Rows.removeByIndex(words[0] - 1, words[1])
    elif kind == "insert-rows":
        sheet.Rows.insertByIndex(words[0] - 1, words[1])
    elif kind in {"move", "paste"}:  # a range, to the cell where it begins
        source, target = (sheet.getCellRangeByName(word) for word in words)
        put = sheet.moveRange if kind == "move" else sheet.copyRange
        put(target.getCellByPosition(0, 0).CellAddress, source.RangeAddress)
    elif kind == "sort":  # a range, by its column so and so (from 0), the highest first
        fields = uno.createUnoStruct("com.sun.star.table.TableSortField")
        fields.Field, fields.IsAscending = words[1], False
        many = uno.Any("[]com.sun.star.table.TableSortField", (fields,))
        sheet.getCellRangeByName(words[0]).sort(properties(SortFields=many, ContainsHeader=False))
    else:
        raise ValueError(kind)


def work(job: dict[str, Any]) -> None:
    """Open, fill in, save and close one document."""
    desktop = connect(job["pipe"])
    url = uno.systemPathToFileUrl(job["open"])
    document = desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=True))
    if document is None:
        raise ValueError("LibreOffice cannot read it")
    try:
        for deed in job["deeds"]:
            do(document, *deed)
        if job["cells"]:
            fill(document, job["cells"])
        document.storeToURL(uno.systemPathToFileUrl(job["save"]), properties(FilterName=job["filter"]))
    finally:
        document.close(True)  # whoever still holds it may go on, and close it then


def main() -> None:
    """Do the job that stands on stdin."""
    answer: dict[str, str] = {}
    try:
        work(json.load(sys.stdin))
    except LockedError as error:
        answer["locked"] = str(error)
    except Exception as error:  # noqa: BLE001 -- handed over in words, to be raised where the test is
        answer["failed"] = f"{type(error).__name__}: {error}"
    json.dump(answer, sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # UNO's threads may crash a Python that ends as usual, once all has been said


if __name__ == "__main__":
    main()
