"""The table of letters that a mail command prints, and whether any of them needs the controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.message import encoded_size
from styrxl.mail.outgoing.send import Sorted
from styrxl.mail.outgoing.smtp import Result
from styrxl.model.catalogue import number_text, word
from styrxl.model.grouped import quote_path

_SUBJECT = 60  # letters of a subject that the table shows


def as_text(found: Sorted, results: Iterable[Result], language: str, *, sent: bool) -> str:
    """Return a table of letters: to whom, what, attachments, size, and what became of each; then the sums."""
    by_key = {result.key: result for result in results}
    heads = [word(f"mail_{key}", language) for key in ("owner", "to", "subject", "attachments", "size", "state")]
    rows = [heads, *(_row(letter, found, by_key.get(letter.key), language, sent=sent) for letter in found.letters)]
    lines = []
    if found.letters:
        widths = [max(len(row[n]) for row in rows) for n in range(len(heads))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        lines.insert(1, "  ".join("─" * width for width in widths))
        lines.append("")
    lines += _remarks(found, by_key, language)
    count = sum(result.state == "sent" for result in by_key.values()) if sent else len(found.ready)
    stuck = len(found.letters) - count
    lines.append(word("mail_sum_sent" if sent else "mail_sum_preview", language, n=count, stuck=stuck, gone=found.gone))
    return "\n".join(lines) + "\n"


def _row(letter: Letter, found: Sorted, result: Result | None, language: str, *, sent: bool) -> list[str]:
    subject = letter.said.subject
    shown = subject if len(subject) <= _SUBJECT else subject[: _SUBJECT - 1] + "…"
    size = word("mail_kb", language, n=number_text(max(1, round(encoded_size(letter) / 1000)), language))
    files = ", ".join(a.name for a in letter.attachments) or "–"
    return [letter.owner or "–", ", ".join(letter.to) or "–", shown, files, size, _state(letter, found, result, language, sent=sent)]


def _state(letter: Letter, found: Sorted, result: Result | None, language: str, *, sent: bool) -> str:
    if letter.key in found.stuck:
        key, facts = found.stuck[letter.key]
        return "! " + word(key, language, **facts)
    if result is None:
        return word("mail_waiting" if sent else "mail_ready", language)
    return word(f"mail_{result.state}", language)


def _remarks(found: Sorted, results: Mapping[tuple[str, ...], Result], language: str) -> list[str]:
    """Say what the table has no room for: what the server answered, addresses kept back, and what may have come twice."""
    lines = []
    for letter in found.letters:
        result, who = results.get(letter.key), letter.owner or "–"
        for address, key in letter.kept_back if letter.to else ():
            lines.append(f"! {who}: " + word(key, language, address=address))
        if result is None:
            continue
        if result.reply and result.state != "sent":
            lines.append(f"! {who}: {result.reply}")
        lines += [f"! {who}: {address}: {reply}" for address, reply in result.refused.items()]
        if result.twice and result.state == "sent":
            lines.append(f"! {who}: " + word("mail_twice", language))
    lines += _of_nobody(found, language)
    return [*lines, ""] if lines else []


def _of_nobody(found: Sorted, language: str) -> list[str]:
    """Say what to do about files that are nobody's."""
    files = {str(facts["file"]): key[0] for key, (why, facts) in found.stuck.items() if why == "mail_nobody"}
    if not files:
        return []
    file = quote_path(next(iter(files)), language) if len(files) == 1 else word("any_file", language)
    return [word("mail_nobody_hint", language, round=next(iter(files.values())), file=file)]


def troubled(found: Sorted, results: Iterable[Result]) -> bool:
    """Tell whether anything needs the controller: a letter that cannot go, or a recipient that was refused or kept back."""
    refused = any(result.state == "refused" or result.refused for result in results)
    return bool(found.stuck) or refused or any(letter.kept_back for letter in found.ready)


def put_off(results: Iterable[Result]) -> bool:
    """Tell whether anything is left to be sent by the next command."""
    return any(result.state in {"waiting", "unsure"} for result in results)
