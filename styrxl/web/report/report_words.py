"""What a controller says to the chapters of a report: a text in Markdown beside it, kept with the round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError

PREFACE = ""  # in place of a chapter's name: what stands before the first of them
_LEFT_OUT = frozenset({"utelämna", "leave out"})


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What is said to chapters, by name (Markdown), and the chapters that are left out."""

    said: Mapping[str, str]
    left_out: frozenset[str]


def read_report_words(text: str, chapters: Sequence[str], file: str) -> ReportWords:
    """Return what a text says to the chapters that there are: each under a line with ``#`` and its name.

    A chapter of which nothing but *utelämna* or *leave out* is said is left out. Raises StyrxlError (report-chapter-unknown).
    """
    known = {name.casefold(): name for name in chapters}
    said: dict[str, str] = {}
    for line, name, words in _split(text):
        if name != PREFACE and name.casefold() not in known:
            raise StyrxlError("report-chapter-unknown", path=file, line=line, chapter=name, **_suggest(name, known))
        said[known.get(name.casefold(), PREFACE)] = words
    left_out = frozenset(name for name, words in said.items() if name and words.casefold().rstrip(".") in _LEFT_OUT)
    return ReportWords({name: words for name, words in said.items() if name not in left_out}, left_out)


def write_empty_words(chapters: Sequence[str]) -> str:
    """Return a text to begin with: the chapters, with nothing said to them."""
    return "".join(f"# {name}\n\n\n" for name in chapters)


def _split(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the words of each chapter, and first of all of what stands before them."""
    line, name, words = 1, PREFACE, list[str]()
    for number, row in enumerate(text.lstrip("\N{BYTE ORDER MARK}").splitlines(), 1):
        if row.startswith("# "):
            yield line, name, "\n".join(words).strip()
            line, name, words = number, row[2:].strip().rstrip("#").strip(), []
        else:
            words.append(row)
    yield line, name, "\n".join(words).strip()


def _suggest(name: str, known: Mapping[str, str]) -> dict[str, Word | str]:
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return {"nearest": Word("nearest", {"list": [known[near[0]]]}) if near else Word("those_there_are", {"list": [*known.values()]})}
