"""Previews: letters written as files to ``outmail/ROUND``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.letter_writer import LetterWriter
from styrxl.mail.outgoing.message import WIRE_POLICY, build_message
from styrxl.mail.plain_text import make_file_name
from styrxl.store.files import write_atomically


def choose_preview_folder(writer: LetterWriter) -> Path:
    """Return the folder of a round's previews."""
    return writer.desk.workspace.root / "outmail" / writer.round.id


def write_previews(writer: LetterWriter, letters: Sequence[Letter], kinds: Iterable[str]) -> list[Path]:
    """Write letters as files that any mail program opens, in place of earlier previews of these kinds.

    Raises as ``write_atomically``.
    """
    folder = choose_preview_folder(writer)
    for kind in kinds:
        for old in folder.glob(f"{kind}-*.eml"):
            old.unlink()
    written = []
    for letter in letters:
        path = folder / name_preview(letter)
        write_atomically(path, build_message(letter, writer.sender, writer.desk.now).as_bytes(policy=WIRE_POLICY))
        written.append(path)
    return written


def name_preview(letter: Letter) -> str:
    """Return the file name of a letter's preview."""
    return make_file_name("-".join(part for part in (letter.kind, letter.owner, _short(letter.about)) if part)) + ".eml"


def _short(about: str) -> str:
    last = "-".join(about.split("|")[-2:])  # without the path of a return
    return re.sub(r"[^0-9A-Za-zÅÄÖåäö.-]+", "_", last)[-24:].strip("_.-")
