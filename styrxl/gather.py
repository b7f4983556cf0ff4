"""All returns of a folder, read: what is kept is not read again, the rest here, in processes, or (and checked) on a cluster; in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from styrxl.cache import Cache, cache_of
from styrxl.compact import packed, unpacked
from styrxl.errors import StyrxlError
from styrxl.files import read_file
from styrxl.forms import Forms
from styrxl.limits import MB, Limits
from styrxl.reading import Reading, Readings
from styrxl.workers import Raw, cores, read_in_processes

PAYS = 300  # files from which on a second process saves more than it costs
KEPT = 50  # files from which on it pays to keep what they hold

Step = Callable[[int], None]
Progress = Callable[[int], AbstractContextManager[Step]]  # how many there are -> what is told each time that some are done


def silent(_: int) -> AbstractContextManager[Step]:
    """Tell nobody."""
    return nullcontext(lambda _: None)


@dataclass(frozen=True, slots=True)
class Lying:
    """A return where it lies: how it is named, and when it came as far as can be seen; ``address`` where it is no file here."""

    shown: str
    path: Path
    modified: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A return that was read."""

    lying: Lying
    sha256: str
    size: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class How:
    """How returns are read: in so many processes (None: as pays) or on a cluster, keeping what was read or not, telling how far it is."""

    jobs: int | None = None
    scheduler: str | None = None
    keep: bool = True
    progress: Progress = silent
    inbox: str | None = None  # an address at which the returns lie, in place of the workspace's own inbox


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
    raws = iter(_read([returns[index] for index in unread], forms, limits, how))
    for index, lying in enumerate(returns):
        kept = cache.get(known[index][0], forms) if cache is not None and index in known else None
        if kept is not None:
            one = Gathered(lying, *known[index], kept)
        else:  # what is kept may turn out to be damaged
            sha256, size, reading, blob = next(raws if index not in known else _read([lying], forms, limits, _ALONE))
            one = Gathered(lying, sha256, size, reading)
            if cache is not None:
                cache.put(sha256, blob or packed(reading))
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
    return found


def _read(returns: Sequence[Lying], forms: Forms, limits: Limits, how: How) -> Iterator[tuple[str, int, Reading, bytes | None]]:
    """Yield hash, size and reading of each return, and the reading as bytes where it came so."""
    if not returns:
        return
    if how.scheduler:
        from styrxl.cluster import read_on_cluster  # noqa: PLC0415 -- Dask is large, and seldom there

        yield from _opened(
            returns,
            read_on_cluster(how.scheduler, [one.address or str(one.path.absolute()) for one in returns], forms, limits),
            forms,
            limits,
        )
        return
    jobs = how.jobs or (min(cores(), 1 + len(returns) // PAYS))
    if jobs > 1 and not any(one.address for one in returns):
        yield from _opened(returns, read_in_processes([one.path for one in returns], forms.folders, limits, jobs), forms, limits)
        return
    with Readings(forms, limits) as readings:
        for one in returns:
            yield *_here(one, limits, readings), None


def _opened(
    returns: Sequence[Lying], raws: Iterable[Raw | None], forms: Forms, limits: Limits
) -> Iterator[tuple[str, int, Reading, bytes | None]]:
    with Readings(forms, limits) as readings:
        for one, raw in zip(returns, raws, strict=True):
            if raw is None:
                yield *_here(one, limits, readings), None
            else:
                yield raw[0], raw[1], unpacked(raw[2], forms), raw[2]


def _here(one: Lying, limits: Limits, readings: Readings) -> tuple[str, int, Reading]:
    data, sha256, size = fetch(one, limits)
    return sha256, size, readings.read(data, one.shown)


def fetch(one: Lying, limits: Limits) -> tuple[bytes, str, int]:
    """Return a return's bytes, hash and size, as ``files.read_file``."""
    if not one.address:
        return read_file(one.path, limits.file_mb * MB)
    from styrxl.cluster import read_address  # noqa: PLC0415 -- fsspec need not be there

    return read_address(one.address, limits.file_mb * MB)


def modified(path: Path) -> datetime:
    """Return when a file was last changed; raises StyrxlError (not-readable)."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        raise StyrxlError("not-readable", path=str(path), why=error.strerror or str(error)) from error
