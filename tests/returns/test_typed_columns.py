"""References as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.returns.typed_columns import read_goal_ids, read_organisation_ids


@pytest.mark.parametrize(
    "raw, value",
    [
        ("KF-M1", "KF-M1"),
        (" kf-m1 Invånarna är mer delaktiga ", "KF-M1"),
        ("UBN-2027-A3 Bygga 5,5 kilometer väg; och en bro", "UBN-2027-A3"),
        ("KF-M1; KF-M2", "KF-M1;KF-M2"),
        ("KF-M1 Det ena, kf-m2 Det andra", "KF-M1;KF-M2"),
        ("KF-M1\nUBN-ÅBY-M2", "KF-M1;UBN-ÅBY-M2"),
        ("KF-M1;", "KF-M1"),
        ("Bygga 5,5 kilometer väg", "Bygga 5,5 kilometer väg"),
        ("  ", None),
    ],
)
def test_goals(raw: str, value: str | None) -> None:
    """An entry of the drop-down, an id alone, or several; a text without an id stays, to be looked up."""
    assert read_goal_ids(raw).value == value


@pytest.mark.parametrize(
    "raw, value",
    [
        ("UBN", "UBN"),
        ("ubn Utbildningsnämnden", "UBN"),
        ("UBN; KFN", "UBN;KFN"),
        ("UBN, KFN", "UBN;KFN"),
        ("Kultur- och fritidsnämnden", None),
    ],
)
def test_organisations(raw: str, value: str | None) -> None:
    """As for goals; a name alone stays as it is."""
    assert read_organisation_ids(raw).value == (value or raw)


@given(st.lists(st.tuples(st.sampled_from(["KF-M1", "UBN-M12", "UBN-2027-A3"]), st.text("abc ,5", max_size=12)), min_size=1, max_size=4))
def test_entries_that_were_chosen_are_their_ids(entries: list[tuple[str, str]]) -> None:
    """Whatever texts goals have, entries with semicolons between are read as their ids."""
    assert read_goal_ids("; ".join(f"{code} {text}" for code, text in entries)).value == ";".join(code for code, _ in entries)
