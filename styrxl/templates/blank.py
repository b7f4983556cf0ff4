"""The blank standard templates in ``sheets/``, built anew: ``python -m styrxl.templates.blank [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.store.files import write_atomically
from styrxl.templates.build import build_blank_templates


def write_blank_templates(folder: Path) -> list[Path]:
    """Write every form's blank template, in each profile and language, into a folder; returns the files."""
    made = build_blank_templates(Forms([standard_folder()]))
    for name, data in made.items():
        write_atomically(folder / name, data)
    return [folder / name for name in made]


if __name__ == "__main__":
    for path in write_blank_templates(Path(sys.argv[1]) if len(sys.argv) > 1 else standard_folder() / "sheets"):
        sys.stdout.write(f"{path}\n")
