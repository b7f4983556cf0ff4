"""A new workspace: where it may be made, and the making of it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path, PureWindowsPath

from styrxl.rounds.issue import build_empty_plan, keep_plan_edition
from styrxl.store.files import is_system_file, write_atomically
from styrxl.store.ledger import Ledger
from styrxl.store.workspace import FOLDERS, ROLE, Workspace

WORKSPACE, INSIDE, FILLED, NO_FOLDER, UNREADABLE, FREE = "workspace", "inside", "filled", "no_folder", "unreadable", "free"
_TRIED = 100  # names, where none can be looked at
_BEGUN = frozenset({*FOLDERS, "styrxl.key"})  # what was made before it was cut short


def read_folder(typed: str, base: Path) -> Path | None:
    """Return the folder that somebody typed or pasted, from another one where it says no more; None where there can be none.

    Explorer copies paths in quotation marks; a path of Windows is none elsewhere.
    """
    text = typed.strip().strip('"').strip()
    if not text or "\0" in text:
        return None
    if os.name != "nt" and (PureWindowsPath(text).drive or text.startswith("\\\\")):
        return None
    with suppress(OSError, RuntimeError, ValueError):
        return (base / Path(text).expanduser()).resolve()
    return None


def look_at_folder(folder: Path) -> str:
    """Return what stands in the way of a new workspace: one that is there or around it, other files, no folder; FREE where nothing does.

    What a making that was cut short has left is in nobody's way.
    """
    try:
        if (folder / "styrxl.toml").exists():
            return WORKSPACE
        if any((above / "styrxl.toml").exists() for above in folder.parents):
            return INSIDE
        if not folder.exists():
            return FREE
        if not folder.is_dir():
            return NO_FOLDER
        names = {path.name for path in folder.iterdir() if not is_system_file(path.name)}
        left = any(not is_system_file(path.name) for name in FOLDERS for path in (folder / name).glob("*"))
    except OSError:
        return UNREADABLE
    return FILLED if left or names - _BEGUN else FREE


def suggest_folder(root: Path) -> Path:
    """Return where a workspace may be made, a folder given: there, else in a new one in it; never in another workspace."""
    if look_at_folder(root) == FREE:
        return root
    tops = [above for above in (root, *root.parents) if (above / "styrxl.toml").exists()]
    base = tops[-1].parent if tops else root
    number, free = 1, base / "styrxl"
    while look_at_folder(free) != FREE and number < _TRIED:
        number += 1
        free = base / f"styrxl {number}"
    return free


def make_workspace(folder: Path, name: str, language: str, contact: tuple[str, str] = (ROLE, ""), rows: int | None = None) -> Workspace:
    """Make a workspace with an empty plan to fill in; ``contact``: whom to ask, and where.

    Raises StyrxlError: as ``Workspace.init``, ``write_atomically``.
    """
    role, address = contact
    workspace = Workspace.init(folder, name, language=language, role=role, address=address)
    if not workspace.plan_path.exists():
        with Ledger.open(workspace.database) as ledger:
            keep_plan_edition(workspace, ledger)
        write_atomically(workspace.plan_path, build_empty_plan(workspace, rows))
    return workspace
