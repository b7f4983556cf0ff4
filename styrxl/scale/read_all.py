"""Read all returns of a folder, in order: from the cache, and the others in this process, in several, or on a cluster."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.returns.read import ReturnReader
from styrxl.scale.cache import Cache, open_cache
from styrxl.scale.pack import unpack_readings
from styrxl.scale.processes import FileFacts, ReadChunk, count_cores, read_in_processes
from styrxl.scale.return_files import ReadFile, ReadingMethod, ReturnFile
from styrxl.store.files import read_file

PARALLEL_FROM = 300  # files for each further process: with fewer, starting it costs more time than it saves
CACHED_FROM = 10  # files: fewer are read again as soon as they are looked up
_IN_ONE_PROCESS = ReadingMethod(jobs=1)


def read_returns(
    root: Path, name: str, returns: Sequence[ReturnFile], forms: Forms, limits: Limits, method: ReadingMethod
) -> Iterator[ReadFile]:
    """Yield each return as it is read, in order; the readings are cached under ``root`` and ``name`` once all are read.

    Raises StyrxlError: not-readable; driver-missing, cluster-unreachable, cluster-differs.
    """
    cache = open_cache(root, name, forms, limits) if method.keep and len(returns) >= CACHED_FROM else None
    contents: list[str] = []
    with method.progress(len(returns)) as step, closing(cache) if cache is not None else nullcontext():
        for return_ in _Folder(returns, forms, limits, cache).read(method):
            contents.append(return_.sha256)
            step(1)
            yield return_
        if cache is not None:
            cache.save(contents)


@dataclass(frozen=True, slots=True)
class _Folder:
    """The returns of a folder, and what they are read with."""

    returns: Sequence[ReturnFile]
    forms: Forms
    limits: Limits
    cache: Cache | None

    def read(self, method: ReadingMethod) -> Iterator[ReadFile]:
        """Yield all returns in order, from the cache or read anew."""
        cached = self._find_cached()
        uncached = self._read_anew([file for index, file in enumerate(self.returns) if index not in cached], method)
        for index, file in enumerate(self.returns):
            if index not in cached:
                yield next(uncached)
            elif self.cache is not None and (reading := self.cache.get(cached[index][0])) is not None:
                yield ReadFile(file, *cached[index], reading)
            else:  # what the cache holds may turn out to be damaged
                yield next(self._read_anew([file], _IN_ONE_PROCESS))

    def _find_cached(self) -> dict[int, FileFacts]:
        """Return index -> hash and size of the files whose readings are cached."""
        if self.cache is None or not len(self.cache):
            return {}  # with an empty cache no file needs to be read twice
        cached: dict[int, FileFacts] = {}
        for index, file in enumerate(self.returns):
            if file.address:
                continue  # fetched once only, by the process that reads it
            _, sha256, size = read_file(file.path, self.limits.file_mb * MB)
            if sha256 in self.cache:
                cached[index] = sha256, size
        self.cache.expect(sha256 for sha256, _ in cached.values())
        return cached

    def _read_anew(self, files: Sequence[ReturnFile], method: ReadingMethod) -> Iterator[ReadFile]:
        """Yield files as they are read, in this process or elsewhere, and add their readings to the cache."""
        jobs = method.jobs or min(count_cores(), 1 + len(files) // PARALLEL_FROM)
        if method.scheduler and files:
            from styrxl.scale.cluster import read_on_cluster  # noqa: PLC0415 -- Dask is large, and seldom installed

            addresses = [file.address or str(file.path.absolute()) for file in files]
            yield from self._unpack(files, read_on_cluster(method.scheduler, addresses, self.forms, self.limits))
        elif jobs > 1 and not any(file.address for file in files):
            yield from self._unpack(files, read_in_processes([file.path for file in files], self.forms, self.limits, jobs))
        else:
            with ReturnReader(self.forms, self.limits) as reader:
                yield from (self._read_here(file, reader) for file in files)

    def _unpack(self, files: Sequence[ReturnFile], chunks: Iterable[ReadChunk]) -> Iterator[ReadFile]:
        """Yield the files of chunks that were read elsewhere; a file that could not be read there is read here."""
        rest = iter(files)
        with ReturnReader(self.forms, self.limits) as reader:
            for facts, data in chunks:
                readings = iter(unpack_readings(data, self.forms))
                if self.cache is not None:
                    self.cache.add_packed([fact[0] for fact in facts if fact], data)
                for fact, file in zip(facts, islice(rest, len(facts)), strict=True):
                    yield ReadFile(file, *fact, next(readings)) if fact else self._read_here(file, reader)

    def _read_here(self, file: ReturnFile, reader: ReturnReader) -> ReadFile:
        data, sha256, size = fetch_return(file, self.limits)
        reading = reader.read(data, file.name)
        if self.cache is not None:
            self.cache.add(sha256, reading)
        return ReadFile(file, sha256, size, reading)


def fetch_return(file: ReturnFile, limits: Limits) -> tuple[bytes, str, int]:
    """Return the bytes, hash and size of a return file, as ``files.read_file``."""
    if file.data is not None:
        return file.data, hashlib.sha256(file.data).hexdigest(), len(file.data)
    if not file.address:
        return read_file(file.path, limits.file_mb * MB)
    from styrxl.scale.addresses import read_address  # noqa: PLC0415 -- fsspec need not be installed

    return read_address(file.address, limits.file_mb * MB)
