"""The table of letters that a mail command prints, and whether any of them needs the controller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from styrxl.mail.outgoing.delivery import DeliveryResult
from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.message import estimate_size
from styrxl.mail.outgoing.send import SortedLetters
from styrxl.model.catalogue import number_text, word
from styrxl.model.grouped_findings import quote_path
from styrxl.model.masking import make_showable
from styrxl.rounds.overview.text_table import fit_lines, format_table
from styrxl.store.mail_log import Mail
from styrxl.store.mail_states import REFUSED, SENT, UNSURE, WAITING

_SUBJECT = 60  # letters of a subject that the table shows


def format_letter_table(
    letters: SortedLetters, results: Iterable[DeliveryResult], language: str, *, sent: bool, width: int | None = None
) -> str:
    """Return a table of letters: to whom, what, attachments, size, and what became of each; then the sums. Within a width, if any."""
    results_by_key = {result.key: result for result in results}
    rows = [
        list_headings(language),
        *(describe_letter(letter, letters, results_by_key.get(letter.key), language, sent=sent) for letter in letters.letters),
    ]
    table, lines = [*format_table(rows, width), ""] if letters.letters else [], list[str]()
    remarks = [*list_remarks(letters, results_by_key, language), *_hint_unplaced(letters, language)]
    lines += [*remarks, ""] if remarks else []
    count = sum(result.state == SENT for result in results_by_key.values()) if sent else len(letters.ready)
    not_sent = len(letters.letters) - count
    lines.append(word("mail_sum_sent" if sent else "mail_sum_preview", language, n=count, stuck=not_sent, gone=letters.sent_before))
    return "\n".join([*table, *fit_lines(lines, width)]) + "\n"


def list_headings(language: str) -> list[str]:
    """Return the headings of what ``describe_letter`` returns."""
    return [word(f"mail_{key}", language) for key in ("owner", "to", "subject", "attachments", "size", "state")]


def describe_letter(letter: Letter, letters: SortedLetters, result: DeliveryResult | None, language: str, *, sent: bool) -> list[str]:
    """Return a letter's owner, addresses, subject, attachments, size, and what became of it or stands in its way."""
    subject = letter.content.subject
    shown = subject if len(subject) <= _SUBJECT else subject[: _SUBJECT - 1] + "…"
    size = word("mail_kb", language, n=number_text(max(1, round(estimate_size(letter) / 1000)), language))
    files = ", ".join(a.name for a in letter.attachments) or "–"
    return [
        letter.owner or "–",
        make_showable(", ".join(letter.to)) or "–",
        shown,
        files,
        size,
        _state(letter, letters, result, language, sent=sent),
    ]


def _state(letter: Letter, letters: SortedLetters, result: DeliveryResult | None, language: str, *, sent: bool) -> str:
    if letter.key in letters.blocked:
        key, facts = letters.blocked[letter.key]
        return "! " + word(key, language, **facts)
    if result is None:
        return word("mail_waiting" if sent else "mail_ready", language)
    return word(f"mail_{result.state}", language)


def list_remarks(letters: SortedLetters, results: Mapping[tuple[str, ...], DeliveryResult], language: str) -> list[str]:
    """Return lines on what the table has no room for: the server's answers, and refused addresses."""
    lines = []
    for letter in letters.letters:
        result, who = results.get(letter.key), letter.owner or "–"
        for address, key in letter.refused_addresses if letter.to else ():
            lines.append(f"! {who}: " + word(key, language, address=address))
        lines += [f"! {who}: " + word("mail_unreached", language, address=address) for address in letter.unreached]
        if result is None:
            continue
        if result.reply and result.state != SENT:
            lines.append(f"! {who}: {result.reply}")
        lines += [f"! {who}: {make_showable(address)}: {reply}" for address, reply in result.refused.items()]
    return lines


def describe_doubt(mail: Mail, language: str) -> str:
    """Return a line on a mail that may have come twice, or that may have come although nobody here knows."""
    who, key = mail.owner or make_showable(mail.recipients), "mail_twice" if mail.state == SENT else "mail_in_doubt"
    return f"! {who}: " + word(key, language, subject=mail.subject)


def _hint_unplaced(letters: SortedLetters, language: str) -> list[str]:
    """Return a line on what to do about files that belong to nobody."""
    files = {str(facts["file"]): key[0] for key, (why, facts) in letters.blocked.items() if why == "mail_nobody"}
    if not files:
        return []
    file = quote_path(next(iter(files)), language) if len(files) == 1 else word("any_file", language)
    return [word("mail_nobody_hint", language, round=next(iter(files.values())), file=file)]


def needs_controller(letters: SortedLetters, results: Iterable[DeliveryResult]) -> bool:
    """Tell whether anything needs the controller: a letter that cannot go, or a recipient that was refused or kept back."""
    refused = any(result.state == REFUSED or result.refused for result in results)
    return bool(letters.blocked) or refused or any(letter.refused_addresses or letter.unreached for letter in letters.ready)


def is_unfinished(results: Iterable[DeliveryResult]) -> bool:
    """Tell whether anything is left to be sent by the next command."""
    return any(result.state in {WAITING, UNSURE} for result in results)
