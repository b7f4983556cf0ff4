"""How far a command is: a bar on a terminal, a line elsewhere, nothing when it is quick."""

from __future__ import annotations

import io

import pytest

from styrxl.commands.progress import show_progress_on


class Terminal(io.StringIO):
    """What is written to looks like a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


def told(stream: io.StringIO, quick: float, language: str = "sv", count: int = 1200) -> str:
    with show_progress_on(stream, language, quick)(count) as step:
        for _ in range(count // 100):
            step(100)
    return stream.getvalue()


def test_nothing_is_said_when_it_is_quick() -> None:
    assert told(Terminal(), 60) == ""
    assert told(io.StringIO(), 60) == ""


@pytest.mark.parametrize("language, label", [("sv", "Läser 1\N{NO-BREAK SPACE}200 svar"), ("en", "Reading 1,200 returns")])
def test_a_terminal_gets_a_bar(language: str, label: str) -> None:
    said = told(Terminal(), 0, language)

    assert label in said
    assert "100/1200" in said
    assert "1200/1200" in said


def test_elsewhere_a_line_is_told_once() -> None:
    """Without anything that steers a terminal."""
    assert told(io.StringIO(), 0) == "Läser 1\N{NO-BREAK SPACE}200 svar\n"


def test_what_was_read_before_the_bar_came_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.4, 0.8, 1.2, 1.6])
    monkeypatch.setattr("styrxl.commands.progress.time.monotonic", lambda: next(times))
    stream = Terminal()
    with show_progress_on(stream, "sv")(4) as step:
        step(1)
        step(1)
        assert stream.getvalue() == ""
        step(1)
        assert "3/4" in stream.getvalue()
