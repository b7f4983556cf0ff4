"""Microsoft Graph: requests for one mailbox, with a token that is renewed, and as slowly as Graph asks for."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from styrxl.mail.failures import PermanentFailureError, TemporaryFailureError
from styrxl.mail.sign_in.passwords import hide_secrets
from styrxl.mail.sign_in.tokens import TokenSource, open_tokens
from styrxl.mail.web import Reply, WebSession, read_json
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphAccount

TEXT, JSON = "text/plain", "application/json"
_UNAUTHORIZED, _REFUSED = 401, 400
_TRIES = 6  # of a request that Graph puts off
_LONGEST_WAIT = 300.0  # seconds that Graph may ask for
_USUAL_WAIT = 10.0  # seconds, where it puts off and does not say for how long
_MOST = 20_000_000  # bytes of an answer in JSON
# What Graph answers, by its status and code, when something stands in the way of every request.
_REFUSALS = (
    (r"ErrorSendAsDenied", "mail-send-as"),
    (r"^401 |InvalidAuthenticationToken", "mail-graph-token"),
    (r"^403 |ErrorAccessDenied|Authorization_RequestDenied", "mail-graph-forbidden"),
    (r"ErrorInvalidUser|MailboxNotEnabledForRESTAPI|Request_ResourceNotFound|ErrorNonExistentMailbox", "mail-graph-mailbox"),
)


@dataclass(slots=True)
class GraphClient:
    """Requests to Graph for one mailbox."""

    account: GraphAccount
    web: WebSession
    tokens: TokenSource
    wait: Callable[[float], None] = time.sleep
    is_stopped: Callable[[], bool] = lambda: False

    @property
    def address(self) -> str:
        """Where it is, as HOST:PORT."""
        where = urlsplit(self.account.url)
        return f"{where.hostname}:{where.port or 443}"

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        kind: str = JSON,
        *,
        headers: Mapping[str, str] | None = None,
        most: int = _MOST,
        delivers: bool = False,
    ) -> Reply:
        """Send a request about the mailbox, and return what Graph answers; ``path`` below the mailbox, or an address of Graph's own.

        ``delivers``: what is lost on its way may have been delivered. Raises PermanentFailureError; TemporaryFailureError where Graph
        still puts off after some tries; StyrxlError (mail-graph-token, mail-graph-forbidden, mail-graph-mailbox, mail-send-as) for what
        stands in the way of every request; as ``TokenSource.get``.
        """
        url = path if path.startswith("https://") else f"{self.account.url}/v1.0/users/{quote(self.account.user)}/{path}"
        given = {"Content-Type": kind, "Accept": JSON, "Prefer": 'IdType="ImmutableId"', **(headers or {})}
        token = self.tokens.get()
        authorized = {**given, "Authorization": f"Bearer {token}"}
        reply = self._ask_patiently(method, url, authorized, body, most, delivers=delivers)
        if reply.status == _UNAUTHORIZED:
            token = self.tokens.get(renew=True)
            authorized = {**given, "Authorization": f"Bearer {token}"}
            reply = self._ask_patiently(method, url, authorized, body, most, delivers=delivers)
        if reply.status >= _REFUSED:
            raise self._make_error(reply, token, delivers=delivers)
        return reply

    def upload(self, url: str, part: bytes, start: int, size: int) -> None:
        """Send a part of an attachment to where its upload session is, which needs no token: the address is one. Raises as ``request``."""
        headers = {"Content-Type": "application/octet-stream", "Content-Range": f"bytes {start}-{start + len(part) - 1}/{size}"}
        reply = self._ask_patiently("PUT", url, headers, part, _MOST, delivers=False)
        if reply.status >= _REFUSED:
            raise self._make_error(reply, url, *(value for _, value in parse_qsl(urlsplit(url).query)), delivers=False)

    def _ask_patiently(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int, *, delivers: bool) -> Reply:
        """Send a request, and again after as long as Graph asks for where it puts it off."""
        for left in range(_TRIES, 0, -1):
            reply = self._ask(method, url, headers, body, most, delivers=delivers)
            seconds = _find_wait(reply)
            if seconds is None or left == 1 or self.is_stopped():
                break
            self.wait(seconds)
        return reply

    def _ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int, *, delivers: bool) -> Reply:
        try:
            return self.web.request(method, url, headers, body, most)
        except TemporaryFailureError as error:
            if error.unsure and not delivers:
                raise TemporaryFailureError(error.reply) from None
            raise

    def _make_error(self, reply: Reply, *secrets: str, delivers: bool) -> Exception:
        text = hide_secrets(describe_reply(reply), secrets)[:300]
        code = next((code for pattern, code in _REFUSALS if re.search(pattern, text)), None)
        if code:
            return StyrxlError(code, host=self.address, user=self.account.user, client_id=self.account.sign_in.client_id, why=text)
        if reply.status in {408, 429, 503}:
            return TemporaryFailureError(text)
        # After any other trouble of the server's nobody knows what it has done.
        return TemporaryFailureError(text, unsure=delivers) if reply.status >= 500 else PermanentFailureError(text)

    def post(self, path: str, content: Mapping[str, Any], *, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Send JSON, and return the JSON that comes back; raises as ``request``."""
        return read_json(self.request("POST", path, json.dumps(content).encode(), headers=headers))

    def list(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Yield what a list holds, page by page; raises as ``request``."""
        page = path
        while page:
            content = read_json(self.request("GET", page))
            yield from content.get("value", ())
            page = content.get("@odata.nextLink") or ""
            if page and urlsplit(page).netloc != urlsplit(self.account.url).netloc:
                return  # a token is shown to Graph alone

    def close(self) -> None:
        """End the connections."""
        self.web.close()


def open_graph(
    account: GraphAccount,
    root: Path,
    timeout: float,
    wait: Callable[[float], None] = time.sleep,
    is_stopped: Callable[[], bool] = lambda: False,
) -> GraphClient:
    """Return what asks Graph; a first token is got here, so that what is missing is told at once. Raises as ``TokenSource.get``."""
    web = WebSession(account, root, timeout)
    tokens = open_tokens(account, root, web)
    tokens.get()
    return GraphClient(account, web, tokens, wait, is_stopped)


def describe_reply(reply: Reply) -> str:
    """Return a refusal as one line: status, Graph's code, and what it says."""
    error = read_json(reply).get("error")
    code, message = (error.get("code", ""), error.get("message", "")) if isinstance(error, dict) else ("", "")
    return " ".join(f"{reply.status} {code} {message}".split())


def _find_wait(reply: Reply) -> float | None:
    """Return for how many seconds Graph puts a request off, or None where it does not, or for too long."""
    if reply.status not in {429, 503}:
        return None
    try:
        seconds = float(reply.headers.get("retry-after", _USUAL_WAIT))
    except ValueError:
        seconds = _USUAL_WAIT
    return max(0.0, seconds) if seconds <= _LONGEST_WAIT else None
