"""Messages sent to a server by SMTP, encrypted and verified.

Each phase of a delivery is its own step, since what a lost connection means depends on it: before the last line of the message is on its
way nothing was delivered, after it nobody knows.
"""

from __future__ import annotations

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Never, Self

from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError, UnreachableError
from styrxl.mail.outgoing.delivery import QueuedMessage
from styrxl.mail.outgoing.smtp_refusals import find_smtp_refusal
from styrxl.mail.sign_in.passwords import hide_secrets
from styrxl.mail.sign_in.sasl import answer_refusal, choose_mechanism, show_token
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import NO_SIGN_IN, Server

TIMEOUT = 60.0  # seconds for each answer of the server
_TEMPORARY, _PERMANENT = 400, 500
_LET_IN, _CHALLENGE = 235, 334
_NOT_THIS_WAY = frozenset({500, 501, 502, 504, 534, 538})  # answers to a way of logging in, rather than to a password
_RELAY = "mail-relay-denied"


class SmtpConnection:
    """A server that takes mail; connected when the first message comes."""

    def __init__(self, server: Server, context: ssl.SSLContext, secret: Callable[[], str] | None, timeout: float = TIMEOUT) -> None:
        """Take the server, what verifies it, what gives the password or token (None without a user), and seconds to wait for answers."""
        self.server = server
        self._context = context
        self._secret = secret
        self._timeout = timeout
        self._open: smtplib.SMTP | None = None
        self._shown: tuple[str, ...] = ()  # secrets that the server has been told, and may repeat
        self._has_taken = False  # a recipient

    def __enter__(self) -> Self:
        """Return the server."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the connection."""
        self.close()

    @property
    def address(self) -> str:
        """The server, as HOST:PORT."""
        return f"{self.server.host}:{self.server.port}"

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

    def check(self) -> None:
        """Connect and sign in; raises UnreachableError, and StyrxlError as ``deliver``."""
        self._connect()

    def deliver(self, message: QueuedMessage) -> dict[str, str]:
        """Deliver a message, and return the recipients that the server did not take, with its answer.

        Raises PermanentFailureError, TemporaryFailureError; StyrxlError where the server cannot be trusted, does not let us in or takes
        no mail at all from us.
        """
        connection = self._connect()
        data = message.data
        limit = connection.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(data):
            raise PermanentFailureError(f"552 {len(data)} > SIZE {limit}")
        with self._translating_errors():
            self._check(connection.mail(message.sender, [f"size={len(data)}"] if limit else []))
            refused = self._name_recipients(connection, message.sender, message.recipients)
            self._check(connection.docmd("DATA"), expected=354)
            connection.send(_stuff_dots(data))
        with self._translating_errors(unsure=True):
            connection.send(b".\r\n")
            self._check(connection.getreply())
        return refused

    def _name_recipients(self, connection: smtplib.SMTP, sender: str, recipients: Iterable[str]) -> dict[str, str]:
        """Name the recipients, and return those refused; where one is put off all are, and where all are refused the message is."""
        refused: dict[str, str] = {}
        taken = 0
        for recipient in recipients:
            code, text = connection.rcpt(recipient)
            reply = self._format_reply(code, text)
            if _TEMPORARY <= code < _PERMANENT:
                connection.rset()
                raise TemporaryFailureError(reply)
            if code >= _PERMANENT:
                self._raise_refusal(reply, is_ours=_find_domain(recipient) == _find_domain(sender))
                refused[recipient] = reply
            else:
                taken += 1
                self._has_taken = True
        if not taken:
            connection.rset()
            raise PermanentFailureError("; ".join(refused.values()))
        return refused

    def _check(self, answer: tuple[int, bytes], expected: int = 250) -> None:
        code, text = answer
        if code == expected:
            return
        reply = self._format_reply(code, text)
        if code >= _PERMANENT:
            self._raise_refusal(reply)
        if self._open is not None and code != 421:
            with suppress(smtplib.SMTPException, OSError):
                self._open.rset()
        else:
            self._drop()
        raise (PermanentFailureError if code >= _PERMANENT else TemporaryFailureError)(reply)

    def _raise_refusal(self, reply: str, *, is_ours: bool = True) -> None:
        """Raise what stands in the way of every mail.

        A relay does not know us if it passes on nothing, not even to our own domain (``is_ours``); else it refuses a single recipient.
        """
        code = find_smtp_refusal(reply)
        if code is None or (code == _RELAY and (self._has_taken or not is_ours or self.server.sign_in.method != NO_SIGN_IN)):
            return
        self._drop()
        raise StyrxlError(code, host=self.server.host, user=self.server.user or "–", why=reply)

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
        # Outside of what is translated below: who gives tokens has troubles of its own.
        secret = self._secret() if self._secret is not None else None
        try:
            self._open = self._open_connection()
            if secret is not None:
                self._log_in(self._open, secret)
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
            reply = self._format_reply(error.smtp_code, error.smtp_error)
            if error.smtp_code >= _PERMANENT:
                self._raise_refusal(reply)
            raise UnreachableError(reply) from error
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
            if self.server.security == "starttls":
                made.starttls(context=self._context)
            made.ehlo_or_helo_if_needed()
        except BaseException:
            made.close()
            raise
        return made

    def _log_in(self, connection: smtplib.SMTP, secret: str) -> None:
        user = self.server.user or ""
        if self.server.sign_in.has_token:
            self._shown = (secret,)
            _show_token(connection, user, secret, self.server)
        else:
            self._shown = (secret, f"\0{user}\0{secret}")
            _show_password(connection, user, secret, self.server)

    def _raise_login_error(self, error: smtplib.SMTPAuthenticationError) -> Never:
        reply = self._format_reply(error.smtp_code, error.smtp_error)
        if error.smtp_code < _PERMANENT:
            raise UnreachableError(reply) from None
        self._raise_refusal(reply)
        code = "mail-token-not-taken" if self.server.sign_in.has_token else "mail-login"
        raise StyrxlError(code, host=self.server.host, user=self.server.user or "", why=reply) from None

    def _format_reply(self, code: int, text: bytes | str) -> str:
        answer = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return hide_secrets(" ".join(f"{code} {answer}".split()), self._shown)[:300]


def _show_password(connection: smtplib.SMTP, user: str, secret: str, server: Server) -> None:
    """Log in; smtplib knows ASCII alone, so that other passwords are sent here in UTF-8 (RFC 4616)."""
    if not connection.has_extn("auth"):
        raise smtplib.SMTPNotSupportedError("AUTH")
    offered = connection.esmtp_features["auth"].upper().split()
    ways = [way for way in ("CRAM-MD5", "PLAIN", "LOGIN") if way in offered]
    if not ways:
        raise StyrxlError("mail-password-not-taken", host=server.host, user=user, why=f"AUTH {' '.join(offered)}")
    if not (user + secret).isascii():
        token = b64encode(f"\0{user}\0{secret}".encode()).decode("ascii")
        _check_let_in(connection.docmd("AUTH", f"PLAIN {token}"))
        return
    connection.user, connection.password = user, secret
    for way in ways:
        try:
            connection.auth(way, getattr(connection, f"auth_{way.lower().replace('-', '_')}"))
        except smtplib.SMTPAuthenticationError as error:
            # The same password in another way is another failed login, which locks accounts; some offer ways that they do not have.
            if error.smtp_code not in _NOT_THIS_WAY or way == ways[-1]:
                raise
        else:
            return


def _show_token(connection: smtplib.SMTP, user: str, token: str, server: Server) -> None:
    """Log in with a token; a server that refuses it may want an answer before it says so."""
    offered = connection.esmtp_features.get("auth", "").split()
    mechanism = choose_mechanism(offered)
    if mechanism is None:
        raise StyrxlError("mail-no-tokens", host=server.host, offered=", ".join(offered) or "–")
    code, text = connection.docmd("AUTH", f"{mechanism} {b64encode(show_token(mechanism, user, token)).decode('ascii')}")
    if code == _CHALLENGE:
        code, text = connection.docmd(b64encode(answer_refusal(mechanism)).decode("ascii"))
    _check_let_in((code, text))


def _check_let_in(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code != _LET_IN:
        raise smtplib.SMTPAuthenticationError(code, text)


def _find_domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _stuff_dots(data: bytes) -> bytes:
    """Return a message as DATA takes it, without the last line: lines that begin with a dot get another."""
    lines = data.replace(b"\r\n.", b"\r\n..")
    return (b"." + lines if lines.startswith(b".") else lines) + (b"" if lines.endswith(b"\r\n") else b"\r\n")
