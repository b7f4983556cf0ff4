"""How values are written in YAML and in TOML: what a message quotes, and what it asks for, is as in the file that it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from styrxl.descriptions.mistakes import Path
from styrxl.model.catalogue import Word, digits_text

_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)  # a round's name stands in quotation marks, as in the file that one begins with


class Yaml:
    """YAML: texts stand without quotation marks, but those that would be something else."""

    def show(self, value: Any) -> str:
        """Return a value about as it was written."""
        if isinstance(value, list):
            return f"[{', '.join(map(self.show, value))}]"
        if isinstance(value, Mapping):
            return f"{{{', '.join(f'{key}: {self.show(part)}' for key, part in value.items())}}}"
        return "" if value is None else _show_plain(value)

    def show_example(self, value: Any) -> str:
        """Return a value as one writes it."""
        return self.show(value)

    def name_missing(self, path: Path, *, section: bool) -> str:  # noqa: ARG002 -- in YAML it is all one
        """Return what is not there as one writes it; ``section``: whether it holds other keys."""
        return str(path[-1])

    def ask_for(self, wanted: str, path: Path) -> Word:  # noqa: ARG002 -- as above
        """Return what is wanted at a path; ``wanted``: the catalogue's word for it."""
        return Word(wanted)

    def reads_as_truth(self, value: Any) -> bool:
        """Whether what was written is a text to people, and true or false to the reader."""
        return isinstance(value, bool)


class Toml(Yaml):
    """TOML: texts stand in quotation marks, and what holds other keys is a section."""

    def show(self, value: Any) -> str:
        """Return a value as it was written, a text by itself without the quotation marks, which the message has."""
        return value if isinstance(value, str) else self.show_example(value)

    def show_example(self, value: Any) -> str:
        """Return a value as one writes it."""
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            return f"[{', '.join(map(self.show_example, value))}]"
        if isinstance(value, Mapping):
            return f"{{{', '.join(f'{_write_key(key)} = {self.show_example(part)}' for key, part in value.items())}}}"
        return _show_plain(value)

    def name_missing(self, path: Path, *, section: bool) -> str:
        """Return what is not there as one writes it; ``section``: whether it holds other keys."""
        return _write_header(path) if section else str(path[-1])

    def ask_for(self, wanted: str, path: Path) -> Word:
        """Return what is wanted at a path; ``wanted``: the catalogue's word for it."""
        if wanted in {"wanted_mapping", "wanted_mappings"}:
            several = wanted == "wanted_mappings" or isinstance(path[-1], int)
            header = _write_header(path)
            return Word("wanted_sections" if several else "wanted_section", {"section": f"[{header}]" if several else header})
        return Word({"wanted_text": "wanted_quoted_text", "wanted_list": "wanted_quoted_list"}.get(wanted, wanted))

    def reads_as_truth(self, value: Any) -> bool:  # noqa: ARG002 -- only true and false are, as they look
        """Whether what was written is a text to people, and true or false to the reader."""
        return False


YAML, TOML = Yaml(), Toml()


def _show_plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return digits_text(value)
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _write_header(path: Path) -> str:
    return f"[{'.'.join(_write_key(part) for part in path if isinstance(part, str))}]"


def _write_key(key: str) -> str:
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
