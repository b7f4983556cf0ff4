"""What a table's schema may hold: pandera's own YAML, with the checks for which there is a rule."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from styrxl.descriptions.base_models import Filled, Part, wrong
from styrxl.descriptions.models import Key, check_expression

Amount = int | float | str | date
_OF_TEXTS = ("str_length", "str_matches")
_OF_NUMBERS = ("in_range", "greater_than", "greater_than_or_equal_to", "less_than", "less_than_or_equal_to")


class Range(Part):
    """Between two bounds."""

    min_value: Amount = Field(description="The lower bound")
    max_value: Amount = Field(description="The upper bound")
    include_min: bool = Field(default=True, description="Whether the lower bound itself is let be")
    include_max: bool = Field(default=True, description="Whether the upper bound itself is let be")

    @model_validator(mode="after")
    def _check_bounds(self) -> Range:
        low, high = self.min_value, self.max_value
        numbers = [bound for bound in (low, high) if isinstance(bound, int | float)]
        if len(numbers) == 1 or (numbers[0] > numbers[1] if numbers else str(low) > str(high)):
            raise wrong("bounds-crossed", low=str(low), high=str(high))
        return self


class Length(Part):
    """How long a text may be."""

    min_value: int = Field(default=0, ge=0, description="Letters at least")
    max_value: int = Field(default=32_767, ge=1, description="Letters at most")

    @model_validator(mode="after")
    def _check_bounds(self) -> Length:
        if self.min_value > self.max_value:
            raise wrong("bounds-crossed", low=str(self.min_value), high=str(self.max_value))
        return self


class Checks(Part):
    """What must hold in each cell."""

    isin: list[Any] = Field(
        default=[""], min_length=1, description="It is one of these; a column that is chosen from a list has its codes here"
    )
    in_range: Range = Field(default=Range(min_value=0, max_value=0), description="A number or day between two bounds")
    greater_than: Amount = Field(default=0, description="A number or day above this")
    greater_than_or_equal_to: Amount = Field(default=0, description="A number or day of this, or above")
    less_than: Amount = Field(default=0, description="A number or day below this")
    less_than_or_equal_to: Amount = Field(default=0, description="A number or day of this, or below")
    str_length: Length = Field(default=Length(), description="A text of so many letters")
    str_matches: Annotated[Filled, AfterValidator(check_expression)] = Field(
        default=".", description="A text that begins as a regular expression says; ^ and $ hold the whole"
    )


class TableField(Part):
    """A column of a table."""

    title: str | None = Field(default=None, description="What it is, for people; not used")
    description: str | None = Field(default=None, description="What it holds, for people; the export says it")
    dtype: Literal["str", "Int64", "float64", "datetime64[ns]", "object"] = Field(
        description="What it holds: text, whole numbers, numbers, days; object: numbers, and words of a list"
    )
    nullable: bool = Field(default=False, description="Whether a cell may be empty; the form says what is required")
    unique: bool = Field(default=False, description="Whether a value may stand once alone")
    required: bool = Field(default=True, description="Whether the column has to be there; the form says which it has")
    coerce: Literal[False] = Field(default=False, description="Always false: values are typed before")
    regex: Literal[False] = Field(default=False, description="Always false: a name is a name")
    checks: Checks | None = Field(default=None, description="What must hold in each cell that is filled in")

    @model_validator(mode="after")
    def _check_kinds(self) -> TableField:
        """Refuse checks of texts on numbers and the other way about: they would fail for each answer."""
        misplaced = _OF_NUMBERS if self.dtype == "str" else _OF_TEXTS
        for name in sorted(self.checks.model_fields_set if self.checks else ()):
            if name in misplaced:
                raise wrong("check-misplaced", name=name, dtype=self.dtype)
        return self


class Table(Part):
    """What must hold in a table."""

    schema_type: Literal["dataframe"] = Field(description="Always dataframe")
    version: Any = Field(default=None, description="pandera's version; null")
    api: Literal["pandas"] = Field(default="pandas", description="Always pandas")
    title: str | None = Field(default=None, description="What it is, for people; not used")
    description: str | None = Field(default=None, description="What it holds, for people; the export says it")
    name: str | None = Field(default=None, description="Its name; not used")
    columns: dict[Key, TableField] = Field(min_length=1, description="Its columns, by field")
    unique: list[str] | None = Field(default=None, description="Fields that together stand once")
    strict: Literal[False] = Field(default=False, description="Always false: a form may have columns more")
    coerce: Literal[False] = Field(default=False, description="Always false: values are typed before")
    ordered: Literal[False] = Field(default=False, description="Always false: columns are found by their headings")
    checks: None = Field(default=None, description="Always null: what holds between columns stands in the form")
    index: None = Field(default=None, description="Always null")
    dtype: None = Field(default=None, description="Always null")
