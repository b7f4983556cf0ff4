"""How long the server waits for a request to begin: a connection that says nothing, or its head letter by letter, is let go."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_HEAD = 20.0  # seconds from when a connection is made, or says something after an answer, until a request's head is there


class PatientProtocol(H11Protocol):
    """A connection to the server, which is closed where no request comes of it; its head may have 64 KB (h11's own bound)."""

    longest = LONGEST_HEAD

    def __init__(self, *args: Any, **more: Any) -> None:
        """As uvicorn makes it."""
        super().__init__(*args, **more)
        self._waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take what comes; wait on where no request has come of it yet, from when its first byte came."""
        super().data_received(data)
        if self._is_asked:
            self._stop_waiting()
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(self.longest, self._let_go)

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting.cancel()
        self._waiting = None

    def _let_go(self) -> None:
        self._waiting = None
        if not self._is_asked and not self.transport.is_closing():
            self.transport.close()

    @property
    def _is_asked(self) -> bool:
        """Whether a request has come that is not answered yet."""
        cycle: Any = self.cycle  # none before the first
        return cycle is not None and not cycle.response_complete
