"""What a controller says to the chapters of a report."""

from __future__ import annotations

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.web.report.report_words import PREFACE, read_report_words, write_empty_words

CHAPTERS = ("Översikt", "Åtaganden", "Ekonomi")


def test_what_stands_under_a_chapter_is_said_to_it() -> None:
    given = read_report_words("\ufeffFörord.\n\n# översikt\nEtt *gott* år.\n\n## Mer\ntext\n# Ekonomi #\n\n", CHAPTERS, "council/a.md")
    assert given.said == {PREFACE: "Förord.", "Översikt": "Ett *gott* år.\n\n## Mer\ntext", "Ekonomi": ""}
    assert given.left_out == frozenset()


@pytest.mark.parametrize("words", ["utelämna", "Utelämna.", "leave out"])
def test_a_chapter_can_be_left_out(words: str) -> None:
    given = read_report_words(f"# Åtaganden\n\n{words}\n# Ekonomi\nVi utelämnar inget.", CHAPTERS, "a.md")
    assert (set(given.left_out), given.said["Ekonomi"]) == ({"Åtaganden"}, "Vi utelämnar inget.")
    assert "Åtaganden" not in given.said


def test_a_chapter_that_there_is_not_is_told_with_its_line() -> None:
    """Else what was said to it would be lost."""
    with pytest.raises(StyrxlError) as caught:
        read_report_words("# Översikt\nx\n# Ekonomin\ny", CHAPTERS, "council/a.md")
    assert (caught.value.code, caught.value.facts["line"], caught.value.facts["chapter"]) == ("report-chapter-unknown", 3, "Ekonomin")
    assert "Ekonomi" in repr(caught.value.facts["nearest"])


def test_the_text_to_begin_with_says_nothing() -> None:
    given = read_report_words(write_empty_words(CHAPTERS), CHAPTERS, "a.md")
    assert {*given.said.values()} == {""}
    assert given.said.keys() - {PREFACE} == {*CHAPTERS}
