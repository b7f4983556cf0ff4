"""What goes on from last year, on the pages of plan and follow-up: shown as such, and not counted as new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from small_town import consolidated, town
from styrxl.model.judged import JudgedRound


def carried(judged: JudgedRound, how: dict[str, str]) -> JudgedRound:
    """Return a round in which some commitments of the plans go on from last year."""
    frame = judged.tables["commitments"]
    marks: Any = pd.Series([how.get(code) for code in frame["commitment_id"]], index=frame.index, dtype=object)
    return replace(judged, tables={**judged.tables, "commitments": frame.assign(carried=marks)})


@pytest.mark.parametrize(
    "language, heading, words, remark",
    [
        ("sv", "Från förra året", ["Fortsätter", "Preliminärt", None], "1 nya, 2 fortsätter från förra året"),
        ("en", "From last year", ["Continues", "Preliminary", None], "1 new, 2 continue from last year"),
    ],
)
def test_a_plan_says_which_of_its_commitments_are_new(language: str, heading: str, words: list[str | None], remark: str) -> None:
    """In a column of its own, which paper has too; the overview counts them apart."""
    judged, *rest = town(language)
    frame = judged.tables["commitments"]
    own = [code for code, owner in zip(frame["commitment_id"], frame["_owner"], strict=True) if owner == "UBN"]
    view, book = consolidated(carried(judged, {own[0]: "continues", own[1]: "preliminary"}), *rest)
    pages = {page.name: page for page in book.pages}
    [block] = pages[view.phrases.sheet("commitments", "name")].blocks
    at = [field.heading for field in block.fields].index(heading)
    assert not block.fields[at].screen
    assert {row.cells[0]: row.cells[at] for row in block.rows if row.cells[0] in own} == dict(zip(own, words, strict=True))
    remarks = [
        row.cells[2]
        for row in pages[view.phrases.sheet("overview", "name")].blocks[0].rows
        if row.cells[0] == view.phrases.figure("board_commitments")
    ]
    assert remarks == [remark]


def test_a_plan_in_which_all_is_new_says_nothing_of_last_year() -> None:
    """There is nothing to print, and nothing to count apart."""
    view, book = consolidated(*town())
    pages = {page.name: page for page in book.pages}
    assert [
        field.screen for field in pages[view.phrases.sheet("commitments", "name")].blocks[0].fields if field.heading == "Från förra året"
    ] in ([], [True])
    assert not any("förra året" in str(row.cells[2]) for row in pages[view.phrases.sheet("overview", "name")].blocks[0].rows)
