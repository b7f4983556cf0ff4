"""What is kept from one command to the next: never another result, and never trusted when anything but the returns' order is new."""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from importlib import metadata
from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from long_runs import long_run
from styrxl.model.catalogue import Word
from styrxl.model.findings import finding
from styrxl.model.form_files import Forms
from styrxl.model.limits import STANDARD, Limits
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.read import FormKey, Reading, ReturnReader
from styrxl.returns.tables import RowIds, Table, TablePlace, TypedColumns
from styrxl.sample.faults.plan import break_return
from styrxl.scale import cache, cache_key, read_all
from styrxl.scale.cache import Cache, open_cache
from styrxl.scale.cache_key import make_cache_key
from styrxl.scale.pack import BUNDLE_SIZE, BrokenReadingsError, pack_readings, unpack_readings
from styrxl.store.workspace import CACHE_FOLDER
from town import ROUND, Town

FORMS = Forms([standard_folder()])
FORM = FORMS.form("unit_plan", None, "plan")
CELLS = st.one_of(
    st.text(),
    st.floats(allow_nan=False),
    st.integers(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.just("\ud800"),  # half a letter, which a workbook may hold
)


@pytest.fixture(autouse=True)
def _always_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what few returns hold as well."""
    monkeypatch.setattr(read_all, "CACHED_FROM", 1)


@pytest.fixture
def never_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the returns that are read from now on."""
    names: list[str] = []
    read = ReturnReader.read

    def noted(self: ReturnReader, data: bytes, path: str = "") -> Reading:
        if path.startswith("inbox"):
            names.append(Path(path).name)
        return read(self, data, path)

    monkeypatch.setattr(ReturnReader, "read", noted)
    return names


def report(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(town.run("validate", "--jobs", "1", "--format", "json", expect=None).stdout)
    return found


def kept(town: Town) -> Path:
    [path] = (town.root / CACHE_FOLDER).glob("*.readings")
    return path


def reading(value: Any) -> Reading:
    place = TablePlace("commitments", "Åtaganden", 4, {"text": 2}, {"text": "Åtagande"})
    table = Table(place, FORM.sheet("commitments"), (5, 7), {"text": [value, "x"]}, RowIds.of((5,), (value,)), {("text", 7): "#REF!"})
    told = finding("unknown-column", sheet="Åtaganden", cell="K4", value=value, heading="Egen", what=Word("a_date", {"n": [1, 2.5]}))
    return Reading((told,), {"form": "unit_plan"}, True, FormKey("unit_plan", None, None, ""), "sv", (table,), (told,))


def rows_of(values: list[Any], heading_row: int) -> Reading:
    place = TablePlace("commitments", "Åtaganden", heading_row, {"text": 2}, {"text": "Åtagande"})
    rows = tuple(range(9, 9 + len(values)))
    made = TypedColumns(2027, {"text": [None if v == "" else v for v in values], "start": [None] * len(values)})
    table = Table(place, FORM.sheet("commitments"), rows, {"text": values}, RowIds.of(rows, values), typed=made)
    return Reading((), {"form": "unit_plan"}, False, FormKey("unit_plan", None, None, ""), "sv", (table,))


@given(CELLS)
def test_a_reading_comes_back_as_it_was(value: Any) -> None:
    """Whatever a cell holds, and of the same type."""
    made = reading(value)
    [again] = unpack_readings(pack_readings([made]), FORMS)

    assert again == made
    assert type(again.tables[0].columns["text"][0]) is type(value)


@given(st.lists(st.lists(CELLS, max_size=3), max_size=5))
def test_readings_that_are_packed_together_come_back_each_as_it_was(values: list[list[Any]]) -> None:
    """Those that stand alike, with as many rows as each has, and one that stands elsewhere between them."""
    made = [rows_of(some, heading_row=4 + (n == 1)) for n, some in enumerate(values)]

    assert unpack_readings(pack_readings(made), FORMS) == made


@pytest.mark.parametrize(
    "name, change",
    [
        ("rows", lambda raw: raw[1][0][2].append(9)),
        ("columns", lambda raw: raw[1][0][3]["text"].append("y")),
        ("count", lambda raw: raw[2][0][-1][0].__setitem__(1, 3)),
        ("fewer", lambda raw: raw[2][0][-1][0].__setitem__(1, 1)),
        ("group", lambda raw: raw[2][0][-1][0].__setitem__(0, 7)),
        ("form", lambda raw: raw[0].__setitem__(0, ["nothing", None, None])),
        ("shape", lambda raw: raw.append([])),
    ],
)
def test_readings_that_do_not_hold_together_are_none(name: str, change: Callable[[Any], object]) -> None:
    """Whoever wrote them: a value would else stand in another's row."""
    raw = json.loads(zlib.decompress(pack_readings([reading("x")])))
    assert unpack_readings(zlib.compress(json.dumps(raw).encode()), FORMS), name
    change(raw)

    with pytest.raises(BrokenReadingsError):
        unpack_readings(zlib.compress(json.dumps(raw).encode()), FORMS)


@pytest.mark.parametrize("value", [datetime(2027, 1, 2, 3, 4, 5, 6), date(2027, 1, 2), time(1, 2, 3), timedelta(days=-1, seconds=5)])  # noqa: DTZ001 -- Excel's have none
def test_times_keep_their_kind(value: Any) -> None:
    assert type(unpack_readings(pack_readings([reading(value)]), FORMS)[0].tables[0].columns["text"][0]) is type(value)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_reading(data: bytes) -> None:
    with pytest.raises(BrokenReadingsError):
        unpack_readings(data, FORMS)


def test_the_second_time_nothing_is_read_and_all_is_the_same(full: Town, never_read: list[str]) -> None:
    first = report(full)
    assert sorted(never_read) == ["KFN-BIB.xlsx", "KFN.xlsx", "UBN-ÅBY.xlsx", "UBN-ÖST.xlsx", "UBN.xlsx"]
    never_read.clear()

    assert report(full) == first
    assert never_read == []


def test_workbooks_for_readers_are_the_same_bytes(full: Town) -> None:
    full.run("consolidate", ROUND)
    first = (full.root / "council" / f"{ROUND}.xlsx").read_bytes()
    full.run("consolidate", ROUND)

    assert (full.root / "council" / f"{ROUND}.xlsx").read_bytes() == first


def test_what_has_changed_is_read_and_nothing_else(full: Town, never_read: list[str]) -> None:
    """Also where it has the same name, size and time as before."""
    report(full)
    path = full.inbox / "UBN-ÖST.xlsx"
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1:] = b"\x01"  # the zip's comment is said to be longer than it is: the same size, and damaged
    path.write_bytes(bytes(data))
    os.utime(path, (before.st_atime, before.st_mtime))
    never_read.clear()
    report(full)

    assert never_read == ["UBN-ÖST.xlsx"]


def test_a_renamed_return_is_known(full: Town, never_read: list[str]) -> None:
    report(full)
    never_read.clear()
    (full.inbox / "UBN-ÖST.xlsx").rename(full.inbox / "Östra.xlsx")

    assert "inbox/2027-plan/Östra.xlsx" in {workbook["path"] for workbook in report(full)["workbooks"]}
    assert never_read == []


def test_it_may_be_deleted(full: Town) -> None:
    first = report(full)
    shutil.rmtree(full.root / CACHE_FOLDER)

    assert report(full) == first


def test_what_no_longer_lies_in_the_inbox_is_let_go(full: Town) -> None:
    report(full)
    before = kept(full).stat().st_size
    (full.inbox / "UBN.xlsx").unlink()
    report(full)

    assert kept(full).stat().st_size < before


def test_another_form_or_schema_is_another_key(tmp_path: Path) -> None:
    """So are other limits; what the workspace has of its own counts, over the standard."""
    plain = make_cache_key(FORMS, STANDARD)
    for kind, stem in (("sheets", "unit_plan"), ("schemas", "goals"), ("sheets", "words")):
        own = tmp_path / kind
        own.mkdir(exist_ok=True)
        text = (standard_folder() / kind / f"{stem}.yaml").read_text("utf-8")
        (own / f"{stem}.yaml").write_text(text + "\n# mine\n", "utf-8")
        changed = make_cache_key(Forms([standard_folder(), tmp_path]), STANDARD)
        assert changed != plain
        (own / f"{stem}.yaml").unlink()

    assert make_cache_key(Forms([standard_folder(), tmp_path]), STANDARD) == plain
    assert make_cache_key(FORMS, Limits(rows=7)) != plain


def test_what_was_issued_is_another_key_once_the_form_is_another(tmp_path: Path) -> None:
    """As it is now it is read in the same way whether it was issued or not."""
    school = FORMS.edition("unit_plan", "skola")
    issued = {school.id: school.to_json()}
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "unit_plan.skola.yaml").write_text("title: {sv: Arbetsplan, en: Plan of work}\n", "utf-8")
    own = [standard_folder(), tmp_path]
    assert make_cache_key(Forms([standard_folder()], issued), STANDARD) == make_cache_key(FORMS, STANDARD)
    assert make_cache_key(Forms(own, issued), STANDARD) != make_cache_key(Forms(own), STANDARD)


def test_another_form_is_read_by_it(full: Town, never_read: list[str]) -> None:
    """A heading that the workspace renames is missed in returns that were read before."""
    report(full)
    never_read.clear()
    (full.root / "sheets").mkdir()
    text = (standard_folder() / "sheets" / "unit_plan.yaml").read_text("utf-8")
    (full.root / "sheets" / "unit_plan.yaml").write_text(text + "\n# another form\n", "utf-8")
    report(full)

    assert len(never_read) == 5


def test_a_program_is_known_by_what_it_reads_and_checks_with() -> None:
    """What one version of pandera says need not be what another does."""
    assert all(f"{name} {metadata.version(name)}" in cache_key.describe_program() for name in ("python-calamine", "pandera"))


def test_another_program_reads_anew(full: Town, never_read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    report(full)
    never_read.clear()
    monkeypatch.setattr(cache_key, "describe_program", lambda: "another")
    report(full)

    assert len(never_read) == 5


@pytest.mark.parametrize("at", [0, 5, 20, 30, 200, 1000, -500, -1][:: long_run(2, 1)])
@pytest.mark.parametrize("how", ["cut", "turned", "filled"])
def test_damage_changes_nothing(full: Town, at: int, how: str) -> None:
    first = report(full)
    path = kept(full)
    data = bytearray(path.read_bytes())
    if how == "cut":
        del data[at:]
    elif how == "turned":
        data[at] ^= 0xFF
    else:
        data[at : at + 64] = os.urandom(64)
    path.write_bytes(bytes(data))

    assert report(full) == first


def test_a_forged_reading_says_nothing_more_than_values(tmp_path: Path) -> None:
    """There is nothing in it that could be run."""
    forged = Cache(tmp_path / "x.readings", "key", FORMS)
    forged.add_packed([f"{n:064}" for n in range(BUNDLE_SIZE)], b"cposix\nsystem\n(S'false'\ntR.")
    forged.save(f"{n:064}" for n in range(BUNDLE_SIZE))
    opened = Cache(tmp_path / "x.readings", "key", FORMS)

    assert len(opened) == BUNDLE_SIZE
    assert opened.get("0" * 64) is None
    assert len(opened) == 0


def many(path: Path, numbers: Iterable[int], wanted: Iterable[int]) -> Cache:
    """Keep readings of some contents beside those that are kept, and of all of them those that are wanted."""
    made = Cache(path, "key", FORMS)
    for n in numbers:
        made.add(f"{n:064}", reading(n))
    made.save(f"{n:064}" for n in wanted)
    return Cache(path, "key", FORMS)


def numbers_in(path: Path) -> list[list[Any]]:
    """Return of which contents readings lie in a file, wanted or not."""
    with path.open("rb") as file:
        file.readline()
        bundles = json.loads(file.read(int.from_bytes(file.read(8), "big")))["bundles"]
        packed = [file.read(length) for length, _ in bundles]
    return [[one.tables[0].columns["text"][0] for one in unpack_readings(data, FORMS)] for data in packed]


@pytest.fixture
def by_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "BUNDLE_SIZE", 10)
    monkeypatch.setattr(cache, "SMALL_BUNDLE", 4)


@pytest.mark.usefixtures("by_ten")
def test_where_a_few_are_replaced_the_others_stay_as_they_lie(tmp_path: Path) -> None:
    """Until more than a quarter of those that lie together have been."""
    path = tmp_path / "x.readings"
    many(path, range(20), range(20))
    assert numbers_in(path) == [[*range(10)], [*range(10, 20)]]

    many(path, [20, 21], [*range(2, 22)])
    assert numbers_in(path) == [[*range(10)], [*range(10, 20)], [20, 21]]
    many(path, [22], [*range(2, 20), 21, 22])
    assert numbers_in(path) == [[*range(10)], [*range(10, 20)], [21, 22]]
    opened = many(path, [20, 23], [*range(4, 24)])
    assert numbers_in(path) == [[*range(10, 20)], [*range(4, 10), 21, 22, 20, 23]]
    assert [opened.get(f"{n:064}") for n in range(24)] == [None] * 4 + [reading(n) for n in range(4, 24)]


@pytest.mark.usefixtures("by_ten")
def test_of_what_was_taken_away_nothing_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.readings"
    many(path, range(20), range(20))
    opened = many(path, (), [n for n in range(20) if n != 13])

    assert numbers_in(path) == [[*range(10)], [n for n in range(10, 20) if n != 13]]
    assert opened.get(f"{13:064}") is None


@pytest.mark.usefixtures("by_ten")
def test_what_is_expected_is_unpacked_once_whatever_the_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = many(tmp_path / "x.readings", range(20), range(20))
    times: list[int] = []

    def noted(data: bytes, forms: Forms) -> list[Reading]:
        times.append(len(data))
        return unpack_readings(data, forms)

    monkeypatch.setattr(cache, "unpack_readings", noted)
    order = [*range(0, 20, 2), *range(19, 0, -2)]
    opened.expect(f"{n:064}" for n in order)

    assert [opened.get(f"{n:064}") for n in order] == [reading(n) for n in order]
    assert len(times) == 2
    assert opened.get(f"{3:064}") == reading(3)


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes of one file, and in files."""
    monkeypatch.setattr(cache, "LARGEST_FILE", 1000)
    monkeypatch.setattr(cache, "SMALL_BUNDLE", 1)
    for number in range(12):
        one = open_cache(tmp_path, str(number), FORMS, STANDARD)
        for n in range(10):
            one.add_packed([f"{n:064}"], bytes(300))
        one.save(f"{n:064}" for n in range(10))
        assert len(open_cache(tmp_path, str(number), FORMS, STANDARD)) == 3

    assert len(list((tmp_path / CACHE_FOLDER).iterdir())) <= cache.FILES_KEPT


def test_where_nothing_can_be_kept_nothing_is(full: Town) -> None:
    rmtree(full.root / CACHE_FOLDER)  # where the plan was kept
    (full.root / CACHE_FOLDER).write_text("in the way", "utf-8")
    first = report(full)

    assert first["summary"]["accepted"] == 5


@pytest.mark.parametrize("name", ["personal-identity-number", "wrong-type", "ambiguous-value", "not-in-list"])
@pytest.mark.parametrize("owner", ["UBN-ÖST", "UBN"])
def test_what_typing_made_comes_back_as_it_was(full: Town, owner: str, name: str) -> None:
    """Columns that it left alone, those that it changed, and what it remarked on."""
    data, _ = break_return(name, full.filled(owner), full.form(owner), full.language(owner))
    with ReturnReader(full.forms) as readings:
        made = readings.read(data)
    [again] = unpack_readings(pack_readings([made]), full.forms)

    assert name in {remark.rule for table in again.tables if table.typed for remark in table.typed.remarks}
    assert again == made
