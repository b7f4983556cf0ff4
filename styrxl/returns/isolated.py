"""Read files that may crash or block a process: an ordinary workbook here, any other in a process with limited memory and time.

The process is started when the first such file comes, and again after one that ended it. It is a plain subprocess rather than
multiprocessing's: those may not be started from a daemon, which a cluster's worker is, and run the caller's own script anew.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import sys
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import Any, Self

from styrxl.model.catalogue import Word
from styrxl.model.findings import Finding, finding
from styrxl.model.limits import STANDARD, Limits
from styrxl.returns.child_process import ChildProcess, make_command, receive_message, send_message
from styrxl.returns.extras import Extras, ExtrasQuestion, read_extras
from styrxl.returns.package.marks import SheetMarks
from styrxl.returns.package.unpack import ORDINARY_MB, NotOrdinaryError
from styrxl.returns.package.workbook_parts import SheetsToSkip
from styrxl.returns.process_watch import ProcessWatch
from styrxl.returns.shown.appearance import Appearance
from styrxl.returns.workbook import ReadWorkbook, ReturnedWorkbook, SheetCells, read_workbook, skip_no_sheets

_STARTING = 10  # seconds of the processor's time that Python may take to begin
COMMAND = make_command(__name__)
_SENT = {
    (kind.__module__, kind.__qualname__)
    for kind in (date, datetime, time, timedelta, frozenset, ReturnedWorkbook, Extras, SheetCells, SheetMarks, Appearance, Finding, Word)
}


Question = bytes | tuple[bytes, ExtrasQuestion]  # a file to be read, or whose extras are asked for


class IsolatedReader:
    """Reads files one after the other, whatever they are; close it when done."""

    def __init__(self, limits: Limits = STANDARD, skip: SheetsToSkip = skip_no_sheets, ordinary_mb: int = ORDINARY_MB) -> None:
        """Take the limits, which sheets to skip, and how large a file is read here; no process is started before one is needed."""
        self.limits = limits
        self._ordinary_mb = ordinary_mb
        self._skip = skip
        self._worker: _Worker | None = None

    def __enter__(self) -> Self:
        """Return the reader, to be closed at the end of the block."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process, if there is one."""
        self.close()

    @property
    def started(self) -> bool:
        """Whether a process is running."""
        return self._worker is not None

    @property
    def process_id(self) -> int | None:
        """The number of the process, if one is running."""
        return self._worker.pid if self._worker is not None else None

    def read(self, data: bytes) -> ReadWorkbook:
        """Read a file as ``read_workbook`` does; one that crashes, hangs or eats memory is ``unreadable-workbook``."""
        try:
            return read_workbook(data, self.limits, ordinary_only=True, ordinary_mb=self._ordinary_mb, skip=self._skip)
        except NotOrdinaryError:
            return self._elsewhere(data)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001 -- calamine's PanicException is no Exception; whatever it was, it happens again over there
            return self._elsewhere(data)

    def read_extras(self, data: bytes, question: ExtrasQuestion) -> Extras:
        """Return the extras of a file; none of one that crashes, hangs or eats memory."""
        try:
            return read_extras(data, question, self.limits, ordinary_only=True)
        except NotOrdinaryError:
            extras = self._ask((data, question))
        return extras if isinstance(extras, Extras) else Extras()

    def close(self) -> None:
        """End the process, if there is one."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def _elsewhere(self, data: bytes) -> ReadWorkbook:
        answer = self._ask(data)
        if answer == "too_much_memory":
            return _find_too_much_memory(self.limits)
        if isinstance(answer, str):
            return None, (finding("unreadable-workbook", why=Word(answer, {"seconds": self.limits.seconds})),)
        return answer  # type: ignore[return-value] # what ``_read`` gives for a file

    def _ask(self, question: Question) -> ReadWorkbook | Extras | str:
        """Ask the process, and end it where it gave no answer; what it still holds of files before is no fault of this one."""
        worker = self._running()
        had_answered = worker.answered
        answer = worker.ask(question)
        if worker.was_killed or isinstance(answer, str):
            self.close()
        return self._ask(question) if had_answered and answer == "too_much_memory" else answer

    def _running(self) -> _Worker:
        if self._worker is None:
            self._worker = _Worker(self.limits)
        return self._worker


class _Worker:
    """The process in which files are read that are not ordinary, watched while it answers."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process = ChildProcess(COMMAND)
        self._watch = ProcessWatch(self._process, limits.memory_mb)
        self.answered = False
        self._ask_within(_STARTING, limits)

    def ask(self, question: Question) -> ReadWorkbook | Extras | str:
        """Return the answer to a question, or why there is none: ``too_much_memory``, ``took_too_long`` or ``crashed``."""
        answer = self._ask_within(self._limits.seconds, question)
        self.answered = answer is not None
        return answer if answer is not None else self._watch.exceeded or "crashed"

    def _ask_within(self, seconds: float, question: object) -> Any:
        try:
            with self._watch.limit(seconds):
                self._process.send(pickle.dumps(question))
                return AnswerUnpickler(io.BytesIO(self._process.receive())).load()
        except (OSError, EOFError, pickle.UnpicklingError):
            return None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def was_killed(self) -> bool:
        """Whether the process was killed, be it when it had just answered."""
        return self._watch.exceeded != ""

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.end()


class AnswerUnpickler(pickle.Unpickler):
    """Reads an answer that may hold nothing but values, even when a file has taken over the process."""

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the few types that an answer is made of."""
        if (module, name) not in _SENT:
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def serve() -> None:
    """Answer questions on standard input until it ends: first the limits, then one question after the other."""
    source, target = sys.stdin.buffer, sys.stdout.buffer
    limits: Limits = pickle.loads(receive_message(source))  # noqa: S301 -- from the process that started this one
    _leave_no_core()
    send_message(target, pickle.dumps(True))
    while True:
        try:
            question: Question = pickle.loads(receive_message(source))  # noqa: S301 -- as above
        except EOFError:
            return
        answer = _read(question, limits) if isinstance(question, bytes) else _read_extras(*question, limits)
        send_message(target, pickle.dumps(answer, protocol=5))


def _read(data: bytes, limits: Limits) -> ReadWorkbook:
    try:
        return read_workbook(data, limits)
    except MemoryError:
        return _find_too_much_memory(limits)
    except BaseException:  # noqa: BLE001 -- a panic among them; the file is named, and its verdict says so
        return None, (finding("unreadable-workbook", why=Word("damaged")),)


def _find_too_much_memory(limits: Limits) -> ReadWorkbook:
    return None, (finding("oversized-workbook", why=Word("too_much_memory", {"high": limits.memory_mb})),)


def _read_extras(data: bytes, question: ExtrasQuestion, limits: Limits) -> Extras:
    try:
        return read_extras(data, question, limits)
    except BaseException:  # noqa: BLE001 -- out of memory among them; what it holds besides its cells is then not told
        return Extras()


def _leave_no_core() -> None:
    """See to it that a crash leaves no copy of the memory, and so of a return, on the disk; Windows leaves none."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 -- Unix alone has it

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
