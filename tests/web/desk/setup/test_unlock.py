"""A lock that was left, seen and removed by the desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from desk_visitor import visit_desk
from styrxl.store.lock import NAME, LockHolder, this_process
from styrxl.store.workspace import Workspace

ELSEWHERE = LockHolder("Åsa <b>", "server-1", 77, "ta emot", datetime(2027, 1, 5, 9, 0, tzinfo=UTC), "1", "ab")


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Make a new workspace."""
    Workspace.init(tmp_path, "Exempelby")
    return tmp_path


def test_a_lock_of_another_computer_is_told_and_removed_after_a_warning(town: Path) -> None:
    (town / NAME).write_bytes(ELSEWHERE.to_json())
    with visit_desk(town) as visitor:
        assert 'href="/unlock"' in visitor.get("/tasks")
        page = visitor.get("/unlock")
        for text in ("Åsa &lt;b&gt; har låset", "server-1", "går det inte att se om det fortfarande är igång", "Fråga först"):
            assert text in page
        assert "Låset är borttaget" in visitor.press("/do/unlock")
        assert not (town / NAME).exists()
        assert "inte låst" in visitor.get("/unlock")


def test_the_lock_of_somebody_who_came_in_between_stays(town: Path) -> None:
    (town / NAME).write_bytes(ELSEWHERE.to_json())
    with visit_desk(town) as visitor:
        hidden = visitor.find_hidden("/do/unlock")
        (town / NAME).write_bytes(replace(ELSEWHERE, token="cd").to_json())  # noqa: S106 -- no secret
        assert visitor.post("/do/unlock", hidden).status_code == 409
    assert (town / NAME).exists()


def test_a_broken_lock_and_the_desks_own_are_told_as_what_they_are(town: Path) -> None:
    with visit_desk(town) as visitor:
        (town / NAME).write_text("{")
        assert "inte att läsa vems det är" in visitor.get("/unlock")
        (town / NAME).write_bytes(this_process("Dela ut", "kontrollern", datetime.now(UTC)).to_json())
        page = visitor.get("/unlock")
    assert "det här skrivbordet" in page
    assert "Ta bort låset" not in page
