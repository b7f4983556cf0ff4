"""Every text in what the sample municipality is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def texts(value: Any) -> Iterator[str]:
    """Yield every text in the material."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for part in value.values() for text in texts(part))
    elif isinstance(value, Sequence):
        yield from (text for part in value for text in texts(part))
