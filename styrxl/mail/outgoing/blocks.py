"""The body of a mail: marks into blocks, and blocks into plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

_SHORT, _LONG = 12, 30  # letters of a cell that is never broken, and of a word that is broken anywhere
WIDTH = 72  # letters on a line of the text, short enough to be quoted in a reply
# The signs that are marks stand for themselves in a template alone; in values they are private characters until the text is made.
_SIGNS = "*|#>-.:!✓"
ESCAPED = {ord(sign): 0xE000 + at for at, sign in enumerate(_SIGNS)}
UNESCAPED = {literal: sign for sign, literal in ESCAPED.items()}
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_STEP = re.compile(r"\d+\. ")
_NUMBER = re.compile("[−+-]?[0-9 \u00a0.,]*")
Runs = tuple[tuple[str, bool], ...]  # a line's parts, and whether each is bold


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A part of a letter: ``heading``, ``box`` (of a tone: good, mend, plain), ``text``, ``link``, ``steps``, ``points`` or ``table``.

    A table's first row holds its headings.
    """

    kind: str
    lines: tuple[Runs, ...] = ()
    rows: tuple[tuple[Runs, ...], ...] = ()
    tone: str = "plain"

    @property
    def headed(self) -> bool:
        """Whether a table has headings."""
        return any(_join_runs(cell) for cell in self.rows[0])

    @property
    def numeric(self) -> list[bool]:
        """Which of a table's columns hold numbers."""
        count = max(len(row) for row in self.rows)
        columns = [[_join_runs(row[n]) for row in self.rows[1:] if n < len(row)] for n in range(count)]
        return [n > 0 and any(texts) and all(_NUMBER.fullmatch(text) for text in texts) for n, texts in enumerate(columns)]


def parse_blocks(body: str) -> tuple[TextBlock, ...]:
    """Return the blocks of a body; lines of one kind that follow each other are one block."""
    blocks: list[TextBlock] = []
    for part in re.split(r"\n\s*\n", body):
        lines = [line.strip() for line in part.split("\n") if line.strip()]
        while lines:
            kind = _find_kind(lines[0])
            count = next((n for n, line in enumerate(lines) if not _continues(kind, line)), len(lines)) or 1
            blocks.append(_make_block(kind, lines[:count]))
            lines = lines[count:]
    return _join(blocks)


def _join(blocks: Sequence[TextBlock]) -> tuple[TextBlock, ...]:
    """Join lists and tables with only a blank line between them: a loop in a template writes one each turn."""
    joined: list[TextBlock] = []
    for block in blocks:
        last = joined[-1] if joined else None
        if last is not None and last.kind == block.kind and block.kind in {"steps", "points", "table"}:
            joined[-1] = TextBlock(block.kind, last.lines + block.lines, last.rows + block.rows)
        else:
            joined.append(block)
    return tuple(joined)


def _find_kind(line: str) -> str:
    if line.startswith("=>"):
        return "link"
    signs = {"#": "heading", ">": "box", "|": "table", "-": "points"}
    if line[0] in signs and (line[0] in "#|" or line[1:2] in {" ", ""}):
        return signs[line[0]]
    return "steps" if _STEP.match(line) else "text"


def _continues(kind: str, line: str) -> bool:
    return kind not in {"heading", "link"} and _find_kind(line) == kind


def _make_block(kind: str, lines: Sequence[str]) -> TextBlock:
    if kind == "table":
        return TextBlock(kind, rows=tuple(tuple(_split_runs(cell) for cell in line.strip("|").split("|")) for line in lines))
    if kind in {"steps", "points", "heading"}:
        return TextBlock(kind, tuple(_split_runs(re.sub(r"^(#+|-|\d+\.)\s*", "", line)) for line in lines))
    if kind == "box":
        text = " ".join(line[1:].strip() for line in lines)
        return TextBlock(kind, (_split_runs(text),), tone={"✓": "good", "!": "mend"}.get(text[:1], "plain"))
    if kind == "link":
        return TextBlock(kind, (_split_runs(lines[0].removeprefix("=>")),))
    return TextBlock(kind, (_split_runs(" ".join(lines)),))


def _split_runs(text: str) -> Runs:
    parts = _BOLD.split(text.strip())
    return tuple((part.translate(UNESCAPED), at % 2 == 1) for at, part in enumerate(parts) if part)


def render_text(blocks: Sequence[TextBlock]) -> str:
    """Return blocks as plain text, with lines short enough for replies; long words are never broken."""
    return "\n\n".join("\n".join(_format_block(block)) for block in blocks) + "\n"


def _format_block(block: TextBlock) -> list[str]:
    if block.kind == "table":
        return _format_table([[_join_runs(cell) for cell in row] for row in block.rows], block.numeric)
    if block.kind == "heading":
        title = _join_runs(block.lines[0])
        return ["", title, "-" * min(len(title), WIDTH)]
    if block.kind in {"steps", "points"}:
        marks = [f"{n}. " if block.kind == "steps" else "- " for n in range(1, len(block.lines) + 1)]
        return [line for mark, runs in zip(marks, block.lines, strict=True) for line in _wrap(_join_runs(runs), mark)]
    return _wrap(_join_runs(block.lines[0]), "")


def _join_runs(runs: Runs) -> str:
    return "".join(text for text, _ in runs)


def choose_wrapping(runs: Runs) -> str:
    """Return how a table's cell may be broken on a narrow screen: numbers, dates and other short texts never, a hash anywhere."""
    text = _join_runs(runs)
    if len(text) <= _SHORT:
        return "white-space:nowrap"
    if max(map(len, text.split(" "))) <= _LONG:
        return ""
    return "overflow-wrap:anywhere" if " " in text else "overflow-wrap:anywhere;word-break:break-all"  # Outlook knows the latter alone


def _wrap(text: str, mark: str) -> list[str]:
    lines = wrap(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_long_words=False, break_on_hyphens=False)
    return lines or [mark.rstrip()]


def _format_table(rows: Sequence[Sequence[str]], numeric: Sequence[bool]) -> list[str]:
    """Return a table with aligned columns, wrapped where it is too wide."""
    count = max(len(row) for row in rows)
    full = [[*row, *[""] * (count - len(row))] for row in rows]
    widths = _fit_widths([[row[n] for row in full] for n in range(count)])
    lines = [line for row in full for line in _format_row(row, widths, numeric)]
    head = len(_format_row(full[0], widths, numeric))
    return [*lines[:head], "  ".join("-" * width for width in widths), *lines[head:]] if any(full[0]) else lines[head:]


def _fit_widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """Return how wide columns are: as their longest text, the widest of them narrower until all fit; a word is never broken."""
    widths = [max(len(text) for text in column) for column in columns]
    least = [max((len(part) for text in column for part in text.split(" ")), default=0) for column in columns]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        loose = [n for n, width in enumerate(widths) if width > least[n]]
        if not loose:
            break
        widths[max(loose, key=widths.__getitem__)] -= 1
    return widths


def _format_row(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> list[str]:
    cells = [wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""] for text, width in zip(row, widths, strict=True)]
    deep = max(len(cell) for cell in cells)
    lines = []
    for n in range(deep):
        texts = [cell[n] if n < len(cell) else "" for cell in cells]
        lines.append("  ".join(t.rjust(w) if right else t.ljust(w) for t, w, right in zip(texts, widths, numeric, strict=True)).rstrip())
    return lines
