"""The command ``doctor``."""

from __future__ import annotations

import click

from styrxl.commands.options import listed_option
from styrxl.commands.session import FINDINGS, Session, with_session
from styrxl.commands.speech.window import find_width

_PATIENCE = 30.0  # seconds for each answer of a mail server


@click.command()
@click.option("--mail", "asks_servers", is_flag=True)
@listed_option
@with_session
def doctor(session: Session, form: str, *, asks_servers: bool) -> None:
    """Look at all that the workspace rests on, and say what to mend; nothing is changed."""
    from styrxl.commands.listed.values import format_listed, tell_looks
    from styrxl.commands.texts.doctor_text import format_looks
    from styrxl.doctor.look_around import look_around
    from styrxl.mail.outgoing.transport import Timing

    language = session.language()
    asking = Timing(session.wait, timeout=_PATIENCE) if asks_servers else None
    findings = look_around(session.root.absolute(), language, session.now(), asking)
    if form == "json":
        click.echo(format_listed(tell_looks(findings, language)), nl=False)
    else:
        click.echo(format_looks(findings, session.root.absolute(), language, find_width()), nl=False)
    if findings.mends:
        click.get_current_context().exit(FINDINGS)
