"""Messages sent to a server by SMTP, encrypted and verified; what the server puts off is tried again.

Each phase of a delivery is its own step, since what a lost connection means depends on it: before the last line of the message is on its
way nothing was delivered, after it nobody knows.
"""

from __future__ import annotations

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server
from styrxl.store.mail_log import REFUSED, SENT, UNSURE, WAITING

TIMEOUT = 60.0  # seconds for each answer of the server
PAUSES = (5.0, 30.0, 120.0)  # seconds before what could not be sent is tried again
KNOWN = "known"  # result of what had been sent before
_TEMPORARY, _PERMANENT = 400, 500
_AUTH_FAILED = frozenset({530, 534, 535, 538})


class TemporaryFailureError(Exception):
    """A 4xx answer or a lost connection. ``unsure``: the message may have been delivered all the same."""

    def __init__(self, reply: str, *, unsure: bool = False) -> None:
        """Take what the server answered."""
        super().__init__(reply)
        self.reply = reply
        self.unsure = unsure


class PermanentFailureError(Exception):
    """A 5xx answer: the server refused for good."""

    def __init__(self, reply: str) -> None:
        """Take what the server answered."""
        super().__init__(reply)
        self.reply = reply


class UnreachableError(TemporaryFailureError):
    """No connection could be made."""


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message and its envelope."""

    key: tuple[str, ...]
    data: bytes  # the message as it goes over the wire
    sender: str
    recipients: tuple[str, ...]


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


class SmtpConnection:
    """A server that takes mail; connected when the first message comes."""

    def __init__(self, server: Server, context: ssl.SSLContext, password: Callable[[], str] | None, timeout: float = TIMEOUT) -> None:
        """Take the server, what verifies it, what gives the password (None without a user), and seconds to wait for each answer."""
        self.server = server
        self._context = context
        self._password = password
        self._timeout = timeout
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the connection."""
        self.close()

    def close(self) -> None:
        """End the connection."""
        if self._open is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._open.quit()
            self._drop()

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    def deliver(self, message: QueuedMessage) -> dict[str, str]:
        """Deliver a message, and return the recipients that the server did not take, with its answer.

        Raises PermanentFailureError, TemporaryFailureError; StyrxlError where the server cannot be trusted or does not let us in.
        """
        connection = self._connect()
        data = message.data
        limit = connection.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(data):
            raise PermanentFailureError(f"552 {len(data)} > SIZE {limit}")
        with self._translating_errors():
            self._check(connection.mail(message.sender, [f"size={len(data)}"] if limit else []))
            refused = self._name_recipients(connection, message.recipients)
            self._check(connection.docmd("DATA"), expected=354)
            connection.send(_stuff_dots(data))
        with self._translating_errors(unsure=True):
            connection.send(b".\r\n")
            self._check(connection.getreply())
        return refused

    def _name_recipients(self, connection: smtplib.SMTP, recipients: Iterable[str]) -> dict[str, str]:
        """Name the recipients, and return those refused; where one is put off all are, and where all are refused the message is."""
        refused: dict[str, str] = {}
        taken = 0
        for recipient in recipients:
            code, text = connection.rcpt(recipient)
            reply = _format_reply(code, text)
            if _TEMPORARY <= code < _PERMANENT:
                connection.rset()
                raise TemporaryFailureError(reply)
            if code >= _PERMANENT:
                refused[recipient] = reply
            else:
                taken += 1
        if not taken:
            connection.rset()
            raise PermanentFailureError("; ".join(refused.values()))
        return refused

    def _check(self, answer: tuple[int, bytes], expected: int = 250) -> None:
        code, text = answer
        if code == expected:
            return
        if self._open is not None and code != 421:
            with suppress(smtplib.SMTPException, OSError):
                self._open.rset()
        else:
            self._drop()
        raise (PermanentFailureError if code >= _PERMANENT else TemporaryFailureError)(_format_reply(code, text))

    @contextmanager
    def _translating_errors(self, *, unsure: bool = False) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise TemporaryFailureError(str(error) or type(error).__name__, unsure=unsure) from error

    def _connect(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        where = {"host": self.server.host, "port": self.server.port}
        try:
            self._open = self._open_connection()
            if self._password is not None:
                _log_in(self._open, self.server.user or "", self._password())
        except ssl.SSLCertVerificationError as error:
            self._drop()
            raise StyrxlError("mail-certificate", why=error.verify_message or str(error), **where) from error
        except smtplib.SMTPNotSupportedError as error:
            self._drop()
            raise StyrxlError("mail-not-encrypted", why=str(error), **where) from error
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            self._raise_login_error(error)
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise UnreachableError(_format_reply(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise UnreachableError(str(error) or type(error).__name__) from error
        assert self._open is not None
        return self._open

    def _open_connection(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if self.server.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._timeout, context=self._context)
        else:
            made = smtplib.SMTP(host, port, timeout=self._timeout)
        try:
            if self.server.security != "tls":
                made.starttls(context=self._context)
            made.ehlo_or_helo_if_needed()
        except BaseException:
            made.close()
            raise
        return made

    def _raise_login_error(self, error: smtplib.SMTPAuthenticationError) -> None:
        reply = _format_reply(error.smtp_code, error.smtp_error)
        if error.smtp_code in _AUTH_FAILED:
            raise StyrxlError("mail-login", host=self.server.host, user=self.server.user or "", why=reply) from error
        raise UnreachableError(reply) from error


def _log_in(connection: smtplib.SMTP, user: str, secret: str) -> None:
    """Log in; smtplib knows ASCII alone, so that other passwords are sent here in UTF-8 (RFC 4616)."""
    if (user + secret).isascii():
        connection.login(user, secret)
        return
    if not connection.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("AUTH")
    token = b64encode(f"\0{user}\0{secret}".encode()).decode("ascii")
    code, text = connection.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _stuff_dots(data: bytes) -> bytes:
    """Return a message as DATA takes it, without the last line: lines that begin with a dot get another."""
    lines = data.replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + (b"" if lines.endswith(b"\r\n") else b"\r\n")


def _format_reply(code: int, text: bytes | str) -> str:
    answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {answer}".split())[:300]


@dataclass(slots=True)
class DeliveryRun:
    """Sends messages in their order, and tries again what the server puts off."""

    smtp: SmtpConnection
    log: DeliveryLog
    wait: Callable[[float], None]
    gap: float = 0.0  # seconds between two messages
    is_stopped: Callable[[], bool] = lambda: False
    _unsure: set[tuple[str, ...]] = field(default_factory=set)

    def send(self, messages: Sequence[QueuedMessage], pauses: Sequence[float] = PAUSES) -> list[DeliveryResult]:
        """Send each message once, trying again after each pause what the server put off; return what became of each.

        Raises StyrxlError: mail-unreachable where there is no server after the last pause; as ``SmtpConnection.deliver``.
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
            where = {"host": self.smtp.server.host, "port": self.smtp.server.port, "why": unreachable.reply}
            sent = sum(result.state == SENT for result in results.values())
            unsure = ", ".join(" ".join(key[1:3]) for key in sorted(self._unsure)) or "–"
            raise StyrxlError("mail-unreachable", sent=sent, left=len(left), unsure=unsure, **where)
        return [results.get(message.key) or DeliveryResult(message.key, WAITING) for message in messages]

    def _try_each(
        self, messages: Sequence[QueuedMessage]
    ) -> tuple[dict[tuple[str, ...], DeliveryResult], list[QueuedMessage], UnreachableError | None]:
        """Try each message once; return results, what is left to be tried again, and the error where there is no server."""
        results: dict[tuple[str, ...], DeliveryResult] = {}
        left: list[QueuedMessage] = []
        for at, message in enumerate(messages):
            if self.is_stopped():
                return results, [*left, *messages[at:]], None
            try:
                result = self._try_once(message)
            except UnreachableError as error:
                return results, [*left, *messages[at:]], error
            results[message.key] = result
            if result.state in {WAITING, UNSURE}:
                left.append(message)
            if self.gap and result.state == SENT and at < len(messages) - 1:
                self.wait(self.gap)
        return results, left, None

    def _try_once(self, message: QueuedMessage) -> DeliveryResult:
        before = self.log.begin(message)
        if before == SENT:
            return DeliveryResult(message.key, KNOWN)
        maybe_twice = before == UNSURE or message.key in self._unsure
        try:
            result = DeliveryResult(message.key, SENT, refused=self.smtp.deliver(message), maybe_twice=maybe_twice)
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
