"""What may be published: no texts, no files, and no small group that a sum gives away."""

from __future__ import annotations

from typing import Any

import pytest

from small_year import KFN, UBN
from styrxl.export.public import make_public
from styrxl.export.resource import COUNT, FILE, REFERENCE, TEXT, DataField, Resource
from styrxl.export.table_fields import make_field
from styrxl.model.forms import Column

VALUES = ("round", "indicator", "measure", "year", "value", "code")


def make(name: str, rows: list[tuple[Any, ...]], *fields: DataField) -> Resource:
    return Resource(name, "", (DataField("round", "string", ""), DataField("owner", "string", ""), *fields), rows)


def absences(*rows: tuple[Any, ...]) -> Resource:
    fields = (
        DataField("school", "string", "", content=REFERENCE),
        DataField("status", "string", "", {"enum": ["on", "off"]}),
        DataField("women", "integer", "", content=COUNT),
        DataField("men", "integer", "", content=COUNT),
        DataField("cost", "number", ""),
        DataField("comment", "string", "", content=TEXT),
        DataField("path", "string", "", content=FILE),
    )
    return make("absences", [("2027-t1", *row) for row in rows], *fields)


def test_texts_and_files_are_left_out_and_what_is_no_code() -> None:
    given = absences((UBN, "UBN-ÅBY", "on", 7, 12, 4.0, "Text", "inbox/a.xlsx"), (KFN, "Anna Ek", "Anna", 9, 0, None, None, "b.xlsx"))
    [made] = make_public([given]).resources
    assert made.names == ("round", "owner", "school", "status", "women", "men", "cost")
    assert made.rows == [("2027-t1", UBN, "UBN-ÅBY", "on", 7, 12, 4.0), ("2027-t1", KFN, None, None, 9, 0, None)]


def test_where_a_group_is_small_all_counts_of_the_table_go() -> None:
    """Whoever knows the total, or that of both sexes, learns nothing: no number is left to take from it."""
    given = absences((UBN, "UBN-ÅBY", "on", 4, 12, 4.0, None, "a"), (KFN, "KFN-BIB", "off", 90, 80, 5.0, None, "b"))
    made = make_public([given])
    assert made.small_fields == ("absences.women", "absences.men")
    [of] = made.resources
    assert [*of.values("women"), *of.values("men")] == [None] * 4
    assert of.values("cost") == [4.0, 5.0]


@pytest.mark.parametrize("women, is_small", [(0, False), (1, True), (4, True), (5, False), (None, False)])
def test_a_small_group_is_one_to_four(women: int | None, *, is_small: bool) -> None:
    made = make_public([absences((UBN, "UBN-ÅBY", "on", women, 12, 4.0, None, "a"))])
    assert bool(made.small_fields) == is_small


def test_a_table_of_texts_alone_is_left_out() -> None:
    assert make_public([make("notes", [("2027-t1", UBN, "Hej")], DataField("note", "string", "", content=TEXT))]).resources == ()


def indicators(unit: str, *values: tuple[Any, ...], baseline: float | None = None) -> list[Resource]:
    """Return an indicator with a small one's neighbour, and values of both: measure, year, value, code."""
    about = (DataField("indicator", "string", ""), DataField("unit", "string", ""), DataField("baseline", "number", ""))
    dimension = Resource("dim_indicators", "", about, [("I1", unit, baseline), ("I2", "procent", 40.0)])
    fields = tuple(DataField(name, "string", "") for name in VALUES)
    rows = [("2027-year", "I1", *value) for value in values] + [("2027-year", "I2", "outcome", 2027, 3.0, None)]
    return [dimension, Resource("fact_indicator_values", "", fields, rows)]


def left(resources: list[Resource]) -> tuple[list[tuple[Any, ...]], tuple[str, ...]]:
    """Return what is left of the first indicator's values, and which indicators are said to be small."""
    made = make_public(resources)
    values = next(r for r in made.resources if r.name == "fact_indicator_values")
    assert ("2027-year", "I2", "outcome", 2027, 3.0, None) in values.rows
    return [row[2:4] for row in values.rows if row[1] == "I1"], made.small_indicators


def test_of_a_small_indicator_no_outcome_is_left_in_any_year() -> None:
    """Not the other sex nor both together, which would give it away; what was decided to be aimed at stays."""
    given = indicators(
        "antal",
        ("target", 2027, 3.0, None),
        ("outcome", 2026, 30.0, None),
        ("outcome", 2027, 20.0, None),
        ("outcome_women", 2027, 17.0, None),
        ("outcome_men", 2027, 3.0, None),
        baseline=25.0,
    )
    assert left(given) == ([("target", 2027)], ("I1",))
    assert make_public(given).resources[0].rows[0] == ("I1", "antal", None)


def test_one_that_was_said_to_be_of_too_few_is_small_whatever_it_counts() -> None:
    given = indicators(
        "procent", ("outcome", 2027, 80.0, None), ("outcome_women", 2027, None, "too_few"), ("outcome_men", 2027, 81.0, None)
    )
    assert left(given) == ([], ("I1",))


def test_what_it_was_to_begin_with_may_be_small() -> None:
    assert left(indicators("personer", ("outcome", 2027, 20.0, None), baseline=2.0)) == ([], ("I1",))


@pytest.mark.parametrize("unit", ["procent", "% av alla", "Andel", "tkr", "kr per elev"])
def test_shares_and_money_count_nobody(unit: str) -> None:
    assert left(indicators(unit, ("outcome", 2027, 3.0, None), baseline=2.0)) == ([("outcome", 2027)], ())


def column(kind: str, **more: Any) -> Column:
    return Column("own", {"sv": "Egen"}, kind, own=True, **more)


@pytest.mark.parametrize(
    "schema, given, kind, content",
    [
        ({}, column("text"), "string", TEXT),
        ({}, column("integer"), "integer", COUNT),
        ({}, column("number"), "number", COUNT),
        ({}, column("number", unit="tkr"), "number", "plain"),
        ({}, column("number", list="target_word"), "string", TEXT),
        ({}, column("choice", list="yes_no"), "string", REFERENCE),
        ({}, column("integer", low=1, high=4), "integer", "plain"),
        ({"dtype": "Int64", "checks": {"in_range": {"min_value": 2000, "max_value": 2100}}}, None, "integer", "plain"),
        ({"dtype": "Int64"}, None, "integer", COUNT),
        ({"dtype": "str", "checks": {"isin": ["yes"]}}, None, "string", "plain"),
        ({"dtype": "str", "checks": {"str_matches": ".*"}}, column("text"), "string", TEXT),
        ({"dtype": "str"}, None, "string", TEXT),
        ({"dtype": "datetime64[ns]"}, None, "date", "plain"),
    ],
)
def test_what_a_column_holds(schema: dict[str, Any], given: Column | None, kind: str, content: str) -> None:
    """A scale and a year count nobody; a pattern of one's own makes no text a code."""
    made = make_field("own", schema, given)
    assert (made.kind, made.content) == (kind, content)
