"""Commands as processes of their own, several at once."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from forked import make_process
from styrxl.cli import main
from town import Town


def at_once(town: Town, *commands: tuple[str, ...]) -> list[tuple[int | None, str]]:
    """Start commands together, each by a controller of its own; return their exit statuses and what they said on stderr."""
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / str(number) for number in range(len(commands))]
        words = [["--workspace", str(town.root), *command] for command in commands]
        processes = [make_process(_run, words[n], f"Controller {n}", str(path)) for n, path in enumerate(said)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        return [(process.exitcode, path.read_text("utf-8")) for process, path in zip(processes, said, strict=True)]


def _run(words: list[str], user: str, said: str) -> None:
    os.environ["STYRXL_USER"] = user
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT), 2)
    main(words)
