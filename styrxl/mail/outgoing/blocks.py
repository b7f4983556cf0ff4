"""The body of a mail: marks into blocks, and blocks into plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

_SHORT, _LONG = 12, 30  # letters of a cell that is never broken, and of a word that is broken anywhere
WIDTH = 72  # letters on a line of the text, so that it stands whole in a reply
_SIGNS = "*|#>-.:!✓"
LITERAL = {ord(sign): 0xE000 + at for at, sign in enumerate(_SIGNS)}
READABLE = {literal: sign for sign, literal in LITERAL.items()}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_STEP = re.compile(r"\d+\. ")
_NUMBER = re.compile("[−+-]?[0-9 \u00a0.,]*")
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
    return tuple((part.translate(READABLE), at % 2 == 1) for at, part in enumerate(parts) if part)


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


def wrapping(runs: Runs) -> str:
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
