"""Returns in other places than the workspace, at any address that fsspec can open."""

from __future__ import annotations

import hashlib
import io
import os
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError
from styrxl.scale.return_files import ReturnFile
from styrxl.store.files import is_system_file, read_file

Address = str | bytes  # an address for fsspec (str), or a path on this computer (bytes)


def read_address(address: Address, most: int) -> tuple[bytes, str, int]:
    """Return bytes, hash and size of the file at an address, as ``files.read_file`` does; StyrxlError (not-readable, driver-missing)."""
    if isinstance(address, bytes):
        return read_file(Path(os.fsdecode(address)), most)
    fs, path = _connect(address)
    try:
        with fs.open(path, "rb") as file:
            data = file.read(most + 1)
            if len(data) <= most:
                return data, hashlib.sha256(data).hexdigest(), len(data)
            digest, size = hashlib.sha256(data), len(data)
            while more := file.read(io.DEFAULT_BUFFER_SIZE * 128):
                digest.update(more)
                size += len(more)
            return data, digest.hexdigest(), size
    except Exception as error:  # each store has errors of its own
        raise _make_not_readable(address, error) from error


def list_returns(address: str, now: datetime) -> list[ReturnFile]:
    """Return the return files at an address, by name, without lock files and the like; ``now`` as the time of those without one.

    Raises StyrxlError: not-readable, driver-missing.
    """
    fs, path = _connect(address)
    try:
        entries = [entry for entry in fs.ls(path, detail=True) if entry["type"] == "file"]
    except Exception as error:  # each store has errors of its own
        raise _make_not_readable(address, error) from error
    files = []
    for entry in entries:
        where = fs.unstrip_protocol(entry["name"])
        name = unicodedata.normalize("NFC", where.rstrip("/").rpartition("/")[2])
        if not is_system_file(name):
            files.append((name, ReturnFile(unicodedata.normalize("NFC", where), Path(name), _read_time(entry, now), where)))
    return [file for _, file in sorted(files, key=lambda pair: pair[0])]


def _read_time(entry: Mapping[str, Any], now: datetime) -> datetime:
    for key in ("LastModified", "last_modified", "mtime", "created"):
        value = entry.get(key)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
    return now


def _connect(address: str) -> tuple[Any, str]:
    try:
        fs, path = import_module("fsspec.core").url_to_fs(address)
    except ImportError as error:  # fsspec itself, or what it needs for this kind of address
        install = tell_how_to_install("cluster") if error.name == "fsspec" else str(error)
        raise StyrxlError("driver-missing", url=address, install=install) from error
    except Exception as error:  # each store has errors of its own
        raise _make_not_readable(address, error) from error
    return fs, str(path)


def _make_not_readable(address: str, error: Exception) -> StyrxlError:
    return StyrxlError("not-readable", path=address, why=" ".join(str(error).split()) or type(error).__name__)
