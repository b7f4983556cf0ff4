"""Tells for which Pythons and systems everything can be installed without a compiler: ``python tests/resolve_wheels.py UV``.

Asks the registry for ready-made packages (wheels) of the versions in ``constraints.txt``, for Pythons and systems that are not here, too.
Ends with status 1 where one of those is missing that IT is promised.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PROMISED = {
    "Windows, x64": "x86_64-pc-windows-msvc",
    "Linux, x64, glibc 2.28 or newer": "x86_64-manylinux_2_28",
    "Linux, ARM, glibc 2.28 or newer": "aarch64-manylinux_2_28",
    "macOS, ARM": "aarch64-apple-darwin",
}
WORTH_KNOWING = {  # with the desk alone
    "Windows, ARM": "aarch64-pc-windows-msvc",
    "macOS, Intel": "x86_64-apple-darwin",
    "Linux, x64, glibc 2.17": "x86_64-manylinux2014",
}
OURS = {"bench", "docs", "test"}  # extras that no user needs


def list_extras() -> list[str]:
    """Return the extras that users install."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
    return sorted(project["optional-dependencies"].keys() - OURS)


def can_install(uv: str, python: str, system: str, extras: Sequence[str]) -> bool:
    """Tell whether the package can be installed with these extras, from wheels alone."""
    asked = [word for extra in extras for word in ("--extra", extra)]
    where = ["--python-version", python, "--python-platform", system]
    pinned = ["--only-binary", ":all:", "--constraints", "constraints.txt"]
    command = [uv, "pip", "compile", "--quiet", "pyproject.toml", *asked, *where, *pinned]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=False).returncode == 0


def main(uv: str) -> int:
    """Print a line for each Python and system, and return the exit status."""
    broken = False
    for name, system in {**PROMISED, **WORTH_KNOWING}.items():
        extras = list_extras() if name in PROMISED else ["desk"]
        for python in PYTHONS:
            can = can_install(uv, python, system, extras)
            broken |= not can and name in PROMISED
            print(f"{name}, Python {python}: {'' if can else 'NOT '}styrxl[{','.join(extras)}]", flush=True)  # noqa: T201 -- a script
    return int(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
