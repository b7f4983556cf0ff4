"""Processes for what is done at once, or killed: forked from one that has imported what they need, which takes each a second by itself."""

from __future__ import annotations

import multiprocessing
import pkgutil
import sys

import styrxl

# Not what other people's programs need alone, nor what is run by itself.
_LEFT_OUT = ("styrxl.__main__", "styrxl.api", "styrxl.web", "styrxl.store.migrations.")

if sys.platform == "win32":
    CONTEXT = multiprocessing.get_context("spawn")
else:
    CONTEXT = multiprocessing.get_context("forkserver")


def list_modules() -> list[str]:
    """Return the names of styrxl's modules: commands import most of theirs where they are needed."""
    names = (module.name for module in pkgutil.walk_packages(styrxl.__path__, "styrxl."))
    return [name for name in names if not name.startswith(_LEFT_OUT)]


CONTEXT.set_forkserver_preload(["pytest", "msal", *list_modules()])
