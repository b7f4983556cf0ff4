"""Packages that come with an extra of styrxl, and are imported only where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from styrxl.model.catalogue import tell_how_to_install
from styrxl.model.errors import StyrxlError


def load_extra(package: str, extra: str = "m365") -> Any:
    """Return a package that an extra brings along; raises StyrxlError (mail-extra-missing) where it is not installed."""
    try:
        return import_module(package)
    except ImportError as error:
        raise StyrxlError("mail-extra-missing", package=package.partition(".")[0], install=tell_how_to_install(extra)) from error
