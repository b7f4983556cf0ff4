"""The program itself: its version and Python's, the packages that it needs, and the extras that the settings ask for."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec

from styrxl import __version__
from styrxl.doctor.look import GOOD, MEND, PROGRAM, WATCH, Look
from styrxl.mail.sign_in.person import list_places
from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.settings import Settings

# Each extra that is for those who use the program, and the modules that come with it.
_DESK = ("itsdangerous", "multipart", "starlette", "tomlkit", "uvicorn")
EXTRAS: Mapping[str, Sequence[str]] = {
    "cluster": ("distributed", "fsspec", "pyarrow"),
    "desk": _DESK,
    "keyring": ("keyring",),
    "m365": ("msal", "msal_extensions", "requests"),
    "pdf": ("weasyprint",),
    "postgres": ("psycopg",),
    "serve": (*_DESK, "psycopg", "authlib", "httpx2", "joserfc"),
}
_REQUIREMENT = re.compile(r"^\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;)]*)\)?\s*(?:;.*\bextra\b\s*==\s*['\"]([\w-]+)['\"].*)?$")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([\w.]+)")


def look_at_program() -> Iterator[Look]:
    """Tell which program this is, and on which Python and system."""
    facts = {"version": __version__, "python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    yield Look(PROGRAM, GOOD, "program", facts)


def look_at_packages() -> Iterator[Look]:
    """Hold the packages that are installed against what the program needs."""
    if getattr(sys, "frozen", False):
        yield Look(PROGRAM, GOOD, "packages-frozen")
        return
    try:
        requirements = metadata.requires("styrxl") or []
    except metadata.PackageNotFoundError:
        yield Look(PROGRAM, GOOD, "packages-from-source")
        return
    yield from compare_packages(requirements, find_version)


def compare_packages(requirements: Iterable[str], find: Callable[[str], str | None]) -> Iterator[Look]:
    """Tell which packages are missing or of another version than a list of requirements has; ``find`` gives a package's version.

    Packages of extras need not be there, but where they are, their versions count.
    """
    missing, others, right = [], [], 0
    for name, bounds, extra in filter(None, map(_parse, requirements)):
        version = find(name)
        if version is None:
            missing += [] if extra else [name]
        elif not is_within(version, bounds):
            others += [f"{name} {version} ({bounds})"] if not _is_for_tests(extra) else []
        else:
            right += 1
    if missing:
        yield Look(PROGRAM, MEND, "packages-missing", {"names": missing, "n": len(missing)})
    if others:
        names = [*dict.fromkeys(others)]  # several extras may name one
        yield Look(PROGRAM, MEND, "packages-others", {"names": names, "n": len(names)})
    if not missing and not others:
        yield Look(PROGRAM, GOOD, "packages-right", {"n": right})


def _parse(requirement: str) -> tuple[str, str, str] | None:
    found = _REQUIREMENT.match(requirement)
    return (found[1], found[2].strip(), found[3] or "") if found else None


def _is_for_tests(extra: str) -> bool:
    return bool(extra) and extra not in EXTRAS


def find_version(package: str) -> str | None:
    """Return the version of a package that is installed; None where it is not."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def is_within(version: str, bounds: str) -> bool:
    """Whether a version is within bounds such as ``<3,>=2.1``; what they say otherwise than by these signs is taken for met."""
    at = _split(version)
    met = {
        ">=": lambda bound: at >= bound,
        ">": lambda bound: at > bound,
        "<": lambda bound: at < bound,
        "<=": lambda bound: at <= bound,
        "==": lambda bound: at == bound,
    }
    return all(met[sign](_split(bound)) for sign, bound in _BOUND.findall(bounds) if sign in met)


def _split(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, without zeros at its end: 3 is 3.0."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def look_at_extras(settings: Settings | None, is_there: Callable[[str], bool] | None = None) -> Iterator[Look]:
    """Tell which extras are installed, and which of those that the settings ask for are not."""
    is_there = is_there or _is_installed
    there = [extra for extra, modules in EXTRAS.items() if all(map(is_there, modules))]
    needed = list_needed_extras(settings) if settings else {}
    for extra, section in needed.items():
        if extra not in there:
            yield Look(PROGRAM, MEND, "extra-missing", {"extra": extra, "section": section, "install": tell_how_to_install(extra)})
    absent = [extra for extra in EXTRAS if extra not in there and extra not in needed]
    said = {"there": ", ".join(there) or "–", "absent": ", ".join(absent)}
    yield Look(PROGRAM, GOOD, "extras" if absent else "extras-all", said)


def list_needed_extras(settings: Settings) -> dict[str, str]:
    """Return the extras that settings ask for, each with the section that does."""
    needed = {}
    if settings.database and settings.database.startswith("postgresql"):
        needed["postgres"] = "database"
    if settings.site:
        needed["serve"] = "server"
    if settings.mail and any(place.sign_in.has_token for place in list_places(settings.mail)):
        needed["m365"] = "mail"
    return needed


def look_at_pdf() -> Iterator[Look]:
    """Tell where reports cannot be made as PDF although the extra is there: a library of the system's is missing."""
    if not _is_installed("weasyprint"):
        return
    try:
        import weasyprint  # noqa: F401, PLC0415 -- an extra, and slow to import
    except OSError as error:
        yield Look(PROGRAM, WATCH, "pango-missing", {"why": str(error).split(":", maxsplit=1)[0]})


def _is_installed(module: str) -> bool:
    return find_spec(module) is not None
