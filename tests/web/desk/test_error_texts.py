"""Errors as the desk tells them: without commands, and with the page where they are seen to."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

from styrxl.descriptions.mistakes import Mistake, Problem
from styrxl.model.catalogue import catalogue
from styrxl.model.errors import StyrxlError
from styrxl.web.desk.error_texts import PAGE, describe_error, list_ways_out
from styrxl.web.desk.texts import read_texts

COMMAND = re.compile(r"styrxl [a-z]|kommandot|command|--[a-z]")
# Said before there is a desk or where there is none; and two in which styrxl is who acts, or how it is installed.
ELSEWHERE = frozenset(
    {"cluster-unreachable", "cluster-differs", "port-taken", "demo-in-the-way", "mail-source-unknown", "ledger-newer"}
    | {"mail-password-not-taken", "mail-no-person"}
    | {"site-not-set-up", "backup-broken", "backup-newer", "purge-undecided", "archive-no-pdf"}
)


def list_facts(text: str) -> set[str]:
    """List what is put into a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_what_names_a_command_in_the_terminal_is_said_otherwise() -> None:
    own = read_texts(PAGE)
    errors = catalogue()["errors"]
    for code, texts in errors.items():
        if code not in ELSEWHERE and COMMAND.search(texts["sv"].replace("{command}", "")):
            assert code in own, code
    for code, texts in own.items():
        for language in ("sv", "en"):
            assert not COMMAND.search(texts[language].replace("{command}", "")), code
            assert list_facts(texts[language]) <= list_facts(errors[code][language]), code


def test_an_error_is_told_with_each_mistake() -> None:
    mistake = Mistake("styrxl.toml", 3, Problem(("limits",), "unknown-key", {"key": "filemb"}))
    told = describe_error(StyrxlError("own-files-broken", n=1, mistakes=(mistake,)), "sv")
    assert told[0] == "Kommunens egna filer har 1 fel. Inget har gjorts. Rätta dem och försök igen."
    assert told[1].startswith("styrxl.toml, rad 3: ”filemb”")


def test_what_stops_everything_leads_to_where_it_is_mended() -> None:
    def broken(*files: str) -> StyrxlError:
        return StyrxlError("own-files-broken", n=1, mistakes=tuple(Mistake(file, 1, Problem((), "empty-file")) for file in files))

    assert list_ways_out(broken("styrxl.toml")) == ("settings",)
    assert list_ways_out(broken("sheets/words.yaml")) == ("own-files",)
    assert list_ways_out(broken("sheets/words.yaml", "styrxl.toml")) == ("settings", "own-files")
    assert list_ways_out(StyrxlError("plan-broken", path=Path("x"))) == ("plan",)
    assert list_ways_out(StyrxlError("workspace-held")) == ("unlock",)
    assert list_ways_out(StyrxlError("disk-full")) == ()
