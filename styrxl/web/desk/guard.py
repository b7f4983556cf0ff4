"""What every request passes before a page sees it, and what every answer says to the browser.

The desk is on this computer alone, but so are other programs and the pages that are open beside it: a request must name its own address,
come from its own pages, and carry the cookie of somebody who was let in. On a server it is the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from styrxl.web.desk.access import NOTHING
from styrxl.web.desk.entrance import Entrance

LONGEST_PAUSE = 20.0  # seconds that a sender may say nothing
SLOWEST = 64 * 1024  # bytes a second, which a body must come with, all in all
LONGEST_FORM = 1 << 20  # bytes of a form without files
_READING = frozenset({"GET", "HEAD"})
_ALWAYS_HTTPS = "max-age=31536000"  # a year; nothing is said of other names below the same domain
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # with "no-referrer" browsers do not say which origin a form comes from
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Lets requests through to the pages, or answers them itself."""

    def __init__(self, app: ASGIApp, entrance: Entrance, largest_upload: int) -> None:
        """Take the pages, how people come in, and how many bytes a request with files may have."""
        self._app, self._entrance, self._largest = app, entrance, largest_upload
        scheme, _, self._host = entrance.origin.partition("://")
        self._is_secure = scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._refuse(scope)
        sender = self._with_headers(scope, send)
        if answer is not None:
            await answer(scope, receive, sender)
            return
        limit = self._largest if Headers(scope=scope).get("content-type", "").startswith("multipart/") else LONGEST_FORM
        await self._app(scope, _Body(receive, limit), sender)

    def _refuse(self, scope: Scope) -> Response | None:
        """Return why a request is not let in; None where it is. Also tells the pages whose visit it is."""
        headers, path = Headers(scope=scope), scope["path"]
        if headers.get("host") != self._host:
            return PlainTextResponse("This is at another address.", 421)
        # Pages of other sites, and of other programs on this computer, ask for nothing here; a link in them may lead to the way in alone.
        if not self._entrance.is_way_in(path) and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return PlainTextResponse("", 403)
        if scope["method"] not in _READING and headers.get("origin") != self._entrance.origin:
            return PlainTextResponse("", 403)
        visitor = self._entrance.recognise(Request(scope).cookies)
        if visitor:
            scope.setdefault("state", {}).update(visit=visitor.visit, access=visitor.access)
            return None
        scope.setdefault("state", {}).update(access=NOTHING)
        if not self._entrance.is_open(path):
            scope["path"], scope["method"] = self._entrance.closed, "GET"
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)  # a page that shows what others wrote may be bound more tightly
                if self._is_secure:
                    headers["Strict-Transport-Security"] = _ALWAYS_HTTPS
                if self._entrance.hides(scope["path"]):
                    headers["Referrer-Policy"] = "no-referrer"  # its address is the secret
                if "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store" if not scope["path"].startswith("/static/") else "private, max-age=3600"
            await send(message)

        return send_with_headers


class BodyError(Exception):
    """A body that is not waited for, or that is too large; ``status`` is the answer to it."""

    def __init__(self, status: int) -> None:
        """Take the answer's status."""
        super().__init__(status)
        self.status = status


class _Body:
    """A request's body as it comes: neither too large nor too slow; raises BodyError."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit, self._size = receive, limit, 0
        self._ended = False
        self._until = asyncio.get_running_loop().time() + LONGEST_PAUSE

    async def __call__(self) -> Message:
        if self._ended:  # what is waited for now is that the browser goes away, which may take as long as it likes
            return await self._receive()
        clock = asyncio.get_running_loop().time
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, min(LONGEST_PAUSE, self._until - clock())))
        except TimeoutError as error:
            raise BodyError(408) from error
        self._ended = not message.get("more_body", False)
        some = len(message.get("body", b""))
        self._size += some
        self._until += some / SLOWEST
        if self._size > self._limit:
            raise BodyError(413)
        return message
