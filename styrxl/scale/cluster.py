"""Read and check returns on a running Dask cluster, from any address that fsspec can open; both are imported only when they are needed.

A worker checks each row against its schema; what needs more than one chunk of returns, or what was issued, is left to ``judge``.

When a worker is lost, the scheduler gives its files to others; files that the scheduler gives up are read and checked here.
"""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import Reading, ReturnReader
from styrxl.scale.addresses import Address, read_address
from styrxl.scale.cache_key import describe_program
from styrxl.scale.pack import BUNDLE_SIZE, pack_readings
from styrxl.scale.processes import SMALLEST_CHUNK, FileFacts, ReadChunk, make_unread_chunk
from styrxl.validation.rules.schema import Schemas, check_readings

PATIENCE = 15.0  # seconds to wait for the scheduler
_TRIES_AGAIN = 3
_CHUNKS_AHEAD = 8  # chunks under way for each thread of the cluster
_CHUNKS_PER_THREAD = 4  # at least, when there are files enough
_CHUNK_PATIENCE = 600.0  # seconds to wait for one chunk, and for workers to come back when all are gone
_HASH_LENGTH = 64  # characters of the code's hash, which is left out of messages
_of_this_thread = threading.local()


def read_on_cluster(scheduler: str, addresses: Sequence[Address], forms: Forms, limits: Limits) -> Iterator[ReadChunk]:
    """Yield checked readings of returns, one chunk at a time, in order; those that no worker could read are missing.

    Raises StyrxlError: driver-missing, cluster-unreachable, cluster-differs.
    """
    client = _connect(scheduler)
    try:
        shared = client.scatter(describe_setting(forms, limits), broadcast=True, hash=True)
        threads = sum(client.nthreads().values()) or 1
        size = min(BUNDLE_SIZE, max(SMALLEST_CHUNK, len(addresses) // (_CHUNKS_PER_THREAD * threads)))
        chunks = deque(addresses[start : start + size] for start in range(0, len(addresses), size))
        pending: deque[tuple[Sequence[Address], Any]] = deque()
        while chunks or pending:
            while chunks and len(pending) < _CHUNKS_AHEAD * threads:
                chunk = chunks.popleft()
                pending.append((chunk, client.submit(read_chunk, list(chunk), shared, pure=False, retries=_TRIES_AGAIN)))
            chunk, future = pending.popleft()
            yield _wait_for_chunk(scheduler, future, len(chunk))
    finally:
        with suppress(Exception):  # whatever fails now, all results have been delivered
            client.close()


def describe_setting(forms: Forms, limits: Limits) -> str:
    """Return, as JSON, all that a worker must know to read and check as this program does."""
    setting = {"sources": forms.sources(), "kept": forms.kept, "limits": asdict(limits), "program": describe_program()}
    return json.dumps(setting, sort_keys=True)


def _connect(scheduler: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise StyrxlError("driver-missing", url=scheduler, install=tell_how_to_install("cluster")) from error
    try:
        return distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise StyrxlError("cluster-unreachable", address=scheduler, why=" ".join(str(error).split()) or type(error).__name__) from error


def _wait_for_chunk(scheduler: str, future: Any, count: int) -> ReadChunk:
    try:
        program, facts, data = future.result(timeout=_CHUNK_PATIENCE)
    except (ImportError, AttributeError) as error:  # the workers have no styrxl, or a version without this function
        raise StyrxlError("cluster-differs", address=scheduler, why=str(error)) from error
    except Exception:  # noqa: BLE001 -- workers that died again and again, or a cluster that is gone: the files are read here instead
        return make_unread_chunk(count)
    if program != describe_program():
        raise StyrxlError("cluster-differs", address=scheduler, why=" ".join(word for word in program.split() if len(word) < _HASH_LENGTH))
    return facts, data


def read_chunk(addresses: Sequence[Address], setting: str) -> tuple[str, Sequence[FileFacts | None], bytes]:
    """Read and check some returns, on a worker: the program's description, hash and size of each file, and the packed readings."""
    if json.loads(setting)["program"] != describe_program():
        return describe_program(), [], b""
    readings, forms, schemas = _make_tools(setting)
    read = [_read_return(address, readings) for address in addresses]
    good = check_readings([result[2] for result in read if result], forms, schemas)
    return describe_program(), [result and result[:2] for result in read], pack_readings(good)


def _read_return(address: Address, readings: ReturnReader) -> tuple[str, int, Reading] | None:
    try:
        data, sha256, size = read_address(address, readings.limits.file_mb * MB)
    except StyrxlError:
        return None
    return sha256, size, readings.read(data, address if isinstance(address, str) else os.fsdecode(address))


def _make_tools(setting: str) -> tuple[ReturnReader, Forms, Schemas]:
    """Return the reader, forms and schemas of this thread, made from the setting that came with the chunk."""
    known: dict[str, tuple[ReturnReader, Forms, Schemas]] = _of_this_thread.__dict__.setdefault("tools", {})
    if setting not in known:
        raw = json.loads(setting)
        folder = _write_forms(raw["sources"])
        forms = Forms([standard_folder(), folder], raw["kept"])
        finalize(forms, rmtree, folder, ignore_errors=True)
        known.clear()
        known[setting] = ReturnReader(forms, Limits(**raw["limits"])), forms, Schemas(forms)
    return known[setting]


def _write_forms(sources: Mapping[str, str]) -> Path:
    folder = Path(mkdtemp(prefix="styrxl-forms-"))
    for name, content in sources.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return folder
