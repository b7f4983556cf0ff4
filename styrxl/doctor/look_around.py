"""All looks, one after another: at the program and the computer anywhere, at the rest where there is a workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from styrxl.doctor import computer, folder, mail, own_files, program
from styrxl.doctor.ledger import look_for_ledger, tell_clocks
from styrxl.doctor.look import COMPUTER, FOLDER, LEDGER, MAIL, MEND, OWN_FILES, OWN_FILES_BROKEN, PARTS, PROGRAM, WATCH, Look, look_safely
from styrxl.mail.outgoing.transport import Timing
from styrxl.model.days import standard_zone
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.settings import Settings
from styrxl.store.ledger import Ledger
from styrxl.store.migrations import HEAD
from styrxl.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Findings:
    """What was seen, part by part; ``is_workspace``: whether there was one to look at."""

    looks: tuple[Look, ...]
    is_workspace: bool

    @property
    def mends(self) -> int:
        """How much is to be mended."""
        return sum(look.state == MEND for look in self.looks)

    @property
    def watches(self) -> int:
        """How much is worth an eye."""
        return sum(look.state == WATCH for look in self.looks)


def look_around(root: Path, language: str, now: datetime, asking: Timing | None = None) -> Findings:
    """Look at all that a workspace rests on, and change nothing; ``asking``: how mail servers are asked, None where they are not."""
    workspace = Workspace(root)
    is_workspace = os.path.lexists(workspace.settings_path)
    settings, unread = _read_settings(workspace) if is_workspace else (None, None)
    looks = list(_look_everywhere(settings, now))
    if is_workspace:
        looks += look_safely(OWN_FILES, lambda: own_files.look_at_own_files(root, unread))
        looks += _look_at_folder(workspace, settings, now)
    if settings:  # else nobody knows where the ledger is, and what there is of mail
        sound = not any(look.key == OWN_FILES_BROKEN for look in looks)
        looks += look_safely(LEDGER, lambda: _look_at_ledger_and_plan(workspace, now, sound=sound))
        looks += _look_at_mail(workspace, settings, language, now, asking)
    return Findings(tuple(sorted(looks, key=lambda look: PARTS.index(look.part))), is_workspace)


def _read_settings(workspace: Workspace) -> tuple[Settings | None, StyrxlError | None]:
    """Return what the settings say, or why they cannot be read."""
    try:
        return workspace.settings, None
    except StyrxlError as error:
        return None, error


def _look_everywhere(settings: Settings | None, now: datetime) -> Iterator[Look]:
    yield from look_safely(PROGRAM, program.look_at_program)
    yield from look_safely(PROGRAM, program.look_at_packages)
    yield from look_safely(PROGRAM, lambda: program.look_at_extras(settings))
    yield from look_safely(PROGRAM, program.look_at_pdf)
    yield from look_safely(COMPUTER, lambda: computer.look_at_clock(now, settings.zone if settings else standard_zone()))
    yield from look_safely(COMPUTER, computer.look_at_temporary_files)
    yield from look_safely(COMPUTER, computer.look_at_memory)
    yield from look_safely(COMPUTER, computer.look_at_console)


def _look_at_folder(workspace: Workspace, settings: Settings | None, now: datetime) -> Iterator[Look]:
    root, begun, zone = workspace.root, workspace.is_used, settings.zone if settings else standard_zone()
    yield from look_safely(FOLDER, lambda: folder.look_at_place(root, workspace.database if settings else None))
    yield from look_safely(FOLDER, lambda: folder.look_at_other_ledgers(root))
    yield from look_safely(FOLDER, lambda: folder.look_at_contents(workspace, begun=begun))
    yield from look_safely(FOLDER, lambda: folder.look_at_rights(workspace))
    yield from look_safely(FOLDER, lambda: folder.look_at_room(workspace))
    yield from look_safely(FOLDER, lambda: folder.look_at_leftovers(workspace, now))
    yield from look_safely(FOLDER, lambda: folder.look_at_open_files(workspace))
    yield from look_safely(FOLDER, lambda: folder.look_at_names(workspace))
    yield from look_safely(FOLDER, lambda: folder.look_at_backup(workspace, now, zone, begun=begun))
    yield from look_safely(FOLDER, lambda: folder.look_at_log(workspace, now, zone))
    if settings:
        yield from look_safely(FOLDER, lambda: folder.look_at_lock(workspace, zone))


def _look_at_mail(workspace: Workspace, settings: Settings, language: str, now: datetime, asking: Timing | None) -> Iterator[Look]:
    yield from look_safely(MAIL, lambda: mail.look_at_mail(settings.mail, workspace.root))
    if asking and (of_mail := settings.mail):
        yield from look_safely(MAIL, lambda: mail.look_at_servers(workspace, language, now, asking))
        yield from look_safely(MAIL, lambda: mail.look_at_web_clocks(of_mail, workspace.root, asking))


def _look_at_ledger_and_plan(workspace: Workspace, now: datetime, *, sound: bool) -> Iterator[Look]:
    """Look at the ledger and, with the forms that it keeps where it can be read as it is, at the council's plan."""
    looks, health = look_for_ledger(workspace)
    yield from looks
    if health:
        yield from tell_clocks(health, now, datetime.now(UTC), workspace.settings.zone)
    kept = health is not None and health.version == HEAD
    if not sound:  # by broken forms it could not be judged
        yield Look(OWN_FILES, WATCH, "plan-not-seen", {"path": workspace.plan_path.name})
        return
    yield from look_safely(OWN_FILES, lambda: own_files.look_at_plan(workspace, _read_forms(workspace) if kept else workspace.forms))


def _read_forms(workspace: Workspace) -> Forms:
    with Ledger.open(workspace.database, new=False) as ledger:
        return workspace.forms_with(ledger.editions)
