"""On which line each part of a TOML file stands: its own reader says none of what it has read."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Mapping

from styrxl.descriptions.mistakes import Path

_BLANK = re.compile(r"[ \t]*")
_BLANK_LINES = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_KEY = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|[^\s.=\[\]"\']+')
_VALUE = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?:"{1,2})?'  # quotation marks may stand before those that end it
    r"|'''.*?'''(?:'{1,2})?"
    r'|"(?:\\.|[^"\\])*"'
    r"|'[^']*'"
    r"|[^\s,\[\]{}#\"'][^,\[\]{}#\n]*",
    re.DOTALL,
)


def find_lines(text: str) -> dict[Path, int]:
    """Return the line on which each path of a text begins, a list's entries among them; the text can be read."""
    reader = _Reader(text)
    reader.read()
    return reader.lines


def find_line(lines: Mapping[Path, int], path: Path) -> int:
    """Return the line on which a path begins, or as much of it as there is."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Reader:
    """Goes through a text once, from sign to sign; what it says, tomllib has found right."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text, self._at = text, 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[Path, int] = {}  # how many there are so far of each list of tables

    def read(self) -> None:
        """Note the line of each path."""
        section: Path = ()
        self._skip(_BLANK_LINES)
        while self._at < len(self._text):
            if self._take("["):
                section = self._read_header(several=self._take("["))
            else:
                self._read_pair(section)
            self._skip(_BLANK_LINES)

    def _read_header(self, *, several: bool) -> Path:
        """Read on after ``[``, or after ``[[``; return the path of what comes below."""
        path: Path = ()
        keys = self._read_keys("]")
        for number, key in enumerate(keys):
            path = (*path, key)
            self._note(path)
            if several and number == len(keys) - 1:
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
                self._note(path)
        if several:
            self._take("]")
        return path

    def _read_pair(self, path: Path) -> None:
        at = self._at
        for key in self._read_keys("="):
            path = (*path, key)
            self._note(path, at)
        self._read_value(path)

    def _read_keys(self, end: str) -> list[str]:
        """Read keys with dots between them, and the sign that ends them."""
        keys = []
        while not self._take(end):
            self._take(".")
            self._skip(_BLANK)
            keys.append(_unquote(self._skip(_KEY)))
            self._skip(_BLANK)
        return keys

    def _read_value(self, path: Path) -> None:
        self._skip(_BLANK)
        if self._take("["):
            self._read_list(path)
        elif self._take("{"):
            self._skip(_BLANK_LINES)
            while not self._take("}"):
                self._read_pair(path)
                self._skip_comma()
        else:
            self._skip(_VALUE)

    def _read_list(self, path: Path) -> None:
        self._skip(_BLANK_LINES)
        number = 0
        while not self._take("]"):
            self._note((*path, number))
            self._read_value((*path, number))
            self._skip_comma()
            number += 1

    def _skip_comma(self) -> None:
        self._skip(_BLANK_LINES)
        if self._take(","):
            self._skip(_BLANK_LINES)

    def _note(self, path: Path, at: int | None = None) -> None:
        self.lines.setdefault(path, bisect_left(self._ends, self._at if at is None else at) + 1)

    def _take(self, sign: str) -> bool:
        taken = self._text.startswith(sign, self._at)
        self._at += len(sign) if taken else 0
        return taken

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"no TOML at {self._at}")
        self._at = match.end()
        return match[0]


def _unquote(key: str) -> str:
    if "\\" in key and key[0] == '"':
        return next(iter(tomllib.loads(f"{key} = 0")))
    return key[1:-1] if key[0] in "\"'" else key
