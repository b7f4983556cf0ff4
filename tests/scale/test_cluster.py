"""Beyond one machine: a Dask cluster reads and checks as one process does, wherever fsspec reaches, and a lost worker loses no row."""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pandera.pandas as pandera
import pytest

from kept_checks import hold_anew
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import Reading
from styrxl.sample.faults.plan import break_return
from styrxl.scale import addresses, cluster, read_all
from styrxl.scale.read_all import read_returns
from styrxl.scale.return_files import ReadingMethod
from styrxl.validation.rules import schema
from town import NOW, ROUND, Town

distributed: Any = pytest.importorskip("distributed")
fsspec: Any = pytest.importorskip("fsspec")

SPOILT = {
    "UBN": ("out-of-range", "locked-cell-changed"),
    "KFN": ("wrong-type",),
    "UBN-ÖST": ("too-long", "duplicate-id"),
    "UBN-ÅBY": ("not-in-list",),
}

pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own are not ours to mend


@pytest.fixture(scope="module")
def two_workers() -> Iterator[Any]:
    """Give a cluster of two processes on this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path))
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
            yield made


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "SMALLEST_CHUNK", 2)


def report(town: Town, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(town.run("validate", "--round", ROUND, "--format", "json", *options, expect=None).stdout)
    return found


def judged(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was said of each return, wherever it lies."""
    return sorted(({**one, "path": Path(one["path"]).name} for one in said["workbooks"]), key=lambda one: str(one["path"]))


def unchecked(reading: Reading) -> Reading:
    """Return a reading without what its schemas say."""
    tables = (replace(table, typed=replace(table.typed, checked=None)) if table.typed else table for table in reading.tables)
    return replace(reading, tables=tuple(tables))


def stricter(town: Town) -> None:
    """Give a workspace a schema by which commitments are to be short."""
    text = (standard_folder() / "schemas" / "commitments.yaml").read_text("utf-8")
    (town.root / "schemas").mkdir()
    (town.root / "schemas" / "commitments.yaml").write_text(text.replace("max_value: 2000}", "max_value: 12}"), "utf-8")


def spoil(town: Town) -> None:
    """Put something that a schema refuses, or that differs from what was issued, into the returns."""
    for owner, names in SPOILT.items():
        data = town.filled(owner)
        for name in names:
            data, _ = break_return(name, data, town.form(owner), town.language(owner))
        town.put(f"{owner}.xlsx", data)


def test_a_cluster_reads_what_one_process_does(full: Town, two_workers: Any) -> None:
    """Reports and workbooks, bytes and all."""
    alone = report(full, "--jobs", "1")
    full.run("consolidate", ROUND)
    written = (full.root / "council" / f"{ROUND}.xlsx").read_bytes()

    assert report(full, "--scheduler", two_workers.scheduler_address) == alone
    full.run("consolidate", ROUND, "--scheduler", two_workers.scheduler_address)
    assert (full.root / "council" / f"{ROUND}.xlsx").read_bytes() == written


def test_a_cluster_finds_what_one_process_does(full: Town, two_workers: Any) -> None:
    spoil(full)
    alone = report(full, "--jobs", "1")
    full.run("validate", "--round", ROUND, "--annotate", expect=1)
    returned = {path.name: path.read_bytes() for path in (full.root / "returned" / ROUND).iterdir()}

    assert report(full, "--scheduler", two_workers.scheduler_address) == alone
    full.run("validate", "--round", ROUND, "--annotate", "--scheduler", two_workers.scheduler_address, expect=1)
    assert {path.name: path.read_bytes() for path in (full.root / "returned" / ROUND).iterdir()} == returned
    assert {"out-of-range", "locked-cell-changed", "too-long"} <= {one["rule"] for book in alone["workbooks"] for one in book["findings"]}


def test_workers_check_by_the_schemas_of_the_workspace(full: Town, two_workers: Any) -> None:
    stricter(full)
    how = ReadingMethod(scheduler=two_workers.scheduler_address)
    found = list(read_returns(full.root, "", addresses.list_returns(str(full.inbox), NOW), full.forms, STANDARD, how))
    said = [table.typed.checked for one in found for table in one.reading.tables if table.typed]

    assert None not in said
    assert {(remark.field, remark.rule) for some in said for remark in some or ()} == {("text", "too-long")}


def test_what_workers_have_said_is_kept_until_a_schema_changes(full: Town, two_workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_all, "CACHED_FROM", 1)
    first = report(full, "--scheduler", two_workers.scheduler_address)
    held: list[str] = []
    inner = pandera.DataFrameSchema.validate

    def noted(self: Any, *frame: Any, **more: Any) -> Any:
        held.extend(self.columns)
        return inner(self, *frame, **more)

    monkeypatch.setattr(pandera.DataFrameSchema, "validate", noted)
    monkeypatch.setattr(schema, "hold_against", hold_anew)
    assert report(full) == first
    assert "commitment_id" not in held
    stricter(full)
    assert report(full) == first  # what was issued is held to the schemas of then, but nothing that was kept is believed
    assert "commitment_id" in held


@pytest.mark.parametrize("address", ["file://{root}", "{root}"])
def test_returns_are_read_from_a_folder_anywhere(full: Town, two_workers: Any, address: str) -> None:
    expected = judged(report(full))
    where = address.format(root=full.inbox)

    assert judged(report(full, "--inbox", where)) == expected
    assert judged(report(full, "--inbox", where, "--scheduler", two_workers.scheduler_address)) == expected


def test_returns_are_read_from_memory(full: Town) -> None:
    """Litter is passed over."""
    expected = judged(report(full))
    memory = fsspec.filesystem("memory")
    for path in full.inbox.iterdir():
        memory.pipe(f"/svar/{path.name}", path.read_bytes())
    memory.pipe("/svar/~$UBN.xlsx", b"lock")

    found = report(full, "--inbox", "memory://svar")
    assert judged(found) == expected
    assert {one["path"] for one in found["workbooks"]} == {f"memory:///svar/{path.name}" for path in full.inbox.iterdir()}


@pytest.mark.parametrize("words", [("merge", ROUND, "UBN"), ("set-aside", ROUND, "UBN.xlsx", "--reason", "Utkast")])
def test_decisions_about_returns_that_lie_elsewhere_are_told_where(full: Town, words: tuple[str, ...]) -> None:
    """They are about what lies in the workspace; when it does, the command does what it says."""
    data = (full.inbox / "UBN.xlsx").read_bytes()
    fsspec.filesystem("memory").pipe("/annars/UBN.xlsx", data)
    (full.inbox / "UBN.xlsx").unlink()
    report(full, "--inbox", "memory://annars")
    said = full.run(*words, expect=3).stderr
    assert said.startswith(f"Svaret ”{words[2]}” ligger på memory:///annars/UBN.xlsx. Beslut om svar gäller dem i inbox/{ROUND}:")
    full.put("UBN.xlsx", data)
    assert "annars" not in full.run(*words, expect=None).output


def test_returns_are_read_from_a_bucket(full: Town, two_workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By this process and by the workers, which get the address and not the file."""
    pytest.importorskip("s3fs")
    served = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    address = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
    settings = {**address, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    try:
        with distributed.Client(two_workers) as client:
            client.run(os.environ.update, settings)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        bucket = fsspec.filesystem("s3", skip_instance_cache=True)
        bucket.mkdir("svar")
        for path in full.inbox.iterdir():
            bucket.pipe(f"svar/2027/{path.name}", path.read_bytes())
        expected = judged(report(full))

        assert judged(report(full, "--inbox", "s3://svar/2027")) == expected
        assert judged(report(full, "--inbox", "s3://svar/2027", "--scheduler", two_workers.scheduler_address)) == expected
    finally:
        served.stop()


def test_a_lost_worker_costs_time_and_no_row(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is killed with files in its hands, and another comes in its place."""
    returns = addresses.list_returns(str(full.inbox), NOW) * 8
    forms = full.forms
    alone = list(read_returns(full.root, "", returns, forms, STANDARD, ReadingMethod(jobs=1, keep=False)))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path))
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as made:
        killed: list[int] = []

        def kill(_: int) -> None:
            if not killed:
                killed.append(next(iter(made.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)

        how = ReadingMethod(scheduler=made.scheduler_address, keep=False, progress=lambda _: nullcontext(kill))
        found = list(read_returns(full.root, "", returns, forms, STANDARD, how))
        assert [replace(one, reading=unchecked(one.reading)) for one in found] == alone
        assert killed


def test_a_worker_leaves_no_forms_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that it is sent, round after round, it has the last."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for rows in (7, 8, 9):
        assert cluster.read_chunk([], cluster.describe_setting(Forms([standard_folder()]), Limits(rows=rows)))[1] == []
    gc.collect()

    assert len(list(tmp_path.iterdir())) == 1


def test_another_styrxl_on_the_cluster_is_refused(full: Town, two_workers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "describe_program", lambda: "0.0 another")
    done = full.run("validate", "--scheduler", two_workers.scheduler_address, expect=3)

    assert "ett annat styrxl" in done.stderr
    assert f"pandera {metadata.version('pandera')})" in done.stderr


def test_a_cluster_that_is_not_there(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)

    assert "tcp://127.0.0.1:1" in full.run("validate", "--scheduler", "tcp://127.0.0.1:1", expect=3).stderr


@pytest.mark.parametrize("options", [("--scheduler", "tcp://127.0.0.1:1"), ("--inbox", "s3://svar")])
def test_what_is_not_installed_is_named(full: Town, monkeypatch: pytest.MonkeyPatch, options: tuple[str, str]) -> None:
    def nothing(name: str) -> Any:
        if name.partition(".")[0] in {"distributed", "fsspec"}:
            raise ImportError(name=name.partition(".")[0])
        return import_module(name)

    for module in (addresses, cluster):
        monkeypatch.setattr(module, "import_module", nothing)

    assert "pip install styrxl[cluster]" in full.run("validate", "--round", ROUND, *options, expect=3).stderr


def test_an_address_with_nothing_behind_it(full: Town) -> None:
    with pytest.raises(StyrxlError) as trouble:
        addresses.list_returns("memory://ingenting", NOW)

    assert trouble.value.code == "not-readable"
    assert "ingenting" in full.run("validate", "--round", ROUND, "--inbox", "memory://ingenting", expect=3).stderr
