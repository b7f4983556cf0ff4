"""What is kept from one command to the next: never another result, and never trusted when anything but the returns' order is new."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, datetime, time, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl import cache, gather
from styrxl.cache import FOLDER, Cache, cache_of, key_of
from styrxl.compact import BrokenError, packed, unpacked
from styrxl.faults import break_return
from styrxl.findings import Word, finding
from styrxl.forms import Forms, standard_folder
from styrxl.limits import STANDARD, Limits
from styrxl.locate import Ids, Place, Table
from styrxl.reading import Reading, Readings
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
    monkeypatch.setattr(gather, "KEPT", 1)


@pytest.fixture
def never_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the returns that are read from now on."""
    names: list[str] = []
    read = Readings.read

    def noted(self: Readings, data: bytes, path: str = "") -> Reading:
        if path.startswith("inbox"):
            names.append(Path(path).name)
        return read(self, data, path)

    monkeypatch.setattr(Readings, "read", noted)
    return names


def report(town: Town) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(town.run("validate", "--jobs", "1", "--format", "json", expect=None).stdout)
    return found


def kept(town: Town) -> Path:
    [path] = (town.root / FOLDER).glob("*.readings")
    return path


def reading(value: Any) -> Reading:
    place = Place("commitments", "Åtaganden", 4, {"text": 2}, {"text": "Åtagande"})
    table = Table(place, FORM.sheet("commitments"), (5, 7), {"text": [value, "x"]}, Ids.of((5,), (value,)), {("text", 7): "#REF!"})
    told = finding("unknown-column", sheet="Åtaganden", cell="K4", value=value, heading="Egen", what=Word("a_date", {"n": [1, 2.5]}))
    return Reading((told,), {"form": "unit_plan"}, True, ("unit_plan", None, None), "sv", (table,), (told,))


@given(CELLS)
def test_a_reading_comes_back_as_it_was(value: Any) -> None:
    """Whatever a cell holds, and of the same type."""
    made = reading(value)
    again = unpacked(packed(made), FORMS)

    assert again == made
    assert type(again.tables[0].columns["text"][0]) is type(value)


@pytest.mark.parametrize("value", [datetime(2027, 1, 2, 3, 4, 5, 6), date(2027, 1, 2), time(1, 2, 3), timedelta(days=-1, seconds=5)])  # noqa: DTZ001 -- Excel's have none
def test_times_keep_their_kind(value: Any) -> None:
    assert type(unpacked(packed(reading(value)), FORMS).tables[0].columns["text"][0]) is type(value)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_reading(data: bytes) -> None:
    with pytest.raises(BrokenError):
        unpacked(data, FORMS)


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
    shutil.rmtree(full.root / FOLDER)

    assert report(full) == first


def test_what_no_longer_lies_in_the_inbox_is_let_go(full: Town) -> None:
    report(full)
    before = kept(full).stat().st_size
    (full.inbox / "UBN.xlsx").unlink()
    report(full)

    assert kept(full).stat().st_size < before


def test_another_form_or_schema_is_another_key(tmp_path: Path) -> None:
    """So are other limits; what the workspace has of its own counts, over the standard."""
    plain = key_of(FORMS, STANDARD)
    for kind, stem in (("sheets", "unit_plan"), ("schemas", "goals"), ("sheets", "words")):
        own = tmp_path / kind
        own.mkdir(exist_ok=True)
        text = (standard_folder() / kind / f"{stem}.yaml").read_text("utf-8")
        (own / f"{stem}.yaml").write_text(text + "\n# mine\n", "utf-8")
        changed = key_of(Forms([standard_folder(), tmp_path]), STANDARD)
        assert changed != plain
        (own / f"{stem}.yaml").unlink()

    assert key_of(Forms([standard_folder(), tmp_path]), STANDARD) == plain
    assert key_of(FORMS, Limits(rows=7)) != plain


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
    assert all(f"{name} {metadata.version(name)}" in cache.program() for name in ("python-calamine", "pandera"))


def test_another_program_reads_anew(full: Town, never_read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    report(full)
    never_read.clear()
    monkeypatch.setattr(cache, "program", lambda: "another")
    report(full)

    assert len(never_read) == 5


@pytest.mark.parametrize("at", [0, 5, 20, 30, 200, 1000, -500, -1])
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
    forged = Cache(tmp_path / "x.readings", "key")
    forged.put("0" * 64, b"cposix\nsystem\n(S'false'\ntR.")
    forged.save(["0" * 64])

    assert Cache(tmp_path / "x.readings", "key").get("0" * 64, FORMS) is None


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes of one file, and in files."""
    monkeypatch.setattr(cache, "MOST", 1000)
    for number in range(12):
        one = cache_of(tmp_path, str(number), FORMS, STANDARD)
        for n in range(10):
            one.put(f"{n:064}", bytes(300))
        one.save(f"{n:064}" for n in range(10))
        assert len(cache_of(tmp_path, str(number), FORMS, STANDARD)) == 3

    assert len(list((tmp_path / FOLDER).iterdir())) <= cache.FILES


def test_where_nothing_can_be_kept_nothing_is(full: Town) -> None:
    (full.root / FOLDER).write_text("in the way", "utf-8")
    first = report(full)

    assert first["summary"]["accepted"] == 5


@pytest.mark.parametrize("name", ["personal-identity-number", "wrong-type", "ambiguous-value", "not-in-list"])
@pytest.mark.parametrize("owner", ["UBN-ÖST", "UBN"])
def test_what_typing_made_comes_back_as_it_was(full: Town, owner: str, name: str) -> None:
    """Columns that it left alone, those that it changed, and what it remarked on."""
    data, _ = break_return(name, full.filled(owner), full.form(owner), full.language(owner))
    with Readings(full.forms) as readings:
        made = readings.read(data)
    again = unpacked(packed(made), full.forms)

    assert name in {remark.rule for table in again.tables if table.typed for remark in table.typed.remarks}
    assert again == made
