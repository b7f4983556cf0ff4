"""The lines that a command prints about what came by mail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from styrxl.model.catalogue import word
from styrxl.model.masking import make_showable
from styrxl.store.mail_log import Brought


def as_text(notes: Iterable[Brought], language: str) -> str:
    """Return a line for each thing that mail brought, then the sums."""
    those = list(notes)
    return "\n".join([*(line(note, language) for note in those), sums(those, language)]) + "\n"


def sums(notes: Iterable[Brought], language: str) -> str:
    """Return how many things of each kind mail brought."""
    counts = Counter(note.outcome for note in notes)
    return word("brought_sum", language, **{name: counts[name] for name in ("taken", "held", "noted", "ignored")})


def line(note: Brought, language: str) -> str:
    """Return what became of one thing that mail brought."""
    mark = {"taken": "✓", "released": "✓", "held": "!", "noted": "!"}.get(note.outcome, "–")
    who = note.sender or word("brought_nobody", language)
    what = note.name or f"”{note.subject}”"
    why = word(f"brought_{note.reason}", language) if note.reason else note.path or ""
    told = word(f"brought_outcome_{note.outcome}", language)
    number = f" [{note.id}]" if note.outcome == "held" else ""
    return f"{mark} {make_showable(who)} · {make_showable(what)} · {told}{number}" + (f": {make_showable(why)}" if why else "")
