"""What the YAML of a form may hold that others designed: where its tables stand, in its own words."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from styrxl.descriptions.base_models import Filled, Part, Text, wrong
from styrxl.descriptions.models import Answer, Key, ListEntry, Spelling

_CELL = re.compile(r"[A-Z]{1,3}[1-9]\d{0,6}")
_MOST_HEADING_ROWS = 10
_OF_ONE_LAYOUT = {"heading_rows": "rows", "answers": "down"}


def _check_cell(cell: str) -> str:
    if not _CELL.fullmatch(cell):
        raise wrong("bad-cell", value=cell)
    return cell


def _choose(plain: str, other: str) -> Discriminator:
    return Discriminator(lambda value: other if isinstance(value, dict) else plain)


OwnWords = Annotated[Annotated[Filled, Tag("plain")] | Annotated[Text, Tag("both")], _choose("plain", "both")]
Marker = Annotated[
    Annotated[Filled, Tag("anywhere")] | Annotated[dict[str, Filled], Field(min_length=1, max_length=1), Tag("column")],
    _choose("anywhere", "column"),
]
_OneLayout = Literal["rows", "down"]


class OwnerCell(Part):
    """The cell that says whose a workbook is."""

    sheet: Filled = Field(description="The sheet's name, as the workbook has it")
    cell: Annotated[str, AfterValidator(_check_cell)] = Field(default="", description="The cell, such as C4")
    label: Filled = Field(default="-", description="The label beside which it stands")
    answers: Literal["right", "below"] = Field(default="right", description="Where it stands by its label")

    @model_validator(mode="after")
    def _check_one(self) -> OwnerCell:
        if len(self.model_fields_set & {"cell", "label"}) != 1:
            raise wrong("cell-or-label")
        return self


class ForeignColumn(Answer):
    """A column, or a labelled answer, of a form that others designed."""

    heading: OwnWords = Field(description="Its heading there; of several rows all of them, from above: Financial year 2027 (Apr to Jun)")


class ForeignSheet(Part):
    """A table on a sheet that others designed; several may stand on one sheet."""

    name: OwnWords = Field(description="The sheet's name, as the workbook has it")
    table: Filled = Field(description="The schema of its table, schemas/TABLE.yaml")
    layout: _OneLayout = Field(default="rows", description="One row each, or labels downwards with an answer each")
    begins: Filled = Field(default="-", alias="from", description="A text above the table's headings, where several are alike")
    until: Marker = Field(default="-", description="A text on the row that ends the table; FIELD: text where it stands in that column")
    heading_rows: int = Field(default=1, ge=1, le=_MOST_HEADING_ROWS, description="Rows that its headings take")
    answers: Literal["right", "below"] = Field(default="right", description="Where answers stand by their labels")
    skip: list[Filled] = Field(default=[], description="Texts of rows that are help or sums; one may end in … for what follows")
    optional: bool = Field(default=False, description="Whether it may stay empty")
    at_least: int = Field(default=0, ge=0, description="Rows that must be filled in")
    unless: dict[str, list[str]] = Field(default={}, description="SHEET.FIELD: [codes] under which at_least does not hold")
    order: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = Field(
        default=[], description="Pairs of fields, of which the first comes first"
    )
    unique: list[str] = Field(default=[], description="Fields that together stand once")
    columns: dict[Key, ForeignColumn] = Field(min_length=1, description="What is read of it, by field")
    after: str = Field(default="", description="The sheet that it comes after")
    rounds: list[str] = Field(default=[], description="The rounds in which it is there; in all, if nothing is said")

    @model_validator(mode="after")
    def _check_layout(self) -> ForeignSheet:
        for key in sorted(self.model_fields_set & _OF_ONE_LAYOUT.keys()):
            if self.layout != _OF_ONE_LAYOUT[key]:
                raise wrong("key-of-layout", key=key, layout=_OF_ONE_LAYOUT[key])
        return self


class ForeignForm(Part):
    """A kind of workbook that others designed: it is never handed out, only read."""

    form: str = Field(description="Its name, as the file is called")
    extends: str = Field(default="", description="The form that this file is laid over; what it takes away says omit: true")
    version: int = Field(ge=1, description="Its version, a whole number")
    foreign: Literal[True] = Field(description="true: others designed it")
    level: Literal["board", "unit", "administration", "common", "company", "joint_authority"] = Field(description="Who fills it in")
    rounds: list[str] = Field(description="The kinds of rounds in which it comes, as in rounds.yaml")
    title: OwnWords = Field(description="What the workbook is called")
    identity: OwnerCell = Field(default=OwnerCell(sheet="-", cell="A1"), description="The cell that says whose it is, by id or name")
    blank: list[Spelling] = Field(default=[], description="Texts that mean that a cell is empty, such as Please select")
    units: list[Spelling] = Field(default=[], description="What stands beside numbers and is no part of them, such as £")
    lists: dict[Key, Annotated[dict[str, ListEntry], Field(min_length=1)]] = Field(default={}, description="Lists of its own")
    sheets: dict[Key, ForeignSheet] = Field(min_length=1, description="Its tables, by key")


def is_foreign(form: Any) -> bool:
    """Tell whether a description is of a form that others designed."""
    return isinstance(form, dict) and "foreign" in form
