"""Signing in by OpenID Connect: Authlib does it; here is where it begins, where it comes back to, and where it ends."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2 as httpx
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from styrxl.model.masking import make_showable
from styrxl.model.settings import SiteSignIn
from styrxl.web.desk.visit import LONGEST_FIELD, MARK, Rooms, Visit
from styrxl.web.serve.roles import SignedIn
from styrxl.web.serve.sessions import MINE, SIGN_BACK, SIGN_IN, SIGN_OUT, Sessions
from styrxl.web.serve.sign_in_log import SignInLog

SECRET = "STYRXL_OIDC_SECRET"  # noqa: S105 -- the name of an environment variable
_LOG = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds
_MOST_ROLES = 200
_LONGEST = 200  # letters of a name, an address or a role
_TROUBLES = (OAuthError, JoseError, httpx.HTTPError, ValueError, KeyError, RuntimeError)
_AWAY = (httpx.HTTPError,)


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
            person = read_person(token["userinfo"], self.settings)
        except _TROUBLES as error:
            return await self._tell(request, "unreachable" if isinstance(error, _AWAY) else "refused", error)
        access = await run_in_threadpool(self.sessions.find_access, person)
        await run_in_threadpool(self.log.note, person.who, may=access is not None)
        answer = RedirectResponse("/" if access else MINE, 303)
        answer.set_cookie(
            self.sessions.cookie, self.sessions.begin(person), httponly=True, samesite="lax", secure=self.sessions.is_secure, path="/"
        )
        return answer

    async def end(self, request: Request) -> Response:
        """Sign out here, and lead on to where people sign in, if one can sign out there.

        The page that leads on does so by itself: browsers send no form of ours to another site, nor do they let it be sent on there.
        """
        person = self.sessions.find_person(request.cookies)
        async with request.form(max_files=0, max_fields=10, max_part_size=LONGEST_FIELD) as form:
            if person and not self.sessions.is_form_of(person.session, str(form.get(MARK, ""))):
                raise HTTPException(403)
        if person:
            await run_in_threadpool(self.sessions.end, person)
        further = await self._find_end()
        answer = await run_in_threadpool(lambda: Visit(request, self.rooms).show("sign_in", told="out", further=further))
        answer.delete_cookie(self.sessions.cookie, path="/", secure=self.sessions.is_secure, httponly=True, samesite="lax")
        return answer

    async def show_closed(self, request: Request) -> Response:
        """Say that one has to sign in, or that one has signed out."""
        out = "out" in request.query_params
        return await run_in_threadpool(
            lambda: Visit(request, self.rooms).show("sign_in", status=200 if out else 401, told="out" if out else "needed", further="")
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
        return f"{end}{'&' if '?' in end else '?'}{back}" if end.startswith("https://") else ""

    async def _tell(self, request: Request, told: str, error: Exception) -> Response:
        _LOG.warning("signing in did not work (%s): %s", told, type(error).__name__)
        return await run_in_threadpool(
            lambda: Visit(request, self.rooms).show("sign_in", status=403 if told == "refused" else 502, told=told, further="")
        )


def make_client(settings: SiteSignIn, root: Path, secret: str) -> Any:
    """Return Authlib's client of the one who says who people are: authorization code with PKCE, keys and addresses as it publishes them."""
    oauth = OAuth()
    verify: Any = ssl.create_default_context(cafile=root / settings.ca_file) if settings.ca_file else True
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


def read_person(claims: Mapping[str, Any], settings: SiteSignIn) -> SignedIn:
    """Return who somebody is by what the sign-in says; an address counts only where it is vouched for.

    They are called by their name and their account, since several may have the same name. Raises ValueError where nobody is named, or
    somebody else says it than the one whom the settings name.
    """
    subject = str(claims.get("sub") or "")
    if not subject or str(claims.get("iss") or "").rstrip("/") != settings.issuer:
        raise ValueError("no subject, or of another issuer")
    vouched = claims.get("email_verified") is True or claims.get("xms_edov") in (True, "1", "true")
    address = str(claims.get("email") or "") if vouched else ""
    account = address or str(claims.get("preferred_username") or subject)
    name = str(claims.get("name") or "")
    named = claims.get(settings.claim) or ()
    roles = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return SignedIn(
        _call(name, account),
        address.strip()[:_LONGEST],
        tuple(str(role)[:_LONGEST] for role in roles[:_MOST_ROLES]),
    )


def _call(name: str, account: str) -> str:
    """Return what the ledger calls somebody: a name is whatever its owner says, so the account that it is of stands with it."""
    shown = [make_showable(" ".join(part.split()))[: _LONGEST // 2] for part in (name, account)]
    return f"{shown[0]} ({shown[1]})" if shown[0] and shown[0] != shown[1] else shown[1]
