"""How far a command is: a bar on a terminal, lines elsewhere, nothing when it is quick."""

from __future__ import annotations

import io

from styrxl.commands.progress import show_progress_on


class Terminal(io.StringIO):
    """What is written to looks like a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


class Clock:
    """A clock that moves on each time that it is looked at."""

    def __init__(self, pace: float) -> None:
        self.now, self.pace = 0.0, pace

    def __call__(self) -> float:
        """Return the time, a pace later than before."""
        self.now += self.pace
        return self.now


def told(stream: io.StringIO, pace: float, count: int = 1200) -> str:
    with show_progress_on(stream, "sv", Clock(pace))(count) as step:
        for _ in range(count):
            step(1)
    return stream.getvalue()


def test_nothing_is_said_when_it_is_quick() -> None:
    assert told(Terminal(), 0.0001) == ""
    assert told(io.StringIO(), 0.0001) == ""


def test_a_terminal_gets_a_bar_that_is_gone_afterwards() -> None:
    """With how many, how fast and how much longer."""
    said = told(Terminal(), 0.01)

    assert "█" in said
    assert "av 1\N{NO-BREAK SPACE}200, 100 i sekunden, 0:0" in said
    assert said.endswith("\r\x1b[K")
    assert "\n" not in said


def test_elsewhere_a_line_is_told_now_and_then() -> None:
    """Without anything that steers a terminal."""
    lines = told(io.StringIO(), 0.1).splitlines()

    assert 5 <= len(lines) <= 8
    assert "\x1b" not in "".join(lines)
    assert lines[0].startswith("Läser svar: 151 av 1\N{NO-BREAK SPACE}200, 10 i sekunden, 1:45 kvar")
