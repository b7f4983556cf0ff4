"""Several processes: the same results in the same order as one, whatever becomes of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import STANDARD
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import ReturnReader
from styrxl.scale import processes
from styrxl.scale.processes import read_in_processes
from styrxl.scale.read_all import read_returns
from styrxl.scale.return_files import ReadingMethod, ReturnFile, read_modified_time
from town import ROUND, Town

FORMS = Forms([standard_folder()])
DIES_ONCE = """
import os, sys
from pathlib import Path
from styrxl.scale.processes import serve
mark = Path({mark!r})
if not mark.exists():
    mark.write_text("here")
    sys.stdin.buffer.read(100)
    os._exit(1)
serve()
"""
DIES_HALFWAY = """
import os
from styrxl.scale import processes
inner, count = processes.read_file, 0
def read_file(path, most):
    global count
    count += 1
    if count > 3:
        os._exit(9)
    return inner(path, most)
processes.read_file = read_file
processes.serve()
"""


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SMALLEST_CHUNK", 2)


@pytest.fixture(scope="module")
def crowd(shared_full: Town, tmp_path_factory: pytest.TempPathFactory) -> list[ReturnFile]:
    """Make returns of all kinds, good and bad, more than one process gets at a time."""
    folder = tmp_path_factory.mktemp("crowd")
    found = []
    for path in sorted(shared_full.inbox.iterdir()):
        data = path.read_bytes()
        for name, content in (("", data), (" avhuggen", data[: len(data) // 2]), (" tom", b""), (" annat", b"%PDF-1.7 " + data[:99])):
            one = folder / f"{path.stem}{name}.xlsx"
            one.write_bytes(content)
            found.append(ReturnFile(one.name, one, read_modified_time(one)))
    return found


def read(crowd: list[ReturnFile], how: ReadingMethod, root: Path) -> list[Any]:
    return [(one.file, one.sha256, one.size, one.reading) for one in read_returns(root, "", crowd, FORMS, STANDARD, how)]


def test_two_read_what_one_does(crowd: list[ReturnFile], tmp_path: Path) -> None:
    alone = read(crowd, ReadingMethod(jobs=1, keep=False), tmp_path)

    assert read(crowd, ReadingMethod(jobs=2, keep=False), tmp_path) == alone
    assert [one[0] for one in alone] == crowd


def test_reports_and_workbooks_are_the_same(full: Town) -> None:
    said, written = [], []
    for jobs in ("1", "3"):
        said.append(json.loads(full.run("validate", "--jobs", jobs, "--format", "json").stdout))
        full.run("consolidate", ROUND, "--jobs", jobs)
        written.append((full.root / "council" / f"{ROUND}.xlsx").read_bytes())

    assert said[0] == said[1]
    assert written[0] == written[1]


@pytest.mark.parametrize("script", [DIES_ONCE, DIES_HALFWAY, "raise SystemExit(1)", "print('not an answer', flush=True)"])
def test_processes_that_die_cost_time_and_no_row(
    crowd: list[ReturnFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    """One that dies is replaced; what none can read is read here."""
    alone = read(crowd, ReadingMethod(jobs=1, keep=False), tmp_path)
    code = script.replace("{mark!r}", repr(str(tmp_path / "died")))
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", code))

    assert read(crowd, ReadingMethod(jobs=2, keep=False), tmp_path) == alone


def test_a_file_that_is_gone_is_the_operators(crowd: list[ReturnFile], tmp_path: Path) -> None:
    """As it is without processes."""
    gone = ReturnFile("borta.xlsx", tmp_path / "borta.xlsx", crowd[0].modified)
    for jobs in (1, 2):
        with pytest.raises(StyrxlError) as trouble:
            read([*crowd, gone], ReadingMethod(jobs=jobs, keep=False), tmp_path)
        assert trouble.value.code == "not-readable"


def test_results_may_be_left_where_they_are(crowd: list[ReturnFile]) -> None:
    """Whoever has seen enough ends the processes with it."""
    results = read_in_processes([one.path for one in crowd], FORMS, STANDARD, 2)
    assert next(results) is not None
    results.close()  # type: ignore[attr-defined] # a generator, called an iterator


def test_few_returns_start_no_process(crowd: list[ReturnFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", "raise SystemExit(1)"))
    with ReturnReader(FORMS) as readings:
        expected = [readings.read(one.path.read_bytes()) for one in crowd]

    assert [one[3] for one in read(crowd, ReadingMethod(keep=False), tmp_path)] == expected
