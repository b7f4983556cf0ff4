"""A filled follow-up that a fault is done to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openpyxl.cell.cell import Cell

from styrxl.model.prefill import Prefill, Row
from styrxl.model.rounds import Round, standard_rounds
from styrxl.returns.cell_values import read_number
from styrxl.sample.faults.open_return import NotHereError, OpenReturn
from styrxl.sample.opened import write_text


@dataclass(frozen=True, slots=True)
class OpenFollowup:
    """A follow-up that is being changed, and what was issued with it, shown or not."""

    return_: OpenReturn
    issued: Prefill

    @property
    def final(self) -> bool:
        """Whether it is the one at year-end."""
        return self.round.kind.final

    @property
    def round(self) -> Round:
        """Its round."""
        return standard_rounds().parse(self.issued.round)

    def rows(self, key: str) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a sheet with what was issued in them; NotHereError if the form has no such sheet."""
        self.return_.grid(key)
        return enumerate(self.issued.rows.get(key, ()))

    def cell(self, key: str, field: str, row: int) -> Cell:
        """Return a cell; NotHereError where the round does not ask for it."""
        if field not in self.return_.grid(key).columns:
            raise NotHereError(f"{key}.{field}")
        return self.return_.cell(key, field, row)

    def number(self, key: str, field: str, row: int) -> float:
        """Return the amount in a cell, 0 where there is none or the round does not ask for it."""
        if field not in self.return_.grid(key).columns:
            return 0.0
        return float(read_number(self.return_.grid(key).value(field, row), money=True).value or 0)

    def code(self, key: str, field: str, row: int) -> str | None:
        """Return which choice stands in a cell, by its code."""
        said = str(self.return_.grid(key).value(field, row) or "").strip().casefold()
        words = self.return_.form.lists[self.return_.form.sheet(key).column(field).list or ""]
        return next((code for code, texts in words.items() if texts[self.issued.language].casefold() == said), None)

    def choose(self, key: str, field: str, row: int, code: str) -> Cell:
        """Choose something in a cell."""
        cell = self.cell(key, field, row)
        write_text(cell, self.return_.word(self.return_.form.sheet(key).column(field).list or "", code))
        return cell

    def say(self, key: str, field: str, row: int, text: str) -> Cell:
        """Write a text in a cell."""
        cell = self.cell(key, field, row)
        write_text(cell, text)
        return cell

    def put(self, key: str, field: str, row: int, value: float) -> Cell:
        """Write an amount in a cell."""
        cell = self.cell(key, field, row)
        cell.value = value
        return cell

    def behind(self, row: int) -> None:
        """Make a commitment one that is behind, with all that this asks for."""
        self.choose("commitment_status", "status", row, "not_done" if self.final else "late")
        self.say("commitment_status", "comment", row, "Arbetet har inte kommit i gång som det skulle.")
        if self.final:
            self.choose("commitment_status", "continues", row, "yes")

    # money

    def budget(self, row: int) -> float:
        """Return an activity's current budget."""
        return float(self.issued.rows["outcomes"][row]["planned_budget"] or 0) + self.number("outcomes", "decided_changes", row)

    def deviation(self, row: int) -> float:
        """Return an activity's deviation."""
        what = "outcome" if self.final else "forecast"
        net = self.number("outcomes", f"{what}_cost", row) - self.number("outcomes", f"{what}_revenue", row)
        return self.budget(row) - net

    def deviate(self, row: int, deviation: float, effect: float) -> None:
        """Let an activity deviate, with the reasons that this asks for, of it and of the whole board."""
        what = "outcome" if self.final else "forecast"
        self.put("outcomes", f"{what}_cost", row, self.budget(row) - deviation + self.number("outcomes", f"{what}_revenue", row))
        closing = (len(self.issued.rows["outcomes"]),) if self.return_.form.sheet("outcomes").closing_columns else ()
        for at in (row, *closing):
            self.say("outcomes", "explanation", at, "Priserna har stigit mer än beräknat.")
            if not self.final:
                self.say("outcomes", "measures", at, "Inköpen prövas en gång till.")
                self.put("outcomes", "measures_effect", at, effect)


def find_first(found: Iterator[Any], what: str) -> Any:
    """Return the first of what fits; NotHereError where nothing does."""
    one = next(found, None)
    if one is None:
        raise NotHereError(what)
    return one
