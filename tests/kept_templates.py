"""Templates that many tests have made again, made once a process: a form and what owners share give the same template each time."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from styrxl.templates import build

MOST_KEPT = 100  # those of the small town in all its rounds, and then some
make_anew = build.make_template


@contextmanager
def templates_made_once() -> Iterator[None]:
    """Give out a template again where the same one is asked for."""
    kept: OrderedDict[bytes, build.SharedTemplate] = OrderedDict()

    def make(form: Any, prefill: Any, shared: Any, shown: Any) -> build.SharedTemplate:
        key = pickle.dumps((form, shared.key(prefill), shown))
        if key not in kept:
            kept[key] = make_anew(form, prefill, shared, shown)
        kept.move_to_end(key)
        if len(kept) > MOST_KEPT:
            kept.popitem(last=False)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "make_template", make)
        yield
