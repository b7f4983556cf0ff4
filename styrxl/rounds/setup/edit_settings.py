"""Settings changed value by value, in the file as it was laid out: comments, order, and what is not changed stay as they were typed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from styrxl.descriptions.settings_checks import decode_settings
from styrxl.descriptions.toml_lines import find_line, find_lines

Path = tuple[str, ...]
Edits = Mapping[Path, Any]  # path -> new value; None takes the key out
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)  # a round's name stands in quotation marks, as in the file that one begins with
_BOM = b"\xef\xbb\xbf"


class EditError(Exception):
    """A change that cannot be made in the file as it is laid out; it can be made by hand."""


def apply_edits(data: bytes, edits: Edits) -> bytes:
    """Return a settings file with changed values; raises EditError where it cannot be done, ValueError where it is no TOML.

    What comes of it is read again and held against what was meant: nothing else may have changed.
    """
    text = decode_settings(data)
    content = tomllib.loads(text)
    for path, value in edits.items():
        wanted = _set(content, path, value)
        if wanted != content:
            text = _edit(text, path, value, content, wanted)
        content = wanted
    return _encode(text, data)


def find_value(content: Mapping[str, Any], path: Path) -> Any:
    """Return what stands at a path; None where nothing does."""
    here: Any = content
    for key in path:
        if not isinstance(here, Mapping) or key not in here:
            return None
        here = here[key]
    return here


def list_differences(old: Mapping[str, Any], new: Mapping[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any, Any]]:
    """Yield each path at which two contents differ, with both values; None where there is none."""
    for key in dict.fromkeys([*old, *new]):
        was, now, path = old.get(key), new.get(key), (*above, key)
        if isinstance(was, Mapping) or isinstance(now, Mapping):
            yield from list_differences(was if isinstance(was, Mapping) else {}, now if isinstance(now, Mapping) else {}, path)
            for one, value in enumerate((was, now)):
                if value is not None and not isinstance(value, Mapping):
                    yield (path, value, None) if one == 0 else (path, None, value)
        elif was != now or type(was) is not type(now):
            yield path, was, now


def _set(content: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a content with a value at a path, or without it."""
    changed: dict[str, Any] = deepcopy(dict(content))
    here = changed
    for key in path[:-1]:
        if not isinstance(here.get(key), dict):
            if value is None:
                return changed
            here[key] = {}
        here = here[key]
    if value is None:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    return changed


def _edit(text: str, path: Path, value: Any, content: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    """Return the text with one value changed: where it stands, in its section, or in a new section at the end."""
    if find_value(content, path) is not None:
        candidates = _replace(text, path, value)
    elif isinstance(find_value(content, path[:-1]), Mapping):
        candidates = _insert(text, path, value, content)
    else:
        candidates = _append(text, path, value)
    for candidate in candidates:
        if _read(candidate) == wanted:
            return candidate
    raise EditError(".".join(path))


def _replace(text: str, path: Path, value: Any) -> Iterator[str]:
    try:
        document = tomlkit.parse(text)
        here: Any = document
        for key in path[:-1]:
            here = here[key]
        if value is None:
            del here[path[-1]]
        else:
            here[path[-1]] = value
        yield tomlkit.dumps(document)
    except (TOMLKitError, KeyError, TypeError, ValueError):
        return


def _insert(text: str, path: Path, value: Any, content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the text with a line for a new value below the last one of its section, or as near below as it can be read."""
    lines, line, at = text.split("\n"), _write_line(path[-1], value), find_lines(text)
    section = find_value(content, path[:-1])
    plain = [key for key, old in section.items() if not isinstance(old, Mapping)]
    first = max((find_line(at, (*path[:-1], key)) for key in plain), default=find_line(at, path[:-1]))
    for number in range(first, len(lines) + 1):
        yield "\n".join([*lines[:number], line, *lines[number:]])
    yield from _replace(text, path, value)  # a section within braces, or with dots
    yield from _append(text, path, value)


def _append(text: str, path: Path, value: Any) -> Iterator[str]:
    header = ".".join(map(_write_key, path[:-1]))
    yield f"{text.rstrip()}\n\n[{header}]\n{_write_line(path[-1], value)}\n"


def _write_line(key: str, value: Any) -> str:
    return f"{_write_key(key)} = {tomlkit.item(value).as_string()}"


def _write_key(key: str) -> str:
    return key if _BARE.fullmatch(key) else str(tomlkit.item(key).as_string())


def _read(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _encode(text: str, like: bytes) -> bytes:
    """Return a text's bytes, with the ends of lines and the byte order mark that the file had."""
    ends = "\r\n" if b"\r\n" in like else "\n"
    return (_BOM if like.startswith(_BOM) else b"") + text.replace("\n", ends).encode("utf-8")
