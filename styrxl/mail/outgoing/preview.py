"""Previews: letters written as files to ``outmail/ROUND``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from styrxl.mail.outgoing.letter import Letter
from styrxl.mail.outgoing.letter_writer import Office
from styrxl.mail.outgoing.message import WIRE, message
from styrxl.mail.plain_text import file_name
from styrxl.store.files import write_atomically


def folder(office: Office) -> Path:
    """Return where a round's previews lie."""
    return office.desk.workspace.root / "outmail" / office.round.id


def preview(office: Office, letters: Sequence[Letter], kinds: Iterable[str]) -> list[Path]:
    """Write letters as files that any mail program opens, in place of earlier previews of these kinds.

    Raises as ``write_atomically``.
    """
    place = folder(office)
    for kind in kinds:
        for old in place.glob(f"{kind}-*.eml"):
            old.unlink()
    written = []
    for letter in letters:
        path = place / preview_name(letter)
        write_atomically(path, message(letter, office.sender, office.desk.now).as_bytes(policy=WIRE))
        written.append(path)
    return written


def preview_name(letter: Letter) -> str:
    """Return the file name of a letter's preview."""
    return file_name("-".join(part for part in (letter.kind, letter.owner, _short(letter.about)) if part)) + ".eml"


def _short(about: str) -> str:
    last = "-".join(about.split("|")[-2:])  # of a return its path is left out
    return re.sub(r"[^0-9A-Za-zÅÄÖåäö.-]+", "_", last)[-24:].strip("_.-")
