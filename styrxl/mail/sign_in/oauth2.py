"""Tokens of any giver by OAuth 2 (RFC 6749): to the program by its secret, or by a token for new ones that IT has got."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from styrxl.mail.failures import TemporaryFailureError
from styrxl.mail.sign_in.passwords import find_app_secret, find_refresh_token, hide_secrets
from styrxl.mail.web import WebSession, read_json
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import SignIn

_EARLY = 60.0  # seconds before its end that a token is renewed
_USUAL_LIFE = 300.0  # seconds, where the giver does not say
_MOST = 1_000_000  # bytes of an answer
_TOO_MANY, _TROUBLE = 429, 500  # answers that say nothing of what was asked for


class OAuth2Tokens:
    """Tokens of a token endpoint, kept in memory."""

    def __init__(self, sign_in: SignIn, web: WebSession, clock: Callable[[], float] = time.monotonic) -> None:
        """Take how to sign in, the connection, and what tells the time in seconds."""
        self._sign_in, self._web, self._clock = sign_in, web, clock
        self._token, self._ends = "", 0.0

    def get(self, *, renew: bool = False) -> str:
        """Return a token; raises as ``TokenSource.get``: mail-secret-missing, mail-token-refused."""
        if renew or not self._token or self._clock() >= self._ends - _EARLY:
            self._token, life = self._ask()
            self._ends = self._clock() + life
        return self._token

    def _ask(self) -> tuple[str, float]:
        """Return a new token and how many seconds it lives."""
        secret, refresh = find_app_secret(self._sign_in), find_refresh_token(self._sign_in)
        if not (secret or refresh):
            raise StyrxlError("mail-secret-missing", client_id=self._sign_in.client_id)
        grant = {"grant_type": "refresh_token", "refresh_token": refresh} if refresh else {"grant_type": "client_credentials"}
        form = {**grant, "client_id": self._sign_in.client_id, "client_secret": secret, "scope": " ".join(self._sign_in.scopes)}
        body = urlencode({key: value for key, value in form.items() if value}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            reply = self._web.request("POST", self._sign_in.token_url, headers, body, _MOST)
        except TemporaryFailureError as error:
            raise StyrxlError("mail-login-unreachable", address=self._sign_in.token_url, why=error.reply) from None
        if reply.status >= _TROUBLE or reply.status == _TOO_MANY:
            raise StyrxlError("mail-login-unreachable", address=self._sign_in.token_url, why=str(reply.status))
        answer = read_json(reply)
        token = answer.get("access_token")
        if reply.status != 200 or not isinstance(token, str) or not token:
            why = " ".join(f"{reply.status} {answer.get('error', '')} {answer.get('error_description', '')}".split())
            shown = hide_secrets(why, [each for each in (secret, refresh) if each])[:300]
            raise StyrxlError("mail-token-refused", why=shown, client_id=self._sign_in.client_id)
        life = answer.get("expires_in")
        return token, float(life) if isinstance(life, int | float) else _USUAL_LIFE
