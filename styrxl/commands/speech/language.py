"""The language of this run of the program, found before its words are read, and click's own texts in it."""

from __future__ import annotations

import gettext
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from styrxl.commands.session import find_language

LANGUAGES = ("sv", "en")
_spoken = ["sv"]


def peek_language(words: Sequence[str]) -> str:
    """Return the language that the words of a command ask for, else the workspace's that they name, else Swedish."""
    asked = _peek_option(words, "--lang")
    return asked if asked in LANGUAGES else find_language(Path(_peek_option(words, "--workspace") or "."))


def _peek_option(words: Sequence[str], option: str) -> str | None:
    """Return the value of an option that stands before the command, or after it by mistake."""
    for word, following in zip(words, [*words, ""][1:], strict=True):
        name, equals, value = word.partition("=")
        if name == option:
            return value if equals else following
    return None


def speak(language: str) -> None:
    """Have click's own texts in a language from now on, whatever language the computer has."""
    _spoken[0] = language
    # Click asks these two by way of gettext.gettext and ngettext, and would take the computer's language; it brings no translations.
    gettext.dgettext, gettext.dngettext = _translate, _translate_counted


def spoken() -> str:
    """Return the language that is spoken."""
    return _spoken[0]


def say_usage(key: str, **facts: Any) -> str:
    """Return what is wrong with how a command was written."""
    text: str = read_texts()["usage"][key][spoken()]
    return text.format(**facts)


@cache
def read_texts() -> Mapping[str, Any]:
    """Return what commands say of themselves, by command and option, in both languages."""
    return _read("commands.toml")


@cache
def read_click_words() -> Mapping[str, str]:
    """Return click's texts in Swedish, by its English ones."""
    return _read("click_words.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


def _translate(domain: str, message: str) -> str:  # noqa: ARG001 -- as gettext calls it
    return read_click_words().get(message, message) if spoken() == "sv" else message


def _translate_counted(domain: str, msgid1: str, msgid2: str, n: int) -> str:
    return _translate(domain, msgid1 if n == 1 else msgid2)
