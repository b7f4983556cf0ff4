"""A post office for tests, on loopback: an SMTP server that does as it is told, and Dovecot, with certificates of its own."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
from asyncio import BaseTransport
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imapclient import IMAPClient

from ports import free_port

HOST = "localhost"
PASSWORD = "kål-och-rötter"  # noqa: S105 -- of accounts that live as long as a test
USER = "planering"


@dataclass(frozen=True, slots=True)
class Certificates:
    """An authority and a server's certificate for ``localhost``, as files."""

    authority: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        """Return a server's context."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.server)
        return made


def certificates(folder: Path, *, expired: bool = False) -> Certificates:
    """Make an authority and a certificate in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = trustme.CA()
    past = datetime.now(UTC) - timedelta(days=2)
    server = authority.issue_cert(HOST, not_after=past) if expired else authority.issue_cert(HOST)
    made = Certificates(folder / "ca.pem", folder / "server.pem")
    authority.cert_pem.write_to_path(str(made.authority))
    server.private_key_and_cert_chain_pem.write_to_path(str(made.server))
    return made


# SMTP

# Recipient and phase (rcpt, data) -> an answer, or None for the usual; ``hang up`` cuts the connection, ``take it, hang up`` afterwards.
Script = Callable[[str, str], str | None]


@dataclass
class SmtpServer:
    """What an SMTP server has taken, in order; ``script`` answers for it where it wants to."""

    port: int
    taken: list[Envelope] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    script: Script = lambda _recipient, _phase: None
    deliver: Callable[[str, bytes], None] | None = None
    knows_token: Callable[[str], bool] = lambda _: False
    refusal: str | None = None  # what it answers whoever logs in
    logins: list[str] = field(default_factory=list)  # the mechanisms by which somebody has tried

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, parsed."""
        return [parsed(envelope.content) for envelope in self.taken]

    def to(self, recipient: str) -> list[EmailMessage]:
        """Return what was taken for a recipient."""
        return [parsed(e.content) for e in self.taken if recipient in e.rcpt_tos]


def parsed(content: object) -> EmailMessage:
    """Return a message as a mail program has it."""
    assert isinstance(content, bytes)
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


class _Handler:
    def __init__(self, state: SmtpServer) -> None:
        self.state = state

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]) -> str:  # noqa: N802, ARG002
        self.state.asked.append(address)
        if answer := self.state.script(address, "rcpt"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        recipient = envelope.rcpt_tos[0]
        if answer := self.state.script(recipient, "data"):
            if answer.startswith("take "):  # taken, and the connection cut before it could be said
                self._take(envelope)
            if answer.endswith("hang up"):
                assert server.transport is not None
                server.transport.close()
                return "250 never heard"
            return answer
        self._take(envelope)
        return "250 OK"

    def _take(self, envelope: Envelope) -> None:
        self.state.taken.append(envelope)
        if self.state.deliver:
            for address in envelope.rcpt_tos:
                assert isinstance(envelope.content, bytes)
                self.state.deliver(address, envelope.content)


class _TokenHandler(_Handler):
    """Lets in by token: wrong ones are told why, and then refused, as Exchange does."""

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Let in who shows a token that holds."""
        return await self._look(server, args, "user=")

    async def auth_OAUTHBEARER(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """Let in who shows a token that holds, by RFC 7628."""
        return await self._look(server, args, "n,a=")

    async def _look(self, server: SMTP, args: list[str], begin: str) -> AuthResult:
        self.state.logins.append(args[0])
        shown = b64decode(args[1]).decode()
        token = shown.partition("auth=Bearer ")[2].rstrip("\1")
        if shown.startswith(begin) and self.state.refusal is None and self.state.knows_token(token):
            return AuthResult(success=True)
        await server.challenge_auth(b'{"status":"400"}')
        answer = self.state.refusal or f"535 5.7.3 Authentication unsuccessful for {shown!r}"  # some repeat what they were shown
        return AuthResult(success=False, handled=False, message=answer)


class _Smtp(SMTP):
    """Takes lines as long as tokens make them (RFC 4954)."""

    line_length_limit = 16_384

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.command_size_limits["AUTH"] = 12_288


class _Controller(Controller):
    """aiosmtpd's controller; with STARTTLS demanded, or TLS from the first byte."""

    def __init__(self, state: SmtpServer, made: Certificates, security: str, **options: object) -> None:
        self._made, self._security, self._options = made, security, options
        tls = made.context() if security == "tls" else None
        handler = (_TokenHandler if self._options.pop("tokens", False) else _Handler)(state)
        super().__init__(handler, hostname="127.0.0.1", port=state.port, ssl_context=tls, server_hostname=HOST)

    def factory(self) -> SMTP:
        starttls = self._made.context() if self._security == "starttls" else None
        return _Smtp(
            self.handler,
            hostname=HOST,
            tls_context=starttls,
            require_starttls=self._security == "starttls",
            # aiosmtpd does not know that TLS from the first byte is TLS, and offers a login there without demanding it.
            auth_require_tls=self._security == "starttls",
            auth_required=self._security == "starttls",
            authenticator=self._let_in,
            **self._options,  # type: ignore[arg-type] # of several types
        )

    def _let_in(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:  # noqa: ARG002
        state = self.handler.state
        state.logins.append(mechanism)
        if state.refusal:
            return AuthResult(success=False, handled=False, message=state.refusal)
        right = isinstance(login, LoginPassword) and (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=right)


@contextmanager
def smtp_server(made: Certificates, security: str = "starttls", port: int | None = None, **options: object) -> Iterator[SmtpServer]:
    """Run an SMTP server that knows one user."""
    state = SmtpServer(port or free_port())
    controller = _Controller(state, made, security, **options)
    controller.start()
    try:
        yield state
    finally:
        controller.stop()


@contextmanager
def cutting(port: int, after: int, *, of_server: bool = False) -> Iterator[int]:
    """Pass on to a server, cutting the first connection after so many bytes from the client (or the server)."""
    listening = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(*action: object) -> None:
        threads.append(threading.Thread(target=action[0], args=action[1:], daemon=True))  # type: ignore[arg-type] # a function, then its arguments
        threads[-1].start()

    def pump(source: socket.socket, target: socket.socket, limit: int | None) -> None:
        passed = 0
        with suppress(OSError):
            while data := source.recv(2048):
                passed += len(data)
                if limit is not None and passed > limit:
                    break
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                upstream = socket.create_connection(("127.0.0.1", port))
                limits = (None, None) if ends else (None, after) if of_server else (after, None)
                start(pump, client, upstream, limits[0])
                start(pump, upstream, client, limits[1])
                ends.extend((client, upstream))

    start(accept)
    try:
        yield int(listening.getsockname()[1])
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for thread in threads:
            thread.join(2)
        for end in ends:
            end.close()


# IMAP


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot; each user has a maildir in ``mail``."""

    port: int
    mail: Path
    authority: Path
    ids: tuple[int, int]  # whose the mailboxes are: Dovecot has none of root's

    def deliver(self, user: str, content: bytes) -> None:
        """Put a message into a user's mailbox, as a server that delivers does."""
        inbox = self.mail / user
        for folder in (inbox, *(inbox / name for name in ("tmp", "new", "cur"))):
            if not folder.exists():
                folder.mkdir()
                os.chown(folder, *self.ids)
        file = inbox / "tmp" / f"{time.time_ns()}.M{len(content)}.{HOST}"
        file.write_bytes(content)
        os.chown(file, *self.ids)
        file.rename(inbox / "new" / file.name)

    def empty(self) -> None:
        """Take away every mailbox with all that is in it."""
        for mailbox in self.mail.iterdir():
            shutil.rmtree(mailbox)

    @contextmanager
    def opened(self, user: str) -> Iterator[IMAPClient]:
        """Open a user's mailbox."""
        context = ssl.create_default_context(cafile=self.authority)
        with IMAPClient(HOST, port=self.port, ssl=True, ssl_context=context, timeout=10) as client:
            client.plain_login(user, PASSWORD)
            yield client

    def messages(self, user: str, folder: str = "INBOX") -> list[EmailMessage]:
        """Return the messages in a user's folder over IMAP, the oldest first."""
        with self.opened(user) as client:
            client.select_folder(folder, readonly=True)
            uids = sorted(client.search())
            found = client.fetch(uids, ["BODY.PEEK[]"]) if uids else {}
            return [parsed(found[uid][b"BODY[]"]) for uid in uids]


def dovecot_program() -> str | None:
    """Return Dovecot's program, or None where it is missing."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


_CONFIGURATION = """\
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
default_internal_user = {user}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail/%u
auth_mechanisms = {mechanisms}
disable_plaintext_auth = yes
ssl = required
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
passdb {{
  driver = static
  args = password={password}
}}
{tokens}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {plain_port}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


_TOKENS = """\
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf.ext
}}
"""
_OAUTH2 = """\
introspection_mode = post
introspection_url = {url}
tls_ca_cert_file = {folder}/ca.pem
username_attribute = username
active_attribute = active
active_value = true
"""


@contextmanager
def dovecot(program: str, made: Certificates, *, asks: str | None = None, mechanisms: str = "plain login") -> Iterator[Dovecot]:
    """Run Dovecot with a folder and a configuration of its own, and end it by its own process id.

    ``asks``: who tells it what a token is worth; ``mechanisms``: the ways to log in.
    """
    # Sockets have short names: pytest's own folders are too deep.
    folder = Path(tempfile.mkdtemp(prefix="styrxl-dovecot-"))
    folder.chmod(0o755)
    shutil.copy(made.server, folder / "server.pem")
    root = os.geteuid() == 0
    nobody = pwd.getpwnam("nobody")
    uid, gid = (nobody.pw_uid, nobody.pw_gid) if root else (os.geteuid(), os.getegid())
    (folder / "mail").mkdir()
    os.chown(folder / "mail", uid, gid)
    me, group = getpass.getuser(), grp.getgrgid(os.getegid()).gr_name
    port = free_port()
    text = _CONFIGURATION.format(
        folder=folder,
        user="dovecot" if root else me,
        login="dovenull" if root else me,
        group="dovecot" if root else group,
        uid=uid,
        gid=gid,
        port=port,
        plain_port=free_port(),
        password=PASSWORD,
        mechanisms=mechanisms,
        tokens=_TOKENS.format(folder=folder) if asks else "",
    )
    if asks:
        shutil.copy(made.authority, folder / "ca.pem")
        (folder / "oauth2.conf.ext").write_text(_OAUTH2.format(url=asks, folder=folder), "utf-8")
    (folder / "dovecot.conf").write_text(text, "utf-8")
    process = subprocess.Popen([program, "-F", "-c", str(folder / "dovecot.conf")])
    try:
        _await(port, process, folder / "log")
        yield Dovecot(port, folder / "mail", made.authority, (uid, gid))
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            process.kill()
            process.wait(5)
        shutil.rmtree(folder, ignore_errors=True)


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(log.read_text() if log.exists() else "Dovecot does not start")


# what people send


def reply(
    sender: str,
    to: str,
    subject: str = "Sv: Plan",
    text: str = "Hej!\n\nHär kommer den.\n",
    attachments: Mapping[str, bytes] | None = None,
    **heads: str,
) -> EmailMessage:
    """Return a mail as somebody at a desk sends it."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, to, subject
    made["Date"] = datetime.now(UTC)
    made["Message-ID"] = f"<{time.time_ns()}@desk.example.se>"
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, data in (attachments or {}).items():
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made


def sent(message: EmailMessage, server: SmtpServer, made: Certificates) -> None:
    """Send a mail by SMTP, as a mail program does."""
    context = ssl.create_default_context(cafile=made.authority)
    with smtplib.SMTP(HOST, server.port, timeout=10) as client:
        client.starttls(context=context)
        client.ehlo()
        client.docmd("AUTH", "PLAIN " + b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode())
        client.send_message(message)
