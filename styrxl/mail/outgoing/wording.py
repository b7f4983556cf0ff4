"""The words of mails: Jinja templates in plain text with a few marks, into blocks that become text and HTML alike.

A template is what a controller can read and change: ``# heading``, ``> the first thing to do``, ``1. step``, ``- point``,
``| a | table |``, ``**bold**``, blank lines between paragraphs, and ``Subject:`` on its first line. The signs count as marks only
where they stand in the template itself: those in a value are never marks, so that no name or answer can change a mail's make-up.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from textwrap import wrap
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from styrxl.mail.plain_text import one_line
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES

KINDS = ("templates", "answer", "reminder", "escalation", "summary", "notice")
FRAME = "frame.html.jinja"
_SHORT, _LONG = 12, 30  # letters of a cell that is never broken, and of a word that is broken anywhere
WIDTH = 72  # letters on a line of the text, so that it stands whole in a reply

_SIGNS = "*|#>-.:!✓"
_LITERAL = {ord(sign): 0xE000 + at for at, sign in enumerate(_SIGNS)}
_READABLE = {literal: sign for sign, literal in _LITERAL.items()}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_STEP = re.compile(r"\d+\. ")
_NUMBER = re.compile("[−+-]?[0-9 \u00a0.,]*")
_MONTHS = {
    "sv": ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}

Runs = tuple[tuple[str, bool], ...]  # a line's parts, and whether each is bold


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a mail: ``heading``, ``box`` (of a tone: good, mend, plain), ``text``, ``steps``, ``points`` or ``table``.

    A table's first row heads it.
    """

    kind: str
    lines: tuple[Runs, ...] = ()
    rows: tuple[tuple[Runs, ...], ...] = ()
    tone: str = "plain"

    @property
    def headed(self) -> bool:
        """Whether a table's first row says anything."""
        return any(_said(cell) for cell in self.rows[0])

    @property
    def numeric(self) -> list[bool]:
        """Which of a table's columns hold numbers."""
        count = max(len(row) for row in self.rows)
        columns = [[_said(row[n]) for row in self.rows[1:] if n < len(row)] for n in range(count)]
        return [n > 0 and any(texts) and all(_NUMBER.fullmatch(text) for text in texts) for n, texts in enumerate(columns)]


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says: its subject, and its body as text and as HTML."""

    subject: str
    text: str
    html: str


class Wording:
    """All templates; ``say`` fills one in."""

    def __init__(self, templates: Mapping[str, str], places: Mapping[str, str] | None = None, tried: Collection[str] = ()) -> None:
        """Take templates by name (``reminder.sv.jinja``, ``frame.html.jinja``); raises StyrxlError (template-broken).

        ``tried`` are those that need no look before they are used: that takes a while.
        """
        self._places = places or {}
        self._plain = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_literal
        )
        self._html = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
        )
        for name in templates.keys() - set(tried):
            self._compiled(name)

    def say(self, kind: str, language: str, facts: Mapping[str, Any]) -> Said:
        """Return a mail's words; raises StyrxlError (template-broken) where the template names what is not there, or says nothing."""
        name = f"{kind}.{language}.jinja"
        try:
            template = self._plain.get_template(name)
            text = template.render({**_cleaned(facts), "day": lambda value: day(value, language)})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._broken(name, error) from error
        head, _, body = text.lstrip("\n").partition("\n")
        word, colon, subject = head.partition(":")
        blocks = parsed(body)
        if word.strip().lower() not in {"subject", "ämne"} or not colon or not subject.strip() or not blocks:
            raise StyrxlError("template-broken", file=self._file(name), line=1, why="Subject: …")
        said = _readable(subject)
        return Said(said, as_text(blocks), self._framed(blocks, said, language, facts))

    def _framed(self, blocks: Sequence[Block], subject: str, language: str, facts: Mapping[str, Any]) -> str:
        of_page = {"blocks": blocks, "subject": subject, "language": language, "wrapping": _wrapping}
        try:
            return self._html.get_template(FRAME).render({**_cleaned(facts), **of_page})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._broken(FRAME, error) from error

    def _compiled(self, name: str) -> None:
        try:
            self._plain.get_template(name)
        except (TemplateError, RecursionError) as error:
            raise self._broken(name, error) from error

    def _broken(self, name: str, error: Exception) -> StyrxlError:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _line(error)
        return StyrxlError("template-broken", file=self._file(name), line=line, why=str(error) or type(error).__name__)

    def _file(self, name: str) -> str:
        return self._places.get(name, name)


def read_wording(standard: Path, own: Path) -> Wording:
    """Return the templates in the standard folder, a workspace's own over them file by file.

    Raises StyrxlError: template-broken; template-unknown for a file of the workspace that would never be used; not-readable.
    """
    found = {path.name: path for path in standard.iterdir() if path.suffix == ".jinja"}
    for path in sorted(own.glob("*.jinja")):
        if path.name not in found:
            raise StyrxlError("template-unknown", path=str(path), known=", ".join(sorted(found)))
        found[path.name] = path
    try:
        texts = {name: path.read_text("utf-8-sig") for name, path in found.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise StyrxlError("not-readable", path=str(own), why=str(error)) from error
    return Wording(texts, {name: str(path) for name, path in found.items()}, [name for name, path in found.items() if path.parent != own])


def names() -> list[str]:
    """Return the names of all templates."""
    return [FRAME, *(f"{kind}.{language}.jinja" for kind in KINDS for language in LANGUAGES)]


def day(value: date | None, language: str) -> str:
    """Return a day as one writes it: 30 november 2026."""
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}" if value else ""


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_cleaned(inner) for inner in value]
    return value


def _literal(value: Any) -> Any:
    """Return a value as it is put out: signs in it are no marks. What is undefined is let through, for Jinja to refuse."""
    if isinstance(value, str):
        return value.translate(_LITERAL)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").translate(_LITERAL)
    if isinstance(value, date | int | float) and not isinstance(value, bool):
        return str(value).translate(_LITERAL)
    return "" if value is None else value


def _readable(text: str) -> str:
    return " ".join(text.translate(_READABLE).split())


def _line(error: Exception) -> int:
    """Return the line of the template in which an error arose: Jinja puts the template's own frames into the traceback."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in {"<template>", "<unknown>"} or trace.tb_frame.f_code.co_filename.endswith(".jinja"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or 1


# marks into blocks


def parsed(body: str) -> tuple[Block, ...]:
    """Return the blocks of a body; lines of one kind that follow each other are one block."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", body):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        while lines:
            kind = _kind(lines[0])
            count = next((n for n, line in enumerate(lines) if not _goes_on(kind, line)), len(lines)) or 1
            found.append(_block(kind, lines[:count]))
            lines = lines[count:]
    return _joined(found)


def _joined(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Join lists and tables that only a blank line parts: a loop in a template leaves one behind each turn."""
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if last is not None and last.kind == block.kind and block.kind in {"steps", "points", "table"}:
            found[-1] = Block(block.kind, last.lines + block.lines, last.rows + block.rows)
        else:
            found.append(block)
    return tuple(found)


def _kind(line: str) -> str:
    signs = {"#": "heading", ">": "box", "|": "table", "-": "points"}
    if line[0] in signs and (line[0] in "#|" or line[1:2] in {" ", ""}):
        return signs[line[0]]
    return "steps" if _STEP.match(line) else "text"


def _goes_on(kind: str, line: str) -> bool:
    return kind != "heading" and _kind(line) == kind


def _block(kind: str, lines: Sequence[str]) -> Block:
    if kind == "table":
        return Block(kind, rows=tuple(tuple(_runs(cell) for cell in line.strip("|").split("|")) for line in lines))
    if kind in {"steps", "points", "heading"}:
        return Block(kind, tuple(_runs(re.sub(r"^(#+|-|\d+\.)\s*", "", line)) for line in lines))
    if kind == "box":
        text = " ".join(line[1:].strip() for line in lines)
        return Block(kind, (_runs(text),), tone={"✓": "good", "!": "mend"}.get(text[:1], "plain"))
    return Block(kind, (_runs(" ".join(lines)),))


def _runs(text: str) -> Runs:
    parts = _BOLD.split(text.strip())
    return tuple((part.translate(_READABLE), at % 2 == 1) for at, part in enumerate(parts) if part)


# blocks into text


def as_text(blocks: Sequence[Block]) -> str:
    """Return blocks as plain text, with lines that stay whole in a reply; long words are never broken."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def _lines(block: Block) -> list[str]:
    if block.kind == "table":
        return _table([[_said(cell) for cell in row] for row in block.rows], block.numeric)
    if block.kind == "heading":
        title = _said(block.lines[0])
        return ["", title, "-" * min(len(title), WIDTH)]
    if block.kind in {"steps", "points"}:
        marks = [f"{n}. " if block.kind == "steps" else "- " for n in range(1, len(block.lines) + 1)]
        return [line for mark, runs in zip(marks, block.lines, strict=True) for line in _wrapped(_said(runs), mark)]
    return _wrapped(_said(block.lines[0]), "")


def _said(runs: Runs) -> str:
    return "".join(text for text, _ in runs)


def _wrapping(runs: Runs) -> str:
    """Return how a table's cell may be broken on a narrow screen: numbers, dates and other short texts never, a hash anywhere."""
    text = _said(runs)
    if len(text) <= _SHORT:
        return "white-space:nowrap"
    if max(map(len, text.split(" "))) <= _LONG:
        return ""
    return "overflow-wrap:anywhere" if " " in text else "overflow-wrap:anywhere;word-break:break-all"  # Outlook knows the latter alone


def _wrapped(text: str, mark: str) -> list[str]:
    kept = wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False, break_on_hyphens=False)
    return kept or [mark.rstrip()]


def _table(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    """Return a table with its columns beneath each other, wrapped where all of it is too wide."""
    count = max(len(row) for row in rows)
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = _narrowed([[row[n] for row in full] for n in range(count)])
    lines = [line for row in full for line in _row(row, widths, numeric)]
    head = len(_row(full[0], widths, numeric))
    return [*lines[:head], "  ".join("-" * width for width in widths), *lines[head:]] if any(full[0]) else lines[head:]


def _narrowed(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide columns are: as their longest text, the widest of them narrower until all fit; a word is never broken."""
    widths = [max(len(text) for text in column) for column in columns]
    least = [max((len(part) for text in column for part in text.split(" ")), default=0) for column in columns]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        loose = [n for n, width in enumerate(widths) if width > least[n]]
        if not loose:
            break
        widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


def _row(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> list[str]:
    cells = [wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""] for text, width in zip(row, widths, strict=True)]
    deep = max(len(cell) for cell in cells)
    lines = []
    for n in range(deep):
        texts = [cell[n] if n < len(cell) else "" for cell in cells]
        lines.append("  ".join(t.rjust(w) if right else t.ljust(w) for t, w, right in zip(texts, widths, numeric, strict=True)).rstrip())
    return lines
