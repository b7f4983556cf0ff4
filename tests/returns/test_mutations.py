"""Valid returns, changed by the thousand: nothing crashes or hangs, and no changed answer is taken for another without a word.

A few hundred files every day, and 19,200 in ``make test-long``.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from judging import judge_data
from long_runs import long_run
from mutants import Base, base_of, differences, with_cell
from mutants import written as standing
from styrxl.commands.findings_report import format_json, format_page, format_text
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.rounds import standard_rounds
from styrxl.rounds.desk import Desk, open_desk
from styrxl.rounds.judge_inbox import judge_inbox_quietly, select_board_tables
from styrxl.store.ledger import Ledger
from town import NOW, ROUND, Town

TOGETHER = 40  # files judged in one go
OWNERS = ("UBN", "UBN-ÖST", "KFN")
# No shrinking: a failure names the cells and keeps the file, and to shrink forty files at a time takes longer than to look at it.
EVERY = settings(max_examples=long_run(3, 120), phases=[Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck))


class Bench:
    """What mutants are judged with; the ledger stays open. No dataclass, all of which hypothesis would print."""

    def __init__(
        self, bases: Sequence[Base], desk: Desk, boards: Mapping[str, pd.DataFrame], valid: dict[str, dict[str, pd.DataFrame]]
    ) -> None:
        """Take the valid returns, what they are judged against, and what they hold."""
        self.bases, self.desk, self.boards, self.valid = bases, desk, boards, valid

    def judge(self, files: Sequence[bytes]) -> JudgedRound:
        """Judge files together, and tell of them in every way."""
        named = [(f"inbox/{i}.xlsx", data) for i, data in enumerate(files)]
        judged = judge_data(self.desk, standard_rounds().parse(ROUND), named, NOW, boards=self.boards)
        for language in ("sv", "en"):
            assert format_text(judged, language, {})
            assert format_json(judged, language)
            assert format_page(judged, language, {}, "x", "0B5563")
        return judged


@pytest.fixture(scope="module")
def bench(shared_full: Town) -> Iterator[Bench]:
    """Three valid returns of different forms and languages, and what they hold."""
    with Ledger.open(shared_full.workspace.database) as ledger:
        desk = open_desk(shared_full.workspace, ledger, NOW)
        boards = select_board_tables(judge_inbox_quietly(desk, standard_rounds().parse(ROUND)))
        bases = [
            base_of(owner, shared_full.filled(owner), shared_full.form(owner), shared_full.forms, shared_full.language(owner))
            for owner in OWNERS
        ]
        judged = judge_data(desk, standard_rounds().parse(ROUND), [(f"{base.owner}.xlsx", base.data) for base in bases], NOW, boards=boards)
        assert [r.verdict for r in judged.returns] == ["accepted"] * len(bases)
        yield Bench(bases, desk, boards, {base.owner: _tables(judged, i) for i, base in enumerate(bases)})


@pytest.fixture(autouse=True)
def _no_failure_is_logged() -> Iterator[None]:
    """See to it that the trap that keeps a round going hides no fault of ours from these tests."""
    seen: list[logging.LogRecord] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    keeper = Keeper(logging.ERROR)
    logging.getLogger("styrxl").addHandler(keeper)
    yield
    logging.getLogger("styrxl").removeHandler(keeper)
    assert [record.getMessage() for record in seen] == []


def _tables(judged: JudgedRound, index: int) -> dict[str, pd.DataFrame]:
    return {name: frame[frame["_source"] == index] for name, frame in judged.tables.items() if (frame["_source"] == index).any()}


def _held(tables: Mapping[str, pd.DataFrame], *without: str) -> dict[str, list[dict[Any, str]]]:
    """Return what tables hold, however the other returns that were judged beside it have made their columns."""
    left_out = {"_source", *without}
    return {
        name: [{k: str(v) for k, v in row.items() if k not in left_out and not pd.isna(v)} for row in frame.to_dict("records")]
        for name, frame in tables.items()
    }


def _check(bench: Bench, mutants: Sequence[tuple[Base, bytes]]) -> None:
    """No changed answer is accepted for something else than what is written, without a finding in its row."""
    judged = bench.judge([data for _, data in mutants])
    assert len(judged.returns) == len(mutants)
    for found, (base, data) in zip(judged.returns, mutants, strict=True):
        assert found.verdict in {"accepted", "rejected", "unreadable"}
        if found.verdict == "accepted":
            tables = _tables(judged, found.index)
            if _held(tables) != _held(bench.valid[base.owner]):
                _explained(bench, base, data, found, tables)


def _explained(bench: Bench, base: Base, data: bytes, found: Judged, tables: dict[str, pd.DataFrame]) -> None:
    grids = standing(data)
    told = {(f.sheet or "", f.cell or "") for f in found.findings}
    if grids is None:
        assert found.findings, _kept(data, "accepted without a word though its XML does not hold together")
    else:
        wrong = differences(base, tables, grids, told, bench.desk.workspace.forms.words)
        assert not wrong, _kept(data, "\n".join(wrong))


def _kept(data: bytes, why: str) -> str:
    path = Path(tempfile.gettempdir()) / "styrxl-mutant.xlsx"  # for whoever mends what the test has found
    path.write_bytes(data)
    return f"{why} ({path})"


# bytes


@st.composite
def _bytes(draw: st.DrawFn) -> tuple[int, str, float, float, bytes]:
    operations = st.sampled_from(["flip", "cut", "drop", "insert", "repeat", "zero"])
    place = st.floats(0, 1, exclude_max=True)
    return draw(st.integers(0, len(OWNERS) - 1)), draw(operations), draw(place), draw(place), draw(st.binary(min_size=1, max_size=8))


def _with_bytes(base: Base, operation: str, first: float, second: float, noise: bytes) -> bytes:
    data = base.data
    start, end = sorted((int(first * len(data)), int(second * len(data))))
    near = min(end, start + 1 + len(data) // 50)
    changed: dict[str, Callable[[], bytes]] = {
        "flip": lambda: (
            data[:start]
            + bytes(b ^ (noise[i % len(noise)] or 1) for i, b in enumerate(data[start : start + len(noise)]))
            + data[start + len(noise) :]
        ),
        "cut": lambda: data[:start],
        "drop": lambda: data[:start] + data[near:],
        "insert": lambda: data[:start] + noise + data[start:],
        "repeat": lambda: data[:near] + data[start:],
        "zero": lambda: data[:start] + bytes(near - start) + data[near:],
    }
    return changed[operation]()


@EVERY
@given(st.lists(_bytes(), min_size=TOGETHER, max_size=TOGETHER))
def test_bytes(bench: Bench, changes: list[tuple[int, str, float, float, bytes]]) -> None:
    """A file that was cut off, or in which bytes were changed, on its way."""
    _check(bench, [(bench.bases[i], _with_bytes(bench.bases[i], op, first, second, noise)) for i, op, first, second, noise in changes])


# parts of the zip


@st.composite
def _part(draw: st.DrawFn) -> tuple[int, float, str, float, float, bytes]:
    operations = st.sampled_from(
        ["leave out", "empty", "cut", "flip", "drop a tag", "repeat a tag", "drop an attribute", "digit", "other part", "utf-16"]
    )
    place = st.floats(0, 1, exclude_max=True)
    return (
        draw(st.integers(0, len(OWNERS) - 1)),
        draw(place),
        draw(operations),
        draw(place),
        draw(place),
        draw(st.binary(min_size=1, max_size=3)),
    )


def _with_part(base: Base, which: float, operation: str, first: float, second: float, noise: bytes) -> bytes:
    # Styles say what a number means: with others, it is written otherwise, and no reader could know.
    names = [name for name in base.parts if "styles" not in name and "theme" not in name]
    name = names[int(which * len(names))]
    xml = base.parts[name]
    start, end = int(first * len(xml)), int(second * len(names))
    tag = xml.find(b"<", start)
    close = xml.find(b">", tag)
    whole = 0 <= tag < close
    changed: dict[str, Callable[[], bytes | None]] = {
        "leave out": lambda: None,
        "empty": lambda: b"",
        "cut": lambda: xml[:start],
        "flip": lambda: xml[:start] + noise + xml[start + len(noise) :],
        "drop a tag": lambda: xml[:tag] + xml[close + 1 :] if whole else xml,
        "repeat a tag": lambda: xml[: close + 1] + xml[tag:] if whole else xml,
        "drop an attribute": lambda: _without_attribute(xml, start),
        "digit": lambda: _other_digit(xml, start, noise[0]),
        "other part": lambda: base.parts[names[end]],
        "utf-16": lambda: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    }
    return base.packed({name: changed[operation]()})


def _without_attribute(xml: bytes, start: int) -> bytes:
    equals = xml.find(b'="', start)
    space, end = xml.rfind(b" ", 0, equals), xml.find(b'"', equals + 2)
    return xml[:space] + xml[end + 1 :] if 0 <= space < equals < end and b' s="' not in xml[space:end] else xml


def _other_digit(xml: bytes, start: int, noise: int) -> bytes:
    at = next((i for i in range(start, min(start + 400, len(xml))) if xml[i : i + 1].isdigit()), None)
    if at is None or b' s="' in xml[max(0, at - 6) : at]:
        return xml
    return xml[:at] + str(noise % 10).encode() + xml[at + 1 :]


@EVERY
@given(st.lists(_part(), min_size=TOGETHER, max_size=TOGETHER))
def test_parts(bench: Bench, changes: list[tuple[int, float, str, float, float, bytes]]) -> None:
    """A workbook that some program wrote wrongly, or somebody by hand."""
    bases = [bench.bases[i] for i, *_ in changes]
    _check(bench, [(base, _with_part(base, *change[1:])) for base, change in zip(bases, changes, strict=True)])


# cells

_TYPED = [
    "-", "x", "se bilaga", "1 200,50", "1.200", "1200 tkr", "12 kr", "-5", "−5", "(7)", "1e5", "1E400", "nan", "inf", "1,2,3", "0x10",
    "½", "１２",
    "2027-03-01", "1/3 2027", "3/4/2027", "20270301", "2027-02-30", "46000", "31 februari", "idag",
    "Ja", "ja ", "JA", "j", "Yes", "Nej.", "Kanske", "Förslag", "Beslutad", "1", "2", "3", "4",
    "UBN-M1", "ubn-m1", "KF-M2 Kunskapsresultaten förbättras", "KF-M1; KF-M2", "KF-M99", "UBN-ÖST-M1", "M1", "KF-M1KF-M2",
    "=1+1", "=cmd|' /C calc'!A0", "+46", "@sum", "<script>alert(1)</script>", "{value}", "{0}", "%s", "\\", "'", '"',
    "19811218-9876", "8112189876", " ", "\u00a0", "\u200b", "\ufeff", "å" * 40_000, "a\nb", "a\tb", "_x001B_[31m", "\u202egnp",
]  # fmt: skip
_TEXTS = st.one_of(st.sampled_from(_TYPED), st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=30))
_NUMBERS = st.one_of(
    st.integers(-(10**16), 10**16), st.floats(), st.integers(2020, 2040), st.integers(45_000, 47_500), st.floats(-1e6, 1e6)
)


@st.composite
def _cell(draw: st.DrawFn) -> str:
    kind = draw(
        st.sampled_from(
            ["text", "text", "shown", "number", "number", "truth", "error", "formula", "formula text", "uncalculated", "nothing"]
        )
    )
    if kind in {"text", "formula text", "shown"}:
        text = escape(draw(_TEXTS))
        if kind == "text":
            return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is>'
        if kind == "shown":
            runs = "".join(f'<r><rPr><b/></rPr><t xml:space="preserve">{part}</t></r>' for part in (text[:3], text[3:]))
            return f' t="inlineStr"><is>{runs}</is>'
        return f' t="str"><f>A1</f><v>{text}</v>'
    written: dict[str, Callable[[], str]] = {
        "number": lambda: f"><v>{draw(_NUMBERS)!r}</v>",
        "truth": lambda: f' t="b"><v>{draw(st.sampled_from("01"))}</v>',
        "error": lambda: f' t="e"><v>{draw(st.sampled_from(["#REF!", "#DIV/0!", "#N/A", "#NAME?"]))}</v>',
        "formula": lambda: f"><f>A1+1</f><v>{draw(_NUMBERS)!r}</v>",
        "uncalculated": lambda: "><f>A1+1</f><v></v>",
        "nothing": lambda: ">",
    }
    return written[kind]()


_CHANGES = st.tuples(
    st.integers(0, len(OWNERS) - 1), st.lists(st.tuples(st.floats(0, 1, exclude_max=True), _cell()), min_size=1, max_size=3)
)


def _with_cells(base: Base, cells: Sequence[tuple[float, str]]) -> bytes:
    places = base.answers()
    changed = dict(base.parts)
    for which, cell in cells:
        part, row, column = places[int(which * len(places))]
        changed[part] = with_cell(changed[part], row, column, cell)
    return base.packed(changed)


@EVERY
@given(st.lists(_CHANGES, min_size=TOGETHER, max_size=TOGETHER))
def test_cells(bench: Bench, changes: list[tuple[int, list[tuple[float, str]]]]) -> None:
    """Whatever people may type, paste or compute in the cells that they are to fill in, validations or not."""
    _check(bench, [(bench.bases[i], _with_cells(bench.bases[i], cells)) for i, cells in changes])


# sheets and headings


@st.composite
def _layout(draw: st.DrawFn) -> tuple[int, str, float, float, str]:
    operations = st.sampled_from(["rename", "hide", "swap headings", "change heading", "drop row", "swap rows", "drop column", "move"])
    place = st.floats(0, 1, exclude_max=True)
    return draw(st.integers(0, len(OWNERS) - 1)), draw(operations), draw(place), draw(place), draw(_TEXTS)


def _with_layout(base: Base, operation: str, first: float, second: float, text: str) -> bytes:
    spot = base.spots[int(first * len(base.spots))]
    part = base.sheet_parts[spot.place.sheet]
    xml, book = base.parts[part], base.parts["xl/workbook.xml"]
    name = f'name="{escape(spot.place.sheet)}"'.encode("ascii", "xmlcharrefreplace")
    fields = list(spot.place.columns)
    chosen, other = fields[int(second * len(fields))], fields[int(second * 7919) % len(fields)]
    rows = {field: spot.place.downwards.get(field, spot.place.heading_row) for field in fields}
    shift = 1 if spot.place.downwards else 0
    inline = ' t="inlineStr"><is><t>{}</t></is>'
    at = {field: (rows[field], spot.place.columns[field] - shift) for field in fields}
    if operation == "rename":
        return base.packed({"xl/workbook.xml": book.replace(name, f'name="{escape(text[:31], {chr(34): "&quot;"})}"'.encode(), 1)})
    if operation == "hide":
        return base.packed({"xl/workbook.xml": book.replace(name, name + b' state="veryHidden"', 1)})
    if operation == "swap headings":
        heading = spot.place.headings
        swapped = with_cell(xml, *at[chosen], inline.format(escape(heading[other])))
        return base.packed({part: with_cell(swapped, *at[other], inline.format(escape(heading[chosen])))})
    if operation == "change heading":
        return base.packed({part: with_cell(xml, *at[chosen], inline.format(escape(text)))})
    return base.packed({part: _with_rows(xml, operation, second)})


def _with_rows(xml: bytes, operation: str, place: float) -> bytes:
    head, *rows = xml.split(b"<row ")
    last, tail = rows[-1].split(b"</row>", 1) if b"</row>" in rows[-1] else (rows[-1], b"")
    rows[-1] = last + b"</row>" if tail else last
    which = int(place * len(rows))
    if operation == "drop row":
        rows.pop(which)
    elif operation == "swap rows":
        rows[which], rows[-1] = rows[-1], rows[which]
    elif operation == "move":  # down, as when rows are put in above the table
        return _moved(xml, 1 + which)
    else:
        letter = "ABCDEFGH"[int(place * 8)]
        return re.sub(rf'<c r="{letter}\d+"[^>]*?(?:/>|>.*?</c>)'.encode(), b"", xml, flags=re.DOTALL)
    return head + b"".join(b"<row " + row for row in rows) + tail


def _moved(xml: bytes, by: int) -> bytes:
    moved = re.sub(rb'<row r="(\d+)"', lambda m: b'<row r="%d"' % (int(m[1]) + by), xml)
    return re.sub(rb'<c r="([A-Z]+)(\d+)"', lambda m: b'<c r="%s%d"' % (m[1], int(m[2]) + by), moved)


@EVERY
@given(st.lists(_layout(), min_size=TOGETHER, max_size=TOGETHER))
def test_sheets_and_headings(bench: Bench, changes: list[tuple[int, str, float, float, str]]) -> None:
    """Sheets renamed and hidden, headings changed and swapped, rows and columns moved and lost: no answer is lost without a word."""
    mutants = [(bench.bases[i], _with_layout(bench.bases[i], op, first, second, text), op) for i, op, first, second, text in changes]
    judged = bench.judge([data for _, data, _ in mutants])
    for found, (base, data, operation) in zip(judged.returns, mutants, strict=True):
        if (
            found.verdict == "accepted"
            and not found.findings
            and operation not in {"swap headings", "drop row", "drop column", "swap rows"}
        ):
            tables = _tables(judged, found.index)
            assert _held(tables, "_row", "_sheet") == _held(bench.valid[base.owner], "_row", "_sheet"), _kept(data, operation)
