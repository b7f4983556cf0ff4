"""Processes for what is done at once, or killed: forked from one that has imported what they need, which takes each a second by itself."""

from __future__ import annotations

import multiprocessing
import os
import pkgutil
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess

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


def make_process(work: Callable[..., object], *args: object) -> BaseProcess:
    """Return a process that is to do some work, a function of a module's, with the environment that this one has now."""
    return CONTEXT.Process(target=_work, args=(dict(os.environ), work, args))


def _work(environment: dict[str, str], work: Callable[..., object], args: tuple[object, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    work(*args)
