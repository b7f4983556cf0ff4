"""What goes on from one year into the next: commitments that nobody has ended, by the newest answer on each; pure.

The plan of a year is issued before the year before it ends. So what its rows are taken from is often an interim report (*preliminary*);
what is only told at year-end comes into the first follow-up instead (*left*). Each commitment arrives once, whichever came first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.model.answers_in_force import AnswersInForce
from styrxl.model.council_plan import ids
from styrxl.model.forms import Form
from styrxl.model.goal_judgement import CLOSED
from styrxl.model.prefill import Row
from styrxl.model.rounds import Round
from styrxl.prefill.year_so_far import YearSoFar
from styrxl.returns.cell_values import fold_text

CONTINUES, PRELIMINARY, LEFT, ENDED = "continues", "preliminary", "left", "ended"  # codes of the list ``carried``


@dataclass(frozen=True, slots=True)
class CommitmentOutlook:
    """What is known at the end of a year of a commitment: its row as it was first handed in, and whether it goes on.

    ``round``: the one whose answer says so, None where nobody has answered on it. ``settled``: whether that is the last word.
    """

    row: Row
    goes_on: bool
    settled: bool
    round: Round | None = None

    @property
    def carried(self) -> str:
        """How it goes on, as a code of the list ``carried``."""
        return ENDED if not self.goes_on else CONTINUES if self.settled else PRELIMINARY


def list_commitment_outlooks(year: YearSoFar, owner: str) -> dict[str, CommitmentOutlook]:
    """Return an owner's commitments of a year, by id: those planned, those added, and those that were left from before."""
    rows: dict[str, Row] = {}
    for row in year.plans.of("commitments", owner):
        rows.setdefault(row["commitment_id"], row)
    planned = frozenset(rows)
    for answers in year.earlier:
        for row in (*answers.of("added_commitments", owner), *answers.of("commitment_status", owner)):
            rows.setdefault(row["commitment_id"], row)
    newest: dict[str, tuple[Round, Row]] = {}
    for answers in year.earlier:
        newest |= {row["commitment_id"]: (answers.round, row) for row in answers.of("commitment_status", owner) if _is_answer(row)}
    return {code: _look_ahead(row, newest.get(code), year, planned=code in planned) for code, row in rows.items() if code}


def _is_answer(row: Row) -> bool:
    return bool(row.get("status") or row.get("continues"))


def _look_ahead(row: Row, answer: tuple[Round, Row] | None, year: YearSoFar, *, planned: bool) -> CommitmentOutlook:
    if answer is None:
        # What nobody has asked about yet is thought to end as planned; what was added late has just begun.
        return CommitmentOutlook(row, goes_on=not planned or _ends_later(row, year.round.year), settled=False)
    round_, said = answer
    continues = said.get("continues")
    goes_on = continues == "yes" if continues else said.get("status") not in CLOSED
    return CommitmentOutlook(row, goes_on, settled=round_.kind.final and (bool(continues) or not goes_on), round=round_)


def _ends_later(row: Row, year: int) -> bool:
    return str(row.get("end") or "") > f"{year}-12-31"


def make_continuing_rows(last: YearSoFar, owner: str, form: Form, offered: Collection[str]) -> tuple[Row, ...]:
    """Return the rows with which a plan's commitments begin: those that go on from last year, under their ids.

    ``offered``: ids of goals that they may be tied to this year. A goal that is not among them must be chosen anew. What was to end last
    year is to end with this one.
    """
    fields = [c.field for sheet in form.sheets if sheet.key == "commitments" for c in sheet.columns if c.asked]
    rows = []
    for code, outlook in list_commitment_outlooks(last, owner).items() if fields else ():
        if outlook.goes_on:
            made: dict[str, Any] = {name: outlook.row.get(name) for name in fields}
            made["parent_id"] = made.get("parent_id") if made.get("parent_id") in offered else None
            made["more_parents"] = ";".join(goal for goal in ids(made.get("more_parents")) if goal in offered) or None
            if made.get("end") and not _ends_later(outlook.row, last.round.year):
                made["end"] = f"{last.round.year + 1}-12-31"
            rows.append({"commitment_id": code, **made, "carried": outlook.carried, "last_round": outlook.round and outlook.round.id})
    return tuple(rows)


def mark_carried(year: YearSoFar, owner: str, rows: Sequence[Row]) -> Iterator[Row]:
    """Yield an owner's commitments of a year (planned and added), each with what last year says of it (``carried``)."""
    outlooks = list_commitment_outlooks(year.last_year, owner) if year.last_year else {}
    for row in rows:
        outlook = outlooks.get(row["commitment_id"])
        carried = row.get("carried") if outlook is None else CONTINUES if outlook.goes_on else ENDED
        yield {**row, "carried": carried}


def list_left(year: YearSoFar, owner: str, there: Sequence[Row]) -> Iterator[Row]:
    """Yield the commitments of last year that go on and that are in no plan of this year: they came too late for it.

    ``there``: the commitments of this year. One that the plan offered and its owner cleared has ended, unless the year's last word, told
    after that, is that it goes on. What an earlier follow-up of this year has had stays.
    """
    known = {row["commitment_id"] for row in there}
    outlooks = list_commitment_outlooks(year.last_year, owner) if year.last_year else {}
    typed_anew = {fold_text(row.get("text") or "") for row in there if row["commitment_id"] not in outlooks}
    offered = list_offered(year.plans, owner, "commitments", "commitment_id")
    for code, outlook in outlooks.items():
        is_new = code not in known and not was_cleared(code, offered, settled=outlook.settled)
        if outlook.goes_on and is_new and fold_text(outlook.row.get("text") or "") not in typed_anew:
            known.add(code)
            yield {**outlook.row, "carried": LEFT}
    for answers in year.earlier:
        for row in answers.of("commitment_status", owner):
            if row.get("carried") == LEFT and row["commitment_id"] not in known:
                known.add(row["commitment_id"])
                yield row


def list_offered(plans: AnswersInForce, owner: str, sheet: str, code: str) -> Mapping[str, str | None]:
    """Return the ids of the rows that an owner's plan was issued with on a sheet, and how each went on; ``code``: the field of ids."""
    issued = plans.issued.get(owner)
    return {row[code]: row.get("carried") for row in issued.rows.get(sheet, ())} if issued else {}


def was_cleared(code: str, offered: Mapping[str, str | None], *, settled: bool) -> bool:
    """Tell whether what is not in a plan was offered there and cleared by its owner, of which that was the last word.

    It was not where the year's last word (``settled``) was told after that.
    """
    return code in offered and (offered[code] == CONTINUES or not settled)
