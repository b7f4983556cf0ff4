"""What the YAML of forms, tables, rounds and words may hold: the one description of it, from which ``sheets/form.schema.json`` is made.

A value that differs between rounds (``{t1: …, year: …}``) is looked at round by round, so that each is described as if it never did.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from styrxl.descriptions.base_models import Filled, Part, Text, wrong
from styrxl.descriptions.sheet_name_checks import find_fault

LONGEST_HEADING = 200  # letters: with unit, star and number a column's name in a table of a report, which Excel allows 255
LONGEST_UNIT = 30  # letters, for the same reason
LONGEST_WORD = 250  # letters; Excel looks up no more than 255
LONGEST_TEXT = 500  # letters: several of them stand in one formula
_SHOWN = 40  # letters of a text that is too long
_NUMBER_FIELDS = {"owner": "X", "year": "2027", "n": "1"}
_WIDEST = 255  # Excel's
_MANY_ROWS = 20_000
_A_LEAP_YEAR = 2028


def _check_sheet_name(name: str) -> str:
    if fault := find_fault(name):
        code, facts = fault
        raise wrong(code, **facts)
    return name


def _limit(longest: int) -> AfterValidator:
    def check_length(text: str) -> str:
        if len(text) > longest:
            raise wrong("text-too-long", value=text[:_SHOWN].rstrip(), length=len(text), longest=longest)
        return text

    return AfterValidator(check_length)


def _check_number(pattern: str) -> str:
    try:
        made = pattern.format(**_NUMBER_FIELDS)
    except (LookupError, ValueError):
        raise wrong("bad-number", value=pattern) from None
    if made == pattern.format(**_NUMBER_FIELDS | {"n": "2"}) or "{owner}" not in pattern:
        raise wrong("bad-number", value=pattern)
    return pattern


def check_expression(pattern: str) -> str:
    """Return a regular expression that can be used; raises PydanticCustomError (bad-pattern)."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise wrong("bad-pattern", value=pattern, why=str(error)) from None
    return pattern


def _check_day(day: str) -> str:
    try:
        month, number = day.split("-")
        date(_A_LEAP_YEAR, int(month), int(number))
        date(_A_LEAP_YEAR + 1, int(month), int(number))
    except ValueError:
        raise wrong("bad-day", value=day) from None
    return day


def _to_text(value: Any) -> Any:
    """Return a spelling as it was written where YAML took it for a number or for true and false: nothing else can be meant."""
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float) else value


Key = Annotated[str, StringConstraints(pattern=r"^[^\W_]\w*$")]
RoundKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9åäö]*(-[a-z0-9åäö]+)*$")]
Spelling = Annotated[Filled, BeforeValidator(_to_text)]
Names = list[str]
Spellings = list[Spelling]
SheetName = Annotated[Filled, AfterValidator(_check_sheet_name)]


class NameOfSheet(Text):
    """What a sheet is called."""

    sv: SheetName = Field(description="Swedish; at most 31 letters")
    en: SheetName = Field(description="English; at most 31 letters")


class Heading(Text):
    """What a column is called."""

    sv: Annotated[Filled, _limit(LONGEST_HEADING)] = Field(description="Swedish; at most 200 letters")
    en: Annotated[Filled, _limit(LONGEST_HEADING)] = Field(description="English; at most 200 letters")


class Unit(Text):
    """What a unit is called."""

    sv: Annotated[Filled, _limit(LONGEST_UNIT)] = Field(description="Swedish; at most 30 letters")
    en: Annotated[Filled, _limit(LONGEST_UNIT)] = Field(description="English; at most 30 letters")


class SharedText(Text):
    """A text that is the same in all forms."""

    sv: Annotated[Filled, _limit(LONGEST_TEXT)] = Field(description="Swedish; at most 500 letters")
    en: Annotated[Filled, _limit(LONGEST_TEXT)] = Field(description="English; at most 500 letters")


class ListEntry(Text):
    """An entry of a drop-down, and what else people write when they mean it."""

    sv: Annotated[Filled, _limit(LONGEST_WORD)] = Field(description="Swedish; at most 250 letters")
    en: Annotated[Filled, _limit(LONGEST_WORD)] = Field(description="English; at most 250 letters")
    also: list[Spelling] = Field(default=[], description="Synonyms: read as this entry, and told")
    after: str = Field(default="", description="The entry that it comes after")
    offered: bool = Field(default=True, description="Whether drop-downs show it; one that they do not show is read all the same")


class Formula(Part):
    """A sum or product of columns, worked out in each row."""

    plus: list[str] = Field(default=[], description="Fields that are added")
    minus: list[str] = Field(default=[], description="Fields that are subtracted")
    times: list[str] = Field(default=[], description="Fields that are multiplied, all of which it needs")
    needs: list[str] = Field(default=[], description="Fields without which there is none")


class Deviation(Part):
    """A deviation past the municipality's thresholds, in percent of a field; a number that is as high as a limit; or anything at all."""

    past: str = Field(default="", description="Past them, in either direction: the field that percents are of")
    below: str = Field(default="", description="Past them as a deficit: the field that percents are of")

    at_least: int | float = Field(default=0, description="The limit that it must be at, or above")
    given: Literal[True] = Field(default=True, description="That anything stands there")

    @model_validator(mode="after")
    def _check_one(self) -> Deviation:
        if len(self.model_fields_set) != 1:
            raise wrong("past-or-below")
        return self


Condition = Annotated[
    Annotated[list[str], Tag("codes")] | Annotated[Deviation, Tag("deviation")],
    Discriminator(lambda value: "deviation" if isinstance(value, dict) else "codes"),
]


class Answer(Part):
    """What is answered in a column, or beside a label."""

    type: Literal["text", "integer", "number", "date"] = Field(default="text", description="What it holds, where no schema says so")
    required: bool = Field(default=False, description="Whether a row that is begun needs it")
    required_when: dict[str, Condition] = Field(default={}, description="field: [codes] of which it must have one ([]: be empty)")
    explains: bool = Field(default=False, description="Whether its absence is an explanation that is missing")
    unit: str = Field(default="", description="Unit, as in words.yaml")
    signed: bool = Field(default=False, description="Whether an amount may be below zero")
    credit: bool = Field(default=False, description="Money that accounting systems export with a minus sign")
    any_year: bool = Field(default=False, description="A date that need not be in the round's year")
    width: int = Field(default=16, ge=1, le=_WIDEST, description="Width in letters")
    list: str = Field(default="", description="The list of words.yaml or of this form that it is chosen from")
    source: Names = Field(default=[], description="What goals, units … it is chosen from; own:SHEET for this workbook's own")
    kinds: Names = Field(default=[], description="Which kinds of organisation may be meant")
    many: bool = Field(default=False, description="Whether several may be named, with semicolons between")
    everybody: Text = Field(default=Text(sv="-", en="-"), description="The word that means all that may be named")
    code: bool = Field(default=False, description="Whether its answers are numbers or names of things, as an activity or a paragraph")
    within_year: bool = Field(default=False, description="Whether a date outside the round's year is asked about")
    also: Spellings = Field(default=[], description="Other headings under which it is found")
    after: str = Field(default="", description="The column that it comes after")
    rounds: Names = Field(default=[], description="The rounds in which it is there; in all, if nothing is said")


class Column(Answer):
    """A column of a sheet, or a labelled answer."""

    heading: Heading = Field(description="Heading, without unit and star")
    star: bool = Field(default=True, description="Whether its heading has a star; where it is required, if nothing is said")
    locked: bool = Field(default=False, description="Whether it is filled in beforehand and protected")
    locked_when_prefilled: bool = Field(default=False, description="Whether it is protected where it is filled in beforehand")
    booked: Literal["revenue", "cost", "net", "result", "remark"] = Field(
        default="net", description="What the accounts fill it in with, protected; or the column that says what is wrong with that"
    )
    base: str = Field(default="", description="Beside booked: remark, the field that a change is per cent of")
    asked_when: dict[str, Condition] = Field(
        default={}, description="When it is asked for, as in required_when: protected in the rows given beforehand that do not meet it"
    )
    hidden: bool = Field(default=False, description="Whether it is never shown: what the conditions of other columns rest on")
    answers_by: dict[str, dict[str, list[str]]] = Field(
        default={},
        description="Field: {code: [words of the list, number]} that fit where it has that code, in a column of numbers and words",
    )
    hide_empty: bool = Field(default=False, description="Whether it is hidden in a workbook in which nothing in it is filled in beforehand")
    help: Text = Field(default=Text(sv="-", en="-"), description="What is shown where the cell is chosen")
    number: Annotated[str, AfterValidator(_check_number)] = Field(default="", description="Ids numbered in advance: {owner}-{year}-A{n}")
    formula: Formula = Field(default=Formula(), description="What it is worked out from")
    closing: Literal["asked", "given", "none"] = Field(default="asked", description="What the sheet's closing row has of it")
    spread: bool = Field(default=False, description="Whether its amounts are to come to what the closing row is given")
    default: Literal["year_start", "year_end"] = Field(default="year_start", description="What counts where it is empty")


class RowSource(Part):
    """Where the rows that a sheet is prefilled with come from: one of rows, each and answers."""

    rows: list[dict[str, str | int | float | Text]] = Field(
        default=[], min_length=1, description="The rows: field: value, or {sv: …, en: …}"
    )
    each: Literal["units", "council_goals", "council_indicators", "assignments"] = Field(
        default="units", description="A row for each of the owner's"
    )
    answers: str = Field(default="", description="A table in which the owner has answered before")
    of: str = Field(default="", description="The kind of round in which; the one followed, or the same a year before, if nothing is said")
    fields: dict[str, str] = Field(
        default={}, description="Field of the sheet: what it takes; answers of the same field, if nothing is said"
    )
    where: dict[str, list[str]] = Field(default={}, description="Field of the answers: codes of which a row must have one")

    @model_validator(mode="after")
    def _check_one(self) -> RowSource:
        if len(self.model_fields_set & {"rows", "each", "answers"}) != 1:
            raise wrong("one-source")
        return self


class Limit(Part):
    """A sum that is held against a frame."""

    column: str = Field(description="The field that is summed")
    frame: str = Field(description="operating_frame, investment_frame or unit_frame")


class ClosingRow(Part):
    """A last row of a sheet that is about all of its rows together."""

    table: str = Field(description="The table that its answers come back as, with columns of the sheet's own")
    names: list[Text] = Field(min_length=1, description="What it is called; the second, where a row is called the first already")
    asked_when: dict[str, Condition] = Field(default={}, description="When its answers are asked for, as in required_when")


class Sheet(Part):
    """A sheet of a form."""

    name: NameOfSheet = Field(description="What the sheet is called")
    table: str = Field(default="", description="The schema of its table, schemas/TABLE.yaml")
    layout: Literal["rows", "down", "reading"] = Field(description="One row each, answers downwards, or to read")
    help: Text = Field(default=Text(sv="-", en="-"), description="What the sheet is for")
    rows: int = Field(default=0, ge=1, le=_MANY_ROWS, description="Rows to fill in")
    prefilled: bool = Field(default=False, description="Whether its rows are known beforehand")
    needs_rows: bool = Field(default=False, description="Whether it is left out of a workbook in which no rows of it are known beforehand")
    prefill: RowSource = Field(default=RowSource(answers="-"), description="Where the rows come from that it is prefilled with")
    optional: bool = Field(default=False, description="Whether it may stay empty")
    at_least: int = Field(default=0, ge=0, le=_MANY_ROWS, description="Rows that must be filled in")
    unless: dict[str, list[str]] = Field(default={}, description="SHEET.FIELD: [codes] under which at_least does not hold")
    order: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = Field(
        default=[], description="Pairs of fields, of which the first comes first"
    )
    unique: list[str] = Field(default=[], description="Fields that together stand once")
    limit: Limit = Field(default=Limit(column="", frame=""), description="A sum that is held against a frame")
    limits: list[str] = Field(default=[], description="Frames shown beside the answers")
    frame: str = Field(default="", description="Frame shown on a sheet to read")
    break_before: str = Field(default="", description="The column that begins a second page on paper")
    closing: ClosingRow = Field(default=ClosingRow(table="-", names=[Text(sv="-", en="-")]), description="A last row, about all of them")
    columns: dict[Key, Column] = Field(min_length=1, description="Its columns, by field")
    after: str = Field(default="", description="The sheet that it comes after")
    rounds: list[str] = Field(default=[], description="The rounds in which it is there; in all, if nothing is said")


class Form(Part):
    """A kind of workbook, or a profile of one."""

    form: str = Field(description="Its name, as the file is called")
    extends: str = Field(default="", description="The form that this file is laid over; what it takes away says omit: true")
    profile: str = Field(default="", description="The profile's name, as in the sheet Organisation and the file's name")
    version: int = Field(ge=1, description="Its version, a whole number")
    level: Literal["board", "unit", "administration", "common", "company", "joint_authority", "council"] = Field(
        description="Who fills it in"
    )
    rounds: list[str] = Field(description="The kinds of rounds in which it is handed out, as in rounds.yaml")
    title: Text = Field(description="What the workbook is called")
    purpose: Text = Field(description="What it is for, on its first sheet")
    steps: list[Text] = Field(description="How to fill in; {SHEET} is the name of a sheet")
    lists: dict[Key, Annotated[dict[str, ListEntry], Field(min_length=1)]] = Field(default={}, description="Lists of its own")
    sheets: dict[Key, Sheet] = Field(min_length=1, description="Its sheets, by key")


class Words(Part):
    """What all workbooks share."""

    extends: Literal["words"] = Field(default="words", description="This file is laid over the standard one")
    lists: dict[Key, Annotated[dict[str, ListEntry], Field(min_length=1)]] = Field(description="What drop-downs hold")
    units: dict[str, Unit] = Field(description="Units of columns")
    unit_spellings: dict[str, list[Spelling]] = Field(description="How people write units in headings")
    placeholders: list[Spelling] = Field(description="What is typed without being an answer")
    dittos: list[Spelling] = Field(description="What means the cell above")
    pointers: dict[str, list[Spelling]] = Field(description="How people point to an enclosure instead of answering")
    days: dict[str, Any] = Field(description="How people write days and parts of a year")
    sum_words: list[Spelling] = Field(description="How a row of sums begins or ends")
    whole_names: list[Spelling] = Field(default=[], description="What a row for all rows is called besides")
    texts: dict[str, SharedText] = Field(description="Texts that are the same in all forms")


class RoundKind(Part):
    """A kind of round that a year has."""

    name: Text = Field(description="What it is called; the year is added")
    short_name: Text = Field(default=Text(sv="-", en="-"), description="What tables and charts call it")
    words: list[Spelling] = Field(default=[], description="How people write it, beside its key")
    day: Annotated[str, AfterValidator(_check_day)] = Field(description="Month and day whose organisation and frames hold: 11-30")
    frames: Annotated[str, AfterValidator(_check_day)] = Field(
        default="", description="Month and day up to which decisions on frames count; else its day, and where it is final any day"
    )
    after: str = Field(default="", description="The kind that it comes after in the year")
    like: str = Field(default="", description="The kind whose forms, lists and conditions it has")
    follows: str = Field(default="", description="The kind whose answers it follows up")
    final: bool = Field(default=False, description="Whether it says how the year ended")
    scale: Literal["expected", "final"] = Field(default="expected", description="The words in which goals are judged")


class Rounds(Part):
    """The kinds of rounds that a year has."""

    rounds: dict[RoundKey, RoundKind] = Field(min_length=1, description="The kinds, by key, in their order")
