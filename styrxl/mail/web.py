"""HTTPS: requests and replies as values, and what goes wrong told without addresses, which may hold secrets."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from styrxl.mail.certificates import make_ssl_context
from styrxl.mail.extras import load_extra
from styrxl.mail.failures import TemporaryFailureError, UnreachableError
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import GraphAccount, Server

_CHUNK = 65_536
_DEEP = 12  # errors in errors that are looked through


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; ``headers`` in lower case. ``is_cut``: its body is longer, and the rest was not fetched."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    is_cut: bool = False


class WebSession:
    """Connections by HTTPS, verified as those of mail servers are; ``raw`` is the session that msal uses."""

    def __init__(self, trusted: Server | GraphAccount, root: Path, timeout: float) -> None:
        """Take whose file of certificates counts (below ``root``), and seconds to wait for each answer.

        Raises StyrxlError: mail-extra-missing, mail-ca-file.
        """
        self.raw = _open_session(make_ssl_context(trusted, root), root / trusted.ca_file if trusted.ca_file else None, timeout)

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None, most: int | None = None) -> Reply:
        """Send a request and return the reply, whatever its status; of its body at most ``most`` bytes.

        Raises as ``translating_web_errors``.
        """
        with translating_web_errors(url):
            # Without "auth" requests would let .netrc take the place of our own header.
            reply = self.raw.request(method, url, headers=headers, data=body, allow_redirects=False, stream=True, auth=_leave_as_it_is)
            with reply:
                parts, size = [], 0
                for part in reply.iter_content(_CHUNK):
                    parts.append(part)
                    size += len(part)
                    if most is not None and size > most:
                        break
            is_cut = most is not None and size > most
            return Reply(reply.status_code, {key.lower(): value for key, value in reply.headers.items()}, b"".join(parts), is_cut)

    def close(self) -> None:
        """End the connections."""
        self.raw.close()


def _leave_as_it_is(request: Any) -> Any:
    return request


def _open_session(context: ssl.SSLContext, authority: Path | None, timeout: float) -> Any:
    requests = load_extra("requests")
    base: Any = requests.adapters.HTTPAdapter

    class Adapter(base):  # type: ignore[misc] # a class that is loaded where it is used
        """Verifies servers by our context, which knows the system's authorities, and waits no longer than it is told to.

        Where the settings name authorities, REQUESTS_CA_BUNDLE adds none to them.
        """

        def init_poolmanager(self, *arguments: Any, **others: Any) -> Any:
            return super().init_poolmanager(*arguments, **others, ssl_context=context)

        def proxy_manager_for(self, *arguments: Any, **others: Any) -> Any:
            return super().proxy_manager_for(*arguments, **others, ssl_context=context)

        def send(self, request: Any, **how: Any) -> Any:
            verify = str(authority) if authority else how.get("verify", True)
            return super().send(request, **{**how, "verify": verify, "timeout": how.get("timeout") or timeout})

    session = requests.Session()
    session.mount("https://", Adapter())
    return session


@contextmanager
def translating_web_errors(url: str) -> Iterator[None]:
    """Raise StyrxlError (mail-certificate), UnreachableError where there is no server, TemporaryFailureError where it was lost.

    What is lost on its way may have been done (``unsure``). Addresses are left out of what is told: those of uploads let anybody in.
    """
    errors = load_extra("requests").exceptions
    where = urlsplit(url)
    try:
        yield
    except errors.SSLError as error:
        raise StyrxlError("mail-certificate", host=where.hostname, port=where.port or 443, why=_describe(error)) from None
    except (errors.ConnectTimeout, errors.ProxyError, errors.InvalidURL, errors.InvalidProxyURL) as error:
        raise UnreachableError(_describe(error)) from None
    except errors.ConnectionError as error:
        names = {type(each).__name__ for each in _list_causes(error)}
        if names & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}:
            raise UnreachableError(_describe(error)) from None
        raise TemporaryFailureError(_describe(error), unsure=True) from None
    except errors.RequestException as error:
        raise TemporaryFailureError(_describe(error), unsure=True) from None


def _describe(error: BaseException) -> str:
    """Return the innermost cause that says something, without any address."""
    for cause in reversed(_list_causes(error)):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message or "certificate"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return type(_list_causes(error)[-1]).__name__


def _list_causes(error: BaseException) -> list[BaseException]:
    """Return an error and those within it, the innermost last."""
    causes: list[BaseException] = []
    here: object = error
    while isinstance(here, BaseException) and here not in causes and len(causes) < _DEEP:
        causes.append(here)
        inner = (getattr(here, "reason", None), *here.args, here.__cause__, here.__context__)
        here = next((each for each in inner if isinstance(each, BaseException) and each not in causes), None)
    return causes


def read_json(reply: Reply) -> Mapping[str, Any]:
    """Return the JSON of a reply, empty where it has none."""
    try:
        content = json.loads(reply.body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
