"""Read returns in several processes of this computer; the result and its order are the same as from one.

The processes are plain subprocesses of this Python (see ``isolated`` for why), which import only what reading needs. One that dies
is replaced, and its files are read again; files with which it dies twice are left to the caller.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.returns.child_process import ChildProcess, make_command, receive_message, send_message
from styrxl.returns.read import Reading, ReturnReader
from styrxl.scale.pack import BUNDLE_SIZE, pack_readings
from styrxl.store.files import read_file

FileFacts = tuple[str, int]  # a file's hash, and its size
ReadChunk = tuple[
    Sequence[FileFacts | None], bytes
]  # the facts of some files, None for one that could not be read, and readings of the others
SMALLEST_CHUNK = 40  # files that a process gets at once, when there are few
_CHUNKS_PER_PROCESS = 8  # when there are many files
_TRIES = 2
_LONGEST_MESSAGE = 1 << 28  # bytes of a message
COMMAND = make_command(__name__)


def count_cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def read_in_processes(paths: Sequence[Path], forms: Forms, limits: Limits, jobs: int) -> Iterator[ReadChunk]:
    """Yield the readings of files, one chunk at a time, in order; those of files whose process died at each try are missing."""
    size = max(SMALLEST_CHUNK, min(BUNDLE_SIZE, len(paths) // (_CHUNKS_PER_PROCESS * jobs)))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    setting = json.dumps({"folders": [str(folder) for folder in forms.folders], "kept": forms.kept, "limits": asdict(limits)}).encode()
    pool = _ProcessPool(chunks, setting)
    try:
        pool.start(min(jobs, len(chunks)))
        for number, chunk in enumerate(chunks):
            yield pool.result(number) or make_unread_chunk(len(chunk))
    finally:
        pool.end()


class _ProcessPool:
    """The processes, each with a thread that gives it one chunk after the other."""

    def __init__(self, chunks: Sequence[Sequence[Path]], setting: bytes) -> None:
        self._chunks = chunks
        self._setting = setting
        self._waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        self._room = threading.Semaphore(0)
        self._results: dict[int, ReadChunk | None] = {}
        self._done = threading.Condition()
        self._running: set[ChildProcess] = set()
        self._ended = False
        for number in range(len(chunks)):
            self._waiting.put(number)

    def start(self, jobs: int) -> None:
        for _ in range(4 * jobs):  # chunks read before their results are taken: this bounds the memory
            self._room.release()
        for _ in range(jobs):
            threading.Thread(target=self._work, daemon=True).start()

    def result(self, number: int) -> ReadChunk | None:
        with self._done:
            self._done.wait_for(lambda: number in self._results)
            chunk = self._results.pop(number)
        self._room.release()
        return chunk

    def end(self) -> None:
        self._ended = True
        self._room.release(len(self._chunks) + len(self._running))
        for process in list(self._running):
            process.kill()

    def _work(self) -> None:
        process: ChildProcess | None = None
        try:
            while not self._ended:
                self._room.acquire()
                number = self._waiting.get_nowait()
                chunk: ReadChunk | None = None
                for _ in range(_TRIES):
                    process = process or self._start_process()
                    chunk = self._ask(process, self._chunks[number])
                    if chunk is not None or self._ended:
                        break
                    self._end_process(process)
                    process = None
                self._store_result(number, chunk)
        except queue.Empty:
            return
        finally:
            if process is not None:
                self._end_process(process)

    def _store_result(self, number: int, chunk: ReadChunk | None) -> None:
        with self._done:
            self._results[number] = chunk
            self._done.notify_all()

    def _start_process(self) -> ChildProcess:
        process = ChildProcess(COMMAND)
        self._running.add(process)
        return process

    def _end_process(self, process: ChildProcess) -> None:
        self._running.discard(process)
        process.end()

    def _ask(self, process: ChildProcess, chunk: Sequence[Path]) -> ReadChunk | None:
        """Return a process's answer to a chunk, or None when it does not answer."""
        question = json.dumps([os.fsencode(path).hex() for path in chunk]).encode()
        try:
            process.send(self._setting)
            process.send(question)
            facts, data = json.loads(process.receive(_LONGEST_MESSAGE)), process.receive(_LONGEST_MESSAGE)
            return [fact and (fact[0], fact[1]) for fact in facts], data
        except (OSError, EOFError, ValueError):
            return None


def make_unread_chunk(count: int) -> ReadChunk:
    """Return the chunk of so many files none of which could be read."""
    return [None] * count, pack_readings([])


def serve() -> None:
    """Read the files named on standard input and write their readings to standard output, until the input ends."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    readers: dict[bytes, ReturnReader] = {}
    while True:
        try:
            setting, names = receive_message(source), json.loads(receive_message(source))
        except EOFError:
            return
        if setting not in readers:
            readers[setting] = _make_reader(json.loads(setting))
        read = [_read_return(Path(os.fsdecode(bytes.fromhex(name))), readers[setting]) for name in names]
        send_message(target, json.dumps([result and result[:2] for result in read]).encode())
        send_message(target, pack_readings([result[2] for result in read if result]))


def _make_reader(setting: Mapping[str, Any]) -> ReturnReader:
    return ReturnReader(Forms([Path(folder) for folder in setting["folders"]], setting["kept"]), Limits(**setting["limits"]))


def _read_return(path: Path, reader: ReturnReader) -> tuple[str, int, Reading] | None:
    try:
        data, sha256, size = read_file(path, reader.limits.file_mb * MB)
    except Exception:  # noqa: BLE001 -- the caller meets the same error when it reads the file
        return None
    return sha256, size, reader.read(data, str(path))
