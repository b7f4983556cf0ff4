"""The handbook's pages that are made are those that lie there, and have words in both languages for all that they list."""

from __future__ import annotations

import pytest

import form_pages
import key_pages
import word_pages
from key_pages import DOCS, DOCUMENTS, find_swedish, list_parts, make_key_page, read_key_words
from styrxl.descriptions.models import Form
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES
from styrxl.model.standard_folder import standard_folder
from word_pages import list_texts, make_word_page, read_standard

PARTS = {name: part for model in DOCUMENTS for name, part in list_parts(model).items()}
KEYS = [(name, key) for name, part in PARTS.items() for key in part["properties"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_keys_and_words_are_those_of_the_program(language: str) -> None:
    """``python tests/key_pages.py`` and ``python tests/word_pages.py`` write them anew."""
    assert (DOCS / key_pages.PAGES[language]).read_text("utf-8") == make_key_page(language)
    assert (DOCS / word_pages.PAGES[language]).read_text("utf-8") == make_word_page(language)


def test_each_key_is_described_in_both_languages() -> None:
    """In English by its model, in Swedish by docs/words/keys.yaml, in which nothing stands that is not there."""
    assert [(name, key) for name, key in KEYS if not PARTS[name]["properties"][key].get("description")] == []
    assert [(name, key) for name, key in KEYS if find_swedish(name, key) is None] == []
    found = {(place[0], key) for name, key in KEYS if (place := find_swedish(name, key))}
    said = {(name, key) for name, part in read_key_words()["parts"].items() for key in part.get("keys", {})}
    assert said - found == set()


def test_all_that_files_may_hold_is_listed() -> None:
    """The parts of each file, and the keys that a form has at the least."""
    assert {
        "Form",
        "Sheet",
        "Column",
        "ForeignSheet",
        "TableField",
        "Checks",
        "RoundKind",
        "Words",
        "Place",
        "Mail",
        "Retention",
    } <= PARTS.keys()
    assert set(Form.model_fields) == set(PARTS["Form"]["properties"])
    assert len(KEYS) > 200


@pytest.mark.parametrize("language, row", [("sv", "| `forecast: name` | Ekonomi |"), ("en", "| `forecast: name` | Finance |")])
def test_every_text_of_words_and_reports_is_listed(language: str, row: str) -> None:
    """On a row of its own, with its name."""
    page = make_word_page(language)
    forms = read_standard("words.yaml")
    texts = list_texts({"reports": read_standard("report.yaml"), "forms": [forms[name] for name in ("lists", "units", "texts")]}, language)
    assert row in page.splitlines()
    assert page.count("\n| `") == len(list(texts)) > 700


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_forms_is_that_of_the_forms(language: str) -> None:
    """``python tests/form_pages.py`` writes it anew; every field of every sheet is there."""
    page = form_pages.make_form_page(language)
    assert (DOCS / form_pages.PAGES[language]).read_text("utf-8") == page
    forms = Forms([standard_folder()])
    fields = [column.field for name in forms.names() for sheet in forms.form(name).sheets for column in sheet.columns]
    assert page.count("\n| `") == len(fields)
