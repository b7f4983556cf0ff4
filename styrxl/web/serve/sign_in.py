"""Signing in by OpenID Connect: Authlib does it; here is where it begins, where it comes back to, and where it ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from styrxl.model.masking import make_showable
from styrxl.model.settings import SiteSignIn
from styrxl.web.desk.visit import Rooms, Visit
from styrxl.web.serve.roles import SignedIn
from styrxl.web.serve.sessions import SIGN_BACK, SIGN_IN, SIGN_OUT, Sessions
from styrxl.web.serve.sign_in_log import SignInLog

SECRET = "STYRXL_OIDC_SECRET"  # noqa: S105 -- the name of an environment variable
_LOG = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds
_MOST_ROLES = 200
_LONGEST = 200  # letters of a name, an address or a role
_TROUBLES = (OAuthError, JoseError, httpx.HTTPError, ValueError, KeyError, RuntimeError)


@dataclass(frozen=True, slots=True)
class SignInPages:
    """The pages of signing in: ``client`` is Authlib's, of the one who says who people are."""

    rooms: Rooms
    sessions: Sessions
    settings: SiteSignIn
    log: SignInLog
    client: Any

    def list_routes(self) -> list[Route]:
        """Return the routes of these pages."""
        return [
            Route(SIGN_IN, self.begin),
            Route(SIGN_BACK, self.come_back),
            Route(SIGN_OUT, self.end, methods=["POST"]),
            Route(self.sessions.closed, self.show_closed),
        ]

    async def begin(self, request: Request) -> Response:
        """Lead to where people sign in."""
        try:
            answer: Response = await self.client.authorize_redirect(request, self.sessions.origin + SIGN_BACK)
        except _TROUBLES as error:
            return await self._tell(request, "unreachable", error)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Let in whoever has signed in and may come in; each refusal is told in words, and noted without what was refused."""
        try:
            token = await self.client.authorize_access_token(request)
            person = read_person(token["userinfo"], self.settings.claim)
        except _TROUBLES as error:
            return await self._tell(request, "refused", error)
        access = await run_in_threadpool(self.sessions.find_access, person)
        self.log.note(person.who, may=access is not None)
        answer = RedirectResponse("/" if access else "/mine", 303)
        answer.set_cookie(
            self.sessions.cookie, self.sessions.begin(person), httponly=True, samesite="lax", secure=self.sessions.is_secure, path="/"
        )
        return answer

    async def end(self, request: Request) -> Response:
        """Sign out here, and where people sign in if that can be."""
        person = self.sessions.find_person(request.cookies)
        if person:
            self.sessions.end(person)
        answer = RedirectResponse(await self._find_end() or self.sessions.closed + "?out=1", 303)
        answer.delete_cookie(self.sessions.cookie, path="/", secure=self.sessions.is_secure, httponly=True, samesite="lax")
        return answer

    async def show_closed(self, request: Request) -> Response:
        """Say that one has to sign in, or that one has signed out."""
        out = "out" in request.query_params
        return await run_in_threadpool(
            lambda: Visit(request, self.rooms).show("sign_in", status=200 if out else 401, told="out" if out else "needed")
        )

    async def _find_end(self) -> str:
        try:
            known: Mapping[str, Any] = await self.client.load_server_metadata()
        except _TROUBLES:
            return ""
        end = str(known.get("end_session_endpoint") or "")
        back = urlencode(
            {"client_id": self.settings.client_id, "post_logout_redirect_uri": f"{self.sessions.origin}{self.sessions.closed}?out=1"}
        )
        return f"{end}{'&' if '?' in end else '?'}{back}" if end.startswith("https://") or (end and not self.sessions.is_secure) else ""

    async def _tell(self, request: Request, told: str, error: Exception) -> Response:
        _LOG.warning("signing in did not work (%s): %s", told, type(error).__name__)
        return await run_in_threadpool(
            lambda: Visit(request, self.rooms).show("sign_in", status=403 if told == "refused" else 502, told=told)
        )


def make_client(settings: SiteSignIn, root: Path, secret: str) -> Any:
    """Return Authlib's client of the one who says who people are: authorization code with PKCE, keys and addresses as it publishes them."""
    oauth = OAuth()
    verify: Any = str(root / settings.ca_file) if settings.ca_file else True
    return oauth.register(
        "site",
        client_id=settings.client_id,
        client_secret=secret,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": _PATIENCE, "verify": verify},
    )


def read_secret(environment: Mapping[str, str] = os.environ) -> str:
    """Return the secret that the site has with the one who says who people are; nothing where none is set."""
    return environment.get(SECRET, "").strip()


def read_person(claims: Mapping[str, Any], claim: str) -> SignedIn:
    """Return who somebody is by what the sign-in says; an address counts only where it is vouched for. ValueError where nobody is named."""
    subject = str(claims.get("sub") or "")
    if not subject:
        raise ValueError("no subject")
    vouched = claims.get("email_verified") is True or claims.get("xms_edov") in {True, "1", "true"}
    address = str(claims.get("email") or "") if vouched else ""
    name = next((str(claims[key]) for key in ("name", "preferred_username", "email") if claims.get(key)), subject)
    named = claims.get(claim) or ()
    roles = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return SignedIn(
        make_showable(" ".join(name.split()))[:_LONGEST],
        address.strip()[:_LONGEST],
        tuple(str(role)[:_LONGEST] for role in roles[:_MOST_ROLES]),
    )
