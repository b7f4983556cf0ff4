"""What commands remark, as the desk says it: where the terminal names a command, the desk has words of its own that name its page."""

from __future__ import annotations

from collections.abc import Sequence

from styrxl.model.catalogue import Word, facts_in_words, say
from styrxl.web.desk.texts import read_texts

PAGE = "notes"  # words/notes.yaml: by the catalogue's keys


def describe_note(note: Word, language: str) -> str:
    """Return a remark in words."""
    own = read_texts(PAGE).get(note.key)
    return own[language].format(**facts_in_words(note.facts, language)) if own else say(note, language)


def describe_notes(notes: Sequence[Word], language: str) -> tuple[str, ...]:
    """Return remarks in words."""
    return tuple(describe_note(note, language) for note in notes)
