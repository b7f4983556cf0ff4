"""What is wrong in ``styrxl.toml``, and on which line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from pydantic import ValidationError

from styrxl.descriptions.find_problems import find_problems
from styrxl.descriptions.mistakes import Mistake, Path, Problem, unknown_name
from styrxl.descriptions.notation import TOML
from styrxl.descriptions.parts import as_map
from styrxl.descriptions.settings_model import Imap, SettingsFile
from styrxl.descriptions.toml_lines import find_line, find_lines
from styrxl.model.catalogue import Word
from styrxl.model.rounds import RoundKinds
from styrxl.model.settings import ASIDE_FOLDER, BY_BOTH, BY_SIGN_IN, M365, NEEDED_KEYS, NO_SIGN_IN

FILE = "styrxl.toml"
_PLACE = re.compile(r"at line (?P<line>\d+), column (?P<column>\d+)")
_SAID = {"overwrite|twice|Duplicate": "toml-doubled", "Invalid date": "toml-no-day"}  # of mistakes that are mended in another way
_ROUND = re.compile(r"20[0-9][0-9]-(.+)", re.ASCII)


def check_settings(data: bytes, kinds: RoundKinds) -> Iterator[Mistake]:
    """Yield what is wrong with the settings; ``kinds``: the rounds that a year has."""
    try:
        text = decode_settings(data)
        content = tomllib.loads(text)
    except UnicodeDecodeError as error:
        yield Mistake(FILE, data.count(b"\n", 0, error.start) + 1, Problem((), "not-utf8"))
    except tomllib.TOMLDecodeError as error:
        yield _tell_syntax(str(error), text)
    else:
        checks = _check_rounds(content, kinds), _check_mail(content), _check_site(content)
        yield from _place([*find_problems(SettingsFile, content, TOML), *chain(*checks)], text)


def _tell_syntax(why: str, text: str) -> Mistake:
    """Return as a mistake why a text cannot be read; ``why``: what the reader says, in English."""
    code = next((code for pattern, code in _SAID.items() if re.search(pattern, why)), "toml-broken")
    place = _PLACE.search(why)
    if place is None:  # at the end
        return Mistake(FILE, text.rstrip().count("\n") + 1, Problem((), code, {"from": Word("read_to_the_end")}))
    return Mistake(FILE, int(place["line"]), Problem((), code, {"from": Word("read_up_to", {"column": place["column"]})}))


def decode_settings(data: bytes) -> str:
    """Return the text of a settings file, without the byte order mark that Notepad saves it with."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def check_owners(data: bytes, owners: Collection[str]) -> Iterator[Mistake]:
    """Yield owners with a day of their own in a round whom the organisation never had."""
    text, known = decode_settings(data), sorted(owners)
    rounds = as_map(tomllib.loads(text).get("rounds"))
    named = [(key, owner) for key, settings in rounds.items() for owner in as_map(as_map(settings).get("due_owner"))]
    unknown = [(key, owner) for key, owner in named if owner not in owners]
    yield from _place([unknown_name(("rounds", key, "due_owner", owner), "an_owner", owner, known) for key, owner in unknown], text)


def _place(problems: Sequence[Problem], text: str) -> Iterator[Mistake]:
    """Yield problems as mistakes, each on its line; what is right is not gone through."""
    lines = find_lines(text) if problems else {}
    for problem in problems:
        yield Mistake(FILE, find_line(lines, problem.path), problem)


def _check_rounds(content: Mapping[str, Any], kinds: RoundKinds) -> Iterator[Problem]:
    for key in as_map(content.get("rounds")):
        match = _ROUND.fullmatch(key)
        if not match:
            yield Problem(("rounds", key), "wrong-example", {"value": key, "example": '[rounds."2027-plan"]'})
        elif kinds.find(match[1]) is None:
            yield unknown_name(("rounds", key), "a_known_round", match[1], kinds)


def _check_mail(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the sections on mail lack, by how they say that one is let in."""
    mail = as_map(content.get("mail"))
    method = _find_method(mail, NO_SIGN_IN)
    yield from _check_sign_in(("mail",), mail, method)
    if "imap" in mail:
        box = as_map(mail["imap"])
        # What [mail.imap] does not say is as in [mail], where one is let in by a token.
        own = {**mail, **box} if method in NEEDED_KEYS and box.get("auth", method) == method else box
        box_method = _find_method(own, NO_SIGN_IN)
        yield from _check_sign_in(("mail", "imap"), own, box_method)
        by_graph = box.get("transport") == "graph" or (mail.get("transport") == "graph" and not box.get("server"))
        if not (box.get("server") or by_graph or box_method == M365):
            yield Problem(("mail", "imap"), "missing-key", {"key": "server"})
        yield from _check_folders(box)


def _check_site(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the section on the site lacks, where owners or others are to sign in."""
    site = as_map(content.get("server"))
    signs_in = "sign_in" in site
    if site.get("owners") in {BY_SIGN_IN, BY_BOTH} and not signs_in:
        yield Problem(("server", "owners"), "missing-key", {"key": "[server.sign_in]"})
    if "people" in site and not signs_in:
        yield Problem(("server", "people"), "missing-key", {"key": "[server.sign_in]"})
    if signs_in and not site.get("address"):
        yield Problem(("server",), "missing-key", {"key": "address"})


def _check_folders(box: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the folders that mails would be moved to where they lie already."""
    with suppress(ValidationError):  # which is told already
        folders = Imap.model_validate({key: box[key] for key in ("folder", "done", "aside") if key in box}).folders
        for key, folder, example in zip(("done", "aside"), folders[1:], ("Hanterade", ASIDE_FOLDER), strict=True):
            if folder == folders[0]:
                yield Problem(("mail", "imap", key), "wrong-example", {"value": folder, "example": f'{key} = "{example}"'})


def _find_method(section: Mapping[str, Any], usual: str) -> str:
    return str(section.get("auth") or (M365 if section.get("transport") == "graph" else usual))


def _check_sign_in(path: Path, section: Mapping[str, Any], method: str) -> Iterator[Problem]:
    if section.get("transport") == "graph" and method != M365:
        yield Problem((*path, "auth"), "wrong-example", {"value": method, "example": 'auth = "m365"'})
    if section.get("security") == "none" and section.get("auth") != NO_SIGN_IN:
        yield Problem((*path, "security"), "wrong-example", {"value": "none", "example": 'security = "starttls"'})
    for key in NEEDED_KEYS.get(method, ()):
        if not section.get(key):
            yield Problem(path, "missing-key", {"key": key})
