"""The file in which what a controller says to the chapters of a round's report is kept."""

from __future__ import annotations

from pathlib import Path

from styrxl.model.errors import StyrxlError
from styrxl.model.rounds import Round
from styrxl.store.files import write_atomically
from styrxl.store.workspace import Workspace
from styrxl.web.report.report_words import write_chapter_words


def find_words(workspace: Workspace, round_: Round) -> Path:
    """Return the path of the text."""
    return workspace.council(round_).with_suffix(".md")


def read_words(workspace: Workspace, round_: Round) -> str:
    """Return the text; nothing where there is none. Raises StyrxlError (not-readable)."""
    path = find_words(workspace, round_)
    try:
        return path.read_bytes().decode("utf-8-sig")  # line ends as they were typed, too
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise StyrxlError("not-readable", path=str(path), why=str(error)) from error


def keep_chapter_words(workspace: Workspace, round_: Round, chapter: str, words: str, *, left_out: bool = False) -> None:
    """Keep what is said to a chapter (``PREFACE``: to the report as a whole); all else in the file stays as it was typed.

    Whoever calls this has locked the workspace. Raises StyrxlError: not-readable; file-locked, disk-full, not-writable.
    """
    text = write_chapter_words(read_words(workspace, round_), chapter, words, left_out=left_out, language=workspace.settings.language)
    write_atomically(find_words(workspace, round_), text.encode())
