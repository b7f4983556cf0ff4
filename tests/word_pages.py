"""The handbook's pages of words: what the texts of workbooks and reports are called, made from the files that hold them.

``python tests/word_pages.py`` writes the pages anew after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from key_pages import DOCS, make_row
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

PAGES = {"sv": "sv/orden.md", "en": "en/words.md"}
_OF_FORMS = ("lists", "units", "texts")  # what words.yaml has of texts that people see; report.yaml has all the rest
_SIGNS = str.maketrans({"*": "\\*", "_": "\\_", "<": "\\<", "[": "\\[", "`": "\\`"})  # that mean something in Markdown


def read_standard(name: str) -> Mapping[str, Any]:
    """Return what a standard file in ``sheets/`` says."""
    return dict(read_yaml((standard_folder() / "sheets" / name).read_text("utf-8")))


def make_word_page(language: str) -> str:
    """Return the page of all words in a language."""
    about = read_yaml((DOCS / "words" / "words.yaml").read_text("utf-8"))[language]
    forms, reports = read_standard("words.yaml"), read_standard("report.yaml")
    sections = {**{name: forms[name] for name in _OF_FORMS}, **reports}
    lines = [f"# {about['title']}", "", about["intro"], "", about["made"], ""]
    for name in [*_OF_FORMS, *sorted(reports, key=[*about].index)]:
        told = about[name]
        lines += [f"## {told['title']}", "", told["about"], "", make_row(about["columns"]), make_row(["---", "---"])]
        lines += [make_row([f"`{key}`", text.translate(_SIGNS)]) for key, text in list_texts(sections[name], language)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def list_texts(part: Any, language: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in a language, each with its name: the keys that lead to it, with colons between."""
    text = part.get(language) if isinstance(part, Mapping) else None
    if isinstance(text, str | list):
        yield path or language, text if isinstance(text, str) else ", ".join(text)
    elif isinstance(part, Mapping | list):
        for key, inner in part.items() if isinstance(part, Mapping) else enumerate(part):
            yield from list_texts(inner, language, f"{path}: {key}" if path else str(key))


def main() -> None:
    """Write the pages anew."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(make_word_page(language), "utf-8")


if __name__ == "__main__":
    main()
