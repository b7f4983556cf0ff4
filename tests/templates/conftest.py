"""Fixtures of templates: here each is made whenever it is asked for."""

from __future__ import annotations

import pytest

from kept_templates import make_anew
from styrxl.templates import build


@pytest.fixture(autouse=True)
def made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make templates as styrxl does, that two of the same are two."""
    monkeypatch.setattr(build, "make_template", make_anew)
