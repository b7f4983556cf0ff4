"""The workspace: one folder that holds a municipality's settings, key, plan, rounds and ledger."""

from __future__ import annotations

import hmac
import json
import os
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from styrxl.model.council_plan import PLAN_FILE
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.naming.file_names import fold_file_name
from styrxl.model.rounds import Round, RoundKinds, read_round_kinds
from styrxl.model.settings import Settings
from styrxl.model.standard_folder import standard_folder
from styrxl.store.files import is_system_file, make_folder, write_atomically
from styrxl.store.settings_file import read_settings, write_new_settings
from styrxl.store.synced_files import is_placeholder

CACHE_FOLDER = ".styrxl-cache"
SIGN_INS_FILE = "sign-ins.jsonl"  # in that folder: who has signed in to the site of late


__all__ = ["InboxFiles", "Round", "Settings", "Workspace"]

KEPT_FOLDER = "replaced"  # what stood in the place of own files before
ROLE = "Kommunens controller"  # whom to ask, where nobody else is named
FOLDERS = ("outbox", "inbox", "returned", "boards", "council")
_EXPORT = "export"  # made where something is exported
_OWN_NAMES = frozenset(
    {PLAN_FILE, "outcomes.yaml", "sheets", "schemas", "quarantine", "archive", KEPT_FOLDER, _EXPORT, *FOLDERS}
)  # beside those that begin with styrxl.

_KEY_BYTES = 32
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class InboxFiles:
    """The files in a round's inbox: the returns, and what was skipped (lock files, system files, folders); by name.

    ``waiting``: files that the system has not fetched from the cloud yet.
    """

    files: tuple[Path, ...]
    skipped: tuple[Path, ...]
    waiting: tuple[Path, ...] = ()


class Workspace:
    """A municipality's folder; settings, key and forms are read when they are first needed."""

    def __init__(self, root: Path) -> None:
        """Take the folder unchecked; ``open`` checks that it is a workspace."""
        self.root = root
        self.settings_path = root / "styrxl.toml"
        self.key_path = root / "styrxl.key"
        self.plan_path = root / PLAN_FILE
        self._forms_with: Forms | None = None
        self._prefix = f"{root}{os.sep}"

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Return the workspace in a folder, its settings read.

        Raises StyrxlError: no-workspace where there is no ``styrxl.toml``; else as ``read_settings``.
        """
        workspace = cls(root)
        if not workspace.settings_path.is_file():
            raise StyrxlError("no-workspace", path=str(root if root != Path() else Path.cwd()))
        _ = workspace.settings
        return workspace

    @classmethod
    def init(cls, root: Path, name: str, *, language: str = "sv", role: str = ROLE, address: str = "", key: str | None = None) -> Workspace:
        """Make a workspace for a municipality: settings, key and folders; ``flerarsplan.xlsx`` is the caller's to write.

        A key that is there already (an ``init`` that was cut short) is kept; ``key``, 64 hexadecimal digits, is for rebuilds that must
        give the same bytes. Raises StyrxlError: workspace-exists, disk-full, not-writable.
        """
        workspace = cls(root)
        if workspace.settings_path.exists():
            raise StyrxlError("workspace-exists", path=str(root))
        for folder in FOLDERS:
            make_folder(root / folder)
        if not workspace.key_path.exists():
            write_atomically(workspace.key_path, f"{key or secrets.token_hex(_KEY_BYTES)}\n".encode("ascii"), mode=0o660)
        # Last, since it is what makes the folder a workspace.
        write_atomically(workspace.settings_path, write_new_settings(name, language, role, address).encode("utf-8"))
        return cls.open(root)

    @cached_property
    def settings(self) -> Settings:
        """What ``styrxl.toml`` says; raises as ``read_settings``."""
        return read_settings(self.settings_path, self.rounds)

    @cached_property
    def rounds(self) -> RoundKinds:
        """The kinds of rounds that a year has here."""
        return read_round_kinds([standard_folder(), self.root])

    def read_round(self, typed: str) -> Round:
        """Return the round that is meant by what somebody typed, as ``RoundKinds.read`` does, or by its name in the settings."""
        return self.find_round(typed) or self.rounds.read(typed)

    def find_round(self, typed: str) -> Round | None:
        """Return the round that is meant, or None."""
        if found := self.rounds.read_round(typed):
            return found
        with suppress(StyrxlError):  # whoever needs the settings is told what is wrong with them
            return self.settings.find_round(typed)
        return None

    @cached_property
    def forms(self) -> Forms:
        """The standard forms, and over them the workspace's own."""
        return Forms([standard_folder(), self.root])

    def forms_with(self, read_kept: Callable[[], Mapping[str, str]]) -> Forms:
        """Return the forms with the editions that were issued (id -> JSON), which are read when they are first asked for."""
        if self._forms_with is None:
            self._forms_with = Forms(self.forms.folders, read_kept())
        return self._forms_with

    @property
    def database(self) -> Path | str:
        """Path of the ledger (SQLite), or the address of another database."""
        url = self.settings.database
        if url is None:
            return self.root / "styrxl.db"
        # A relative path is one from the workspace, wherever the command was given.
        return self.root / url.removeprefix(_SQLITE) if url.startswith(_SQLITE) else url

    @property
    def has_ledger_file(self) -> bool:
        """Whether the ledger is a file; it may be on a network share, so that only one command at a time may write."""
        return self.settings.database is None or self.settings.database.startswith("sqlite:")

    @property
    def is_used(self) -> bool:
        """Whether files were handed out, received or made here, of which the ledger knows."""
        return any(path.is_file() and not is_system_file(path.name) for name in FOLDERS for path in (self.root / name).glob("**/*"))

    def owns(self, path: Path) -> bool:
        """Whether a path, however it is written, is of something that belongs to the workspace: no report may be written there."""
        root, there = self.root.resolve(), path.resolve()
        known = [self.plan_path, self.settings_path, self.key_path, *([self.database] if isinstance(self.database, Path) else [])]
        if any(one.exists() and there.exists() and one.samefile(there) for one in known):  # by a hard link
            return True
        names, inside = ([fold_file_name(part) for part in each.parts] for each in (root, there))
        if inside[: len(names)] != names:
            return isinstance(self.database, Path) and fold_file_name(str(there)) == fold_file_name(str(self.database.resolve()))
        first = inside[len(names)] if len(inside) > len(names) else ""
        return first in _OWN_NAMES or first.startswith((".styrxl", "styrxl.")) or (first != "" and first == self._logo_name)

    @property
    def _logo_name(self) -> str:
        return fold_file_name(Path(self.settings.logo).parts[0]) if self.settings.logo else ""

    def folders(self) -> list[Path]:
        """Return the folders that commands write in: the workspace itself, what is kept, and those of the rounds."""
        folders = [self.root, self.root / CACHE_FOLDER]
        for name in (*FOLDERS, _EXPORT):
            folder = self.root / name
            with suppress(OSError):
                folders += [folder, *(path for path in folder.iterdir() if path.is_dir())]
        return folders

    @property
    def logo(self) -> Path | None:
        """The municipality's logo, if it has one; raises StyrxlError (logo-missing) where the file is not there."""
        if self.settings.logo is None:
            return None
        path = self.root / self.settings.logo
        if not path.is_file():
            raise StyrxlError("logo-missing", path=str(path))
        return path

    def outbox(self, of: Round) -> Path:
        """Folder of the workbooks that are issued in a round."""
        return self.root / "outbox" / of.id

    def inbox(self, of: Round) -> Path:
        """Folder of the workbooks that came back in a round."""
        return self.root / "inbox" / of.id

    def returned(self, of: Round) -> Path:
        """Folder of the annotated workbooks that go back to be mended."""
        return self.root / "returned" / of.id

    def boards(self, of: Round) -> Path:
        """Folder of the boards' workbooks."""
        return self.root / "boards" / of.id

    def proposal(self, year: int) -> Path:
        """Path of the proposal for the council's plan of another year."""
        return self.plan_path.with_name(f"{self.plan_path.stem} {year}.xlsx")

    def council(self, of: Round) -> Path:
        """Path of the council's workbook."""
        return self.root / "council" / f"{of.id}.xlsx"

    def export(self, of: Round, *, public: bool = False) -> Path:
        """Folder of a round's figures for other programs: all of them, or in one of their own those that may be published."""
        return self.root / _EXPORT / (f"{of.id}-public" if public else of.id)

    def inbox_files(self, of: Round) -> InboxFiles:
        """Return the files in a round's inbox; none when there is no such folder.

        Raises StyrxlError (not-readable) where the folder may not be looked into.
        """
        try:
            with os.scandir(self.inbox(of)) as entries:
                entries_by_name = sorted(entries, key=lambda entry: unicodedata.normalize("NFC", entry.name))
                skipped = {entry.name for entry in entries_by_name if is_system_file(entry.name) or not entry.is_file()}
                waits = {entry.name for entry in entries_by_name if entry.name not in skipped and is_placeholder(entry.stat())}
        except FileNotFoundError:
            return InboxFiles((), ())
        except OSError as error:
            raise StyrxlError("not-readable", path=str(self.inbox(of)), why=error.strerror or str(error)) from error
        left_out = skipped | waits
        return InboxFiles(
            tuple(_make_path(entry.path) for entry in entries_by_name if entry.name not in left_out),
            tuple(_make_path(entry.path) for entry in entries_by_name if entry.name in skipped),
            tuple(_make_path(entry.path) for entry in entries_by_name if entry.name in waits),
        )

    def shown(self, path: Path) -> str:
        """Return a path as people and reports see it: relative to the workspace if it is in it, with ``/``, in NFC.

        macOS hands out decomposed names, Linux any bytes: the path itself opens the file, this names it. Where a file beside it has the
        composed name, it keeps its own: they are two.
        """
        if (name := str(path).removeprefix(self._prefix)) != str(path) and name.isascii():
            return name.replace(os.sep, "/")  # as nearly all are, of which there may be thousands
        shown = path
        with suppress(ValueError):
            shown = path.relative_to(self.root)
        text = shown.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        composed = unicodedata.normalize("NFC", text)
        return text if composed != text and _are_two(path, path.with_name(unicodedata.normalize("NFC", path.name))) else composed

    def sign(self, identity: Iterable[str]) -> str:
        """Return the signature of an identity's parts: HMAC-SHA256 with the workspace's key, in hexadecimal digits.

        Raises StyrxlError: key-missing, key-broken, not-readable.
        """
        # As JSON, so that no two identities run together into the same bytes.
        message = json.dumps(list(identity), separators=(",", ":")).encode("ascii")
        return hmac.digest(self._key, message, "sha256").hex()

    def verify(self, identity: Iterable[str], signature: str) -> bool:
        """Tell whether a signature is the identity's own, whatever text it is; raises as ``sign``."""
        return hmac.compare_digest(self.sign(identity).encode("ascii"), signature.encode("utf-8", "replace"))

    @cached_property
    def _key(self) -> bytes:
        try:
            text = self.key_path.read_text("ascii")
            key = bytes.fromhex(text)
        except FileNotFoundError as error:
            raise StyrxlError("key-missing", path=str(self.key_path)) from error
        except OSError as error:
            raise StyrxlError("not-readable", path=str(self.key_path), why=error.strerror or str(error)) from error
        except ValueError as error:
            raise StyrxlError("key-broken", path=str(self.key_path)) from error
        if len(key) < _KEY_BYTES:
            raise StyrxlError("key-broken", path=str(self.key_path))
        return key


@lru_cache(maxsize=50_000)
def _make_path(path: str) -> Path:
    """Return a path, kept for the next time: of thousands of files, each time anybody looks, that takes longer than asking the system."""
    return Path(path)


def _are_two(path: Path, other: Path) -> bool:
    """Whether there are files under both names, and they are not one: some file systems take both names for the same."""
    with suppress(OSError):
        return path.exists() and other.exists() and not path.samefile(other)
    return False
