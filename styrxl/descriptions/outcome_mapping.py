"""What ``outcomes.yaml`` may hold: how an export of the municipality's accounts is read, and which of its rows are whose."""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, model_validator

from styrxl.descriptions.base_models import Filled, Part, wrong
from styrxl.descriptions.models import Key

FILE = "outcomes.yaml"
AMOUNT_COLUMNS = ("amount", "debit", "credit", "revenue", "cost")
_WAYS = ({"amount"}, {"debit", "credit"}, {"revenue", "cost"}, {"months"})
_MONTHS = 12

Heading = Annotated[Filled, Field(description="As it stands in the export; * stands for anything")]
Patterns = Annotated[list[str], Field(min_length=1)]
Where = Annotated[
    dict[Key, Patterns], Field(description='COLUMN: [2110, 2200-2299, "24*", "" for an empty one]; a row must fit all columns named')
]


class Export(Part):
    """How the export is written."""

    format: Literal["table", "sie"] = Field(default="table", description="CSV or a workbook, or a SIE file of type 3 or 4")
    unit: Literal["kronor", "tkr", "mkr"] = Field(default="kronor", description="What amounts are in; needed for a table")
    signs: Literal["ledger", "result", "plain"] = Field(
        default="ledger", description="ledger: revenue has a minus; result: costs have; plain: neither has; needed for a table"
    )
    sheet: str = Field(default="", description="The sheet of a workbook; the first with the headings, if nothing is said")
    encoding: Literal["utf-8", "utf-16", "cp1252", "cp437"] = Field(default="utf-8", description="Found out, if nothing is said")
    delimiter: Literal[";", ",", "tab", "|"] = Field(default=";", description="Found out, if nothing is said")
    decimal: Literal[",", "."] = Field(default=",", description="The decimal mark; found out, if nothing is said")
    fill_down: list[str] = Field(default=[], description="Columns in which an empty cell means what stands above it")

    @property
    def given(self) -> set[str]:
        """The keys that are said."""
        return self.model_fields_set


class Amounts(Part):
    """Which columns hold the amounts: amount, debit and credit, revenue and cost, or months."""

    amount: Heading = Field(default="-", description="One column for all")
    debit: Heading = Field(default="-", description="Debit, with credit beside it")
    credit: Heading = Field(default="-", description="Credit, with debit beside it")
    revenue: Heading = Field(default="-", description="Revenue, with cost beside it")
    cost: Heading = Field(default="-", description="Cost, with revenue beside it")
    months: list[Heading] = Field(default=[], max_length=_MONTHS, min_length=1, description="One column a month, from January")

    @model_validator(mode="after")
    def _check_one_way(self) -> Amounts:
        if self.model_fields_set not in _WAYS:
            raise wrong("amount-columns")
        return self


class LeftOut(Part):
    """Rows that are no outcome."""

    why: Filled = Field(description="Why; it is told")
    where: Where = Field(description="Which rows")


class Place(Part):
    """Rows that are an owner's."""

    owner: str = Field(default="", description="The owner's id, as in the sheet Organisation")
    owner_from: str = Field(default="", description="The column that holds the owner's id or name")
    activity: str = Field(
        default="", description="The activity, as written in the board's budget; the owner as a whole, if nothing is said"
    )
    activity_from: str = Field(default="", description="The column that holds the activity")
    where: Where = Field(default={}, description="Which rows; all, if nothing is said")

    @model_validator(mode="after")
    def _check_one(self) -> Place:
        if bool(self.owner) == bool(self.owner_from) or (self.activity and self.activity_from):
            raise wrong("one-owner")
        return self


class OutcomeMapping(Part):
    """Which rows of an export of the accounts are whose revenue and cost."""

    export: Export = Field(description="How the export is written")
    columns: dict[Key, Heading] = Field(min_length=1, description="NAME: heading; the names are used below. period: the row's month")
    amounts: Amounts = Field(default=Amounts(amount="-"), description="Where the amounts are; needed for a table")
    revenue: Where = Field(default={}, description="Rows that are revenue, most often by account; with cost, or net alone is known")
    cost: Where = Field(default={}, description="Rows that are cost")
    sums: Where = Field(default={}, description="Rows that are sums of others, beside those that say so")
    no_sums: Where = Field(default={}, description="Rows that are no sums, though they look like some")
    leave_out: list[LeftOut] = Field(default=[], description="Rows that are no outcome, such as balance accounts; they go before places")
    internal: list[Where] = Field(default=[], description="Rows that are internal: placed as others, and told apart")
    places: list[Place] = Field(min_length=1, description="Whose rows are whose; a row may fit one alone")

    units: list[Place] = Field(
        default=[], description="Which of those rows are units', for units whose outcomes are followed up; the boards keep them too"
    )

    @model_validator(mode="after")
    def _check_signs(self) -> OutcomeMapping:
        by_column = "revenue" in self.amounts.model_fields_set
        if bool(self.revenue) != bool(self.cost):
            raise wrong("revenue-and-cost")
        if self.export.signs == "plain" and not (self.revenue or by_column):
            raise wrong("plain-needs-both")
        return self

    @property
    def splits(self) -> bool:
        """Whether it tells revenue from cost."""
        return bool(self.revenue) or "revenue" in self.amounts.model_fields_set


class _TextLoader(yaml.BaseLoader):
    """Reads every value as the text that it is written as: 0210 is a cost centre, not the number 136."""


def read_content(data: bytes) -> Any:
    """Return what a mapping's YAML says, all values as texts; raises yaml.YAMLError, UnicodeDecodeError."""
    return yaml.load(data.decode("utf-8-sig"), Loader=_TextLoader)  # noqa: S506 -- it makes texts alone


def read_mapping(data: bytes) -> OutcomeMapping:
    """Return the mapping that a checked file holds."""
    return OutcomeMapping.model_validate(read_content(data))


def read_outcome_example(language: str) -> str:
    """Return a commented mapping to begin with, in a language."""
    return resources.files("styrxl.descriptions").joinpath(f"outcome_example.{language}.yaml").read_text("utf-8")
