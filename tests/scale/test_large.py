"""What very large rounds ask of us, each in small: limits that grow with the plan, memory that is let go of, files that are streamed."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

import bombs
from styrxl.model.form_files import Forms
from styrxl.model.limits import CELLS, MB, OWN_ROWS, STANDARD, limits_of_council_plan, limits_of_returns
from styrxl.model.standard_folder import standard_folder
from styrxl.returns.columns import ColumnSlice, TextPool, join_slices
from styrxl.returns.package import sheet_xml
from styrxl.returns.package.unpack import Package
from styrxl.returns.workbook import read_workbook
from styrxl.rounds.issue import build_empty_plan
from styrxl.validation import examine
from town import Town

FORMS = Forms([standard_folder()])


def test_the_councils_own_plan_has_room_for_a_national_collection() -> None:
    of_plan = limits_of_council_plan(STANDARD)
    columns = len(FORMS.form("multi_year_plan").sheet("organisation").columns) + 1  # and Kontroll
    assert of_plan.rows > OWN_ROWS >= 100_000
    assert OWN_ROWS * columns <= CELLS
    assert (of_plan.seconds, of_plan.columns, of_plan.macros) == (STANDARD.seconds, STANDARD.columns, STANDARD.macros)


def test_a_return_has_room_for_each_unit_that_there_is() -> None:
    assert limits_of_returns(STANDARD, 100) == STANDARD
    assert limits_of_returns(STANDARD, 30_000).rows > 30_000


def test_of_the_plan_only_what_is_asked_for_is_read(shared_planned: Town) -> None:
    found, _ = read_workbook(build_empty_plan(shared_planned.workspace), ordinary_only=True, ordinary_mb=200, skip=lambda _: {"_listor"})
    assert found is not None
    assert not found.mixed
    assert not {sheet.name: sheet.rows for sheet in found.sheets}["_listor"]


def _large(comment: bytes = b"") -> bytes:
    """Return a workbook of ten megabytes, most of it formulas and empty cells."""
    formula = b"<f>" + b"A1+" * 300 + b"1</f>"
    rows = (
        bombs.row(n, f'<c r="A{n}"><v>{n}</v></c><c r="B{n}">{formula.decode()}<v>2</v></c><c r="C{n}" s="1"/>')
        + (comment if n == 5 else b"")
        for n in range(1, 10_000)
    )
    return bombs.workbook({"A": rows})


@pytest.mark.parametrize("comment", [b"", b"<!-- a comment -->"])
def test_a_large_sheet_of_our_own_is_read_as_any_other(comment: bytes) -> None:
    data = _large(comment)
    own, strange = read_workbook(data, ordinary_only=True, ordinary_mb=200)[0], read_workbook(data)[0]
    assert own is not None
    assert own == strange
    assert own.sheets[0].rows[:2] == [[1.0, 2.0], [2.0, 2.0]]


def test_a_large_sheet_of_our_own_is_never_there_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    longest: list[int] = []
    strip_sheet = sheet_xml.strip_sheet

    def noted(xml: bytes) -> bytes:
        longest.append(len(xml))
        return strip_sheet(xml)

    monkeypatch.setattr(sheet_xml, "strip_sheet", noted)
    read_workbook(_large(), ordinary_only=True, ordinary_mb=200)
    assert len(longest) > 5
    assert max(longest) < 3 * MB


def test_what_is_unpacked_little_by_little_is_what_was_packed() -> None:
    cells = "".join(f'<c r="A{n}"><v>{n * 7919 % 1_000_003}</v></c>' for n in range(1, 300_000))
    content = f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", how) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", content)
        assert Package(buffer.getvalue(), STANDARD).sheet("xl/worksheets/sheet1.xml") == content


def test_equal_texts_are_kept_once_as_long_as_they_repeat_themselves() -> None:
    alike, words = TextPool(), [f"{n} " * 3 for n in range(5)]
    first = list(alike.share([*words, 1.0, None, ""]))
    again = list(alike.share([f"{n} " * 3 for n in range(5)]))
    assert first == [*words, 1.0, None, ""]
    assert all(one is other for one, other in zip(first, again, strict=False))
    sentences = TextPool()
    texts = [f"sentence {n}" for n in range(3000)]
    assert list(sentences.share(texts)) == texts
    assert not sentences.known


def test_a_returns_columns_are_those_that_it_has() -> None:
    columns = ColumnSlice({"a": [1, 2, 3, 4], "b": [5, 6, 7, 8]}, ("a",), 1, 3)
    assert dict(columns) == {"a": [2, 3]}
    assert columns.get("b") is None
    assert columns == {"a": [2, 3]}


def test_columns_that_lie_one_after_the_other_are_taken_at_once() -> None:
    """Not those of another whole, nor those with others between them."""
    whole, other = {"a": [1, 2, 3, 4]}, {"a": [5, 6]}
    some = [ColumnSlice(whole, ("a",), start, start + 1) for start in (0, 1, 3)]
    found = list(join_slices([(some[0], 1), (some[1], 1), (other, 2), (some[2], 1)]))
    assert [dict(one) for one in found] == [{"a": [1, 2]}, {"a": [5, 6]}, {"a": [4]}]
    assert [dict(one) for one in join_slices([(some[0], 1), (some[2], 1)])] == [{"a": [1]}, {"a": [4]}]
    assert [*join_slices([])] == []


@pytest.mark.parametrize("where", ["check_conditions", "check_ids"])
def test_a_return_that_makes_the_program_fail_is_found_among_those_laid_together(
    where: str, shared_full: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [(owner, shared_full.filled(owner)) for owner in ("UBN", "KFN", "UBN-ÅBY")]
    fine = shared_full.judge(*files)
    inner = getattr(examine, where)

    def failing(first: Any, *others: Any) -> Any:
        sources = others[:1] if where == "check_ids" else first.batch.source
        if 1 in sources:
            raise RuntimeError("this one")
        return inner(first, *others)

    monkeypatch.setattr(examine, where, failing)
    judged = shared_full.judge(*files)
    assert [r.verdict for r in judged.returns] == [fine.returns[0].verdict, "unreadable", fine.returns[2].verdict]
    assert [judged.returns[n] == fine.returns[n] for n in (0, 2)] == [True, True]
    left = {name: frame[frame["_source"] != 1].reset_index(drop=True) for name, frame in fine.tables.items()}
    assert all(frame.equals(left[name]) for name, frame in judged.tables.items())
