"""The page Uppdrag, of plans and of follow-ups: each assignment with all who answer for it, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from styrxl.excel.pages import BOLD, Block, Field, Page, Row
from styrxl.model.assignments import CLOSED, Assignment
from styrxl.model.forms import ASSIGNMENT_TABLES, EVERYBODY
from styrxl.reports.assignments import (
    AnsweredAssignment,
    AssignmentStanding,
    count_words,
    decisions_word,
    list_overdue,
    list_standings,
    name_responsible,
    status_word,
    whole_word,
)
from styrxl.reports.columns import ReportColumn, describe_rest, report_columns
from styrxl.reports.page_parts import LINK_WIDTH, make_titled_page
from styrxl.reports.view import View, shorten

_SHOWN = frozenset({"assignment_id", "text", "due", "last_status", "status", "comment", "how", "responsible"})


def make_assignment_page(view: View, key: str) -> Page | None:
    """Return the page under one of its titles; None where no assignment is open and nobody says anything of any."""
    page = AssignmentPage(view)
    rows = tuple(row for standing in list_standings(view) for row in page.list_rows(standing))
    return make_titled_page(view, key, [Block(page.fields, rows, table="assignments")]) if rows else None


def make_overdue_block(view: View) -> Block:
    """Return what the council sees on the page Uppsikt: the assignments that are past their last day, with whom, and what is said."""
    heading = view.phrases.heading
    fields = (
        Field(heading("responsible_board"), "name", 22),
        Field(heading("assignment"), span=3),
        Field(heading("assignment_due"), "date"),
        Field(heading("status"), "status", span=4),
    )
    overdue = list_overdue(view) if view.board is None else ()
    named = [(s.assignment, f"{s.assignment.assignment_id} {shorten(s.assignment.text)}", answer) for s, answer in overdue]
    rows = [Row((view.name(answer.owner), text, assignment.due, status_word(view, answer))) for assignment, text, answer in named]
    return Block(fields, tuple(rows), heading=view.phrases.word("overdue_title"), name="overdue_assignments")


@dataclass(frozen=True)
class AssignmentPage:
    """The page as one reader sees it."""

    view: View

    @property
    def fields(self) -> tuple[Field, ...]:
        """The columns; what paper has no room for comes last."""
        heading, followup = self.view.phrases.heading, self.view.history is not None
        return (
            Field(heading("id"), "id", 9),
            Field(heading("assignment"), width=38 if followup else 48, least=34),
            Field(heading("responsible_board"), "name", 22 if followup else 24),
            Field(heading("assignment_due"), "date", 12),
            Field(heading("status"), "status", 25),
            *((Field(heading("comment"), width=38),) if followup else ()),
            Field(heading("how"), width=36 if followup else 52),
            *(() if followup else (Field(heading("responsible_role"), width=20),)),
            Field(heading("given_by"), width=30, screen=True),
            Field(heading("last_status"), width=26, screen=True),
            Field(heading("council_goal"), width=60, screen=True),
            Field(heading("rest"), width=60, screen=True),
            Field(heading("source"), "link", LINK_WIDTH, screen=True),
        )

    @cached_property
    def _columns(self) -> Sequence[ReportColumn]:
        return report_columns(self.view, ASSIGNMENT_TABLES[self.view.history is not None])

    def list_rows(self, standing: AssignmentStanding) -> Iterator[Row]:
        """Yield an assignment's rows: what it comes to, then each who answers for it; one row where one does, and it is not closed."""
        alone = len(standing.answers) == 1 and standing.state != CLOSED
        if not alone:
            yield self._whole_row(standing)
        for answer in standing.answers:
            if alone or standing.state != CLOSED or answer.row:
                yield self._answer_row(standing.assignment, answer, alone=alone)

    def _whole_row(self, standing: AssignmentStanding) -> Row:
        view, assignment = self.view, standing.assignment
        head = self._head(assignment, self._responsible(standing), whole_word(view, standing))
        return Row((*head, self._whole_remark(standing), None, *self._tail(assignment)), weight=BOLD)

    def _whole_remark(self, standing: AssignmentStanding) -> str | None:
        """Say by which decision it was closed, or how many of several who answer for it say what."""
        if standing.state == CLOSED:
            return standing.assignment.closing_decision
        return count_words(self.view, [answer.state for answer in standing.answers]) if self.view.history else None

    def _answer_row(self, assignment: Assignment, answer: AnsweredAssignment, *, alone: bool) -> Row:
        view, row = self.view, answer.row or {}
        more, amounts = describe_rest(view, row, self._columns, _SHOWN) if row else (None, ())
        said = (row.get("comment"), row.get("how")) if view.history else (row.get("how"), row.get("responsible"))
        last = view.scope.forms.label("assignment_status", answer.last)[view.scope.language] if answer.last else None
        link = view.row_link(row) if row else None
        who = view.name(answer.owner) if view.board is None else name_responsible(self.view, assignment)
        head = self._head(assignment, who, status_word(view, answer))
        level = int(not alone)
        tail = self._tail(assignment, last, more, link)
        return Row((*head, *said, *tail), int(row["_source"]) if row else None, level=level, indent=level, amounts=amounts)

    def _head(self, assignment: Assignment, who: str | None, status: str) -> tuple[Any, ...]:
        due = assignment.due if assignment.due != date.max else None
        return (assignment.assignment_id, assignment.text, who, due, status)

    def _tail(self, assignment: Assignment, last: str | None = None, more: str | None = None, link: Any = None) -> tuple[Any, ...]:
        goal = self.view.label(assignment.goal_id) or assignment.goal_id if assignment.goal_id else None
        return (decisions_word(self.view, assignment), last, goal, more, link)

    def _responsible(self, standing: AssignmentStanding) -> str | None:
        """Say who answers for an assignment: all boards, one by name, or how many they are; to a board all of them by name."""
        answers = standing.answers
        if self.view.board is not None or EVERYBODY in standing.assignment.responsible or len(answers) == 1:
            return name_responsible(self.view, standing.assignment)
        return self.view.phrases.word("n_responsible", n=len(answers))
