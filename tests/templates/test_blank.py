"""The blank templates in ``sheets/`` are those that the sources give."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from styrxl.model.form_files import Forms
from styrxl.model.standard_folder import standard_folder
from styrxl.templates.blank import write_blank_templates
from styrxl.templates.build import list_blank_templates

NAMES = list_blank_templates(Forms([standard_folder()]))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder into which all have been written."""
    folder = tmp_path_factory.mktemp("blank")
    assert {path.name for path in write_blank_templates(folder)} == {path.name for path in folder.iterdir()}
    return folder


def _content(data: bytes) -> dict[str, Any]:
    """Cells, validations, widths and names; not bytes, which follow the XML writer of the machine."""
    book = load_workbook(BytesIO(data))
    sheets: dict[str, Any] = {
        sheet.title: (
            {c.coordinate: (c.value, c.style, c.protection.locked) for row in sheet.iter_rows() for c in row if c.value is not None},
            sorted((str(v.sqref), v.type, v.formula1, v.prompt, v.error) for v in sheet.data_validations.dataValidation),
            {letter: round(column.width, 2) for letter, column in sheet.column_dimensions.items()},
        )
        for sheet in book.worksheets
    }
    return sheets | {"names": {name: defined.attr_text for name, defined in book.defined_names.items()}}


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_template_is_not_stale(name: str, written: Path) -> None:
    """After a change of a source, ``python -m styrxl.templates.blank`` builds them anew."""
    path = standard_folder() / "sheets" / name
    assert path.is_file(), "python -m styrxl.templates.blank"
    committed, built = path.read_bytes(), (written / name).read_bytes()
    assert committed == built or _content(committed) == _content(built), "python -m styrxl.templates.blank"


def test_no_template_is_left_over(written: Path) -> None:
    """A form or profile that is gone takes its templates with it, and writing them writes all."""
    for folder in (standard_folder() / "sheets", written):
        assert {path.name for path in folder.glob("*.xlsx")} == set(NAMES)
