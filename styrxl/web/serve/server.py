"""The site's server: behind a reverse proxy at the municipality's own address, one process a workspace."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from threading import Event, Thread

import uvicorn
from starlette.types import ASGIApp

from styrxl.model.catalogue import Word
from styrxl.model.errors import StyrxlError
from styrxl.model.settings import BY_LINK, Settings, SiteSettings
from styrxl.rounds.desk import Desk
from styrxl.web.desk.intake.uploads import remove_old_uploads
from styrxl.web.desk.patience import PatientProtocol
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.workplace import Workplace
from styrxl.web.serve.sessions import Sessions
from styrxl.web.serve.sign_in import SECRET, read_secret
from styrxl.web.serve.sign_in_log import SignInLog
from styrxl.web.serve.site_app import OwnersOnly, make_owners_site, make_site

_DAY = 24 * 3600.0  # seconds
_AT_ONCE = 400  # connections
_IDLE, _ENDING = 15, 30  # seconds that a connection may wait for its next request, and that requests have to end


def run_site(place: Workplace, tell: Callable[[str], None], on_wait: Callable[[TaskBook], None] = lambda _: None) -> None:
    """Answer until the process is told to end (SIGTERM, Ctrl+C); ``tell`` gets the address.

    What has been asked by then is answered, and what is being done is waited for, of which ``on_wait`` is told. Raises StyrxlError: as
    ``check_site``; site-port-taken.
    """
    with place.reading() as desk:
        site = check_site(desk)
    with _listen(site) as listening, _ended_in_peace():
        tasks = TaskBook(lambda: place.root)
        tasks.find_interrupted()
        remove_old_uploads(place.root, place.clock())
        config = uvicorn.Config(
            make_site_app(place, site, tasks),
            http=PatientProtocol,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,  # whose word counts on who asks: this computer's, or what FORWARDED_ALLOW_IPS says
            lifespan="off",
            ws="none",
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=_ENDING,
        )
        tell(find_origin(site))
        with _forgetting(SignInLog(place)), suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
        if tasks.running:
            on_wait(tasks)
            tasks.wait_until_idle()


def _listen(site: SiteSettings) -> socket.socket:
    """Return a socket on which the site is waited for; raises StyrxlError: site-port-taken."""
    try:
        family, *_, address = socket.getaddrinfo(site.host, site.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_AT_ONCE)
    except OSError as error:
        raise StyrxlError("site-port-taken", listen=f"{site.host}:{site.port}") from error


@contextmanager
def _ended_in_peace() -> Iterator[None]:
    """Let SIGTERM end the server alone, and not what it is doing: uvicorn raises it again when it has ended."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _forgetting(log: SignInLog) -> Iterator[None]:
    """Remove old sign-ins at once and each day, as long as the block runs."""
    ended = Event()

    def forget() -> None:
        while True:
            log.forget_old()
            if ended.wait(_DAY):
                return

    thread = Thread(target=forget, name="old sign-ins", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(_ENDING)


def make_site_app(place: Workplace, site: SiteSettings, tasks: TaskBook) -> ASGIApp:
    """Return the site: where people sign in, or where owners come by their links alone."""
    workspace = place.open_workspace()
    if site.sign_in is None:
        return make_owners_site(place, OwnersOnly(find_origin(site)), tasks)
    key = workspace.sign(("site", "sessions"))  # the same after each start, so that nobody is signed out by one
    sessions = Sessions(place, find_origin(site), key, lambda: place.today)
    return make_site(place, sessions, site.sign_in, read_secret(), workspace.sign(("site", "signing-in")), tasks)


def check_site(desk: Desk) -> SiteSettings:
    """Return what the settings say of the site, once it can be begun.

    Raises StyrxlError: site-not-set-up, site-needs-sign-in, site-needs-secret, site-nobody, site-unknown-owner.
    """
    site = desk.workspace.settings.site
    if site is None:
        raise StyrxlError("site-not-set-up")
    if site.sign_in is None and not _is_loopback(site.host):
        raise StyrxlError("site-needs-sign-in", listen=f"{site.host}:{site.port}")
    if site.sign_in and not read_secret():
        raise StyrxlError("site-needs-secret", name=SECRET)
    if site.sign_in and not site.people and site.owners == BY_LINK:
        raise StyrxlError("site-nobody")
    known = {organisation.org_id for organisation in desk.plan.organisations}
    for person in site.people:
        for owner in person.of:
            if desk.plan.spelled(owner) not in known:
                raise StyrxlError("site-unknown-owner", who=person.who, owner=owner)
    return site


def list_notes(settings: Settings) -> Sequence[Word]:
    """Return what is to be known before a site is begun, although it can be."""
    notes = []
    if settings.site and settings.site.has_links and settings.mail is None:
        notes.append(Word("site_no_mail"))
    if settings.site and not settings.site.address:
        notes.append(Word("site_no_address"))
    if settings.site and settings.site.sign_in and not (settings.database or "").startswith("postgresql"):
        notes.append(Word("site_no_postgresql"))
    return notes


def find_origin(site: SiteSettings) -> str:
    """Return the address that browsers know the site by: its own or, where it has none, that of this computer."""
    host = f"[{site.host}]" if ":" in site.host else site.host
    return site.address or f"http://{host}:{site.port}"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
