"""Frames that many tests hold against the same schemas again, held once a process: one in order is in order each time."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import pandera.pandas as pa
import pytest

from styrxl.validation.rules import schema

hold_anew = schema.hold_against


@contextmanager
def frames_held_once() -> Iterator[None]:
    """Pass over a frame that was in order; one with a fault is held against its schema each time."""
    kept: dict[bytes, pa.DataFrameSchema] = {}  # a schema is kept too, that no other may come to have its id

    def hold(demanded: pa.DataFrameSchema, frame: pd.DataFrame) -> None:
        key = hashlib.sha256(pickle.dumps((id(demanded), frame), protocol=5)).digest()
        if key not in kept:
            hold_anew(demanded, frame)
            kept[key] = demanded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "hold_against", hold)
        yield
