"""Who says who people are, for tests, on loopback: an OpenID Connect provider that lets in at once whoever is to be let in.

It signs with keys of its own, and can say and sign what a real one never would.
"""

from __future__ import annotations

import hashlib
import json
import ssl
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx2 as httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from ports import free_port
from post_office import Certificates
from token_office import serving

CLIENT_ID, SECRET = "styrxl-site", "hemligt~8Q"
CONTROLLER: Mapping[str, Any] = {"sub": "u-1", "name": "Controllern", "preferred_username": "controller@example.se"}


def make_key(kid: str | None = None) -> RSAKey:
    """Return a new key."""
    return RSAKey.generate_key(2048, {"kid": kid or token_urlsafe(6), "use": "sig"})


@dataclass
class SignInOffice:
    """What it says, of whom; ``says``: claims that it says instead of the right ones (None leaves one out)."""

    port: int
    certificates: Certificates
    person: Mapping[str, Any] = field(default_factory=lambda: dict(CONTROLLER))
    says: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "RS256"
    forges_key: bool = False  # signs with a key that it does not publish
    is_away: bool = False
    calls_itself: str = ""  # instead of its address
    refuses: str = ""  # an error that it sends people back with
    key: RSAKey = field(default_factory=make_key)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # the paths that were asked for

    @property
    def issuer(self) -> str:
        """What it is called."""
        return f"https://localhost:{self.port}/tenant"

    def forget(self) -> None:
        """Say what is right again, of the controller."""
        self.person, self.says, self.algorithm = dict(CONTROLLER), {}, "RS256"
        self.forges_key, self.is_away, self.calls_itself, self.refuses = False, False, "", ""

    def change_key(self) -> None:
        """Sign with a new key from now on, and publish that alone."""
        self.key = make_key()

    def sign_in(self, url: str) -> str:
        """Sign in as the browser that was led to an address would, and return the address that it is led back to."""
        with httpx.Client(verify=ssl.create_default_context(cafile=str(self.certificates.authority))) as client:
            answer = client.get(url)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def identify(self, asked: Mapping[str, str]) -> str:
        """Return the token that says who somebody is."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked.get("nonce"),
            **self.person,
            **self.says,
        }
        claims = {key: value for key, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return ".".join((_pack({"alg": "none"}), _pack(claims), ""))
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET.ljust(32, "x")), algorithms=["HS256"])
        key = make_key(self.key.kid) if self.forges_key else self.key
        return jwt.encode({"alg": self.algorithm, "kid": key.kid}, claims, key)


def _pack(content: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


class _Handler(BaseHTTPRequestHandler):
    office: SignInOffice

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- as the base class has it
        """Say nothing."""

    def do_GET(self) -> None:
        """Say what there is, and let people sign in and out."""
        where = urlsplit(self.path)
        self.office.asked.append(where.path)
        asked = dict(parse_qsl(where.query))
        if self.office.is_away:
            self._answer({"error": "temporarily_unavailable"}, 503)
        elif where.path == "/tenant/.well-known/openid-configuration":
            self._answer(self._describe())
        elif where.path == "/tenant/keys":
            self._answer({"keys": [self.office.key.as_dict(private=False)]})
        elif where.path == "/tenant/authorize":
            self._authorize(asked)
        elif where.path == "/tenant/logout":
            self._lead(asked["post_logout_redirect_uri"])
        else:
            self._answer({}, 404)

    def do_POST(self) -> None:
        """Give a token for a code."""
        self.office.asked.append(self.path)
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.office.is_away:
            self._answer({"error": "temporarily_unavailable"}, 503)
            return
        asked = self.office.codes.pop(form.get("code", ""), None)  # each code once
        proof = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if (
            asked is None
            or proof != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
            or not self._is_site(form)
        ):
            self._answer({"error": "invalid_grant"}, 400)
            return
        self._answer(
            {"access_token": token_urlsafe(20), "token_type": "Bearer", "expires_in": 300, "id_token": self.office.identify(asked)}
        )

    def _describe(self) -> Mapping[str, object]:
        issuer = self.office.issuer
        return {
            "issuer": self.office.calls_itself or issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "end_session_endpoint": f"{issuer}/logout",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def _authorize(self, asked: dict[str, str]) -> None:
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        if self.office.refuses:
            self._lead(f"{asked['redirect_uri']}?{urlencode({'error': self.office.refuses, 'state': asked['state']})}")
            return
        code = token_urlsafe(12)
        self.office.codes[code] = asked
        self._lead(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

    def _is_site(self, form: Mapping[str, str]) -> bool:
        scheme, _, told = self.headers.get("Authorization", "").partition(" ")
        if scheme == "Basic":
            who, _, secret = b64decode(told).decode().partition(":")
            return (unquote(who), unquote(secret)) == (CLIENT_ID, SECRET)
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, SECRET)

    def _lead(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, content: Mapping[str, object], status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def open_sign_in_office(made: Certificates) -> Iterator[SignInOffice]:
    """Run a provider."""
    office = SignInOffice(free_port(), made)
    with serving(type("Handler", (_Handler,), {"office": office}), office.port, made):
        yield office
