"""Who gives tokens, for tests, on loopback: as Entra does to msal, and as any giver of OAuth 2 tokens does.

It knows one app and one person. Tokens are long, as real ones are. Dovecot asks it what a token is worth (RFC 7662).
"""

from __future__ import annotations

import hashlib
import json
import ssl
import sys
import threading
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import urlopen

from ports import free_port
from post_office import Certificates

TENANT, CLIENT_ID, SECRET = "aakoping.example.se", "5a1e7000-0000-4000-8000-000000000001", "rot~frukt.8Q~hemlig"
MAILBOX = "planering@example.se"
REFRESH = "refresh-" + "r" * 900


@dataclass
class TokenOffice:
    """What it gives, to whom; ``refuse``: what it answers instead (an error and its description), by grant."""

    port: int
    given: list[dict[str, str]] = field(default_factory=list)  # the forms by which tokens were asked for
    tokens: dict[str, float] = field(default_factory=dict)  # token -> when it ends
    life: int = 3600
    trouble: tuple[int, bytes] | None = None  # what it answers everybody instead
    refuse: Callable[[Mapping[str, str]], tuple[str, str] | None] = lambda _: None
    thumbprints: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    device_pending: int = 0  # how often a code is not yet entered

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.port}"

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"{self.url}/{TENANT}/oauth2/v2.0/token"

    def issue(self) -> str:
        """Give a token."""
        token = "ey." + token_urlsafe(1200)
        self.tokens[token] = time.time() + self.life
        return token

    def knows(self, token: str) -> bool:
        """Tell whether a token holds."""
        return self.tokens.get(token, 0) > time.time()

    def forget(self) -> None:
        """Let no token hold any longer."""
        self.tokens.clear()


class _Handler(BaseHTTPRequestHandler):
    office: TokenOffice

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class has it
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer what there is, and who signs in in a browser."""
        where = urlsplit(self.path)
        base = f"{self.office.url}/{TENANT}"
        if where.path.endswith("/.well-known/openid-configuration"):
            if TENANT not in where.path:
                self._answer({"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found"}, 400)
                return
            self._answer(
                {
                    "issuer": f"{base}/v2.0",
                    "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "token_endpoint": f"{base}/oauth2/v2.0/token",
                    "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
                }
            )
        elif where.path.endswith("/authorize"):
            asked = dict(parse_qsl(where.query))
            code = token_urlsafe(20)
            self.office.codes[code] = asked
            self._answer({"redirect_uri": asked["redirect_uri"], "code": code, "state": asked["state"]})  # what the page's form posts
        else:
            self._answer({}, 404)

    def do_POST(self) -> None:
        """Give tokens, codes, and what a token is worth."""
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.path.endswith("/introspect"):
            holds = self.office.knows(form.get("token", ""))
            self._answer({"active": holds, "username": MAILBOX, "email": MAILBOX} if holds else {"active": False})
        elif self.path.endswith("/devicecode"):
            self._answer(
                {
                    "user_code": "ABCD1234",
                    "device_code": "d" * 40,
                    "verification_uri": f"{self.office.url}/device",
                    "interval": 0,
                    "expires_in": 60,
                }
            )
        else:
            self._give(form)

    def _give(self, form: dict[str, str]) -> None:
        self.office.given.append(form)
        if self.office.trouble:
            self._send(*self.office.trouble)
            return
        if refused := self.office.refuse(form) or self._find_fault(form):
            self._answer({"error": refused[0], "error_description": refused[1]}, 400)
            return
        answer = {"token_type": "Bearer", "expires_in": self.office.life, "access_token": self.office.issue()}
        if form["grant_type"] != "client_credentials":
            answer |= {
                "refresh_token": REFRESH,
                "scope": form.get("scope", ""),
                "id_token": self._identify(form),
                "client_info": _pack({"uid": "u-1", "utid": "t-1"}),
            }
        self._answer(answer)

    def _find_fault(self, form: dict[str, str]) -> tuple[str, str] | None:
        """Return why nothing is given, as Entra says it."""
        if form.get("client_id") != CLIENT_ID:
            return "unauthorized_client", "AADSTS700016: The application was not found in the directory."
        match form["grant_type"]:
            case "client_credentials" if "client_assertion" in form:
                head = json.loads(_unpack(form["client_assertion"].split(".")[0]))
                known = head.get("x5t#S256", "").rstrip("=") in self.office.thumbprints
                return None if known else ("invalid_client", "AADSTS700027: The certificate is not registered.")
            case "client_credentials":
                return None if form.get("client_secret") == SECRET else ("invalid_client", "AADSTS7000215: Invalid client secret provided.")
            case "authorization_code":
                asked = self.office.codes.get(form["code"], {})
                proof = _encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
                return None if proof == asked.get("code_challenge") else ("invalid_grant", "AADSTS501481: Code_Verifier does not match.")
            case "refresh_token":
                return None if form["refresh_token"] == REFRESH else ("invalid_grant", "AADSTS70008: The refresh token has expired.")
            case _:
                self.office.device_pending -= 1
                return ("authorization_pending", "AADSTS70016: pending") if self.office.device_pending >= 0 else None

    def _identify(self, form: dict[str, str]) -> str:
        now = int(time.time())
        nonce = self.office.codes.get(form.get("code", ""), {}).get("nonce")
        claims = {
            "iss": f"{self.office.url}/{TENANT}/v2.0",
            "aud": CLIENT_ID,
            "exp": now + 3600,
            "iat": now,
            "sub": "s",
            "oid": "u-1",
            "tid": "t-1",
            "preferred_username": MAILBOX,
        }
        return ".".join((_pack({"alg": "none"}), _pack(claims | ({"nonce": nonce} if nonce else {})), "x"))

    def _answer(self, content: Mapping[str, object], status: int = 200) -> None:
        self._send(status, json.dumps(content).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _pack(content: Mapping[str, object]) -> str:
    return _encode(json.dumps(content).encode())


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _unpack(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """Signs in at once, as somebody does who is known there."""

    def __init__(self, made: Certificates) -> None:
        self._context = ssl.create_default_context(cafile=made.authority)

    def open(self, url: str, **_: object) -> bool:
        """Open a page."""
        threading.Thread(target=self._sign_in, args=(url,), daemon=True).start()
        return True

    def _sign_in(self, url: str) -> None:
        with urlopen(url, context=self._context, timeout=5) as page:  # noqa: S310 -- on loopback
            form = json.load(page)
        urlopen(form.pop("redirect_uri"), urlencode(form).encode(), timeout=5).close()  # noqa: S310 -- as above


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Let it be that a caller is gone: some are killed on purpose."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]  # as it was given


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int, made: Certificates) -> Iterator[None]:
    """Run an HTTPS server on loopback."""
    server = _Server(("127.0.0.1", port), handler)
    server.socket = made.context().wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def token_office(made: Certificates) -> Iterator[TokenOffice]:
    """Run a giver of tokens."""
    office = TokenOffice(free_port())
    with serving(type("Handler", (_Handler,), {"office": office}), office.port, made):
        yield office
