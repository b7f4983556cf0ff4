"""Forms as values: sheets, their columns and what must hold between them; template, reading, checking and reports all follow from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from styrxl.model.rounds import RoundKind

EVERYBODY = "all"  # what stands for all that may be named in a column, where they are not named
MANY = 2_000  # rows that any sheet may be asked to have
LANGUAGES = ("sv", "en")
BOOKED_AMOUNTS = ("revenue", "cost", "net", "result")  # what a column may take from the accounts
BOOKED_REMARK = "remark"  # the column in which owners say what is wrong with what they were given from there
NUMBER = "number"  # what fits in a column that takes words too
_OF_PLANS = (
    "confirmation",
    "goal_responses",
    "goals",
    "commitments",
    "indicators",
    "budget",
    "unit_frames",
    "investments",
    "plan_elsewhere",
)
_OF_FOLLOWUPS = (
    "report_status",
    "contribution_status",
    "goal_assessments",
    "commitment_status",
    "added_commitments",
    "outcomes",
    "board_explanations",
    "unit_outcomes",
)
PLAN_TABLES = frozenset((*_OF_PLANS, *_OF_FOLLOWUPS, "investment_outcomes", "indicator_outcomes"))
ASSIGNMENT_TABLES = ("assignment_plans", "assignment_status")  # of plans, of follow-ups: they hang on the council's plan alone
Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Past:
    """A condition: a deviation past the municipality's thresholds, which count in percent of ``base``."""

    base: str
    deficit: bool = False  # below zero alone


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A condition: a number that is as high as a limit, or higher."""

    limit: float


@dataclass(frozen=True, slots=True)
class Given:
    """A condition: something stands there."""


# field -> the codes of which it must have one (none: it must be empty), what its deviation must be past, how high it must be, or anything
Condition = Mapping[str, tuple[str, ...] | Past | AtLeast | Given]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet (or, laid out downwards, a labelled answer)."""

    field: str
    heading: Text
    kind: str  # text, integer, number, date, choice, ref
    required: bool = False
    star: bool | None = None  # whether its heading has one; None: where it is required
    required_when: Condition = attribute(default_factory=dict)
    explains: bool = False  # its absence is an explanation that is missing
    locked: bool = False
    locked_when_prefilled: bool = False
    asked_when: Condition = attribute(default_factory=dict)  # in the rows given beforehand that do not meet it, it is locked
    hidden: bool = False  # never shown: what other columns' conditions rest on
    answers_by: Mapping[str, Mapping[str, tuple[str, ...]]] = attribute(default_factory=dict)  # field -> its code -> words, NUMBER
    unit: str | None = None
    signed: bool = False
    credit: bool = False  # money that ledgers export with a minus sign
    any_year: bool = False  # a date that need not be in the round's year: a day and month alone do not say which it is in
    width: int = 16
    help: Text | None = None
    list: str | None = None
    source: tuple[str, ...] = ()  # where a drop-down of goals, units … comes from
    kinds: tuple[str, ...] = ()  # which kinds of organisation may be meant
    many: bool = False
    everybody: Text | None = None  # the word by which all that may be named are meant, where there is one
    number: str | None = None  # pattern of ids that are numbered in advance
    formula: Mapping[str, tuple[str, ...]] | None = None  # {"plus": fields, "minus": fields, "times": fields, "needs": …}
    default: str | None = None  # year_start, year_end
    within_year: bool = False
    own: bool = False  # of a workspace or profile: stands in no schema
    low: float | None = None
    high: float | None = None
    max_length: int | None = None
    also: tuple[str, ...] = ()  # other headings under which it is found
    code: bool = False  # a text that may be a mere number, such as a paragraph
    whole: bool = False  # a choice whose codes are whole numbers
    hide_empty: bool = False  # hidden where nothing in it is filled in beforehand, though rows are
    closing: str = ""  # what the sheet's closing row has of it: asked, given, none
    spread: bool = False  # its amounts are to come to what the closing row is given
    base: str = ""  # the field that thresholds count in per cent of, where newer amounts from the accounts are held against an answer
    booked: str = ""  # what the accounts fill it in with (one of BOOKED_AMOUNTS), or BOOKED_REMARK

    @property
    def from_accounts(self) -> bool:
        """Whether the accounts fill it in, where they have a figure; such a cell is protected, and what was issued counts."""
        return self.booked in BOOKED_AMOUNTS

    @property
    def locked_when_given(self) -> bool:
        """Whether its cells are protected where they are filled in beforehand, and only there."""
        return self.locked_when_prefilled or self.from_accounts

    @property
    def asked(self) -> bool:
        """Whether the owner answers here (neither locked, numbered nor worked out)."""
        return not (self.locked or self.number or self.formula)

    @property
    def has_drop_down(self) -> bool:
        """Whether its cells offer a list to choose from: not where several may be named in one."""
        return self.asked and not self.many and (self.kind in {"choice", "ref"} or self.takes_words)

    @property
    def takes_words(self) -> bool:
        """Whether a number or one of a list's words is answered in it."""
        return self.kind == "number" and self.list is not None

    @property
    def words_by_code(self) -> frozenset[str]:
        """The words that fit in some rows alone; others of its list fit in all."""
        return frozenset({word for by_code in self.answers_by.values() for fitting in by_code.values() for word in fitting})

    def list_fitting(self, codes: Mapping[str, object]) -> tuple[str, ...]:
        """Return what is to stand in a row whose other answers have these codes: words, ``NUMBER``."""
        found = (by_code.get(str(codes.get(field))) for field, by_code in self.answers_by.items())
        return next((fitting for fitting in found if fitting is not None), (NUMBER,))

    def fits(self, value: object, codes: Mapping[str, object]) -> bool:
        """Tell whether a number or word may stand in a row whose other answers have these codes."""
        fitting = self.list_fitting(codes)
        return (value in fitting or value not in self.words_by_code) if isinstance(value, str) else NUMBER in fitting

    def title(self, language: str, units: Mapping[str, Text]) -> str:
        """Heading as the workbook has it: ``Name (unit)*``."""
        unit = f" ({units[self.unit][language]})" if self.unit else ""
        star = "*" if (self.required if self.star is None else self.star) and not self.locked else ""
        return f"{self.heading[language]}{unit}{star}"


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where the rows that a sheet is prefilled with come from: one of ``rows``, ``each`` and ``answers``.

    ``rows``: as they stand (field -> value; a text in both languages). ``each``: a row for each of the owner's ``units``,
    ``council_goals``, ``council_indicators`` or ``assignments``. ``answers``: a table in which the owner has answered, in the newest
    round of the kind ``of`` before this one, and there the rows that have one of the codes in ``where``. ``fields``: field of the sheet ->
    what it takes.
    """

    rows: tuple[Mapping[str, Any], ...] = ()
    each: str | None = None
    answers: str | None = None
    of: str | None = None  # the kind that this one follows, or this one itself a year before, if nothing is said
    fields: Mapping[str, str] = attribute(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limit:
    """A column whose sum is held against a frame of the owner (both tkr)."""

    column: str
    frame: str


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A last row of a sheet, about all of its rows together; what is answered in it comes back as a table of its own.

    ``names``: what it is called, the second where one of the rows is called the first already. ``asked_when``: when its answers are
    asked for. Columns say what it has of them: it is answered (``asked``), or given beforehand; money is added up, and what is worked
    out is so as in the other rows, where all is there that was given.
    """

    table: str
    names: tuple[Text, ...]
    asked_when: Condition = attribute(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a table stands on a sheet that others designed.

    ``begins``: a text above its headings, ``until`` one that stands below its last row (in the column of ``until_field``; in any where
    none is named). ``skip``: texts of rows that are no answers. ``below``: whether a label's answer stands below it, not to its right.
    """

    begins: str = ""
    until: str = ""
    until_field: str = ""
    heading_rows: int = 1
    skip: tuple[str, ...] = ()
    below: bool = False


@dataclass(frozen=True, slots=True)
class OwnerCell:
    """Where a workbook that others designed says whose it is: in a cell, or beside a label (``below``: below it)."""

    sheet: str
    cell: str = ""
    label: str = ""
    below: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a form; ``rows`` and ``down`` come back as a table, ``reading`` does not."""

    key: str
    name: Text
    layout: str
    columns: tuple[Column, ...]
    table: str | None = None
    help: Text = attribute(default_factory=dict)
    rows: int = 0
    prefilled: bool = False
    prefill: RowSource | None = None  # None: what a sheet of its key is prefilled with, if anything
    optional: bool = False
    at_least: int = 0
    unless: Mapping[str, tuple[str, ...]] = attribute(default_factory=dict)  # {"sheet.field": codes} under which at_least does not hold
    order: tuple[tuple[str, str], ...] = ()
    unique: tuple[str, ...] = ()
    limit: Limit | None = None
    limits: tuple[str, ...] = ()  # frames shown beside the answers
    break_before: str | None = None  # the column that begins a second page on paper, where the sheet is too wide for one
    frame: str | None = None  # frame shown on a sheet to read
    placing: Placing | None = None  # in a form that others designed
    needs_rows: bool = False  # left out of a workbook in which no rows of it are known beforehand
    closing: ClosingRow | None = None

    def column(self, field: str) -> Column:
        """Return the column of a field; KeyError if there is none."""
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)

    @property
    def id_column(self) -> Column | None:
        """The column of ids that styrxl wrote: numbered in advance or prefilled."""
        first = self.columns[0]
        return first if first.number or (self.prefilled and first.locked) else None

    @property
    def closing_columns(self) -> tuple[Column, ...]:
        """The columns of the closing row's table: what names it, what it is given, and what is answered in it; none where there is none."""
        if self.closing is None:
            return ()
        when = self.closing.asked_when
        every = (replace(c, required=False, required_when=when if c.closing == "asked" else {}) for c in self.columns)
        shown = (c for c in every if c.closing in {"asked", "given"} or c.field == self.columns[0].field)
        return tuple(replace(c, locked=c.closing != "asked") for c in shown)

    @property
    def booked_columns(self) -> tuple[Column, ...]:
        """The columns that the accounts fill in, where they have a figure."""
        return tuple(c for c in self.columns if c.from_accounts)

    def has_booked(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Tell whether the accounts have filled in anything in rows as issued."""
        return any(row.get(c.field) is not None for c in self.booked_columns for row in rows)

    @property
    def spread(self) -> Column | None:
        """The column whose amounts are to come to what the closing row is given in it."""
        return next((c for c in self.columns if c.spread), None) if self.closing else None

    @property
    def named(self) -> bool:
        """Whether rows are told apart by a name (an activity, a project), all of it, rather than by an id."""
        return self.id_column is not None and not self.id_column.field.endswith("id")

    @property
    def naming_column(self) -> Column | None:
        """The column by which people tell apart the rows that they begin themselves; None where rows are given, or nothing names them."""
        asked = [column for column in self.columns if column.asked and self.layout == "rows"]
        if self.id_column is None:
            return asked[0] if asked and asked[0].kind in {"text", "choice", "ref"} else None
        texts = [column for column in asked if column.kind == "text"]
        return next((c for c in texts if c.required), texts[0] if texts else None) if self.id_column.number else None


@dataclass(frozen=True, slots=True)
class Words:
    """What all workbooks share: lists, units, placeholders and texts."""

    lists: Mapping[str, Mapping[str, Text]]
    units: Mapping[str, Text]
    unit_spellings: Mapping[str, str]  # how people write a unit in a heading -> the unit, '' for one that no column is issued in
    placeholders: frozenset[str]
    dittos: frozenset[str]  # what means the cell above
    pointers: Mapping[str, Sequence[str]]  # how people point to an enclosure
    sum_words: frozenset[str]
    whole_names: frozenset[str]  # what a row of all rows is called besides
    days: Mapping[str, Any]  # how people write days and parts of a year
    texts: Mapping[str, Text]

    def text(self, key: str, language: str, **facts: object) -> str:
        """Return a text in a language, its ``{names}`` filled in."""
        return self.texts[key][language].format(**facts) if facts else self.texts[key][language]


def list_offered(entries: Mapping[str, Mapping[str, Any]]) -> list[Text]:
    """Return the entries of a list that drop-downs show."""
    return [entry for entry in entries.values() if entry.get("offered", True)]


NO_WORDS = Words({}, {}, {}, frozenset(), frozenset(), {}, frozenset(), frozenset(), {}, {})


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of workbook, in one of its profiles."""

    name: str
    version: int
    level: str
    rounds: tuple[str, ...]
    title: Text
    purpose: Text
    steps: tuple[Text, ...]
    sheets: tuple[Sheet, ...]
    lists: Mapping[str, Mapping[str, Text]]
    profile: str | None = None
    kind: str | None = None  # of round, where the form differs between them; None for all that it has in any
    followup: bool = False  # whether its rounds follow others up
    final: bool = False  # whether its round says how the year ended
    edition: str = ""  # what tells it from the form as it was, or will be
    words: Words = NO_WORDS  # those of its time
    foreign: bool = False  # whether others designed it: it is never issued, only read
    blank: tuple[str, ...] = ()  # texts that mean an empty cell, where others designed it
    units: tuple[str, ...] = ()  # what may stand beside numbers there, and is no part of them
    owner_cell: OwnerCell | None = None

    def serves(self, kind: RoundKind) -> bool:
        """Tell whether the form is one of a kind of round."""
        return any(key in self.rounds for key in kind.keys)

    @property
    def tables(self) -> tuple[Sheet, ...]:
        """The sheets that come back as tables."""
        return tuple(sheet for sheet in self.sheets if sheet.table)

    @property
    def booked_sheets(self) -> tuple[Sheet, ...]:
        """The sheets that the accounts fill in, where they have an amount; their rows are known beforehand."""
        return tuple(sheet for sheet in self.tables if sheet.booked_columns and sheet.id_column)

    @property
    def about_plans(self) -> bool:
        """Whether any of its tables is one of a plan or its follow-up; if not, it is a collection that hangs on no plan."""
        return any(sheet.table in PLAN_TABLES for sheet in self.sheets)

    def sheet(self, key: str) -> Sheet:
        """Return a sheet by its key; KeyError if the form has none."""
        for sheet in self.sheets:
            if sheet.key == key:
                return sheet
        raise KeyError(key)


def extend_rows(form: Form, rows: int | None) -> Form:
    """Return the form with at least so many rows on each sheet that is numbered in advance.

    Beyond ``MANY`` rows only the longest sheet grows: it is units that there are thousands of, not goals.
    """
    if not rows:
        return form
    longest = max(s.rows or 0 for s in form.sheets)
    sheets = tuple(replace(s, rows=max(rows if s.rows == longest else min(rows, MANY), s.rows)) if s.rows else s for s in form.sheets)
    return replace(form, sheets=sheets)


def select_sheets(form: Form, rows: Mapping[str, Sequence[Any]]) -> Form:
    """Return the form without the sheets that are left out where none of their rows is known beforehand (``rows``: by sheet)."""
    sheets = tuple(sheet for sheet in form.sheets if not sheet.needs_rows or rows.get(sheet.key))
    return form if len(sheets) == len(form.sheets) else replace(form, sheets=sheets)


def select_columns(form: Form, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> Form:
    """Return the form without the columns on what the accounts say, where they say nothing (``rows``: those given beforehand, by sheet)."""
    sheets = tuple(_select_columns(sheet, rows.get(sheet.key, ())) for sheet in form.sheets)
    return form if sheets == form.sheets else replace(form, sheets=sheets)


def _select_columns(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> Sheet:
    columns = sheet.columns if sheet.has_booked(rows) else tuple(c for c in sheet.columns if c.booked != BOOKED_REMARK)
    return sheet if len(columns) == len(sheet.columns) else replace(sheet, columns=columns)
