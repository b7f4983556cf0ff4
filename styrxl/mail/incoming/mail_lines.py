"""The lines that a command prints about what came by mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from styrxl.model.catalogue import word
from styrxl.model.masking import make_showable
from styrxl.store.mail_log import MailPart
from styrxl.store.mail_states import ASIDE, HELD, IGNORED, NOTED, ORIGINAL, RELEASED, TAKEN

_MARKS = {TAKEN: "✓", RELEASED: "✓", HELD: "!", NOTED: "!", ASIDE: "!"}


def format_mail_lines(parts: Sequence[MailPart], language: str) -> str:
    """Return a line for each part of the messages that came, then the sums."""
    return "\n".join([*(format_mail_line(part, language) for part in parts), format_mail_sums(parts, language)]) + "\n"


def format_mail_sums(parts: Sequence[MailPart], language: str) -> str:
    """Return how many parts were taken in, are in quarantine, hold no workbook, were ignored, or could not be read."""
    counts = Counter(part.outcome for part in parts)
    counts[IGNORED] -= sum(part.reason == ORIGINAL for part in parts)  # no mail of its own
    sums = word("brought_sum", language, **{outcome: counts[outcome] for outcome in (TAKEN, HELD, NOTED, IGNORED)})
    return sums + (word("brought_sum_aside", language, aside=counts[ASIDE]) if counts[ASIDE] else "")


def format_mail_line(part: MailPart, language: str) -> str:
    """Return a line on what became of one part of a message."""
    sender = part.sender or word("brought_nobody", language)
    name = part.name or f"”{part.subject}”"
    outcome = word(f"brought_outcome_{part.outcome}", language)
    number = f" [{part.id}]" if part.outcome in {HELD, ASIDE} else ""
    why = word(f"brought_{part.reason}", language) if part.reason else part.path or ""
    return f"{_MARKS.get(part.outcome, '–')} {make_showable(sender)} · {make_showable(name)} · {outcome}{number}" + (
        f": {make_showable(why)}" if why else ""
    )
