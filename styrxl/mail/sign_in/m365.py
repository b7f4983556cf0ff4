"""Tokens of Microsoft 365, by msal: to the program itself by its secret or certificate, or to a person who has signed in once.

The program's own tokens are kept in memory; a person's, which must last, in a file of msal-extensions in the user's own folder.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from styrxl.mail.extras import load_extra
from styrxl.mail.failures import TemporaryFailureError
from styrxl.mail.sign_in.app_certificate import read_app_certificate
from styrxl.mail.sign_in.passwords import find_app_certificate, find_app_secret, hide_secrets
from styrxl.mail.sign_in.token_refusals import find_token_refusal
from styrxl.mail.web import WebSession, translating_web_errors
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import LOGIN_URL, SignIn
from styrxl.store.files import make_private

_BROWSER_PATIENCE = 600  # seconds for somebody to sign in in the browser


class M365AppTokens:
    """Tokens that the program gets for itself (client credentials)."""

    def __init__(self, sign_in: SignIn, scopes: Sequence[str], web: WebSession, root: Path) -> None:
        """Take how to sign in, what for, the connection, and the workspace's folder."""
        self._sign_in, self._scopes, self._web, self._root = sign_in, list(scopes), web, root
        self._app: Any = None
        self._secrets: tuple[str, ...] = ()

    def get(self, *, renew: bool = False) -> str:
        """Return a token; raises as ``TokenSource.get``: mail-secret-missing where there is neither secret nor certificate."""
        with _translating(self._sign_in):
            if self._app is None:
                self._app = self._open()
            if renew:
                self._app.remove_tokens_for_client()
            return _take_token(self._app.acquire_token_for_client(self._scopes), self._sign_in, self._secrets)

    def _open(self) -> Any:
        secret, certificate = find_app_secret(self._sign_in), find_app_certificate(self._sign_in)
        if not (secret or certificate):
            raise StyrxlError("mail-secret-missing", client_id=self._sign_in.client_id)
        self._secrets = (secret,) if secret else ()
        credential: Any = secret
        if certificate:
            read = read_app_certificate(certificate, secret, self._root, datetime.now(UTC))
            credential = {"private_key": read.key, "public_certificate": read.certificate}
        return _open_app("ConfidentialClientApplication", self._sign_in, self._web, client_credential=credential)


class M365PersonTokens:
    """Tokens that a person has signed in for."""

    def __init__(self, sign_in: SignIn, scopes: Sequence[str], web: WebSession) -> None:
        """Take how to sign in, what for, and the connection."""
        self._sign_in, self._scopes, self._web = sign_in, list(scopes), web
        self._app: Any = None

    def get(self, *, renew: bool = False) -> str:
        """Return a token; raises as ``TokenSource.get``: mail-person-not-signed-in where nobody has, or not lately enough."""
        with _translating(self._sign_in):
            accounts = self._list_accounts()
            if not accounts:
                raise StyrxlError("mail-person-not-signed-in", why="–")
            result = self._open().acquire_token_silent_with_error(self._scopes, accounts[0], force_refresh=renew)
            return _take_token(result or {"error": "interaction_required"}, self._sign_in)

    def _list_accounts(self) -> list[dict[str, str]]:
        try:
            accounts: list[dict[str, str]] = self._open().get_accounts()
        except (ValueError, OSError) as error:  # what was kept cannot be read
            raise StyrxlError("mail-person-not-signed-in", why=type(error).__name__) from None
        return accounts

    def sign_in(self, tell_address: Callable[[str], None], tell_code: Callable[[str, str], None] | None = None) -> str:
        """Let a person sign in, in the browser or by a code that ``tell_code`` is given (where, code); return who it was.

        ``tell_address`` is given the address to open where no browser can be started. Raises as ``get``.
        """
        with _translating(self._sign_in):
            app = self._open()
            before = app.get_accounts()
            _take_token(self._ask_by_code(app, tell_code) if tell_code else self._ask_in_browser(app, tell_address), self._sign_in)
            newest = next((account for account in app.get_accounts() if account not in before), None)
            for account in before:
                if newest and account["home_account_id"] != newest["home_account_id"]:
                    app.remove_account(account)
            return str(app.get_accounts()[0].get("username", ""))

    def _ask_in_browser(self, app: Any, tell_address: Callable[[str], None]) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = app.acquire_token_interactive(
                self._scopes, prompt="select_account", timeout=_BROWSER_PATIENCE, auth_uri_callback=tell_address
            )
        except RuntimeError:  # nobody did in time
            raise StyrxlError("mail-person-not-signed-in", why="timeout") from None
        return found

    def _ask_by_code(self, app: Any, tell_code: Callable[[str, str], None]) -> Mapping[str, Any]:
        flow = app.initiate_device_flow(self._scopes)
        if "user_code" not in flow:
            _take_token(flow, self._sign_in)
        tell_code(flow["verification_uri"], flow["user_code"])
        found: Mapping[str, Any] = app.acquire_token_by_device_flow(flow)
        return found

    def _open(self) -> Any:
        if self._app is None:
            self._app = _open_app("PublicClientApplication", self._sign_in, self._web, token_cache=_open_cache(self._sign_in))
        return self._app


def _open_app(kind: str, sign_in: SignIn, web: WebSession, **others: Any) -> Any:
    authority = f"{sign_in.login_url}/{sign_in.tenant}"
    logging.getLogger("msal").setLevel(logging.CRITICAL)  # what it tells the terminal is told in our words, or nobody's business
    try:
        # Addresses of others than Microsoft are known to whoever wrote them into the settings, and to no directory.
        return getattr(load_extra("msal"), kind)(
            sign_in.client_id,
            authority=authority,
            http_client=web.raw,
            instance_discovery=None if sign_in.login_url == LOGIN_URL else False,
            **others,
        )
    except ValueError:
        raise StyrxlError("mail-tenant-unknown", tenant=sign_in.tenant, why=sign_in.login_url) from None


def _open_cache(sign_in: SignIn) -> Any:
    """Return where a person's tokens are kept: a file of the user's own, which Windows encrypts for that user."""
    extensions = load_extra("msal_extensions")
    folder = find_state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    make_private(folder)
    kind = "FilePersistenceWithDataProtection" if sys.platform == "win32" else "FilePersistence"
    return extensions.PersistedTokenCache(getattr(extensions, kind)(str(folder / f"m365-{sign_in.client_id}.bin")))


def find_state_folder() -> Path:
    """Return the user's folder for what programs keep between runs."""
    usual = Path.home() / ("AppData/Local" if sys.platform == "win32" else ".local/state")
    return Path(os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME") or usual) / "styrxl"


@contextmanager
def _translating(sign_in: SignIn) -> Iterator[None]:
    """Raise StyrxlError (mail-login-unreachable) where the giver of tokens is not there."""
    try:
        with translating_web_errors(sign_in.login_url):
            yield
    except TemporaryFailureError as error:
        raise StyrxlError("mail-login-unreachable", address=sign_in.login_url, why=error.reply) from None
    except (load_extra("msal").exceptions.MsalError, ValueError) as error:  # a trouble of the giver's, or a page of a proxy's
        raise StyrxlError("mail-login-unreachable", address=sign_in.login_url, why=type(error).__name__) from None


def _take_token(result: Mapping[str, Any], sign_in: SignIn, secrets: Sequence[str] = ()) -> str:
    """Return the token of an answer; raises StyrxlError by what the answer refuses for."""
    if "access_token" in result:
        return str(result["access_token"])
    why = " ".join(f"{result.get('error', '')}: {result.get('error_description', '')}".split())
    raise StyrxlError(find_token_refusal(why), why=hide_secrets(why, secrets)[:300], client_id=sign_in.client_id, tenant=sign_in.tenant)
