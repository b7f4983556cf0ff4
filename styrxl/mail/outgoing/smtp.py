"""The post: letters to a server by SMTP, encrypted and verified, and told apart by what the server said.

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
from typing import Self

from styrxl.model.errors import StyrxlError
from styrxl.model.settings import Server

PATIENCE = 60.0  # seconds for each answer of the server
PAUSES = (5.0, 30.0, 120.0)  # seconds before what could not be sent is tried again
_TEMPORARY, _PERMANENT = 400, 500
_AUTH_FAILED = frozenset({530, 534, 535, 538})


class LaterError(Exception):
    """Not now: a 4xx answer or a lost connection. ``unsure``: it may have been delivered all the same."""

    def __init__(self, reply: str, *, unsure: bool = False) -> None:
        """Keep what the server said."""
        super().__init__(reply)
        self.reply = reply
        self.unsure = unsure


class NeverError(Exception):
    """The server refused for good: a 5xx answer."""

    def __init__(self, reply: str) -> None:
        """Keep what the server said."""
        super().__init__(reply)
        self.reply = reply


class AwayError(LaterError):
    """No connection could be made."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message and its envelope."""

    key: tuple[str, ...]
    data: bytes  # the message as it goes over the wire
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a parcel: ``sent``, ``refused``, ``waiting``, ``unsure``, or ``known`` where it had been sent before.

    ``refused``: recipients that the server did not take, with its answer. ``twice``: it may have come twice.
    """

    key: tuple[str, ...]
    state: str
    reply: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)
    twice: bool = False


class Counter:
    """What keeps account of what is sent; the ledger, or nothing at all for a test mailing."""

    def begin(self, parcel: Parcel) -> str:  # noqa: ARG002 -- what others do with it
        """Note that a parcel is about to be sent; ``new``, ``unsure`` where it was on its way before, ``sent`` where it has gone."""
        return "new"

    def end(self, parcel: Parcel, result: Result) -> None:
        """Note what became of it."""


class Smtp:
    """A server that takes mail; connected when the first parcel comes."""

    def __init__(self, server: Server, context: ssl.SSLContext, password: Callable[[], str] | None, patience: float = PATIENCE) -> None:
        """Take where it is, whom to trust, how to learn the password (None without a user), and how long to wait for each answer."""
        self.server = server
        self._context = context
        self._password = password
        self._patience = patience
        self._open: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Say goodbye."""
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

    def deliver(self, parcel: Parcel) -> dict[str, str]:
        """Hand over a parcel, and return the recipients that the server did not take, with its answer.

        Raises NeverError, LaterError; StyrxlError where the server cannot be trusted or does not let us in.
        """
        connection = self._connected()
        data = parcel.data
        limit = connection.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(data):
            raise NeverError(f"552 {len(data)} > SIZE {limit}")
        with self._talking():
            self._said(connection.mail(parcel.sender, [f"size={len(data)}"] if limit else []))
            refused = self._recipients(connection, parcel.recipients)
            self._said(connection.docmd("DATA"), fine=354)
            connection.send(_dotted(data))
        with self._talking(unsure=True):
            connection.send(b".\r\n")
            self._said(connection.getreply())
        return refused

    def _recipients(self, connection: smtplib.SMTP, recipients: Iterable[str]) -> dict[str, str]:
        """Name the recipients; as long as one is put off all are, and where all are refused the parcel is."""
        refused: dict[str, str] = {}
        taken = 0
        for recipient in recipients:
            code, text = connection.rcpt(recipient)
            reply = _reply(code, text)
            if _TEMPORARY <= code < _PERMANENT:
                connection.rset()
                raise LaterError(reply)
            if code >= _PERMANENT:
                refused[recipient] = reply
            else:
                taken += 1
        if not taken:
            connection.rset()
            raise NeverError("; ".join(refused.values()))
        return refused

    def _said(self, answer: tuple[int, bytes], fine: int = 250) -> None:
        code, text = answer
        if code == fine:
            return
        if self._open is not None and code != 421:
            with suppress(smtplib.SMTPException, OSError):
                self._open.rset()
        else:
            self._drop()
        raise (NeverError if code >= _PERMANENT else LaterError)(_reply(code, text))

    @contextmanager
    def _talking(self, *, unsure: bool = False) -> Iterator[None]:
        try:
            yield
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self._drop()
            raise LaterError(str(error) or type(error).__name__, unsure=unsure) from error

    def _connected(self) -> smtplib.SMTP:
        if self._open is not None:
            return self._open
        where = {"host": self.server.host, "port": self.server.port}
        try:
            self._open = self._greeted()
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
            self._refused_login(error)
        except smtplib.SMTPResponseException as error:
            self._drop()
            raise AwayError(_reply(error.smtp_code, error.smtp_error)) from error
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise AwayError(str(error) or type(error).__name__) from error
        assert self._open is not None
        return self._open

    def _greeted(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if self.server.security == "tls":
            made: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._patience, context=self._context)
        else:
            made = smtplib.SMTP(host, port, timeout=self._patience)
        try:
            if self.server.security != "tls":
                made.starttls(context=self._context)
            made.ehlo_or_helo_if_needed()
        except BaseException:
            made.close()
            raise
        return made

    def _refused_login(self, error: smtplib.SMTPAuthenticationError) -> None:
        reply = _reply(error.smtp_code, error.smtp_error)
        if error.smtp_code in _AUTH_FAILED:
            raise StyrxlError("mail-login", host=self.server.host, user=self.server.user or "", why=reply) from error
        raise AwayError(reply) from error


def _log_in(connection: smtplib.SMTP, user: str, secret: str) -> None:
    """Log in; smtplib knows ASCII alone, so that other passwords are said in UTF-8 (RFC 4616) here."""
    if (user + secret).isascii():
        connection.login(user, secret)
        return
    if not connection.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("AUTH")
    token = b64encode(f"\0{user}\0{secret}".encode()).decode("ascii")
    code, text = connection.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _dotted(data: bytes) -> bytes:
    """Return a message as DATA takes it, without the last line: lines that begin with a dot get another."""
    lines = data.replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + (b"" if lines.endswith(b"\r\n") else b"\r\n")


def _reply(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {said}".split())[:300]


@dataclass(slots=True)
class Sending:
    """One sending of parcels: what has become of each, in their order."""

    server: Smtp
    account: Counter
    wait: Callable[[float], None]
    gap: float = 0.0  # seconds between two parcels
    stopped: Callable[[], bool] = lambda: False
    _unsure: set[tuple[str, ...]] = field(default_factory=set)

    def send(self, parcels: Sequence[Parcel], pauses: Sequence[float] = PAUSES) -> list[Result]:
        """Send each parcel once, trying again after each pause what the server put off.

        Raises StyrxlError: mail-unreachable where there was no server to the last; as ``Smtp.deliver``. What was sent is noted.
        """
        results: dict[tuple[str, ...], Result] = {}
        left, away = list(parcels), None
        for pause in (0.0, *pauses):
            if not left or self.stopped():
                break
            self.wait(pause)
            left, away = self._pass(left, results)
        if left and away is not None:
            where = {"host": self.server.server.host, "port": self.server.server.port, "why": away.reply}
            sent = sum(result.state == "sent" for result in results.values())
            unsure = ", ".join(self._named(key) for key in sorted(self._unsure)) or "–"
            raise StyrxlError("mail-unreachable", sent=sent, left=len(left), unsure=unsure, **where)
        return [results.get(p.key) or Result(p.key, "waiting") for p in parcels]

    @staticmethod
    def _named(key: tuple[str, ...]) -> str:
        return " ".join(key[1:3])

    def _pass(self, parcels: Sequence[Parcel], results: dict[tuple[str, ...], Result]) -> tuple[list[Parcel], AwayError | None]:
        """Try each parcel once; where there is no server, the rest waits as well."""
        left: list[Parcel] = []
        for at, parcel in enumerate(parcels):
            if self.stopped():
                return [*left, *parcels[at:]], None
            try:
                result = self._one(parcel)
            except AwayError as error:
                return [*left, *parcels[at:]], error
            results[parcel.key] = result
            if result.state in {"waiting", "unsure"}:
                left.append(parcel)
            if self.gap and result.state == "sent" and at < len(parcels) - 1:
                self.wait(self.gap)
        return left, None

    def _one(self, parcel: Parcel) -> Result:
        before = self.account.begin(parcel)
        if before == "sent":
            return Result(parcel.key, "known")
        twice = before == "unsure" or parcel.key in self._unsure
        try:
            result = Result(parcel.key, "sent", refused=self.server.deliver(parcel), twice=twice)
        except NeverError as error:
            result = Result(parcel.key, "refused", error.reply, twice=twice)
        except LaterError as error:
            # What may have come already stays so, whatever the next try says.
            unsure = error.unsure or twice
            result = Result(parcel.key, "unsure" if unsure else "waiting", error.reply, twice=twice)
            self.account.end(parcel, result)
            if unsure:
                self._unsure.add(parcel.key)
            if isinstance(error, AwayError):
                raise
            return result
        except StyrxlError:
            self.account.end(parcel, Result(parcel.key, "unsure" if twice else "waiting"))
            raise
        self.account.end(parcel, result)
        return result
