"""One word for one thing: what people read, in both languages, keeps to the glossary of the handbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from styrxl.model.yaml_files import read_yaml

CHECKOUT = Path(__file__).parents[1]
PAGES = [(CHECKOUT / "docs" / name).read_text("utf-8") for name in ("sv/ordlista.md", "en/glossary.md")]
TERMS = [re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", page, re.MULTILINE)[2:] for page in PAGES]
VERDICTS = [re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", page, re.MULTILINE)[2:] for page in PAGES]
# How a term may end, or change, in running text; others by a word's beginning alone.
FORMS = {
    "ram": r"ram(?:en|ar|arna|ens|ens)?\b",
    "arbetsbok": r"arbetsb[oö]",
    "enhet": r"enhet(?:en|er|erna)?\b",
    "avvikelse": "avvik",
    "undantag": r"undantag\b",
    "company": "compan",
    "deviation": "deviat",
    "waiver": "waive",
}
TOO_WIDE = {"svar", "fullmäktiges mål", "nämndens mål"}  # an answer is a svar, too; and a goal is whose goal it is
MOST_OTHERS = 0.15  # where a sentence is turned, or says "it"
NO_WORDS = re.compile(r"\{.*?\}|styrxl \S+|\S+\.(?:xlsx|toml|yaml|md)")
OTHER_WORDS = re.compile(r"arbetsyt|kvittens|loggbok|\bpledge|\bmissions?\b|\bplanning round", re.IGNORECASE)


def list_pairs(node: Any) -> Iterator[tuple[str, str]]:
    """Yield each text with its translation."""
    if isinstance(node, dict) and set(node) == {"sv", "en"} and all(isinstance(text, str) for text in node.values()):
        yield node["sv"], node["en"]
    elif isinstance(node, dict | list):
        for each in node.values() if isinstance(node, dict) else node:
            yield from list_pairs(each)


@cache
def read_pairs() -> list[tuple[str, str]]:
    """Return all texts that people read, with their translations; in Swedish without names of files and what is filled in."""
    files = [path for folder in ("sheets", "styrxl") for path in (CHECKOUT / folder).rglob("*.yaml")]
    found = [pair for path in files for pair in list_pairs(read_yaml(path.read_text("utf-8")))]
    return [(NO_WORDS.sub("", swedish).lower(), english.lower()) for swedish, english in found]


def test_both_languages_have_the_same_terms() -> None:
    """And the verdicts as the catalogue has them."""
    assert TERMS[0] == TERMS[1]
    assert VERDICTS[0] == VERDICTS[1]
    assert len(TERMS[0]) > 15
    assert [verdict for verdict in VERDICTS[0] if (verdict[0].lower(), verdict[1].lower()) not in read_pairs()] == []


@pytest.mark.parametrize("swedish, english", [term for term in TERMS[0] if term[0] not in TOO_WIDE])
def test_a_term_is_translated_by_its_own_word(swedish: str, english: str) -> None:
    """But where a sentence is turned; a term that nobody uses is none."""
    word = re.compile(r"\b" + FORMS.get(swedish, swedish))
    using = [(text, other) for text, other in read_pairs() if word.search(text)]
    others = [pair for pair in using if FORMS.get(english, english) not in pair[1]]
    assert len(using) > 4
    assert len(others) <= MOST_OTHERS * len(using), others


def test_words_that_mean_the_same_are_not_used_beside() -> None:
    """In texts and on the pages of the handbook."""
    said = [text for pair in read_pairs() for text in pair] + [path.read_text("utf-8") for path in (CHECKOUT / "docs").rglob("*.md")]
    assert [found[0] for text in said if (found := OTHER_WORDS.search(text))] == []
