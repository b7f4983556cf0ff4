"""Pages of the handbook that show files of one's own: each section's are laid into a workspace and looked through."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("sv/egna-formular.md", "en/forms-of-your-own.md")


def list_sections(name: str) -> dict[str, dict[str, str]]:
    """Return the files that each section of a page shows, by their paths; each says in its first line which it is."""
    sections = re.split(r"^## ", (DOCS / name).read_text("utf-8"), flags=re.MULTILINE)[1:]
    shown = {each.partition("\n")[0]: re.findall(r"```yaml\n# (\S+)\n(.*?)```", each, re.DOTALL) for each in sections}
    return {title: dict(files) for title, files in shown.items() if files}


def write_files(root: Path, files: dict[str, str]) -> None:
    """Lay files into a workspace."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
