"""All returns of a folder, read: what is kept is not read again, the rest here, in processes, or (and checked) on a cluster; in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, nullcontext
from itertools import islice
from pathlib import Path

from styrxl.model.form_files import Forms
from styrxl.model.limits import MB, Limits
from styrxl.returns.read import Readings
from styrxl.scale.arrivals import Gathered, How, Lying, Step
from styrxl.scale.cache import Cache, cache_of
from styrxl.scale.pack import unpacked
from styrxl.scale.processes import Some, cores, read_in_processes
from styrxl.store.files import read_file

PAYS = 300  # files from which on a second process saves more than it costs
KEPT = 50  # files from which on it pays to keep what they hold


_ALONE = How(jobs=1)


def gather(root: Path, name: str, returns: Sequence[Lying], forms: Forms, limits: Limits, how: How) -> list[Gathered]:
    """Read returns, all of them at once, as ``gathered``."""
    return list(gathered(root, name, returns, forms, limits, how))


def gathered(root: Path, name: str, returns: Sequence[Lying], forms: Forms, limits: Limits, how: How) -> Iterator[Gathered]:
    """Yield returns as they are read, in order; ``root`` and ``name`` say where what is read is kept, once all of them are.

    Raises StyrxlError: not-readable; cluster-missing, cluster-unreachable.
    """
    cache = cache_of(root, name, forms, limits) if how.keep and len(returns) >= KEPT else None
    seen: list[str] = []
    with how.progress(len(returns)) as step, closing(cache) if cache is not None else nullcontext():
        for one in _gathered(returns, forms, limits, how, cache, step):
            seen.append(one.sha256)
            yield one
        if cache is not None:
            cache.save(seen)


def _gathered(returns: Sequence[Lying], forms: Forms, limits: Limits, how: How, cache: Cache | None, step: Step) -> Iterator[Gathered]:
    known = _known(returns, limits, cache) if cache is not None else {}
    unread = [index for index in range(len(returns)) if index not in known]
    read = _read([returns[index] for index in unread], forms, limits, how, cache)
    for index, lying in enumerate(returns):
        kept = cache.get(known[index][0]) if cache is not None and index in known else None
        if kept is not None:
            one = Gathered(lying, *known[index], kept)
        else:  # what is kept may turn out to be damaged
            one = next(read if index not in known else _read([lying], forms, limits, _ALONE, cache))
        step(1)
        yield one


def _known(returns: Sequence[Lying], limits: Limits, cache: Cache) -> dict[int, tuple[str, int]]:
    """Return hash and size of those whose content is known, by their place."""
    if not len(cache):
        return {}  # where nothing is kept nothing needs to be read twice
    found = {}
    for index, lying in enumerate(returns):
        if lying.address:
            continue  # whoever reads it fetches it, once
        _, sha256, size = read_file(lying.path, limits.file_mb * MB)
        if sha256 in cache:
            found[index] = sha256, size
    cache.expect(sha256 for sha256, _ in found.values())
    return found


def _read(returns: Sequence[Lying], forms: Forms, limits: Limits, how: How, cache: Cache | None) -> Iterator[Gathered]:
    """Yield returns as they are read, here or elsewhere, and keep what they hold."""
    jobs = how.jobs or (min(cores(), 1 + len(returns) // PAYS))
    if how.scheduler and returns:
        from styrxl.scale.cluster import read_on_cluster  # noqa: PLC0415 -- Dask is large, and seldom there

        addresses = [one.address or str(one.path.absolute()) for one in returns]
        yield from _opened(returns, read_on_cluster(how.scheduler, addresses, forms, limits), forms, limits, cache)
    elif jobs > 1 and not any(one.address for one in returns):
        yield from _opened(returns, read_in_processes([one.path for one in returns], forms.folders, limits, jobs), forms, limits, cache)
    else:
        with Readings(forms, limits) as readings:
            yield from _here(returns, limits, readings, cache)


def _opened(returns: Sequence[Lying], read: Iterable[Some], forms: Forms, limits: Limits, cache: Cache | None) -> Iterator[Gathered]:
    """Yield what was read elsewhere, so many at a time; what could not be read there is read here."""
    rest = iter(returns)
    with Readings(forms, limits) as readings:
        for facts, data in read:
            found = iter(unpacked(data, forms))
            if cache is not None:
                cache.put([fact[0] for fact in facts if fact], data)
            for fact, one in zip(facts, islice(rest, len(facts)), strict=True):
                yield Gathered(one, *fact, next(found)) if fact else next(_here([one], limits, readings, cache))


def _here(returns: Sequence[Lying], limits: Limits, readings: Readings, cache: Cache | None) -> Iterator[Gathered]:
    for one in returns:
        data, sha256, size = fetch(one, limits)
        reading = readings.read(data, one.shown)
        if cache is not None:
            cache.add(sha256, reading)
        yield Gathered(one, sha256, size, reading)


def fetch(one: Lying, limits: Limits) -> tuple[bytes, str, int]:
    """Return a return's bytes, hash and size, as ``files.read_file``."""
    if not one.address:
        return read_file(one.path, limits.file_mb * MB)
    from styrxl.scale.addresses import read_address  # noqa: PLC0415 -- fsspec need not be there

    return read_address(one.address, limits.file_mb * MB)
