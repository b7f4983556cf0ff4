"""The command ``desk``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.web.desk.tasks import TaskBook


@click.command()
@click.option("--no-browser", is_flag=True)
@click.option("--port", type=click.IntRange(1, 65535))
@with_session
def desk(session: Session, port: int | None, *, no_browser: bool) -> None:
    """Run rounds in the browser, on this computer alone (the extra styrxl[desk])."""
    from styrxl.commands.session import find_language
    from styrxl.model.catalogue import tell_how_to_install, word
    from styrxl.model.errors import StyrxlError

    try:
        from styrxl.web.desk.server import open_again, run_desk
        from styrxl.web.desk.workplace import Workplace
    except ImportError as error:
        raise StyrxlError("desk-extra-missing", install=tell_how_to_install("desk")) from error
    language = session.asked or find_language(session.root)
    place = Workplace(session.root.resolve(), session.asked)
    if link := open_again(place.root):
        import webbrowser

        if no_browser or not webbrowser.open(link):
            click.echo(link)
        click.echo(word("desk_open_already", language), err=True)
        return
    click.echo(word("desk_running", language), err=True)

    def tell_waiting(tasks: TaskBook) -> None:
        click.echo(word("desk_waits", language, title=tasks.running[-1].title), err=True)

    run_desk(place, port, browser=not no_browser, tell=click.echo, on_wait=tell_waiting)
