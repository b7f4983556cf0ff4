"""How other processes of this program are started."""

from __future__ import annotations

import sys

import pytest

from styrxl.returns.child_process import ChildProcess, make_command, serve_parent

READING = "styrxl.returns.isolated"


def test_a_module_serves_in_a_process_of_this_python() -> None:
    """Until it has nothing more to answer."""
    process = ChildProcess(make_command(READING))
    try:
        process.send(b"no limits")
        with pytest.raises(EOFError):
            process.receive()
    finally:
        process.end()


def test_a_standalone_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no Python that could be given code; it is told a module, and only of those that it may serve with."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    program, *words = make_command(READING)
    assert program == sys.executable
    assert not serve_parent(words, ["styrxl.scale.processes"])
    assert not serve_parent(["serve", READING], [READING])
    with pytest.raises(AttributeError, match="serve"):
        serve_parent([words[0], "keyword"], ["keyword"])  # a module without: it is imported, and asked
