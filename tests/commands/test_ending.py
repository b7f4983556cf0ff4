"""How commands end that do not end well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import styrxl
from styrxl.cli import cli
from styrxl.model.errors import working_on
from styrxl.rounds import status
from town import ROUND, Town


def break_with(monkeypatch: pytest.MonkeyPatch, error: BaseException, file: str | None = None) -> None:
    """Let ``status`` fail with an error, at work on a file if one is named."""

    def fail(*_: object) -> None:
        if file is None:
            raise error
        with working_on(file):
            raise error

    monkeypatch.setattr(status, "find_status", fail)


def run(town: Town, *words: str) -> tuple[int, str, str]:
    """Type a command; exit status, stdout, stderr."""
    result = CliRunner().invoke(cli, ["--workspace", str(town.root), *words])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    "language, file, sentence",
    [
        ("sv", None, "Något oväntat hände när cli status kördes. Vad som hände står i {log}, för den som sköter styrxl.\n"),
        ("sv", "inbox/UBN.xlsx", "Något oväntat hände när cli status arbetade med inbox/UBN.xlsx. Vad som hände står i {log}, för den som"),
        ("en", None, "Something unforeseen happened while cli status was run. What it was stands in {log}, for those who look after"),
    ],
)
def test_what_nobody_foresaw_is_one_sentence(
    planned: Town, monkeypatch: pytest.MonkeyPatch, language: str, file: str | None, sentence: str
) -> None:
    """What was being done, with which file, and where the log lies, which has the traceback; exit status 3."""
    break_with(monkeypatch, ZeroDivisionError("by zero"), file)
    log = planned.root / "styrxl.log"
    code, out, told = run(planned, "--lang", language, "status", ROUND)
    assert (code, out, told.count("\n")) == (3, "", 1)
    assert told.startswith(sentence.format(log=log))
    assert "Traceback" in (written := log.read_text("utf-8"))
    assert "ZeroDivisionError: by zero" in written
    if os.name == "posix":
        assert log.stat().st_mode & 0o007 == 0


def test_the_log_of_a_folder_that_cannot_be_written_lies_elsewhere(planned: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And the sentence says where."""
    break_with(monkeypatch, ZeroDivisionError())
    elsewhere = tmp_path / "tmp"
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    (planned.root / "styrxl.log").mkdir()
    _, _, told = run(planned, "status", ROUND)
    assert str(elsewhere / "styrxl.log") in told
    assert (elsewhere / "styrxl.log").is_file()


@pytest.mark.parametrize("words, told", [((), "Avbrutet med Ctrl+C."), (("--lang", "en"), "Stopped by Ctrl+C.")])
def test_ctrl_c_is_told_as_what_it_is(planned: Town, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str) -> None:
    """Status 130, never 1, which is findings; nothing is logged."""
    break_with(monkeypatch, KeyboardInterrupt())
    code, out, err = run(planned, *words, "status", ROUND)
    assert (code, out) == (130, "")
    assert told in err
    assert not (planned.root / "styrxl.log").exists()


def test_a_command_that_ends_well_makes_no_log(planned: Town) -> None:
    """The log is made when there is something to write."""
    planned.run("status", ROUND)
    assert not (planned.root / "styrxl.log").exists()


@pytest.mark.skipif(os.name != "posix", reason="sends the signal that Ctrl+C sends there")
def test_ctrl_c_from_a_keyboard(tmp_path: Path) -> None:
    """A real signal, in the middle of the demonstration's commands."""
    environment = {**os.environ, "PYTHONPATH": str(Path(styrxl.__file__).parents[1])}
    # What is started in the background, as this suite may be, is given to know nothing of Ctrl+C.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{listening}; from styrxl.cli import main; main({['demo', str(tmp_path / 'demo')]!r})"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "demo" / "outbox").is_dir():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Avbrutet med Ctrl+C." in err
    assert "Traceback" not in out + err
