"""Reading and checking on a Dask cluster that exists, and from wherever fsspec reaches; Dask and fsspec need not be there until then.

A worker says of each row what its schema says of it; what takes more than one chunk of returns, or what was issued, is ``judge``'s.

A worker that is lost costs time: the scheduler gives its files to others, and what it gives up is read and checked here.
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

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.returns.read import Reading, Readings
from styrxl.scale.addresses import INSTALL, Address, read_address
from styrxl.scale.cache import program
from styrxl.scale.pack import TOGETHER, packed
from styrxl.scale.processes import CHUNK, Fact, Some, unread
from styrxl.validation.rules.schema import Schemas, check_readings

_PATIENCE = 15.0  # seconds to wait for the scheduler
_RETRIES = 3
_AHEAD = 8  # chunks under way for each thread of the cluster's
_EACH = 4  # chunks for each of them at least, where there are files enough
_WAIT = 600.0  # seconds for one chunk, and for workers to come back where all are gone
_HASH = 64  # letters of the code's hash, which nobody wants to see
_mine = threading.local()


def read_on_cluster(scheduler: str, addresses: Sequence[Address], forms: Forms, limits: Limits) -> Iterator[Some]:
    """Yield what returns hold, checked, some at a time, in order; nothing of those that no worker could read: they are to be read here.

    Raises StyrxlError: driver-missing, cluster-unreachable, cluster-differs.
    """
    client = _client(scheduler)
    try:
        shared = client.scatter(setting_of(forms, limits), broadcast=True, hash=True)
        threads = sum(client.nthreads().values()) or 1
        size = min(TOGETHER, max(CHUNK, len(addresses) // (_EACH * threads)))
        chunks = deque(addresses[start : start + size] for start in range(0, len(addresses), size))
        pending: deque[tuple[Sequence[Address], Any]] = deque()
        while chunks or pending:
            while chunks and len(pending) < _AHEAD * threads:
                chunk = chunks.popleft()
                pending.append((chunk, client.submit(read_chunk, list(chunk), shared, pure=False, retries=_RETRIES)))
            chunk, future = pending.popleft()
            yield _result(scheduler, future, len(chunk))
    finally:
        with suppress(Exception):  # whatever goes wrong now, all that was asked for has been given
            client.close()


def setting_of(forms: Forms, limits: Limits) -> str:
    """Return all that a worker must know to read and check as this program does."""
    return json.dumps({"sources": forms.sources(), "limits": asdict(limits), "program": program()}, sort_keys=True)


def _client(scheduler: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise StyrxlError("driver-missing", url=scheduler, install=INSTALL) from error
    try:
        return distributed.Client(scheduler, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise StyrxlError("cluster-unreachable", address=scheduler, why=" ".join(str(error).split()) or type(error).__name__) from error


def _result(scheduler: str, future: Any, count: int) -> Some:
    try:
        told, facts, data = future.result(timeout=_WAIT)
    except (ImportError, AttributeError) as error:  # the workers have no styrxl, or one that knows nothing of this
        raise StyrxlError("cluster-differs", address=scheduler, why=str(error)) from error
    except Exception:  # noqa: BLE001 -- a worker that died time after time, or a cluster that is gone: whatever it was, no row is lost
        return unread(count)
    if told != program():
        raise StyrxlError("cluster-differs", address=scheduler, why=" ".join(word for word in told.split() if len(word) < _HASH))
    return facts, data


def read_chunk(addresses: Sequence[Address], setting: str) -> tuple[str, Sequence[Fact | None], bytes]:
    """Read and check some returns, on a worker: the program's mark, hash and size of each, and their readings."""
    if json.loads(setting)["program"] != program():
        return program(), [], b""
    readings, forms, schemas = _tools(setting)
    read = [_read(address, readings) for address in addresses]
    return program(), [one and one[:2] for one in read], packed(check_readings([one[2] for one in read if one], forms, schemas))


def _read(address: Address, readings: Readings) -> tuple[str, int, Reading] | None:
    try:
        data, sha256, size = read_address(address, readings.limits.file_mb * MB)
    except StyrxlError:
        return None
    return sha256, size, readings.read(data, address if isinstance(address, str) else os.fsdecode(address))


def _tools(setting: str) -> tuple[Readings, Forms, Schemas]:
    """Return what this thread reads and checks with by some forms, which it is sent as they stand in the workspace."""
    known: dict[str, tuple[Readings, Forms, Schemas]] = _mine.__dict__.setdefault("tools", {})
    if setting not in known:
        raw = json.loads(setting)
        folder = _unfolded(raw["sources"])
        forms = Forms([folder])
        finalize(forms, rmtree, folder, ignore_errors=True)
        known.clear()
        known[setting] = Readings(forms, Limits(**raw["limits"])), forms, Schemas(forms)
    return known[setting]


def _unfolded(sources: Mapping[str, str]) -> Path:
    folder = Path(mkdtemp(prefix="styrxl-forms-"))
    for name, content in sources.items():
        path = folder.joinpath(*name.split("/"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


# wherever returns lie
