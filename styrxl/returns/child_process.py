"""Another process of this Python, with which messages of bytes are exchanged through its standard input and output."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO

SERVE = "serve-parent"  # the first word of a standalone program that runs as a child of itself
_LENGTH = struct.Struct("<Q")


def make_command(module: str) -> tuple[str, ...]:
    """Return the command that runs ``serve`` of a module of ours: with this Python, or with the standalone program, which has no other."""
    if getattr(sys, "frozen", False):
        return sys.executable, SERVE, module
    return sys.executable, "-c", f"from {module} import serve; serve()"


def serve_parent(words: Sequence[str], modules: Sequence[str]) -> bool:
    """Serve the parent with one of the modules, where a standalone program's words say so; return whether they did."""
    if len(words) != 2 or words[0] != SERVE or words[1] not in modules:
        return False
    import_module(words[1]).serve()
    return True


class ChildProcess:
    """A process that runs a command, with the modules that this one has; end it when done."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the process."""
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        self._process = subprocess.Popen(  # noqa: S603 -- a command of ``make_command``
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # calamine writes there when it panics
            env={**os.environ, "PYTHONPATH": path},
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def send(self, message: bytes) -> None:
        """Send the process a message; OSError when it is dead."""
        assert self._process.stdin is not None
        send_message(self._process.stdin, message)

    def receive(self, longest: int | None = None) -> bytes:
        """Return the next message of the process; raises as ``receive_message``."""
        assert self._process.stdout is not None
        return receive_message(self._process.stdout, longest)

    def kill(self) -> None:
        """Kill the process, so that whoever waits for its message gets EOFError."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and close its pipes."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._process.wait()


def send_message(target: IO[bytes], message: bytes) -> None:
    """Write a message to a pipe."""
    target.write(_LENGTH.pack(len(message)))
    target.write(message)
    target.flush()


def receive_message(source: IO[bytes], longest: int | None = None) -> bytes:
    """Return the next message of a pipe; EOFError when it is missing or cut short, ValueError when it is longer than ``longest``."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    [length] = _LENGTH.unpack(head)
    if longest is not None and length > longest:
        raise ValueError("no message")
    message = source.read(length)
    if len(message) < length:
        raise EOFError
    return message
