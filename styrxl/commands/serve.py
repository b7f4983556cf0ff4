"""The command ``serve``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from styrxl.commands.printing import say_notes
from styrxl.commands.session import Session, with_session

if TYPE_CHECKING:
    from styrxl.web.desk.tasks import TaskBook


@click.command()
@with_session
def serve(session: Session) -> None:
    """Run the site where owners check and hand in, and several controllers work (the extra styrxl[serve])."""
    from styrxl.model.catalogue import tell_how_to_install, word
    from styrxl.model.errors import StyrxlError

    try:
        from styrxl.web.desk.workplace import Workplace
        from styrxl.web.serve.server import list_notes, run_site
    except ImportError as error:
        raise StyrxlError("serve-extra-missing", install=tell_how_to_install("serve")) from error
    place = Workplace(session.root.resolve(), session.asked)
    workspace = session.open_workspace()
    language = session.language(workspace)
    say_notes(list_notes(workspace.settings), language)

    def tell_running(address: str) -> None:
        click.echo(word("site_running", language, address=address), err=True)

    def tell_waiting(tasks: TaskBook) -> None:
        click.echo(word("desk_waits", language, title=tasks.running[-1].title), err=True)

    run_site(place, tell_running, tell_waiting)
