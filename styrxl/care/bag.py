"""A BagIt package (RFC 8493, version 1.0): files in ``data/``, what they are, and their hashes, by which anybody can check them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from styrxl.model.naming.file_names import make_portable, make_unique
from styrxl.store.files import make_folder, translate_errors


@dataclass(frozen=True, slots=True)
class Payload:
    """A file of a package: its path in ``data/``, with ``/``, its bytes, and when it was changed (nanoseconds; None for now)."""

    path: str
    data: bytes
    modified: int | None = None


def make_safe_name(name: str, known: Iterable[str] = ()) -> str:
    """Return a file's name as every system and a bag's lists can have it, and as none of those known (in any case) is."""
    return make_unique(make_portable(name).replace("%", "_").strip(" .") or "_", known)


def write_bag(folder: Path, payload: Iterable[Payload], info: Sequence[tuple[str, str]]) -> None:
    """Write a package into a new folder; ``info``: what ``bag-info.txt`` says besides how much there is.

    Raises StyrxlError: disk-full, not-writable.
    """
    hashes: dict[str, str] = {}
    size = 0
    for file in payload:
        path = folder / "data" / file.path
        make_folder(path.parent)
        with translate_errors(path):
            path.write_bytes(file.data)
            if file.modified is not None:
                os.utime(path, ns=(file.modified, file.modified))
        hashes[f"data/{file.path}"] = hashlib.sha256(file.data).hexdigest()
        size += len(file.data)
    about = [*info, ("Payload-Oxum", f"{size}.{len(hashes)}")]
    tags = {
        "bagit.txt": "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": "".join(f"{name}: {' '.join(text.split())}\n" for name, text in about),
        "manifest-sha256.txt": _list_hashes(hashes),
    }
    tags["tagmanifest-sha256.txt"] = _list_hashes({name: hashlib.sha256(text.encode()).hexdigest() for name, text in tags.items()})
    for name, text in tags.items():
        with translate_errors(folder / name):
            (folder / name).write_bytes(text.encode())


def _list_hashes(hashes: Mapping[str, str]) -> str:
    return "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(hashes.items()))
