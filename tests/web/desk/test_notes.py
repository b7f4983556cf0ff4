"""The desk names no commands."""

from __future__ import annotations

import re

from styrxl.cli import cli
from styrxl.model.catalogue import catalogue
from styrxl.web.desk.notes import PAGE
from styrxl.web.desk.texts import list_text_files, read_texts

NOTES = ("lacks_frames", "lacks_goals", "by_name_alone", "before_not_issued", "before_not_done", "form_changed", "nothing_to_consolidate")


def test_remarks_that_name_a_command_are_said_otherwise() -> None:
    for key in NOTES:
        texts = catalogue()["words"][key]
        names_one = any(re.search(r"styrxl [a-z]|kommandot|command", texts[language]) for language in ("sv", "en"))
        assert names_one == (key in read_texts(PAGE)), key


def test_no_page_names_a_command() -> None:
    for page in list_text_files():
        if page == "closed":  # says how the desk is opened
            continue
        for key, texts in read_texts(page).items():
            said = re.findall(r"styrxl ([a-z-]+)", texts["sv"] + texts["en"])
            assert not set(said) & set(cli.commands), (page, key)
