"""Messages delivered in their order, whatever transport carries them; what is put off is tried again, and the rate is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError, UnreachableError
from styrxl.mail.outgoing.letter import Attachment
from styrxl.model.errors import StyrxlError
from styrxl.store.mail_states import REFUSED, SENT, UNSURE, WAITING

PAUSES = (5.0, 30.0, 120.0)  # seconds before what could not be sent is tried again
KNOWN = "known"  # result of what had been sent before


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message and its envelope; ``bare`` is the message without its ``attachments``, for a transport that takes them one by one."""

    key: tuple[str, ...]
    data: bytes  # the message as it goes over the wire
    sender: str
    recipients: tuple[str, ...]
    message_id: str = ""
    bare: bytes = b""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of a message.

    ``state``: SENT, REFUSED, WAITING (put off), UNSURE, or KNOWN where it had been sent before. ``refused``: recipients that the server
    did not take, with its answer. ``maybe_twice``: it may have been delivered twice.
    """

    key: tuple[str, ...]
    state: str
    reply: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    maybe_twice: bool = False


class DeliveryLog(Protocol):
    """Records what is sent."""

    def begin(self, message: QueuedMessage) -> str:
        """Record that a message is being sent; return NEW, UNSURE where it may have been sent before, or SENT where it was."""

    def end(self, message: QueuedMessage, result: DeliveryResult) -> None:
        """Record what became of a message."""


class Transport(Protocol):
    """What carries messages to where they are delivered."""

    @property
    def address(self) -> str:
        """Where that is, as HOST:PORT."""

    def deliver(self, message: QueuedMessage) -> dict[str, str]:
        """Deliver a message, and return the recipients that were not taken, with the answer.

        Raises PermanentFailureError, TemporaryFailureError; StyrxlError for what stands in the way of every message.
        """

    def close(self) -> None:
        """End the connection."""


@dataclass(slots=True)
class DeliveryRun:
    """Sends messages in their order, and tries again what the server puts off."""

    transport: Transport
    log: DeliveryLog
    wait: Callable[[float], None]
    gap: float = 0.0  # seconds from the beginning of one delivery to that of the next
    is_stopped: Callable[[], bool] = lambda: False
    clock: Callable[[], float] = time.monotonic
    _unsure: set[tuple[str, ...]] = field(default_factory=set)
    _last: float | None = None  # when the latest delivery began

    def send(self, messages: Sequence[QueuedMessage], pauses: Sequence[float] = PAUSES) -> list[DeliveryResult]:
        """Send each message once, trying again after each pause what the server put off; return what became of each.

        Raises StyrxlError: mail-unreachable where there is no server after the last pause; as ``Transport.deliver``.
        """
        results: dict[tuple[str, ...], DeliveryResult] = {}
        left, unreachable = list(messages), None
        for pause in (0.0, *pauses):
            if not left or self.is_stopped():
                break
            self.wait(pause)
            tried, left, unreachable = self._try_each(left)
            results |= tried
        if left and unreachable is not None:
            sent = sum(result.state == SENT for result in results.values())
            raise StyrxlError("mail-unreachable", sent=sent, left=len(left), address=self.transport.address, why=unreachable.reply)
        return [results.get(message.key) or DeliveryResult(message.key, WAITING) for message in messages]

    def _try_each(
        self, messages: Sequence[QueuedMessage]
    ) -> tuple[dict[tuple[str, ...], DeliveryResult], list[QueuedMessage], UnreachableError | None]:
        """Try each message once; return results, what is left to be tried again, and the error where there is no server."""
        results: dict[tuple[str, ...], DeliveryResult] = {}
        left: list[QueuedMessage] = []
        for at, message in enumerate(messages):
            self._keep_distance()
            if self.is_stopped():
                return results, [*left, *messages[at:]], None
            try:
                result = self._try_once(message)
            except UnreachableError as error:
                return results, [*left, *messages[at:]], error
            results[message.key] = result
            if result.state in {WAITING, UNSURE}:
                left.append(message)
        return results, left, None

    def _keep_distance(self) -> None:
        """Wait until the next delivery may begin: servers count those that they put off or refuse as well."""
        if self.gap and self._last is not None:
            rest = self._last + self.gap - self.clock()
            if rest > 0:
                self.wait(rest)

    def _try_once(self, message: QueuedMessage) -> DeliveryResult:
        before = self.log.begin(message)
        if before == SENT:
            return DeliveryResult(message.key, KNOWN)
        maybe_twice = before == UNSURE or message.key in self._unsure
        self._last = self.clock()
        try:
            result = DeliveryResult(message.key, SENT, refused=self.transport.deliver(message), maybe_twice=maybe_twice)
        except PermanentFailureError as error:
            result = DeliveryResult(message.key, REFUSED, error.reply, maybe_twice=maybe_twice)
        except TemporaryFailureError as error:
            # What may have been delivered already stays so, whatever the next try says.
            unsure = error.unsure or maybe_twice
            result = DeliveryResult(message.key, UNSURE if unsure else WAITING, error.reply, maybe_twice=maybe_twice)
            self.log.end(message, result)
            if unsure:
                self._unsure.add(message.key)
            if isinstance(error, UnreachableError):
                raise
            return result
        except StyrxlError:
            self.log.end(message, DeliveryResult(message.key, UNSURE if maybe_twice else WAITING))
            raise
        self.log.end(message, result)
        return result
