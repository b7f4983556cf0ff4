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

    min_value: Amount
    max_value: Amount
    include_min: bool = True
    include_max: bool = True

    @model_validator(mode="after")
    def _check_bounds(self) -> Range:
        low, high = self.min_value, self.max_value
        numbers = [bound for bound in (low, high) if isinstance(bound, int | float)]
        if len(numbers) == 1 or (numbers[0] > numbers[1] if numbers else str(low) > str(high)):
            raise wrong("bounds-crossed", low=str(low), high=str(high))
        return self


class Length(Part):
    """How long a text may be."""

    min_value: int = Field(default=0, ge=0)
    max_value: int = Field(default=32_767, ge=1)

    @model_validator(mode="after")
    def _check_bounds(self) -> Length:
        if self.min_value > self.max_value:
            raise wrong("bounds-crossed", low=str(self.min_value), high=str(self.max_value))
        return self


class Checks(Part):
    """What must hold in each cell."""

    isin: list[Any] = Field(default=[""], min_length=1)
    in_range: Range = Range(min_value=0, max_value=0)
    greater_than: Amount = 0
    greater_than_or_equal_to: Amount = 0
    less_than: Amount = 0
    less_than_or_equal_to: Amount = 0
    str_length: Length = Length()
    str_matches: Annotated[Filled, AfterValidator(check_expression)] = "."


class TableField(Part):
    """A column of a table."""

    title: str | None = None
    description: str | None = None
    dtype: Literal["str", "Int64", "float64", "datetime64[ns]", "object"]  # object: numbers, and words of a list
    nullable: bool = False
    unique: bool = False
    required: bool = True
    coerce: Literal[False] = False
    regex: Literal[False] = False
    checks: Checks | None = None

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

    schema_type: Literal["dataframe"]
    version: Any = None
    api: Literal["pandas"] = "pandas"
    title: str | None = None
    description: str | None = None
    name: str | None = None
    columns: dict[Key, TableField] = Field(min_length=1)
    unique: list[str] | None = None
    strict: Literal[False] = False
    coerce: Literal[False] = False
    ordered: Literal[False] = False
    checks: None = None
    index: None = None
    dtype: None = None
