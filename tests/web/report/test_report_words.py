"""What a controller says to the chapters of a report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.model.errors import StyrxlError
from styrxl.web.report.report_words import (
    PREFACE,
    ChapterWords,
    read_chapters,
    read_report_words,
    write_chapter_words,
    write_empty_words,
)

CHAPTERS = ("Översikt", "Åtaganden", "Ekonomi")


def test_what_stands_under_a_chapter_is_said_to_it() -> None:
    given = read_report_words("\ufeffFörord.\n\n# översikt\nEtt *gott* år.\n\n## Mer\ntext\n# Ekonomi #\n\n", CHAPTERS, "council/a.md")
    assert given.said == {PREFACE: "Förord.", "Översikt": "Ett *gott* år.\n\n## Mer\ntext", "Åtaganden": "", "Ekonomi": ""}
    assert given.left_out == frozenset()


@pytest.mark.parametrize("words", ["utelämna", "Utelämna.", "leave out"])
def test_a_chapter_can_be_left_out(words: str) -> None:
    given = read_report_words(f"# Åtaganden\n\n{words}\n# Ekonomi\nVi utelämnar inget.", CHAPTERS, "a.md")
    assert (set(given.left_out), given.said["Ekonomi"]) == ({"Åtaganden"}, "Vi utelämnar inget.")
    assert given.said["Åtaganden"] == ""


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


def test_a_chapter_that_is_gone_and_of_which_nothing_is_said_stops_nobody() -> None:
    """A round's chapters change: the text to begin with names those that there were."""
    assert read_report_words("# Diagram\n\n\n# Ekonomi\nx\n", CHAPTERS, "a.md").said["Ekonomi"] == "x"


def test_what_is_said_to_a_chapter_is_kept_while_it_is_left_out() -> None:
    told = read_chapters("Förord\n# Åtaganden\nUtelämna.\n\nEtt *gott* år.\n", CHAPTERS, "a.md")
    assert told == (
        ChapterWords(PREFACE, "Förord"),
        ChapterWords("Översikt", ""),
        ChapterWords("Åtaganden", "Ett *gott* år.", left_out=True),
        ChapterWords("Ekonomi", ""),
    )


def test_a_chapter_that_stands_twice_says_both_until_it_is_written_anew() -> None:
    twice = "# Ekonomi\nett\n# Översikt\nx\n# Ekonomi\ntvå\n"
    assert read_report_words(twice, CHAPTERS, "a.md").said["Ekonomi"] == "ett\n\ntvå"
    assert write_chapter_words(twice, "Ekonomi", "tre", left_out=False, language="sv") == "# Ekonomi\n\ntre\n\n# Översikt\nx\n"


TYPED = "Förord  \n\n#  Översikt #\r\nett\n\n\n# Ekonomi\n\n två\n"


@pytest.mark.parametrize(
    "chapter, words, left_out, text",
    [
        ("översikt", "nytt\n", False, "Förord  \n\n#  Översikt #\r\n\nnytt\n\n# Ekonomi\n\n två\n"),
        ("Ekonomi", "", True, "Förord  \n\n#  Översikt #\r\nett\n\n\n# Ekonomi\n\nutelämna\n"),
        ("Ekonomi", "tre\n# fyra", True, "Förord  \n\n#  Översikt #\r\nett\n\n\n# Ekonomi\n\nutelämna\n\ntre\n## fyra\n"),
        ("Åtaganden", "nytt", False, TYPED + "\n# Åtaganden\n\nnytt\n"),
        (PREFACE, "annat", False, "annat\n\n#  Översikt #\r\nett\n\n\n# Ekonomi\n\n två\n"),
        (PREFACE, "", False, "#  Översikt #\r\nett\n\n\n# Ekonomi\n\n två\n"),
    ],
)
def test_other_words_to_a_chapter_leave_all_else_as_it_was_typed(chapter: str, words: str, text: str, *, left_out: bool) -> None:
    assert write_chapter_words(TYPED, chapter, words, left_out=left_out, language="sv") == text


LINES = st.text(st.sampled_from("ab #\n*é"), max_size=40)


@given(LINES, st.sampled_from([PREFACE, *CHAPTERS]), LINES, st.booleans(), st.sampled_from(["sv", "en"]))
def test_what_is_written_is_read_again_and_nothing_else_changes(text: str, chapter: str, words: str, left_out: bool, language: str) -> None:  # noqa: FBT001
    before = {each.name: each for each in read_chapters(text_of_known(text), CHAPTERS, "a.md")}
    left_out = left_out and chapter != PREFACE
    written = write_chapter_words(text_of_known(text), chapter, words, left_out=left_out, language=language)
    after = {each.name: each for each in read_chapters(written, CHAPTERS, "a.md")}
    said = "\n".join("#" + line if line.startswith("# ") else line for line in words.strip().splitlines())
    assert after == before | {chapter: ChapterWords(chapter, said.strip(), left_out)}


def text_of_known(text: str) -> str:
    """Return a text in which every heading is that of a chapter, each once."""
    names = iter(CHAPTERS)
    rows = (f"# {next(names, None) or ''}" if row.startswith("# ") else row for row in text.split("\n"))
    return "\n".join(row for row in rows if row != "# ")
