"""The texts of the workbooks for readers, in both languages."""

from __future__ import annotations

import pytest

from small_town import (
    scope,
)
from styrxl.model.catalogue import placeholders
from styrxl.reports.phrases import Phrases


def test_both_languages_have_the_same_texts() -> None:
    raw = Phrases.read(scope().forms, "sv").texts

    def walk(node: object, path: str) -> None:
        if isinstance(node, dict) and set(node) == {"sv", "en"} and path != "/numbers":
            assert placeholders(node["sv"]) == placeholders(node["en"]), path
        elif isinstance(node, dict):
            for key, value in node.items():
                walk(value, f"{path}/{key}")
        else:
            assert path.startswith("/numbers"), path

    walk(raw, "")
    assert len(raw["numbers"]["sv"]) == len(raw["numbers"]["en"])


@pytest.mark.parametrize(
    "n, total_, said",
    [
        (0, 13, "Inget av tretton mål har åtaganden"),
        (1, 13, "Ett av tretton mål har åtaganden"),
        (11, 13, "Elva av tretton mål har åtaganden"),
        (13, 13, "Alla tretton mål har åtaganden"),
        (2, 2, "Båda målen har åtaganden"),
        (11, 40, "11 av 40 mål har åtaganden"),
        (1, 1, "Det enda målet har åtaganden"),
        (0, 1, "Det enda målet har inga åtaganden"),
    ],
)
def test_titles_are_written_as_one_would_say_them(n: int, total_: int, said: str) -> None:
    assert Phrases.read(scope().forms, "sv").chart_title("goals", n, total_) == said
