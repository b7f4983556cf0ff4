"""Whether a sheet or column that looks like the one that counts holds answers that it has not; compared as they are understood."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from styrxl.returns.cell_values import fold_text
from styrxl.returns.row_ids import make_id_key
from styrxl.returns.tables import Table, TypedColumns, is_blank

Understand = Callable[[Table], TypedColumns]
_Answers = frozenset[tuple[str, Any]]  # fields and values of one row that are not empty


def has_other_rows(other: Table, counted: Table, understand: Understand) -> bool:
    """Whether a row of a sheet has an answer that no row of the one that counts has beside all of that row's other answers."""
    known = list(_list_answers(counted, understand))
    return any(not any(row <= answers for answers in known) for row in _list_answers(other, understand))


def has_other_values(other: Sequence[Any], counted: Sequence[Any], table: Table, field: str, understand: Understand) -> bool:
    """Whether values under a heading are others than those beside them in the column that counts; ``table``: which both are of."""
    rows = tuple(range(1, len(other) + 1))
    both = (Table(table.place, table.sheet, rows, {field: list(values)}) for values in (other, counted))
    return any(not mine <= theirs for mine, theirs in zip(*(_list_answers(each, understand) for each in both), strict=True))


def _list_answers(table: Table, understand: Understand) -> Iterator[_Answers]:
    """Yield each row's answers, with its id where it has one."""
    sheet, typed = table.sheet, understand(table).columns
    ids = dict(table.ids)
    asked = [c.field for c in sheet.columns if c.asked and c.field in table.columns]
    for index, row in enumerate(table.rows):
        raw = ((name, typed[name][index], table.columns[name][index]) for name in asked)
        answers = {(name, _compared(value, written)) for name, value, written in raw if not is_blank(written)}
        answers |= {(name, shown) for (name, at), shown in table.marks.items() if at == row}
        key = make_id_key(ids.get(row), named=sheet.named)
        yield frozenset(answers | {("", key)} if key and answers else answers)


def _compared(value: Any, written: Any) -> Any:
    """Return a value for comparison; of one that was not understood what was written."""
    known = written if value is None else value
    return fold_text(known) if isinstance(known, str) else known
