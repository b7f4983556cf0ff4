"""What the pages say, in both languages: one file a page in ``words``, and one that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from styrxl.model.catalogue import fit_to_show
from styrxl.model.yaml_files import read_yaml

SHARED = "shared"
_WINGS = ("styrxl.web.desk", "styrxl.web.serve")  # whose pages have texts


@cache
def read_texts(page: str) -> Mapping[str, Mapping[str, str]]:
    """Return a page's texts: key -> language -> text."""
    files = (resources.files(wing).joinpath("words", f"{page}.yaml") for wing in _WINGS)
    content: Mapping[str, Mapping[str, str]] = read_yaml(next(file for file in files if file.is_file()).read_text("utf-8"))
    return content


def list_text_files() -> list[str]:
    """Return the names of the pages that have texts."""
    files = [path for wing in _WINGS for path in resources.files(wing).joinpath("words").iterdir()]
    return sorted(path.name.removesuffix(".yaml") for path in files if path.name.endswith(".yaml"))


class Texts:
    """The texts of a page, and those that all share, in a language: ``texts("title", n=3)``. KeyError where there is no such text."""

    def __init__(self, page: str, language: str) -> None:
        """Take the page's name and the language."""
        self.page, self.language = page, language

    def __call__(self, key: str, **facts: Any) -> str:
        """Return a text with its facts, those that a sender wrote made fit to show."""
        own = read_texts(self.page)
        text = own[key] if key in own else read_texts(SHARED)[key]
        return text[self.language].format(**fit_to_show(facts, self.language))
