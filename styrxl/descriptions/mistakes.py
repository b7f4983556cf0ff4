"""Mistakes in a workspace's own files: where, what, and the nearest right name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from styrxl.model.catalogue import Word, catalogue, facts_in_words, word

_LIKELY = 12  # names among which the nearest is looked for

Path = tuple[Any, ...]  # of keys and list positions: ("sheets", "commitments", "columns", "risk", "width")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a path of a file's content; ``code`` names its text in the catalogue's ``mistakes``."""

    path: Path
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The path as people read it: ``sheets.commitments.columns.risk``."""
        return ".".join(str(part + 1) if isinstance(part, int) and not isinstance(part, bool) else str(part) for part in self.path)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A problem in a file, on a line; None where the file as a whole is meant."""

    file: str
    line: int | None
    problem: Problem


def describe_mistake(mistake: Mistake, language: str) -> str:
    """Return a mistake as a line of text: file, line, what, and the nearest right name."""
    place = word("file_and_line", language, file=mistake.file, line=mistake.line) if mistake.line else mistake.file
    return f"{place}: {describe_problem(mistake.problem, language)}"


def describe_problem(problem: Problem, language: str) -> str:
    """Return what is wrong at a path, and the nearest right name."""
    facts = {"where": problem.where or Word("the_file"), "nearest": "", **problem.facts}
    return " ".join(catalogue()["mistakes"][problem.code][language].format(**facts_in_words(facts, language)).split())


def sort_mistakes(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Return mistakes by file and line, each said once: a form that differs between rounds is looked at in each of them."""
    once = {_make_key(mistake): mistake for mistake in mistakes}
    return tuple(once[key] for key in sorted(once))


def _make_key(mistake: Mistake) -> tuple[str, int, str, str, str]:
    problem = mistake.problem
    return mistake.file, mistake.line or 0, problem.where, problem.code, repr(sorted(problem.facts.items(), key=lambda fact: fact[0]))


def suggest(name: object, known: Iterable[object]) -> Word | str:
    """Return the fact that says which of the known names may be meant; empty where none is near."""
    by_fold, wanted = {str(each).casefold(): str(each) for each in known}, str(name).casefold()
    likely = [*by_fold] if len(by_fold) <= _LIKELY else _find_likely(wanted, [*by_fold])
    close = get_close_matches(wanted, likely, n=1, cutoff=0.6)
    return Word("nearest", {"list": [by_fold[close[0]]]}) if close else ""


def _find_likely(wanted: str, known: list[str]) -> list[str]:
    """Return the few names that share most letters with a wanted one: difflib takes a tenth of a second for thousands."""
    from rapidfuzz import process  # noqa: PLC0415 -- quick commands do without
    from rapidfuzz.distance import Indel  # noqa: PLC0415 -- as above

    return [name for name, _, _ in process.extract(wanted, known, scorer=Indel.normalized_similarity, limit=_LIKELY)]


def unknown_name(path: Path, what: str, name: object, known: Iterable[object]) -> Problem:
    """Return the problem that there is no list, field, round … (``what``: the catalogue's word for it) of a name."""
    names = [str(each) for each in known]
    near = suggest(name, names)
    return Problem(path, "unknown-name", {"what": Word(what), "name": str(name), "nearest": near or _list_known(names)})


def _list_known(names: list[str]) -> Word | str:
    return Word("those_there_are", {"list": names}) if names else ""
