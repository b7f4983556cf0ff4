"""Faults: one for each rule that a return of a plan can break, done to a filled workbook that is otherwise in order.

The sample's people make them, and the tests of every rule do. ``break_return`` says where the deed was done and which rule
it breaks, so that a test can demand just that finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell

from styrxl.model.forms import Form
from styrxl.sample.faults import links
from styrxl.sample.faults.bench import Bench, NotHereError, on_bench
from styrxl.sample.fill import saved, write_text

__all__ = ["TEST_PERSON", "Fault", "NotHereError", "break_return", "names"]

TEST_PERSON = "18900101-9802"  # one of the numbers that Skatteverket publishes for tests


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done: the rule that it breaks, the sheet (its name in the workbook) and the cell of the finding, where it has one."""

    rule: str
    sheet: str | None = None
    cell: str | None = None


def names() -> list[str]:
    """Names of all faults: the rules that they break."""
    return [*_IN_BYTES, *_IN_BOOK]


def break_return(name: str, data: bytes, form: Form, language: str) -> tuple[bytes, Fault]:
    """Return a filled workbook with one fault, and what was done; NotHereError where this return has no place for it."""
    if name in _IN_BYTES:
        return _IN_BYTES[name](data), Fault(name)
    bench = on_bench(data, form, language)
    place = _IN_BOOK[name](bench)
    sheet, cell = (place.parent.title, place.coordinate) if isinstance(place, Cell) else (place, None)
    return saved(bench.book), Fault(name, sheet, cell)


# the file


def _cut_off(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _own_workbook(_: bytes) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Vår plan"
    for row in (["Mål", "Aktivitet", "Klart"], ["Bättre trivsel", "Fika på fredagar", "Hela året"]):
        sheet.append(row)
    return saved(book)


def _other_identity(**facts: str) -> Callable[[Bench], str | None]:
    def change(bench: Bench) -> None:
        for name, value in facts.items():
            write_text(bench.identity(name), value)
            for stamp in bench.book.custom_doc_props.props:  # type: ignore[attr-defined] # newer than its types
                if stamp.name == f"styrxl_{name}":
                    stamp.value = value

    return change


def _empty(bench: Bench) -> None:
    for key in bench.places:
        for cell in _answers(bench, key):
            cell.value = None


def _answers(bench: Bench, key: str) -> Iterator[Cell]:
    grid = bench.grid(key)
    for column in grid.spec.columns:
        if column.asked and not column.locked_when_prefilled and column.field in grid.columns:
            rows = [0] if grid.downwards else grid.filled()
            yield from (bench.cell(key, column.field, row) for row in rows)


# sheets and headings


def _missing_sheet(bench: Bench) -> str:
    unused = [key for key, grid in bench.places.items() if grid.spec.optional and not grid.filled()]
    key = "indicators" if "indicators" in bench.places else (unused or ["plan_elsewhere"])[-1]
    bench.book.remove(bench.sheet(key))
    return bench.grid(key).title


def _missing_column(bench: Bench) -> str:
    grid = bench.grid("commitments")
    for row in range(grid.heading_row, len(grid.values) + 1):
        bench.at("commitments", row, grid.columns["responsible"]).value = None
    return grid.title


def _new_heading(bench: Bench, key: str, text: Any) -> Cell:
    """Write a heading right of everything on the sheet."""
    cell = bench.at(key, bench.grid(key).heading_row, bench.sheet(key).max_column + 1)
    cell.value = text
    return cell


def _duplicate_column(bench: Bench) -> Cell:
    return _new_heading(bench, "commitments", bench.heading("commitments", "responsible").value)


def _unknown_column(bench: Bench) -> Cell:
    cell = _new_heading(bench, "commitments", "Anteckningar")
    for row in bench.grid("commitments").filled()[:3]:
        bench.at("commitments", bench.cell("commitments", "text", row).row, cell.column).value = "Prata med facket"
    return cell


def _unknown_sheet(bench: Bench) -> str:
    sheet = bench.book.create_sheet("Våra anteckningar")
    sheet["A1"] = "Att ta upp på arbetsplatsträffen"
    return str(sheet.title)


def _missing_row(bench: Bench) -> str:
    grid = bench.grid("goal_responses")
    for column in grid.columns:
        bench.cell("goal_responses", column, len(grid.rows) - 1).value = None
    return grid.title


def _hidden_data(bench: Bench) -> Cell:
    grid = bench.grid("commitments")
    rows = grid.filled()
    if not rows:
        raise NotHereError("commitments")
    fields = [column.field for column in grid.spec.columns if column.asked and column.field in grid.columns]
    cells = [bench.cell("commitments", field, rows[-1]) for field in fields]
    bench.sheet("commitments").row_dimensions[cells[0].row].hidden = True
    return min((cell for cell in cells if cell.value is not None), key=lambda cell: cell.column)


# rows and their ids


def _added_row(bench: Bench, id_: str | None) -> Cell:
    """Copy the first commitment to the row below the last, under another id or none; return the id's cell."""
    grid = bench.grid("commitments")
    filled, below = grid.filled(), grid.rows[-1] + 1
    if not filled:
        raise NotHereError("commitments")
    for field, column in grid.columns.items():
        bench.at("commitments", below, column).value = bench.cell("commitments", field, filled[0]).value
    cell = bench.at("commitments", below, grid.columns["commitment_id"])
    cell.value = id_
    return cell


def _duplicate_id(bench: Bench) -> Cell:
    return _added_row(bench, str(bench.answer("commitments", "commitment_id").value))


def _row_without_id(bench: Bench) -> Cell:
    return _added_row(bench, None)


def _unknown_row(bench: Bench) -> Cell:
    return _added_row(bench, f"ANNAN-{bench.year}-A1")


# answers


def _put(value: Any, *wanted: tuple[str, str]) -> Callable[[Bench], Cell]:
    """Return a fault that puts a value in the first of some fields that the return has an answer in."""

    def change(bench: Bench) -> Cell:
        cell = bench.first_of(*wanted)
        if isinstance(value, str) and not value.startswith(("=", "#")):
            write_text(cell, value)
        else:
            cell.value = value
        return cell

    return change


def _dates(start: tuple[int, int, int] | None, end: tuple[int, int, int]) -> Callable[[Bench], Cell]:
    """Return a fault that sets a commitment's dates: (years after the round's, month, day); the end is where it shows."""

    def change(bench: Bench) -> Cell:
        cell = bench.answer("commitments", "end")
        cell.value = date(bench.year + end[0], *end[1:])
        if start:
            bench.answer("commitments", "start").value = date(bench.year + start[0], *start[1:])
        return cell

    return change


def _ambiguous(bench: Bench) -> Cell:
    cell = bench.answer("commitments", "start")
    write_text(cell, f"03/04/{bench.year}")
    return cell


def _out_of_range(bench: Bench) -> Cell:
    filled = bench.grid("goals").filled()
    row = filled[0] if filled else 0
    if not filled:
        write_text(bench.cell("goals", "text", row), "Alla som kommer till oss känner sig välkomna")
    cell = bench.cell("goals", "from_year", row)
    cell.value = 1999
    return cell


def _not_in_list(bench: Bench) -> Cell:
    wrong = {("goals", "priority"): "hög", ("commitments", "school_form"): "Fritids", ("plan_elsewhere", "elsewhere"): "kanske"}
    for (key, field), text in wrong.items():
        if key in bench.places and field in bench.grid(key).columns:
            cell = bench.answer(key, field)
            write_text(cell, text)
            return cell
    raise NotHereError("a list")


def _too_long(bench: Bench) -> Cell:
    cell = bench.answer("commitments", "text")
    high = bench.form.sheet("commitments").column("text").max_length or 2000
    text = f"{cell.value}. "
    write_text(cell, text * (high // len(text) + 1) + "Och så vidare.")
    return cell


def _unexplained(bench: Bench) -> Cell:
    for row in bench.grid("goal_responses").filled():
        cell = bench.cell("goal_responses", "contribution", row)
        if cell.value:
            cell.value = None
            return cell
    raise NotHereError("contribution")


def _locked_changed(bench: Bench) -> Cell:
    cell = bench.answer("goal_responses", "text")
    write_text(cell, f"{cell.value} (enligt oss)")
    return cell


def _credit(bench: Bench) -> Cell:
    """Write revenue with a minus sign, as a ledger exports it."""
    for row in bench.grid("budget").filled():
        cell = bench.cell("budget", "revenue", row)
        if isinstance(cell.value, int | float) and cell.value:
            cell.value = -cell.value
            return cell
    raise NotHereError("revenue")


def _after(field: str, text: str) -> Callable[[Bench], Cell]:
    """Return a fault that adds to what stands in a field of the first commitment."""

    def change(bench: Bench) -> Cell:
        cell = bench.answer("commitments", field)
        write_text(cell, f"{cell.value}{text}" if cell.value else text.strip())
        return cell

    return change


_IN_BYTES: Mapping[str, Callable[[bytes], bytes]] = {"unreadable-workbook": _cut_off, "unknown-form": _own_workbook}

_IN_BOOK: Mapping[str, Callable[[Bench], Cell | str | None]] = {
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
    "unknown-parent": lambda bench: links.tied(bench, "KF-M99"),
    "missing-parent": lambda bench: links.tied(bench, None),
    "parent-not-allowed": links.not_allowed,
    "goal-not-valid": links.not_valid,
    "goal-uncovered": links.uncovered,
    "concern-denied": links.denied,
    "copied-text": links.copied,
    "not-confirmed": links.not_confirmed,
    "frame-exceeded": links.over_frame("budget", "cost", "net"),
    "unit-frames-exceeded": links.over_frame("unit_frames", "frame", "frame"),
}
