"""What the docs tell IT to set up a site with is what is tried: the same in both languages, and right by those who read it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from styrxl.store.settings_file import parse_settings
from styrxl.web.serve.sign_in import SECRET

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"sv": (DOCS / "sv" / "platsen.md").read_text("utf-8"), "en": (DOCS / "en" / "the-site.md").read_text("utf-8")}


def find_block(language: str, kind: str) -> str:
    (block,) = re.findall(rf"```{kind}\n(.*?)```", PAGES[language], re.DOTALL)
    return str(block)


@pytest.mark.parametrize("kind", ["nginx", "ini", "dockerfile", "toml"])
def test_both_languages_set_up_the_same(kind: str) -> None:
    swedish, english = ([line.split("#")[0].rstrip() for line in find_block(language, kind).splitlines()] for language in PAGES)
    assert [line.replace("KATALOGENS", "DIRECTORY") for line in swedish] == english


@pytest.mark.parametrize("language", PAGES)
def test_the_settings_are_right(language: str) -> None:
    site = parse_settings(f'[municipality]\nname = "Exempelby"\n{find_block(language, "toml")}'.encode()).site
    assert site
    assert site.sign_in
    assert [(person.may_write, person.of) for person in site.people] == [(True, ()), (True, ("UBN",)), (False, ())]
    assert f"`{SECRET}`" in PAGES[language]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "styrxl.service"
    unit.write_text(find_block("en", "ini").replace("/opt/styrxl/bin/styrxl", sys.executable).replace("User=styrxl", "User=root"), "utf-8")
    told = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False)  # noqa: S607
    assert (told.returncode, [line for line in told.stderr.splitlines() if "styrxl.service" in line]) == (0, [])
