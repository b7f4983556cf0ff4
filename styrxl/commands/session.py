"""A command's session: workspace, language and time as the options say, and how an error is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple, cast

import click

if TYPE_CHECKING:
    from styrxl.mail.workspace_access import WorkspaceAccess
    from styrxl.model.errors import StyrxlError
    from styrxl.model.judged import Judged
    from styrxl.rounds.desk import Desk
    from styrxl.rounds.opening.open_workspace import Writer
    from styrxl.store.lock import LockHolder
    from styrxl.store.workspace import Workspace

FINE, FINDINGS, USAGE, OPERATOR = 0, 1, 2, 3
STOPPED = 130  # by Ctrl+C; as shells have it


class ReadingOptions(NamedTuple):
    """Where and how returns are read, as the options say."""

    jobs: int | None = None
    scheduler: str | None = None
    inbox: str | None = None


ONE_PROCESS = ReadingOptions()


class Session:
    """What the options before the command say."""

    def __init__(self, root: Path, language: str | None, now: datetime | None = None, wait: Callable[[float], None] = time.sleep) -> None:
        """Take the workspace's folder, the language and the time to use instead of the usual ones, and what waits for so many seconds."""
        self.root = root
        self.asked = language
        self.log_folder = Path(gettempdir())  # until a workspace is open
        self.wait = wait
        self._now = now
        self._checked = False

    def now(self) -> datetime:
        """Time that what is done is recorded with."""
        from datetime import UTC, datetime

        return self._now or datetime.now(UTC)

    def language(self, workspace: Workspace | None = None) -> str:
        """Language to speak: the one asked for, else the workspace's, else Swedish."""
        return self.asked or (workspace.settings.language if workspace else find_language(self.root))

    def open_workspace(self) -> Workspace:
        """Open the workspace, its own files looked through first; raises StyrxlError: own-files-broken, and as ``Workspace.open``."""
        from styrxl.store.workspace import Workspace

        self.check_own_files()
        return Workspace.open(self.root)

    def check_own_files(self, *, anew: bool = False) -> None:
        """Look through the workspace's own files, once for each command; raises StyrxlError: own-files-broken.

        ``anew``: also where they were looked through before.
        """
        from styrxl.rounds.own_files import check_own_files

        if not self._checked:
            check_own_files(self.root, anew=anew)
            self._checked = True

    @contextmanager
    def desk(self, *, reading: bool = False, by: str | None = None, reads: ReadingOptions = ONE_PROCESS) -> Iterator[Desk]:
        """Open the workspace, its plan and its ledger, and keep others from writing there unless this is only for reading."""
        from styrxl.commands.progress import show_progress_on
        from styrxl.rounds.desk import open_desk
        from styrxl.rounds.opening.open_workspace import open_ledger
        from styrxl.rounds.own_files import check_due_owners
        from styrxl.scale.return_files import ReadingMethod
        from styrxl.store.files import make_private
        from styrxl.store.lock import find_user_name
        from styrxl.store.log_file import log_to
        from styrxl.store.workspace import CACHE_FOLDER

        workspace = self.open_workspace()
        self.asked = self.language(workspace)
        self.log_folder = log_to(workspace.root).parent
        make_private(workspace.root / CACHE_FOLDER)
        user = by or find_user_name()
        writer = None if reading else self.writer(user)
        with open_ledger(workspace, writer) as ledger:
            how = ReadingMethod(reads.jobs, reads.scheduler, progress=show_progress_on(None, self.language()), inbox=reads.inbox)
            desk = open_desk(workspace, ledger, self.now(), user, how)
            check_due_owners(workspace, desk.plan)
            self._tell_of_plan(desk)
            yield desk

    def writer(self, user: str | None = None) -> Writer:
        """Return who is about to write, and by which command."""
        from styrxl.rounds.opening.open_workspace import Writer
        from styrxl.store.lock import find_user_name

        return Writer(user or find_user_name(), click.get_current_context().command_path.partition(" ")[2], self._waiting)

    def _tell_of_plan(self, desk: Desk) -> None:
        """Tell what is to be seen to in the council's plan: names that are alike, changes of frames without their other part."""
        if desk.plan.findings:
            from styrxl.model.findings import fix, message

            for finding in desk.plan.findings:
                text = f"{message(finding, self.language())} {fix(finding, self.language())}"
                click.echo(f"{desk.workspace.plan_path.name}: {text}", err=True)

    def access(self, desk: Desk) -> WorkspaceAccess:
        """Return the locks that a mail command takes in a desk's workspace."""
        from styrxl.mail.workspace_access import WorkspaceAccess

        return WorkspaceAccess(desk, click.get_current_context().command_path.partition(" ")[2], self._waiting)

    def _waiting(self, holder: LockHolder) -> None:
        from styrxl.model.catalogue import word

        told = word("waiting_for", self.language(), user=holder.user, host=holder.host, command=holder.command)
        click.echo(told, err=True)

    def error_text(self, error: StyrxlError) -> str:
        """Return what the operator is told about an error; a judged workbook among its facts is told finding by finding."""
        from styrxl.model.catalogue import error_text

        language = self.asked or find_language(self.root)
        text = error_text(error.code, error.facts, language)
        if "mistakes" in error.facts:
            from styrxl.descriptions.mistakes import Mistake, describe_mistake

            text += "\n\n" + "\n".join(describe_mistake(each, language) for each in cast("Sequence[Mistake]", error.facts["mistakes"]))
        if "judged" in error.facts:
            from styrxl.commands.findings_report import format_text
            from styrxl.model.judged import JudgedRound

            text += "\n\n" + format_text(JudgedRound("", (cast("Judged", error.facts["judged"]),), {}), language, {})
        return text


def find_language(root: Path) -> str:
    """Return the language of a workspace, as far as its settings can be read."""
    import tomllib
    from contextlib import suppress

    with suppress(OSError, ValueError):
        section = tomllib.loads((root / "styrxl.toml").read_text("utf-8-sig")).get("municipality")
        if isinstance(section, dict) and section.get("language") == "en":
            return "en"
    return "sv"


def find_zone(root: Path) -> tzinfo:
    """Return the zone of a workspace; the usual one where its settings cannot be read."""
    from contextlib import suppress

    from styrxl.model.days import standard_zone
    from styrxl.model.errors import StyrxlError
    from styrxl.store.workspace import Workspace

    with suppress(StyrxlError):
        return Workspace(root).settings.zone
    return standard_zone()


with_session = click.make_pass_decorator(Session)
