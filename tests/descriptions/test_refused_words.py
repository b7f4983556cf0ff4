"""Words that a list offers and a schema refuses are found, each once; those that only look so are let be."""

from __future__ import annotations

from pathlib import Path

import pytest

from styrxl.descriptions.refused_words import RefusedWord, find_refused_words
from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder

PRIORITY = "extends: words\nlists:\n  priority:\n    {}\n"


def find(folder: Path, **files: str) -> list[RefusedWord]:
    """Return the words that are refused where a workspace has files of its own in ``sheets/``."""
    (folder / "sheets").mkdir()
    for name, text in files.items():
        (folder / "sheets" / f"{name}.yaml").write_text(text, "utf-8")
    return list(find_refused_words(Forms([standard_folder(), folder])))


def test_the_standard_refuses_none_of_its_words() -> None:
    assert list(find_refused_words(Forms([standard_folder()]))) == []


def test_a_word_that_is_offered_and_refused_is_told_once(tmp_path: Path) -> None:
    """Where it is offered first: others that have the list refuse it as well."""
    words = PRIORITY.format('"4": {sv: "4", en: "4"}') + "  yes_no:\n    maybe: {sv: Kanske, en: Maybe}\n"
    assert [(each.list, each.word["sv"], each.heading["sv"], each.schema) for each in find(tmp_path, words=words)] == [
        ("yes_no", "Kanske", "Nämnden bekräftar sitt åtagande inom ramen", "confirmation"),
        ("priority", "4", "Prioritet", "goals"),
    ]


@pytest.mark.parametrize(
    "entry, refused", [('"4": {sv: "4", en: "4", offered: false}', 0), ('"3": {sv: Tre, en: Three}', 0), ("low: {sv: Låg, en: Low}", 1)]
)
def test_a_word_is_refused_where_nobody_can_hand_it_in(tmp_path: Path, entry: str, refused: int) -> None:
    """Not where drop-downs do not show it; and in a column of whole numbers, where it is none."""
    assert len(find(tmp_path, words=PRIORITY.format(entry))) == refused
