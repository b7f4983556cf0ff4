"""Commands as processes of their own, several at once."""

from __future__ import annotations

import os
import subprocess
import sys

from town import Town


def at_once(town: Town, *commands: tuple[str, ...]) -> list[tuple[int, str]]:
    """Start commands together, each by a controller of its own; return their exit statuses and what they said on stderr."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "styrxl", "--workspace", str(town.root), *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"STYRXL_USER": f"Controller {number}"},
        )
        for number, command in enumerate(commands)
    ]
    said = [process.communicate(timeout=120)[1] for process in processes]
    return [(process.returncode, text) for process, text in zip(processes, said, strict=True)]
