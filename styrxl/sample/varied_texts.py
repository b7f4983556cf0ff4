"""Texts that vary: ``{a|b}``, ``{70-95:5}`` and ``{#1}`` in the sample's sentences, counted so that each number gives its own text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from math import gcd, prod

_SLOT = re.compile(r"\{([^{}]+)\}")
_WORDS = dict(zip(map(str, range(2, 13)), ("två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"), strict=True))
_RANGE = re.compile(r"(\d+)-(\d+)(?::(\d+))?")


def count_texts(template: str) -> int:
    """Return how many texts a template has."""
    return prod(len(choices) for choices in _choices(template))


def render_text(template: str, number: int, names: Mapping[str, str], salt: int = 0, earlier: Sequence[str] = ()) -> str:
    """Return a template's text by number: texts differ for numbers from 0 to ``count`` - 1, in an order that the salt moves.

    ``names``: what stands for ``{unit}`` and ``{place}``; ``earlier``: what stands for ``{#1}``, ``{#2}`` …
    """
    return _put(template, choose_words(template, number, salt), names, earlier)


def choose_words(template: str, number: int, salt: int = 0) -> list[str]:
    """Return what stands in a template's places, in order, by number."""
    size = count_texts(template)
    index = (number * _stride(size) + salt) % size
    taken = []
    for options in _choices(template):
        index, which = divmod(index, len(options))
        taken.append(options[which])
    return taken


def render_pair(text: str, result: str, number: int, names: Mapping[str, str], salt: int = 0) -> tuple[str, str]:
    """Return a text and its expected result by number; ``{#1}`` in the result is the text's first choice."""
    return render_text(text, number, names, salt), render_text(result, number, names, salt, choose_words(text, number, salt))


@cache
def _choices(template: str) -> tuple[tuple[str, ...], ...]:
    return tuple(_options(slot) for slot in _SLOT.findall(template) if not _is_name(slot))


def _is_name(slot: str) -> bool:
    return slot in {"unit", "place"} or slot.startswith("#")


def _options(slot: str) -> tuple[str, ...]:
    numbers = _RANGE.fullmatch(slot)
    if not numbers:
        return tuple(slot.split("|"))
    first, last, step = (int(part or 1) for part in numbers.groups())
    return tuple(str(number) for number in range(first, last + 1, step))


def _stride(size: int) -> int:
    """Return a step that reaches every text before it comes back, and leaps, so that neighbours differ in more than one word."""
    return next(step for step in range(max(1, int(size * 0.618)), size + 2) if gcd(step, size) == 1)


def _put(template: str, taken: Sequence[str], names: Mapping[str, str], earlier: Sequence[str]) -> str:
    left = iter(taken)

    def choice(match: re.Match[str]) -> str:
        slot = match[1]
        if slot.startswith("#"):
            return earlier[int(slot[1:]) - 1]
        return names[slot] if slot in names else next(left)

    text = _SLOT.sub(choice, template)
    first, space, rest = text.partition(" ")
    if first in _WORDS:  # a sentence does not begin with a figure
        text = _WORDS[first] + space + rest
    return text[:1].upper() + text[1:]
