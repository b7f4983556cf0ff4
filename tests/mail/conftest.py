"""What all tests of mail share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def everybody_is_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each day be a working day, so that tests of reminders do not depend on theirs."""
    for place in ("styrxl.mail.outgoing.reminders", "styrxl.mail.working_days"):
        monkeypatch.setattr(f"{place}.is_working_day", lambda _: True)
