"""The file in which what is said to chapters is kept."""

from __future__ import annotations

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.web.report.kept_words import find_words, keep_chapter_words, read_words
from styrxl.web.report.report_words import PREFACE
from town import ROUND, Town


def test_words_are_kept_beside_the_report_and_the_rest_of_the_file_stays_as_it_was(full: Town) -> None:
    workspace = full.workspace
    round_ = workspace.rounds.parse(ROUND)
    path = find_words(workspace, round_)
    assert (path.name, read_words(workspace, round_)) == (f"{ROUND}.md", "")
    keep_chapter_words(workspace, round_, "Ekonomi", "Ett stramt år.", left_out=True)
    assert path.read_bytes() == b"# Ekonomi\n\nutel\xc3\xa4mna\n\nEtt stramt \xc3\xa5r.\n"
    path.write_bytes(b"\xef\xbb\xbf# Uppdrag\r\n  kvar\r\n")
    keep_chapter_words(workspace, round_, PREFACE, "Hej")
    assert path.read_bytes() == b"Hej\n\n# Uppdrag\r\n  kvar\r\n"


def test_what_cannot_be_read_is_told(full: Town) -> None:
    workspace = full.workspace
    round_ = workspace.rounds.parse(ROUND)
    path = find_words(workspace, round_)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes("å".encode("latin-1"))
    with pytest.raises(StyrxlError) as caught:
        read_words(workspace, round_)
    assert caught.value.code == "not-readable"
