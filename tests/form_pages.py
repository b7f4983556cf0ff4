"""The handbook's pages of the standard forms: what their sheets and fields are called, made from the forms themselves.

``python tests/form_pages.py`` writes the pages anew after a change.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from key_pages import DOCS, make_row
from styrxl.model.form_files import Forms
from styrxl.model.forms import Column, Form, Sheet
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

PAGES = {"sv": "sv/formularen.md", "en": "en/forms.md"}


def make_form_page(language: str) -> str:
    """Return the page of all standard forms in a language."""
    said = read_yaml((DOCS / "words" / "forms.yaml").read_text("utf-8"))[language]
    forms = Forms([standard_folder()])
    lines = [f"# {said['title']}", "", said["intro"], "", said["made"], ""]
    for name in forms.names():
        raw = read_yaml((standard_folder() / "sheets" / f"{name}.yaml").read_text("utf-8"))
        lines += _describe_form(forms.form(name), raw, said, language, forms)
    return "\n".join(lines).rstrip() + "\n"


def _describe_form(form: Form, raw: Mapping[str, Any], said: Mapping[str, Any], language: str, forms: Forms) -> Iterator[str]:
    rounds = ", ".join(f"`{key}`" for key in raw["rounds"]) or "–"
    yield from (f"## {form.title[language]}", "", said["where"].format(name=form.name, level=said["levels"][form.level], rounds=rounds), "")
    for sheet in form.sheets:
        yield from _describe_sheet(sheet, said, language, forms)


def _describe_sheet(sheet: Sheet, said: Mapping[str, Any], language: str, forms: Forms) -> Iterator[str]:
    table = said["table"].format(table=sheet.table) if sheet.table else ""
    yield from (said["sheet"].format(name=sheet.name[language], key=sheet.key, table=table), "")
    yield from (make_row(said["columns"]), make_row(["---"] * 3))
    for column in sheet.columns:
        heading = column.title(language, forms.words.units).replace("*", "\\*")
        yield make_row([f"`{column.field}`", heading, _describe_answer(column, said)])
    yield ""


def _describe_answer(column: Column, said: Mapping[str, Any]) -> str:
    kind = said["kinds"][column.kind].format(list=column.list, source=", ".join(f"`{name}`" for name in column.source))
    words = [said["words"].format(list=column.list)] if column.takes_words else []
    how = said["worked_out"] if column.formula else said["given"] if column.locked or column.number else ""
    return " ".join([kind, *words]) + (f"; {how}" if how else "")


def main() -> None:
    """Write the pages anew."""
    for language, name in PAGES.items():
        (DOCS / name).write_text(make_form_page(language), "utf-8")


if __name__ == "__main__":
    main()
