"""Rounds: one collection each, known by ids such as ``2027-plan``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from styrxl.model.errors import StyrxlError
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml


class _Kind(NamedTuple):
    name: Mapping[str, str]  # by language
    month: int
    day: int


def _read_kinds() -> Mapping[str, _Kind]:
    raw = read_yaml((standard_folder() / "sheets" / "rounds.yaml").read_text("utf-8"))
    return {key: _Kind(kind["name"], *map(int, kind["day"].split("-"))) for key, kind in raw.items()}


_KINDS = _read_kinds()
KINDS = tuple(_KINDS)  # in the order in which a year takes them

_ID = re.compile(rf"(20[0-9][0-9])-({'|'.join(KINDS)})")


@dataclass(frozen=True, slots=True, order=True)
class Round:
    """One collection; rounds sort in the order in which a year takes them (plan, t1, t2, year)."""

    year: int
    kind: str

    @classmethod
    def parse(cls, text: str) -> Round:
        """Return the round with an id; it needs no registration.

        Raises StyrxlError (unknown-round) where the id is not a year from 2000 to 2099, a hyphen and a kind.
        """
        match = _ID.fullmatch(text)
        if match is None:
            raise StyrxlError("unknown-round", round=text)
        return cls(int(match[1]), match[2])

    @property
    def id(self) -> str:
        """The id: ``2027-plan``."""
        return f"{self.year}-{self.kind}"

    @property
    def day(self) -> date:
        """The day whose organisation and frames hold: the first of the year for the plan, the last of what a follow-up is about."""
        kind = _KINDS[self.kind]
        return date(self.year, kind.month, kind.day)

    @property
    def followup(self) -> bool:
        """Whether it follows a plan up."""
        return self.kind != "plan"

    @property
    def before(self) -> tuple[Round, ...]:
        """The follow-ups that come before it in its year, the first one first."""
        return tuple(Round(self.year, kind) for kind in KINDS[1:] if KINDS.index(kind) < KINDS.index(self.kind))

    def name(self, language: str) -> str:
        """Return the standard name in a language; ``Settings.round_name`` knows what a municipality calls it."""
        return f"{_KINDS[self.kind].name[language]} {self.year}"
