"""A municipality's colour as pages use it: dark enough for white text on it, and for itself on white (WCAG 2.1, 1.4.3)."""

from __future__ import annotations

ENOUGH = 4.5  # to one
_DARKER = 0.97


def make_readable(colour: str) -> str:
    """Return a colour (six hexadecimal digits), made as much darker as white text on it needs."""
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    while contrast_with_white(parts) < ENOUGH:
        parts = [int(part * _DARKER) for part in parts]
    return "".join(f"{part:02X}" for part in parts)


def contrast_with_white(parts: list[int]) -> float:
    """Return the contrast of a colour (red, green, blue, 0 to 255) with white, from 1 to 21."""
    linear = [part / 255 / 12.92 if part / 255 <= 0.04045 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)
