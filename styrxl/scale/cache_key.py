"""What anything kept between commands depends on: this very program, its forms and limits."""

from __future__ import annotations

import hashlib
from functools import cache as once
from importlib import metadata, resources
from pathlib import Path

from styrxl import __version__
from styrxl.model.form_files import Forms
from styrxl.model.limits import Limits


def make_cache_key(forms: Forms, limits: Limits) -> str:
    """Return a hash of all that a reading depends on besides the file's bytes: program, forms, schemas and limits.

    Of editions that were issued these are the ones that are no more: the others are what the forms say, whether one is issued or not.
    """
    parts = [
        describe_program(),
        repr(limits),
        forms.mark,
        *forms.list_gone(),
    ]
    return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


@once
def describe_program() -> str:
    """Return the program's version, a hash of its code and catalogue, and the versions of the libraries that read and check."""
    libraries = (f"{name} {metadata.version(name)}" for name in ("python-calamine", "pandera"))
    return " ".join((__version__, hash_code(Path(str(resources.files("styrxl")))), *libraries))


def hash_code(package: Path) -> str:
    """Return a hash of all modules in a package and its wings, and of the catalogue: what is kept depends on any of them."""
    digest = hashlib.sha256()
    for path in sorted((*package.rglob("*.py"), *package.rglob("catalogue.yaml"))):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
