"""The desk's server: this computer alone, one desk a workspace."""

from __future__ import annotations

import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from styrxl.model.errors import StyrxlError
from styrxl.web.desk.app import make_app
from styrxl.web.desk.door import Door, OpenDesk, find_last_desk, find_open_desk, forget_open_desk, keep_open_desk
from styrxl.web.desk.intake.uploads import remove_old_uploads
from styrxl.web.desk.patience import PatientProtocol
from styrxl.web.desk.tasks import TaskBook
from styrxl.web.desk.workplace import Workplace

LOOPBACK = "127.0.0.1"
_AT_ONCE = 200  # connections; a browser opens six
_IDLE = 30  # seconds that a connection may wait for its next request


def open_again(root: Path) -> str | None:
    """Return a new link to the desk that is open in a workspace; None where none is."""
    desk = find_open_desk(root)
    return desk.make_link() if desk and _answers(desk.port) else None


def run_desk(
    place: Workplace, port: int | None, *, browser: bool, tell: Callable[[str], None], on_wait: Callable[[TaskBook], None] = lambda _: None
) -> None:
    """Answer the browser until Ctrl+C; ``tell`` gets the link where it is not opened.

    What is being done then is waited for, of which ``on_wait`` is told; Ctrl+C once more ends it. Raises StyrxlError: port-taken.
    """
    last = find_last_desk(place.root)
    with _listen(port, last.port if last else None) as listening:
        desk = OpenDesk.of_this_process(listening.getsockname()[1])
        _keep(place, desk)
        place.when_moved = partial(_move, place, desk)
        tasks = TaskBook(lambda: place.root)
        tasks.find_interrupted()
        remove_old_uploads(place.root, place.clock())
        config = make_config(make_app(place, Door(desk), tasks))
        link = desk.make_link()
        if not browser or not _open(link):
            tell(link)
        with suppress(KeyboardInterrupt):  # uvicorn raises it again when it has ended
            uvicorn.Server(config).run(sockets=[listening])
    if tasks.running:
        on_wait(tasks)
        tasks.wait_until_idle()


def make_config(app: ASGIApp) -> uvicorn.Config:
    """Return how pages are served: nothing of theirs is written down, and nobody who holds connections keeps others from them."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_IDLE,
    )


def _keep(place: Workplace, desk: OpenDesk) -> None:
    with suppress(StyrxlError):  # a folder that is no workspace yet, or may not be written: then a second desk is its own
        if place.is_there:
            keep_open_desk(place.root, desk)


def _move(place: Workplace, desk: OpenDesk, before: Path, _: Path) -> None:
    forget_open_desk(before, desk)
    _keep(place, desk)


def _listen(port: int | None, last: int | None) -> socket.socket:
    """Return a socket of this computer alone: at the port asked for, else where the desk was last, so that open tabs find it, else any."""
    for candidate in [port] if port is not None else [last or 0, 0]:
        listening = socket.socket()
        try:
            listening.bind((LOOPBACK, candidate))
            listening.listen(_AT_ONCE)  # from now on: a browser may follow the link before the server runs
        except OSError:
            listening.close()
            continue
        return listening
    raise StyrxlError("port-taken", port=port)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def _open(link: str) -> bool:
    try:
        return webbrowser.open(link)
    except webbrowser.Error:
        return False
