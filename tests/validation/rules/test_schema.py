"""What a worker says of each row is what the command says itself; what has changed since, and what takes all rows, the command says."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
import yaml

from followup_returns import CLEAN, filled
from judging import judge_data
from kept_checks import hold_anew
from styrxl.model.errors import StyrxlError
from styrxl.model.findings import fix, message
from styrxl.model.form_files import Forms
from styrxl.model.judged import JudgedRound
from styrxl.model.limits import STANDARD
from styrxl.model.rounds import Round, standard_rounds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml
from styrxl.returns.read import Reading, ReturnReader
from styrxl.rounds import own_files
from styrxl.rounds.desk import open_desk
from styrxl.sample.faults.open_return import open_return
from styrxl.sample.faults.plan import Fault
from styrxl.sample.opened import save_workbook
from styrxl.scale.cluster import describe_setting, read_chunk
from styrxl.scale.pack import unpack_readings
from styrxl.store.ledger import Ledger
from styrxl.validation.rules import schema
from town import ANSWERS, NOW, ROUND, Town
from year import MOMENTS, Followed

Files = Mapping[str, bytes]
HELD: list[int] = []
PLAN = standard_rounds().parse(ROUND)


@pytest.fixture(autouse=True)
def held(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note how many rows this process holds against a schema, each time that it does; ``judged`` begins anew."""
    HELD.clear()
    inner = pa.DataFrameSchema.validate

    def noted(self: pa.DataFrameSchema, frame: pd.DataFrame, **more: Any) -> Any:
        HELD.append(len(frame))
        return inner(self, frame, **more)

    monkeypatch.setattr(pa.DataFrameSchema, "validate", noted)
    monkeypatch.setattr(schema, "hold_against", hold_anew)
    return HELD


def by_workers(forms: Forms, files: Files, folder: Path, size: int = 3) -> list[Reading]:
    """Read returns as workers do, a few at a time."""
    folder.mkdir()
    paths = [folder / f"{number}.xlsx" for number in range(len(files))]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    chunks = [
        read_chunk([str(path) for path in paths[at : at + size]], describe_setting(forms, STANDARD)) for at in range(0, len(paths), size)
    ]
    return [reading for _, _, data in chunks for reading in unpack_readings(data, forms)]


def judged(town: Town, files: Files, readings: Iterable[Reading | None], round_: Round = PLAN) -> JudgedRound:
    """Judge returns together, as they were read, or (None) as they are read now."""
    now = MOMENTS.get(round_.kind.key, NOW)
    with Ledger.open(town.workspace.database) as ledger:
        desk = open_desk(town.workspace, ledger, now)
        boards = town.board_tables(desk) if not round_.followup else {}
        HELD.clear()
        return judge_data(desk, round_, [*files.items()], now, boards=boards, readings=[*readings])


def same(one: JudgedRound, other: JudgedRound) -> None:
    """Demand the same verdicts, findings, facts and tables, all in the same order."""
    assert one.returns == other.returns
    assert [repr(r.findings) for r in one.returns] == [repr(r.findings) for r in other.returns]
    assert one.tables.keys() == other.tables.keys()
    for name, frame in one.tables.items():
        pd.testing.assert_frame_equal(frame, other.tables[name])


def said_by(readings: Iterable[Reading]) -> set[tuple[str, str | None, str]]:
    """Return what workers have said: sheet, field and rule."""
    tables = [table for reading in readings for table in reading.tables]
    return {(r.key, r.field, r.rule) for table in tables if table.typed for r in table.typed.checked or ()}


def lay_over(town: Town, table: str, owners: Iterable[str] = ANSWERS, **columns: Mapping[str, Any]) -> None:
    """Give a workspace a schema of its own, in which some columns are described otherwise, and owners workbooks that are judged by it."""
    raw = read_yaml((standard_folder() / "schemas" / f"{table}.yaml").read_text("utf-8"))
    for name, described in columns.items():
        raw["columns"][name] |= described
    (town.root / "schemas").mkdir(exist_ok=True)
    (town.root / "schemas" / f"{table}.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    town.run("distribute", ROUND, *(word for owner in owners for word in ("--to", owner)))


def written(town: Town, key: str, field: str, row: int, text: str) -> bytes:
    """Return a board's workbook in which another text stands in a cell."""
    bench = open_return(town.filled("UBN"), town.form("UBN"), "sv")
    bench.cell(key, field, row).value = text
    return save_workbook(bench.book)


def whole_town(town: Town) -> dict[str, bytes]:
    return {owner: town.filled(owner) for owner in ANSWERS}


def test_every_fault_of_a_plan(shared_full: Town, spoilt: dict[tuple[str, str], tuple[bytes, Fault]], tmp_path: Path) -> None:
    files = {f"{name} {owner}": data for (name, owner), (data, _) in spoilt.items()}
    readings = by_workers(shared_full.forms, files, tmp_path / "returns")
    alone = judged(shared_full, files, [None] * len(files))

    same(judged(shared_full, files, readings), alone)
    same(judged(shared_full, files, [one if n % 2 else None for n, one in enumerate(readings)]), alone)  # workers gave some up
    assert {rule for _, _, rule in said_by(readings)} >= {"out-of-range", "too-long"}


@pytest.mark.parametrize("kind", ["t2", "year"])
def test_every_fault_of_a_followup(
    whole: Followed, spoilt_followups: Mapping[tuple[str, str, str], tuple[bytes, Fault]], kind: str, tmp_path: Path, held: list[int]
) -> None:
    """Most of what stands in one was issued, and sums are worked out from it."""
    files = {owner: filled(whole, kind, owner, CLEAN[kind, owner]) for owner in ("UBN", "UBN-ÖST")}
    files |= {f"{name} {owner}": data for (name, round_, owner), (data, _) in spoilt_followups.items() if round_ == kind}
    readings = by_workers(whole.town.forms, files, tmp_path / "returns")
    round_ = standard_rounds().parse(f"2027-{kind}")
    found = judged(whole.town, files, readings, round_)
    anew = sum(held)

    alone = judged(whole.town, files, [None] * len(files), round_)
    assert anew < sum(held) / 2
    same(found, alone)


def test_what_comes_checked_is_not_checked_again(full: Town, tmp_path: Path, held: list[int]) -> None:
    """A worker holds each table of a chunk against its schema once, however many returns there are."""
    files = whole_town(full)
    readings = by_workers(full.forms, files, tmp_path / "returns", size=len(files))
    tables = [table for reading in readings for table in reading.tables]
    assert sum(held) == sum(len(table.rows) for table in tables)
    assert len(held) == len({table.sheet.table for table in tables if table.rows})
    assert all(table.typed and table.typed.checked == () for table in tables)

    judged(full, files, readings)
    assert held == [sum(len(table.rows) for table in tables if table.sheet.key == "unit_frames")]  # whose ids stand there with names
    judged(full, files, [None] * len(files))
    assert sum(held) == sum(len(table.rows) for table in tables)


@pytest.mark.parametrize(
    "key, field, text, said",
    [
        ("goal_responses", "text", "Kunskap. " * 200, "too-long"),
        ("goal_responses", "goal_id", "kf-m2", "wrong-type"),
        ("goal_responses", "goal_id", "KF-M2 Kunskapsresultaten förbättras", "wrong-type"),
        ("goal_responses", "goal_id", "mål 2", "wrong-type"),
        ("unit_frames", "unit_id", "ubn-åby", None),
    ],
)
def test_a_locked_cell_that_a_schema_refuses(full: Town, tmp_path: Path, key: str, field: str, text: str, said: str | None) -> None:
    """What was issued is put back, and that is what is held against the schema."""
    files = whole_town(full)
    files["UBN"] = written(full, key, field, 1, text)
    readings = by_workers(full.forms, files, tmp_path / "returns")

    assert said_by(readings) == ({(key, field, said)} if said else set())
    same(judged(full, files, readings), judged(full, files, [None] * len(files)))


def test_what_is_put_back_may_be_what_a_schema_refuses(full: Town, tmp_path: Path) -> None:
    lay_over(full, "goal_responses", ["UBN"], text={"checks": {"str_length": {"max_value": 26}}})
    files = whole_town(full)
    files["UBN"] = written(full, "goal_responses", "text", 1, "Kunskap")
    readings = by_workers(full.forms, files, tmp_path / "returns")
    found = judged(full, files, readings)

    same(found, judged(full, files, [None] * len(files)))
    assert ("goal_responses", "text", "too-long") not in said_by(readings[:1])
    assert "too-long" in {f.rule for f in found.returns[0].findings}


def test_an_empty_cell_that_could_not_be_read_is_told_once(full: Town, tmp_path: Path) -> None:
    lay_over(full, "budget", ["UBN"], cost={"nullable": False})
    files = whole_town(full)
    files["UBN"] = full.filled(
        "UBN", {**ANSWERS["UBN"], "budget": [{"activity": "Grundskola", "cost": "mycket"}, {"activity": "Förskola"}]}
    )
    readings = by_workers(full.forms, files, tmp_path / "returns")

    [table] = [table for table in readings[0].tables if table.sheet.key == "budget"]
    assert table.typed
    assert [remark.row for remark in table.typed.checked or ()] == [table.rows[1]]
    same(judged(full, files, readings), judged(full, files, [None] * len(files)))


@pytest.mark.parametrize("size", [1, 5])
def test_ids_that_stand_twice_in_the_round(full: Town, tmp_path: Path, size: int) -> None:
    """It takes all returns to tell, whether a worker has seen both or not."""
    lay_over(full, "commitments", ["UBN-ÅBY", "UBN-ÖST"], text={"unique": True})
    files = whole_town(full)
    twice = [{**ANSWERS["UBN-ÅBY"]["commitments"][0], "text": "Högläsning före lunch"}]
    files["UBN-ÅBY"] = full.filled("UBN-ÅBY", {"commitments": twice})
    readings = by_workers(full.forms, files, tmp_path / "returns", size)
    found = judged(full, files, readings)

    assert said_by(readings) == set()
    same(found, judged(full, files, [None] * len(files)))
    assert [r.path for r in found.returns if "duplicate-id" in {f.rule for f in r.findings}] == ["UBN-ÅBY", "UBN-ÖST"]


@pytest.mark.parametrize(
    "described",
    [
        {"checks": {"str_startswith": {"string": "X"}}},  # a check that has no rule
        {"checks": {"notin": ["Starta läsprogram"]}},  # and fails for a single row
        {"checks": {"str_is_long": True}},  # which there is none
    ],
)
def test_a_schema_that_does_not_fit(full: Town, tmp_path: Path, described: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is nobody's answer, and the operator is told the same. A workspace's own is refused before it is issued; a kept one may be old."""
    monkeypatch.setattr(own_files, "find_mistakes", lambda _: [])
    lay_over(full, "commitments", ["UBN"], text=described)
    files = whole_town(full)
    readings = by_workers(full.forms, files, tmp_path / "returns")
    told = []
    for some in (readings, [None] * len(files)):
        with pytest.raises(StyrxlError) as trouble:
            judged(full, files, some)
        told.append((trouble.value.code, trouble.value.facts))

    assert told[0] == told[1]
    assert told[0][0] == "source-broken"


def test_what_is_typed_anew_is_checked_anew(full: Town, tmp_path: Path, held: list[int]) -> None:
    """As where it says that it is of another year than it is."""
    files = {"UBN-ÖST": full.filled("UBN-ÖST")}
    [reading] = by_workers(full.forms, files, tmp_path / "returns")
    tables = tuple(replace(table, typed=replace(table.typed, year=2026)) for table in reading.tables if table.typed)
    judged(full, files, [replace(reading, tables=tables)])

    assert sum(held) == sum(len(table.rows) for table in tables)


def test_a_reading_that_says_what_its_schemas_said_comes_back_as_it_was(
    shared_full: Town, spoilt: dict[tuple[str, str], tuple[bytes, Fault]], tmp_path: Path
) -> None:
    """Ranges, lists and lengths among the facts."""
    files = {name: data for (name, owner), (data, _) in spoilt.items() if owner == "UBN" and name in {"out-of-range", "too-long"}}
    with ReturnReader(shared_full.forms) as readings:
        alone = [readings.read(data) for data in files.values()]
    made = schema.check_readings(alone, shared_full.forms, schema.Schemas(shared_full.forms))

    assert made == by_workers(shared_full.forms, files, tmp_path / "returns")
    assert said_by(made) == {("goals", "from_year", "out-of-range"), ("commitments", "text", "too-long")}


@pytest.mark.parametrize(
    "table, field, checks, answer, said",
    [
        ("budget", "cost", {"greater_than": 0}, 0, ("Kostnader: 0 ska vara mer än 0.", "Rätta cellen C9.")),
        ("budget", "cost", {"less_than": 500}, 500, ("Kostnader: 500 ska vara mindre än 500.", "Rätta cellen C9.")),
        (
            "budget",
            "cost",
            {"less_than_or_equal_to": 500},
            501,
            ("Kostnader: 501 ska vara högst 500.", "Rätta cellen C9. Belopp skrivs i tusen kronor."),
        ),
        (
            "budget",
            "activity",
            {"str_length": {"min_value": 5, "max_value": 9}},
            "Bad",
            ("Verksamhet: texten är 3 tecken lång. Den ska vara minst 5 tecken.", "Skriv ut texten i cellen A9."),
        ),
        (
            "budget",
            "activity",
            {"isin": ["Skola", "Bad"]},
            "Park",
            ("Verksamhet: ”Park” är inte ett av svaren som går att välja.", "Skriv ett av dem i cellen A9: Skola, Bad."),
        ),
        (
            "budget",
            "activity",
            {"str_matches": "^[A-Z]"},
            "bad",
            ("Verksamhet: ”bad” är inte en text av rätt form.", "Skriv en text av rätt form i cellen A9, till exempel Förskola."),
        ),
    ],
)
def test_a_bound_of_a_workspace_is_named(
    full: Town, table: str, field: str, checks: Mapping[str, Any], answer: Any, said: tuple[str, str]
) -> None:
    """Just the one that was broken, whichever check a schema has, and an example from the same workbook."""
    lay_over(full, table, ["UBN"], **{field: {"checks": dict(checks)}})
    first, second = ANSWERS["UBN"][table]
    rows = [{**first, field: answer}, {**second, "cost": 300}]
    [one] = judged(full, {"UBN": full.filled("UBN", {**ANSWERS["UBN"], table: rows})}, [None]).returns
    assert [(message(found, "sv"), fix(found, "sv")) for found in one.findings if found.cell in {"A9", "C9"}] == [said]


def test_forms_of_before_are_let_go() -> None:
    """A watch, or a desk that is open all day, opens a workspace's forms anew each time."""
    first = Forms([standard_folder()])
    assert schema.load_schemas(first) is schema.load_schemas(first)
    gone = weakref.ref(first)
    del first
    for _ in range(10):
        schema.load_schemas(Forms([standard_folder()]))
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_texts_are_looked_at_one_by_one_only_where_pandas_does_not_say_that_they_are_texts(dtype: str) -> None:
    rows, _ = schema.split_schema(schema.Schemas(Forms([standard_folder()])).key("budget"))
    frame = pd.DataFrame({"activity": pd.Series(["Skola"], dtype=dtype), **{name: [1.0] for name in ("revenue", "cost", "net")}})
    due = rows.find_due(frame)
    assert [name for name, column in due.columns.items() if column.dtype is None] == (["activity"] if dtype == "str" else [])
    with pytest.raises(pa.errors.SchemaErrors, match="activity"):
        rows.find_due(other := frame.assign(activity=pd.Series([7], dtype="object"))).validate(other, lazy=True)
    assert [str(column.checks) for column in due.columns.values()] == [str(column.checks) for column in rows.typed.columns.values()]
