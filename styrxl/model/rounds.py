"""Rounds: one collection each, known by ids such as ``2027-plan``; which kinds there are stands in ``sheets/rounds.yaml``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

FILE = "sheets/rounds.yaml"
_ID = re.compile(r"(20[0-9][0-9])-(.+)", re.ASCII)
_TYPED = tuple(  # a year and a word, the one or the other first
    re.compile(pattern) for pattern in (r"(?P<year>20[0-9][0-9])[-–_\s]*(?P<word>.+)", r"(?P<word>.+?)[-–_\s]*(?P<year>20[0-9][0-9])")
)
_TYPED_SHORT = tuple(  # with a year of two figures too
    re.compile(pattern.pattern.replace("20[0-9][0-9]", "(?<![0-9])(?:20)?[0-9][0-9](?![0-9])")) for pattern in _TYPED
)
NOT_INHERITED = {"name", "short_name", "words", "after"}  # not inherited from the kind that it is like
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, order=True)
class RoundKind:
    """A kind of round that a year has; kinds sort in the order in which a year takes them."""

    order: int
    key: str
    names: Mapping[str, str] = field(compare=False)  # by language
    short_names: Mapping[str, str] = field(compare=False)  # for tables and charts
    month: int = field(compare=False)  # of the day whose organisation and frames hold
    day: int = field(compare=False)
    words: tuple[str, ...] = field(default=(), compare=False)  # how people write it, beside its key
    final: bool = field(default=False, compare=False)  # whether it says how the year ended, not how it is expected to end
    scale: str = field(default="expected", compare=False)  # how goals are judged: what is expected, or what is (final)
    like: RoundKind | None = field(default=None, compare=False)  # whose forms it has, where none names it
    follows: RoundKind | None = field(default=None, compare=False)  # the kind whose answers it follows up
    before: tuple[RoundKind, ...] = field(default=(), compare=False)  # those that follow the same up, earlier in the year
    frames: tuple[int, int] | None = field(default=None, compare=False)  # month and day of the last decision on frames that counts

    @property
    def keys(self) -> tuple[str, ...]:
        """Its key and those of the kinds that it is like: the first that a form names is meant."""
        return (self.key, *(self.like.keys if self.like else ()))


@dataclass(frozen=True, slots=True, order=True)
class Round:
    """One collection; rounds sort in the order in which a year takes them."""

    year: int
    kind: RoundKind

    @property
    def id(self) -> str:
        """The id: ``2027-plan``."""
        return f"{self.year}-{self.kind.key}"

    @property
    def day(self) -> date:
        """The day whose organisation and frames hold: the first of the year for the plan, the last of what a follow-up is about."""
        return date(self.year, self.kind.month, self.kind.day)

    @property
    def frames_day(self) -> date:
        """The last day whose decisions on frames count: its kind's own; else its day, or where it says how the year ended any day."""
        if self.kind.frames is not None:
            return date(self.year, *self.kind.frames)
        return date.max if self.kind.final else self.day

    @property
    def decisions_day(self) -> date:
        """The last day whose decisions on assignments count: that of decisions on frames, but none after the year."""
        return min(self.frames_day, date(self.year, 12, 31))

    @property
    def followup(self) -> bool:
        """Whether it follows another round up."""
        return self.kind.follows is not None

    @property
    def plan(self) -> Round:
        """The round that it follows up; itself where it follows none."""
        return Round(self.year, self.kind.follows or self.kind)

    @property
    def before(self) -> tuple[Round, ...]:
        """The follow-ups that come before it in its year, the first one first."""
        return tuple(Round(self.year, kind) for kind in self.kind.before)

    @property
    def year_before(self) -> Round:
        """The same round of the year before."""
        return Round(self.year - 1, self.kind)

    def name(self, language: str) -> str:
        """Return the standard name in a language; ``Settings.round_name`` knows what a municipality calls it."""
        return f"{self.kind.names[language]} {self.year}"

    def short_name(self, language: str) -> str:
        """Return what tables and charts call it."""
        return f"{self.kind.short_names[language]} {self.year}"


class RoundKinds(Mapping[str, RoundKind]):
    """The kinds of rounds that a year has, by key, in their order."""

    def __init__(self, kinds: Sequence[RoundKind]) -> None:
        """Take the kinds; where two are written alike a key means its own kind, and of other words the first counts."""
        self._kinds = {kind.key: kind for kind in kinds}
        names = {fold_round_name(name): kind for kind in reversed(kinds) for name in kind.names.values()}
        words = {fold_round_name(word): kind for kind in reversed(kinds) for word in (*kind.words, *kind.short_names.values())}
        self._by_word = names | words | {fold_round_name(key): kind for key, kind in self._kinds.items()}

    def __getitem__(self, key: str) -> RoundKind:
        """Return the kind with a key."""
        return self._kinds[key]

    def __iter__(self) -> Iterator[str]:
        """Iterate over keys."""
        return iter(self._kinds)

    def __len__(self) -> int:
        """Count the kinds."""
        return len(self._kinds)

    def find(self, written: str) -> RoundKind | None:
        """Return the kind that is meant by what somebody wrote (``T1``, ``delår 1``), or None."""
        return self._by_word.get(fold_round_name(written))

    def parse(self, text: str) -> Round:
        """Return the round with an id; it needs no registration.

        Raises StyrxlError (unknown-round) where the id is not a year from 2000 to 2099, a hyphen and a kind's key.
        """
        kind = self.kind_of(text)
        if kind is None:
            nearest = self._list_nearest(text)
            raise StyrxlError(
                "unknown-round", round=text, kinds=", ".join(self), nearest=Word("nearest", {"list": nearest}) if nearest else ""
            )
        return Round(int(text[:4]), kind)

    def read(self, typed: str) -> Round:
        """Return the round that is meant by what somebody typed (``2027-plan``, ``2027-Delår1``, ``delår 1 2027``).

        Raises StyrxlError: ambiguous-round where it may be several, round-without-year where that is all that lacks; else as ``parse``.
        """
        if found := self.read_round(typed):
            return found
        if len(meant := self._list_meant(typed)) > 1:
            raise StyrxlError("ambiguous-round", round=typed.strip(), rounds={lang: _offer(meant, lang) for lang in ("sv", "en")})
        if kind := self.find(typed):
            raise StyrxlError("round-without-year", round=typed.strip(), example=f"2027-{kind.key}")
        return self.parse(typed.strip())

    def read_round(self, typed: str) -> Round | None:
        """Return the round that is meant by what somebody typed, or None."""
        for year, word in _split(typed):
            if kind := self.find(word):
                return Round(year, kind)
        return None

    def _list_meant(self, typed: str) -> list[Round]:
        """Return the rounds of which the beginning of a word was typed."""
        return [
            Round(year, kind)
            for year, word in _split(typed)
            for kind in self.values()
            if any(known.startswith(fold_round_name(word)) for known, its in self._by_word.items() if its is kind)
        ]

    def _list_nearest(self, typed: str) -> list[str]:
        """Return the ids of the rounds that are most like what was typed, whose year may have two figures."""
        found = []
        for year, word in _split(typed, _TYPED_SHORT):
            close = get_close_matches(fold_round_name(word), self._by_word, n=1, cutoff=0.7)
            found += [Round(year, self._by_word[word]).id for word in close]
        return list(dict.fromkeys(found))

    def kind_of(self, round_id: str | None) -> RoundKind | None:
        """Return the kind of the round with an id, or None: a workbook's identity may say anything."""
        match = _ID.fullmatch(round_id or "")
        return self._kinds.get(match[2]) if match else None


def _split(typed: str, patterns: Sequence[re.Pattern[str]] = _TYPED) -> Iterator[tuple[int, str]]:
    """Yield a year and what was typed beside it; nothing where there is no year or nothing beside it."""
    for match in filter(None, (pattern.fullmatch(typed.strip()) for pattern in patterns)):
        if fold_round_name(match["word"]):
            yield int(match["year"][-2:]) + 2000, match["word"]


def _offer(rounds: Sequence[Round], language: str) -> str:
    return ", ".join(f"{each.id} ({each.kind.short_names[language]})" for each in rounds)


def fold_round_name(word: str) -> str:
    """Return what people call a round, or a part of that, for comparison."""
    return "".join(word.casefold().split()).rstrip(".")


def read_round_kinds(folders: Sequence[Path]) -> RoundKinds:
    """Return the kinds that ``sheets/rounds.yaml`` describes in folders; later ones lie over earlier ones, kind by kind.

    Raises StyrxlError (source-broken).
    """
    raw: dict[str, dict[str, Any]] = {}
    for path in (folder / FILE for folder in folders):
        if path.is_file():
            raw = _lay_over(raw, _read_kinds(path), path)
    kinds: dict[str, RoundKind] = {}
    for order, key in enumerate(raw):
        try:
            raw[key] = _inherit(raw, key, kinds)
            kinds[key] = _make_kind(order, key, raw[key], kinds)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StyrxlError("source-broken", file=FILE, why=f"rounds.{key}: {error!r}") from error
    return RoundKinds(tuple(kinds.values()))


@cache
def standard_rounds() -> RoundKinds:
    """Return the kinds that the standard describes."""
    return read_round_kinds([standard_folder()])


def _read_kinds(path: Path) -> Mapping[str, dict[str, Any]]:
    try:
        raw = read_yaml(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StyrxlError("source-broken", file=str(path), why=str(error)) from error
    kinds = raw.get("rounds") if isinstance(raw, dict) else None
    if not isinstance(kinds, dict) or not all(isinstance(kind, dict) for kind in kinds.values()):
        raise StyrxlError("source-broken", file=str(path), why="rounds: …")
    return kinds


def _lay_over(below: Mapping[str, dict[str, Any]], above: Mapping[str, dict[str, Any]], path: Path) -> dict[str, dict[str, Any]]:
    """Lay kinds over others, key by key; a new one comes after the one that it names in ``after``, else last."""
    order = list(below)
    for key, kind in above.items():
        after = kind.get("after")
        if not _KEY.fullmatch(str(key)) or (after is not None and after not in order):
            raise StyrxlError("source-broken", file=str(path), why=f"rounds.{key}: after: {after}")
        if key not in order:
            order.insert(order.index(after) + 1 if after else len(order), key)
    return {key: {**below.get(key, {}), **above.get(key, {})} for key in order}


def _inherit(raw: Mapping[str, dict[str, Any]], key: str, earlier: Mapping[str, RoundKind]) -> dict[str, Any]:
    own = raw[key]
    like = earlier[own["like"]].key if "like" in own else None
    return {**{k: v for k, v in raw[like].items() if k not in NOT_INHERITED}, **own} if like else own


def _make_kind(order: int, key: str, described: Mapping[str, Any], earlier: Mapping[str, RoundKind]) -> RoundKind:
    month, day = _month_and_day(described["day"])
    follows = earlier[described["follows"]] if "follows" in described else None
    final = bool(described.get("final", False))
    return RoundKind(
        order,
        key,
        described["name"],
        described.get("short_name", described["name"]),
        month,
        day,
        tuple(map(str, described.get("words", ()))),
        final,
        described.get("scale", "final" if final else "expected"),
        earlier[described["like"]] if "like" in described else None,
        follows,
        tuple(kind for kind in earlier.values() if follows and kind.follows == follows),
        _month_and_day(described["frames"]) if "frames" in described else None,
    )


def _month_and_day(text: Any) -> tuple[int, int]:
    month, day = map(int, str(text).split("-"))
    date(2027, month, day)
    return month, day
