"""Faults: one for each rule that a return of a plan can break, done to a filled workbook that is otherwise in order.

The sample's people make them, and the tests of every rule do. ``break_return`` says where the deed was done and which rule
it breaks, so that a test can demand just that finding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell

from styrxl.model.forms import Form
from styrxl.sample.faults import links
from styrxl.sample.faults.open_return import NotHereError, OpenReturn, open_return
from styrxl.sample.opened import save_workbook, write_text

__all__ = ["TEST_PERSON", "Fault", "NotHereError", "break_return", "list_faults"]

TEST_PERSON = "18900101-9802"  # one of the numbers that Skatteverket publishes for tests


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done: the rule that it breaks, the sheet (its name in the workbook) and the cell of the finding, where it has one."""

    rule: str
    sheet: str | None = None
    cell: str | None = None


def list_faults() -> list[str]:
    """Names of all faults: the rules that they break."""
    return [*_IN_BYTES, *_IN_BOOK]


def break_return(name: str, data: bytes, form: Form, language: str) -> tuple[bytes, Fault]:
    """Return a filled workbook with one fault, and what was done; NotHereError where this return has no place for it."""
    if name in _IN_BYTES:
        return _IN_BYTES[name](data), Fault(name)
    return_ = open_return(data, form, language)
    place = _IN_BOOK[name](return_)
    sheet, cell = (place.parent.title, place.coordinate) if isinstance(place, Cell) else (place, None)
    return save_workbook(return_.book), Fault(name, sheet, cell)


# the file


def _cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _own_workbook(_: bytes) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Vår plan"
    for row in (["Mål", "Aktivitet", "Klart"], ["Bättre trivsel", "Fika på fredagar", "Hela året"]):
        sheet.append(row)
    return save_workbook(book)


def _other_identity(**facts: str) -> Callable[[OpenReturn], str | None]:
    def change(return_: OpenReturn) -> None:
        for name, value in facts.items():
            write_text(return_.identity(name), value)
            for stamp in return_.book.custom_doc_props.props:  # type: ignore[attr-defined] # newer than its types
                if stamp.name == f"styrxl_{name}":
                    stamp.value = value

    return change


def _empty(return_: OpenReturn) -> None:
    for key, grid in return_.places.items():
        last = grid.heading_row + 1 if grid.downwards else len(grid.values)
        rows = range(len(grid.rows)) if grid.spec.id_column and not grid.downwards else range(last - grid.heading_row)
        cells = (return_.cell(key, c.field, row) for c in grid.spec.columns if c.asked and c.field in grid.columns for row in rows)
        for cell in (cell for cell in cells if not cell.protection.locked):
            cell.value = None


# sheets and headings


def _missing_sheet(return_: OpenReturn) -> str:
    unused = [key for key, grid in return_.places.items() if grid.spec.optional and not grid.filled()]
    key = "indicators" if "indicators" in return_.places else (unused or ["plan_elsewhere"])[-1]
    return_.book.remove(return_.sheet(key))
    return return_.grid(key).title


def _missing_column(return_: OpenReturn) -> str:
    grid = return_.grid("commitments")
    for row in range(grid.heading_row, len(grid.values) + 1):
        return_.at("commitments", row, grid.columns["responsible"]).value = None
    return grid.title


def _new_heading(return_: OpenReturn, key: str, text: Any) -> Cell:
    """Write a heading right of everything on the sheet."""
    cell = return_.at(key, return_.grid(key).heading_row, return_.sheet(key).max_column + 1)
    cell.value = text
    return cell


def _duplicate_column(return_: OpenReturn) -> Cell:
    return _new_heading(return_, "commitments", return_.heading("commitments", "responsible").value)


def _unknown_column(return_: OpenReturn) -> Cell:
    cell = _new_heading(return_, "commitments", "Anteckningar")
    for row in return_.grid("commitments").filled()[:3]:
        return_.at("commitments", return_.cell("commitments", "text", row).row, cell.column).value = "Prata med facket"
    return cell


def _unknown_sheet(return_: OpenReturn) -> str:
    sheet = return_.book.create_sheet("Våra anteckningar")
    sheet["A1"] = "Att ta upp på arbetsplatsträffen"
    return str(sheet.title)


def _missing_row(return_: OpenReturn) -> str:
    grid = return_.grid("goal_responses")
    for column in grid.columns:
        return_.cell("goal_responses", column, len(grid.rows) - 1).value = None
    return grid.title


def _hidden_data(return_: OpenReturn) -> Cell:
    grid = return_.grid("commitments")
    rows = grid.filled()
    if not rows:
        raise NotHereError("commitments")
    fields = [column.field for column in grid.spec.columns if column.asked and column.field in grid.columns]
    cells = [return_.cell("commitments", field, rows[-1]) for field in fields]
    return_.sheet("commitments").row_dimensions[cells[0].row].hidden = True
    return min((cell for cell in cells if cell.value is not None), key=lambda cell: cell.column)


# rows and their ids


def _added_row(return_: OpenReturn, id_: str | None) -> Cell:
    """Copy the first commitment to the row below the last, under another id or none; return the id's cell."""
    grid = return_.grid("commitments")
    filled, below = grid.filled(), grid.rows[-1] + 1
    if not filled:
        raise NotHereError("commitments")
    for field, column in grid.columns.items():
        return_.at("commitments", below, column).value = return_.cell("commitments", field, filled[0]).value
    cell = return_.at("commitments", below, grid.columns["commitment_id"])
    cell.value = id_
    return cell


def _duplicate_id(return_: OpenReturn) -> Cell:
    return _added_row(return_, str(return_.answer("commitments", "commitment_id").value))


def _row_without_id(return_: OpenReturn) -> Cell:
    return _added_row(return_, None)


def _unknown_row(return_: OpenReturn) -> Cell:
    return _added_row(return_, f"ANNAN-{return_.year}-A1")


# answers


def _put(value: Any, *wanted: tuple[str, str]) -> Callable[[OpenReturn], Cell]:
    """Return a fault that puts a value in the first of some fields that the return has an answer in."""

    def change(return_: OpenReturn) -> Cell:
        cell = return_.first_of(*wanted)
        if isinstance(value, str) and not value.startswith(("=", "#")):
            write_text(cell, value)
        else:
            cell.value = value
        return cell

    return change


def _dates(start: tuple[int, int, int] | None, end: tuple[int, int, int]) -> Callable[[OpenReturn], Cell]:
    """Return a fault that sets a commitment's dates: (years after the round's, month, day); the end is where it shows."""

    def change(return_: OpenReturn) -> Cell:
        cell = return_.answer("commitments", "end")
        cell.value = date(return_.year + end[0], *end[1:])
        if start:
            return_.answer("commitments", "start").value = date(return_.year + start[0], *start[1:])
        return cell

    return change


def _ambiguous(return_: OpenReturn) -> Cell:
    cell = return_.answer("commitments", "start")
    write_text(cell, f"03/04/{return_.year}")
    return cell


def _out_of_range(return_: OpenReturn) -> Cell:
    filled = return_.grid("goals").filled()
    row = filled[0] if filled else 0
    if not filled:
        write_text(return_.cell("goals", "text", row), "Alla som kommer till oss känner sig välkomna")
    cell = return_.cell("goals", "from_year", row)
    cell.value = 1999
    return cell


def _not_in_list(return_: OpenReturn) -> Cell:
    wrong = {("goals", "priority"): "hög", ("commitments", "school_form"): "Fritids", ("plan_elsewhere", "elsewhere"): "kanske"}
    for (key, field), text in wrong.items():
        if key in return_.places and field in return_.grid(key).columns:
            cell = return_.answer(key, field)
            write_text(cell, text)
            return cell
    raise NotHereError("a list")


def _too_long(return_: OpenReturn) -> Cell:
    cell = return_.answer("commitments", "text")
    high = return_.form.sheet("commitments").column("text").max_length or 2000
    text = f"{cell.value}. "
    write_text(cell, text * (high // len(text) + 1) + "Och så vidare.")
    return cell


def _unexplained(return_: OpenReturn) -> Cell:
    for row in return_.grid("goal_responses").filled():
        cell = return_.cell("goal_responses", "contribution", row)
        if cell.value:
            cell.value = None
            return cell
    raise NotHereError("contribution")


def _locked_changed(return_: OpenReturn) -> Cell:
    cell = return_.answer("goal_responses", "text")
    write_text(cell, f"{cell.value} (enligt oss)")
    return cell


def _credit(return_: OpenReturn) -> Cell:
    """Write revenue with a minus sign, as a ledger exports it."""
    for row in return_.grid("budget").filled():
        cell = return_.cell("budget", "revenue", row)
        if isinstance(cell.value, int | float) and cell.value:
            cell.value = -cell.value
            return cell
    raise NotHereError("revenue")


def _after(field: str, text: str) -> Callable[[OpenReturn], Cell]:
    """Return a fault that adds to what stands in a field of the first commitment."""

    def change(return_: OpenReturn) -> Cell:
        cell = return_.answer("commitments", field)
        write_text(cell, f"{cell.value}{text}" if cell.value else text.strip())
        return cell

    return change


_IN_BYTES: Mapping[str, Callable[[bytes], bytes]] = {"unreadable-workbook": _cut_off, "unknown-form": _own_workbook}

_IN_BOOK: Mapping[str, Callable[[OpenReturn], Cell | str | None]] = {
    "unknown-version": _other_identity(version="99"),
    "unknown-owner": _other_identity(owner="OKÄND"),
    "wrong-round": _other_identity(round="2019-plan"),
    "empty-return": _empty,
    "missing-sheet": _missing_sheet,
    "missing-column": _missing_column,
    "duplicate-column": _duplicate_column,
    "missing-row": _missing_row,
    "unknown-row": _unknown_row,
    "unknown-sheet": _unknown_sheet,
    "unknown-column": _unknown_column,
    "hidden-data": _hidden_data,
    "missing-value": _put(None, ("commitments", "responsible")),
    "wrong-type": _put("ca tusen", ("budget", "cost"), ("commitments", "start")),
    "not-in-list": _not_in_list,
    "out-of-range": _out_of_range,
    "too-long": _too_long,
    "duplicate-id": _duplicate_id,
    "row-without-id": _row_without_id,
    "cell-error": _put("#DIV/0!", ("budget", "cost"), ("commitments", "expected_result")),
    "formula-not-calculated": _put("=2*350", ("budget", "cost"), ("commitments", "expected_result")),
    "date-order": _dates((0, 11, 1), (0, 3, 1)),
    "explanation-missing": _unexplained,
    "placeholder-text": _put("se bilaga", ("commitments", "responsible")),
    "ambiguous-value": _ambiguous,
    "locked-cell-changed": _locked_changed,
    "formula-text": _put("+ fler än förra året", ("commitments", "expected_result")),
    "unit-suspect": _credit,
    "outside-year": _dates(None, (1, 6, 15)),
    "personal-identity-number": _after("text", f" (gäller {TEST_PERSON})"),
    "unknown-parent": lambda return_: links.tie(return_, "KF-M99"),
    "missing-parent": lambda return_: links.tie(return_, None),
    "parent-not-allowed": links.tie_to_others_goal,
    "goal-not-valid": links.tie_to_ended_goal,
    "goal-uncovered": links.uncover_goal,
    "concern-denied": links.deny_goal,
    "copied-text": links.copy_goal_text,
    "not-confirmed": links.refuse_to_confirm,
    "frame-exceeded": links.exceed_frame("budget", "cost", "net"),
    "unit-frames-exceeded": links.exceed_frame("unit_frames", "frame", "frame"),
}
