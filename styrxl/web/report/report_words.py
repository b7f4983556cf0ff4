"""What a controller says to the chapters of a report: a text in Markdown beside it, kept with the round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError

PREFACE = ""  # in place of a chapter's name: what stands before the first of them
_LEAVE_OUT = {"sv": "utelämna", "en": "leave out"}  # the first line of a chapter that is left out
_HEADING = "# "


@dataclass(frozen=True, slots=True)
class ReportWords:
    """What is said to chapters, by name (Markdown), and the chapters that are left out, to which something may be said nevertheless."""

    said: Mapping[str, str]
    left_out: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChapterWords:
    """What is said to a chapter, as it was typed; kept although it is ``left_out``, for when it is not."""

    name: str
    words: str
    left_out: bool = False


def read_report_words(text: str, chapters: Sequence[str], file: str) -> ReportWords:
    """Return what a text says to the chapters that there are: each under a line with ``#`` and its name.

    A chapter is left out whose first line is *utelämna* or *leave out*. Raises StyrxlError (report-chapter-unknown) where something is said
    to a chapter that there is not.
    """
    told = read_chapters(text, chapters, file)
    return ReportWords({each.name: each.words for each in told}, frozenset(each.name for each in told if each.left_out))


def read_chapters(text: str, chapters: Sequence[str], file: str) -> tuple[ChapterWords, ...]:
    """Return what a text says to the report as a whole (``PREFACE``), then to each of its chapters in their order; raises as above."""
    known = {name.casefold(): name for name in (PREFACE, *chapters)}
    said: dict[str, list[str]] = {name: [] for name in known.values()}
    for line, name, words in _split(text):
        if name.casefold() in known:
            said.setdefault(known[name.casefold()], []).append(words)  # where a chapter stands twice, both count
        elif words:
            raise StyrxlError("report-chapter-unknown", path=file, line=line, chapter=name, **_suggest(name, known))
    return tuple(_read_chapter(name, "\n\n".join(filter(None, words))) for name, words in said.items())


def write_chapter_words(text: str, chapter: str, words: str, *, left_out: bool, language: str) -> str:
    """Return a text with other words to a chapter, and all else as it was typed; a heading in them becomes one of the chapter's own."""
    lines = ["#" + line if line.startswith(_HEADING) else line for line in words.strip().splitlines()]
    lines = [_LEAVE_OUT[language], "", *lines] if left_out else lines
    before, after = _find_section(text, chapter)
    body = "".join(f"{line}\n" for line in lines).rstrip("\n")
    end = "\n\n" if after or not body else "\n"
    return f"{before}\n{body}{end}{after}" if before else f"{body}{end if body else ''}{after}"


def write_empty_words(chapters: Sequence[str]) -> str:
    """Return a text to begin with: the chapters, with nothing said to them."""
    return "".join(f"# {name}\n\n\n" for name in chapters)


def _read_chapter(name: str, words: str) -> ChapterWords:
    first, _, rest = words.partition("\n")
    left_out = name != PREFACE and first.strip().casefold().rstrip(".") in _LEAVE_OUT.values()
    return ChapterWords(name, rest.strip() if left_out else words, left_out)


def _split(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the name and the words of each chapter, and first of all of what stands before them."""
    line, name, words = 1, PREFACE, list[str]()
    for number, row in enumerate(text.lstrip("\N{BYTE ORDER MARK}").splitlines(), 1):
        if row.startswith(_HEADING):
            yield line, name, "\n".join(words).strip()
            line, name, words = number, _read_name(row), []
        else:
            words.append(row)
    yield line, name, "\n".join(words).strip()


def _read_name(row: str) -> str:
    return row.removeprefix(_HEADING).strip().rstrip("#").strip()


def _find_section(text: str, chapter: str) -> tuple[str, str]:
    """Return what stands before a chapter's words, its heading last, and what stands after them; a chapter that is not there comes last."""
    rows = text.splitlines(keepends=True)
    heads = [n for n, row in enumerate(rows) if row.startswith(_HEADING)]
    if chapter == PREFACE:
        return "", "".join(rows[heads[0] :] if heads else [])
    own = next((n for n in heads if _read_name(rows[n]).casefold() == chapter.casefold()), None)
    if own is None:
        return f"{text.rstrip()}\n\n{_HEADING}{chapter}\n".lstrip("\r\n"), ""
    ends = dict(zip(heads, [*heads[1:], len(rows)], strict=True))
    others = [n for n in heads if n > own and _read_name(rows[n]).casefold() != chapter.casefold()]
    return "".join(rows[: own + 1]), "".join(row for n in others for row in rows[n : ends[n]])


def _suggest(name: str, known: Mapping[str, str]) -> dict[str, Word | str]:
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    there_are = [chapter for chapter in known.values() if chapter != PREFACE]
    return {"nearest": Word("nearest", {"list": [known[near[0]]]}) if near else Word("those_there_are", {"list": there_are})}
