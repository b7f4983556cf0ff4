"""Reading in several processes of this machine; what comes back is the same, in the same order, as from one.

The processes are plain subprocesses of this Python (see ``isolated`` for why), which import only what reading needs. One that dies
is replaced, and its files are read again; what kills one twice is left to the caller.
"""

from __future__ import annotations

import json
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.returns.read import Reading, Readings
from styrxl.scale.pack import TOGETHER, packed
from styrxl.store.files import read_file

Fact = tuple[str, int]  # a file's hash, and its size
Some = tuple[Sequence[Fact | None], bytes]  # the facts of some files, None for one that could not be read, and readings of the others
CHUNK = 40  # files that a process is given at once, where there are not many
_EACH = 8  # times that a process is given files, where there are
_TRIES = 2
_MOST = 1 << 28  # bytes of a message
_LENGTH = struct.Struct("<Q")
_COMMAND = f"from {__name__} import serve; serve()"


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_in_processes(paths: Sequence[Path], folders: Sequence[Path], limits: Limits, jobs: int) -> Iterator[Some]:
    """Yield what files hold, some at a time, in order; nothing of those whose process died each time that they were tried.

    ``folders`` are those that the forms stand in.
    """
    size = max(CHUNK, min(TOGETHER, len(paths) // (_EACH * jobs)))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    crew = _Crew(chunks, json.dumps({"folders": [str(folder) for folder in folders], "limits": asdict(limits)}).encode())
    try:
        crew.start(min(jobs, len(chunks)))
        for number, chunk in enumerate(chunks):
            yield crew.result(number) or unread(len(chunk))
    finally:
        crew.end()


class _Crew:
    """The processes, each with a thread that hands it one chunk after the other."""

    def __init__(self, chunks: Sequence[Sequence[Path]], setting: bytes) -> None:
        self._chunks = chunks
        self._setting = setting
        self._left: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._room = threading.Semaphore(0)
        self._results: dict[int, Some | None] = {}
        self._done = threading.Condition()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False
        for number in range(len(chunks)):
            self._left.put(number)

    def start(self, jobs: int) -> None:
        for _ in range(4 * jobs):  # chunks that may be ahead of whoever takes the results: memory is bounded
            self._room.release()
        for _ in range(jobs):
            threading.Thread(target=self._work, daemon=True).start()

    def result(self, number: int) -> Some | None:
        with self._done:
            self._done.wait_for(lambda: number in self._results)
            found = self._results.pop(number)
        self._room.release()
        return found

    def end(self) -> None:
        self._ended = True
        self._room.release(len(self._chunks) + len(self._running))
        for process in list(self._running):
            process.kill()

    def _work(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        try:
            while not self._ended:
                self._room.acquire()
                number = self._left.get_nowait()
                found: Some | None = None
                for _ in range(_TRIES):
                    process = process or self._hired()
                    found = self._asked(process, self._chunks[number])
                    if found is not None or self._ended:
                        break
                    self._fired(process)
                    process = None
                self._tell(number, found)
        except queue.Empty:
            return
        finally:
            if process is not None:
                self._fired(process)

    def _tell(self, number: int, found: Some | None) -> None:
        with self._done:
            self._results[number] = found
            self._done.notify_all()

    def _hired(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
        process = subprocess.Popen(  # noqa: S603 -- this very Python
            [sys.executable, "-c", _COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._running.add(process)
        return process

    def _fired(self, process: subprocess.Popen[bytes]) -> None:
        self._running.discard(process)
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.wait()

    def _asked(self, process: subprocess.Popen[bytes], chunk: Sequence[Path]) -> Some | None:
        """Return what a process says of a chunk, or None where it does not answer."""
        assert process.stdin is not None
        assert process.stdout is not None
        question = json.dumps([os.fsencode(path).hex() for path in chunk]).encode()
        try:
            send(process.stdin, self._setting)
            send(process.stdin, question)
            facts, data = json.loads(receive(process.stdout)), receive(process.stdout)
            return [fact and (fact[0], fact[1]) for fact in facts], data
        except (OSError, EOFError, ValueError):
            return None


def unread(count: int) -> Some:
    """Return what is said of so many files none of which could be read."""
    return [None] * count, packed([])


def serve() -> None:
    """Answer on standard output what files hold that are named on standard input, until it ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    known: dict[bytes, Readings] = {}
    while True:
        try:
            setting, names = receive(source), json.loads(receive(source))
        except EOFError:
            return
        if setting not in known:
            known[setting] = _readings(json.loads(setting))
        read = [_read(Path(os.fsdecode(bytes.fromhex(name))), known[setting]) for name in names]
        send(target, json.dumps([one and one[:2] for one in read]).encode())
        send(target, packed([one[2] for one in read if one]))


def _readings(setting: Mapping[str, Any]) -> Readings:
    return Readings(Forms([Path(folder) for folder in setting["folders"]]), Limits(**setting["limits"]))


def _read(path: Path, readings: Readings) -> tuple[str, int, Reading] | None:
    try:
        data, sha256, size = read_file(path, readings.limits.file_mb * MB)
    except Exception:  # noqa: BLE001 -- the one who asked will meet it too
        return None
    return sha256, size, readings.read(data, str(path))


def send(target: IO[bytes], message: bytes) -> None:
    """Write a message to a pipe."""
    target.write(_LENGTH.pack(len(message)))
    target.write(message)
    target.flush()


def receive(source: IO[bytes]) -> bytes:
    """Return the next message of a pipe; EOFError where there is none, or not all of it, ValueError for what is none."""
    head = source.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    [length] = _LENGTH.unpack(head)
    if length > _MOST:
        raise ValueError("no message")
    message = source.read(length)
    if len(message) < length:
        raise EOFError
    return message
