"""What a file may be: bombs, kinds, locks, macros, links, and the process in which odd files are read."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from openpyxl import Workbook

import bombs
from styrxl.excel.archive import zip_parts
from styrxl.model.findings import Finding, finding, message
from styrxl.model.limits import STANDARD, Limits
from styrxl.returns import isolated, process_watch
from styrxl.returns.isolated import IsolatedReader
from styrxl.returns.package.marks import SheetMarks
from styrxl.returns.package.unpack import NotOrdinaryError
from styrxl.returns.workbook import ReturnedWorkbook, SheetCells, read_workbook
from styrxl.sample import ods
from styrxl.sample.opened import save_workbook
from town import Town
from unixless import make_unixless
from workbook_parts import read_parts

# What becomes of each: the finding (rule, sheet, cell, why), or the rows that were read.
BOMBS: Mapping[str, tuple[str, str | None, str | None, str] | list[int]] = {
    "10 GB, and says so": ("oversized-workbook", None, None, "too_much_unpacked"),
    "10 GB, and says 2 kB": ("unreadable-workbook", None, None, "damaged"),
    "1,048,576 styled rows": [1],
    "1,048,576 filled rows": ("oversized-workbook", "Svar", "A20001", "too_far_down"),
    "16,384 columns with values": ("oversized-workbook", "Svar", "SG1", "too_far_right"),
    "16,384 styled columns": [0],
    "10,000 sheets": ("oversized-workbook", None, None, "too_many_parts"),
    "10,000 sheets, one part": ("oversized-workbook", None, None, "too_many_sheets"),
    "the first cell and the last": ("oversized-workbook", "Svar", "XFD1048576", "too_far_down"),
    "the same, written oddly": ("oversized-workbook", "Svar", "XFD1048576", "too_far_down"),
    "cells without places": ("oversized-workbook", None, None, "packed_too_hard"),
    "a false dimension": [1],
    "60,000 parts": ("oversized-workbook", None, None, "too_many_parts"),
    "a billion laughs": ("unreadable-workbook", None, None, "has_entities"),
}


@pytest.fixture(scope="module")
def patient_reader() -> Iterator[IsolatedReader]:
    """Read with the standard limits, but for as long as a busy machine takes."""
    with IsolatedReader(replace(STANDARD, seconds=120)) as reader:
        yield reader


@pytest.mark.parametrize("name", bombs.MADE)
def test_a_bomb_is_told(patient_reader: IsolatedReader, name: str) -> None:
    """One after the other, as they would be in an inbox; how much time and memory that takes, the benchmark says."""
    returned, found = patient_reader.read(bombs.MADE[name]())
    expected = BOMBS[name]
    if isinstance(expected, list):
        assert returned is not None
        assert ([len(sheet.rows) for sheet in returned.sheets], found) == (expected, ())
    else:
        assert (returned, [(f.rule, f.sheet, f.cell, f.facts["why"].key) for f in found]) == (None, [expected])


def test_an_answer_after_a_mass_of_empty_cells_is_not_lost() -> None:
    """It cannot be left out with them, and they are too many to be read: the file is told to be too large."""
    empty = (bombs.row(n, "".join(f'<c r="{bombs.letters(c)}{n}" s="1"/>' for c in range(1, 101))) for n in range(2, 9000))
    data = bombs.workbook({"Svar": [bombs.FIRST, *empty, bombs.row(9001, '<c r="A9001"><v>1</v></c>')]})
    returned, [found] = read_workbook(data, STANDARD)
    assert returned is None
    assert message(found, "sv").endswith("mellan svaren finns mängder av tomma formaterade celler.")


LIMITS: Mapping[str, tuple[Limits, str]] = {
    "file": (Limits(file_mb=1), "too_large_file"),
    "parts": (Limits(parts=6), "too_many_parts"),
    "expanded": (Limits(expanded_mb=2), "too_much_unpacked"),
    "sheets": (Limits(sheets=2), "too_many_sheets"),
    "rows": (Limits(rows=20), "too_far_down"),
    "columns": (Limits(columns=3), "too_far_right"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_each_limit_is_a_setting(name: str) -> None:
    """The same workbook is read with the standard limits, and refused where one of them is lower."""
    limits, why = LIMITS[name]
    noise = [os.urandom(1_200_000)]
    rows = [bombs.row(n, f'<c r="A{n}"><v>1</v></c><c r="D{n}"><v>2</v></c>') for n in range(1, 30)]
    filler = {"xl__media__image1_png": noise} if name == "file" else {"xl__media__image1_png": [b"x" * 2_900_000]}
    data = bombs.workbook({"A": rows, "B": rows, "C": rows}, **filler)
    assert read_workbook(data)[0] is not None
    returned, [found] = read_workbook(data, limits)
    assert (returned, found.rule, found.facts["why"].key) == (None, "oversized-workbook", why)


def _zip(**parts: bytes) -> bytes:
    return bombs.zipped({name.replace("__", "/"): [content] for name, content in parts.items()})


BIFF = b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LOCKED_ODS = _zip(
    mimetype=b"application/vnd.oasis.opendocument.spreadsheet",
    **{"META-INF/manifest.xml": b"<a><encryption-data/></a>", "content.xml": b"?"},
)
KINDS: Mapping[str, tuple[bytes, str, str]] = {
    "nothing": (b"", "unreadable-workbook", "den verkar vara tom"),
    "csv": ("Namn;Kostnad\r\nSkola;12\r\n".encode("cp1252"), "unreadable-workbook", "den verkar vara en textfil med avskilda fält (csv)"),
    "text": (b"Hej, har kommer planen.", "unreadable-workbook", "den verkar vara en textfil"),
    "web page": (b"\n<html xmlns:x='urn:schemas-microsoft-com:office:excel'><table>", "unreadable-workbook", "den verkar vara en webbsida"),
    "Excel 2003": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        "unreadable-workbook",
        "den verkar vara ett XML-kalkylblad från Excel 2003",
    ),
    "pdf": (b"%PDF-1.7\n\x00\x01", "unreadable-workbook", "den verkar vara ett PDF-dokument"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00", "unreadable-workbook", "den verkar vara en bild"),
    "mail": (b"Received: by mx\r\nFrom: a@b.se\r\n\r\nHej", "unreadable-workbook", "den verkar vara ett e-postmeddelande"),
    "Word": (
        _zip(**{"[Content_Types].xml": b"<a/>", "word__document.xml": b"<a/>"}),
        "unreadable-workbook",
        "den verkar vara ett Word-dokument",
    ),
    "old Word": (OLE + "WordDocument".encode("utf-16-le"), "unreadable-workbook", "den verkar vara ett Word-dokument"),
    "zip": (
        _zip(**{"svar/UBN.xlsx": b"PK"}),
        "unreadable-workbook",
        "den verkar vara ett zip-arkiv, som behöver packas upp först",
    ),
    "noise": (bytes(range(1, 256)) * 4, "unreadable-workbook", "den verkar vara något annat än en arbetsbok"),
    "cut off": (
        bombs.workbook({"A": [bombs.FIRST]})[:-30],
        "unreadable-workbook",
        "den är avhuggen, något gick fel när den skickades eller sparades",
    ),
    "without its beginning": (b"xx" + bombs.workbook({"A": [bombs.FIRST]})[2:], "unreadable-workbook", "den är skadad"),
    "locked xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted-workbook", ""),
    "rights-managed": (OLE + "\x09DRMContent".encode("utf-16-le"), "encrypted-workbook", ""),
    "locked xls": (OLE + "Workbook".encode("utf-16-le") + BIFF + b"\x2f\x00\x06\x00" + bytes(6), "encrypted-workbook", ""),
    "locked ods": (LOCKED_ODS, "encrypted-workbook", ""),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_no_workbook_is_called_what_it_is(shared_full: Town, name: str) -> None:
    """Whatever its name says; the verdict is that it cannot be read."""
    data, rule, said = KINDS[name]
    [judged] = shared_full.judge(("UBN.xlsx", data)).returns
    assert (judged.verdict, [f.rule for f in judged.findings]) == ("unreadable", [rule])
    assert said in message(judged.findings[0], "sv")


# macros and links


def _with(data: bytes, **parts: bytes) -> bytes:
    """Return a workbook with further parts (``__`` for ``/``)."""
    source, target = io.BytesIO(data), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name.replace("__", "/"), content)
    return target.getvalue()


@pytest.mark.parametrize("part", ["xl__vbaProject.bin", "xl__macrosheets__sheet1.xml"])
def test_macros_are_refused_or_asked_about(shared_full: Town, part: str) -> None:
    """An error beside whatever else there is to say; a warning where the municipality lets them in."""
    data = _with(shared_full.filled("UBN-ÖST"), **{part: b"<macro/>"})
    [judged] = shared_full.judge(("UBN-ÖST.xlsm", data)).returns
    assert (judged.verdict, [(f.rule, f.severity) for f in judged.findings]) == ("rejected", [("macro-workbook", "error")])
    assert judged.rows["commitments"] == 2
    returned, [found] = read_workbook(data, Limits(macros="warn"))
    assert returned is not None
    assert (found.rule, found.severity) == ("macro-workbook", "warning")


def test_links_to_other_files_and_programs_are_named(shared_full: Town) -> None:
    """Files without their folders, and DDE; what the cells showed last counts."""
    link = b'<Relationships><Relationship Id="rId1" Target="file:///C:/Users/anna/19811218-9876/Budget%202027.xlsx"/></Relationships>'
    parts = {
        "xl__externalLinks__externalLink1.xml": b"<externalLink><externalBook/></externalLink>",
        "xl__externalLinks___rels__externalLink1.xml.rels": link,
        "xl__externalLinks__externalLink2.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>',
    }
    [judged] = shared_full.judge(("UBN-ÖST.xlsx", _with(shared_full.filled("UBN-ÖST"), **parts))).returns
    assert (judged.verdict, [f.rule for f in judged.findings]) == ("accepted", ["external-link"])
    said = message(judged.findings[0], "sv")
    assert "(Budget 2027.xlsx, ett annat program (DDE))" in said
    assert "calc" not in said


def test_a_format_that_shows_less_says_so(shared_full: Town) -> None:
    """An ods is read in a process of its own, to the same answers, and told to hide what cannot be seen in it."""
    data = ods.convert_to_ods(shared_full.filled("UBN-ÖST"))
    [judged] = shared_full.judge(("UBN-ÖST.ods", data)).returns
    assert judged.verdict == "accepted"
    assert [(f.rule, f.severity) for f in judged.findings if f.rule != "interpreted-value"] == [("partly-checked", "info")]
    with pytest.raises(NotOrdinaryError):
        read_workbook(data, ordinary_only=True)


# the process for odd files


def test_ordinary_workbooks_start_no_process(shared_full: Town) -> None:
    """The process is there when the first odd file comes, and gone when the reader is closed."""
    with IsolatedReader() as reader:
        assert reader.read(shared_full.filled("UBN-ÖST"))[0] is not None
        assert not reader.started
        returned, found = reader.read(bombs.false_dimension().replace(b"Svar", b"Svar"))
        assert (returned is not None, found) == (True, ())
        assert not reader.started
        assert reader.read(ods.convert_to_ods(shared_full.filled("UBN-ÖST")))[0] is not None
        assert reader.started
    assert not reader.started


ODD = bombs.workbook({"Svar": [bombs.row(1, '<c r="AB1"><v>7</v></c>')]})  # read in the other process
READY = (
    "import os,pickle,sys,time; from styrxl.returns.child_process import receive_message, send_message; "
    "receive_message(sys.stdin.buffer); send_message(sys.stdout.buffer, pickle.dumps(True)); "
)
WORSE: Mapping[str, tuple[str, str]] = {
    "hangs": (READY + "time.sleep(60)", "took_too_long"),
    "runs on and on": (READY + "receive_message(sys.stdin.buffer)\nwhile time.process_time() < 20: pass", "took_too_long"),
    "takes all memory": (
        READY + "receive_message(sys.stdin.buffer); a = [bytearray(b'x') * (400 << 20)]; time.sleep(60)",
        "too_much_memory",
    ),
    "aborts": (READY + "receive_message(sys.stdin.buffer); os.abort()", "crashed"),
    "answers with code": (
        READY + "receive_message(sys.stdin.buffer); send_message(sys.stdout.buffer, pickle.dumps(os.system)); time.sleep(60)",
        "crashed",
    ),
    "never starts": ("raise SystemExit(3)", "crashed"),
}


@pytest.mark.parametrize("name", WORSE)
def test_whatever_the_process_does_the_file_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """And the next file gets a new process."""
    code, why = WORSE[name]
    monkeypatch.setattr(process_watch, "PATIENCE", 1 if name == "hangs" else 600)
    with IsolatedReader(Limits(seconds=1)) as reader:
        monkeypatch.setattr(isolated, "COMMAND", (sys.executable, "-c", code))
        returned, [found] = reader.read(ODD)
        rule = "oversized-workbook" if why == "too_much_memory" else "unreadable-workbook"
        assert (returned, found.rule, found.facts["why"].key) == (None, rule, why)
        assert not reader.started
        monkeypatch.undo()
        returned, found_then = reader.read(ODD)
        assert returned is not None
        assert (returned.sheets[0].rows, found_then) == ([[7.0]], ())


def eat_memory(texts: int = 1_000_000) -> bytes:
    """Return a small file that takes hundreds of megabytes to read."""
    shared = [b"<sst>", *[b"<si><t>" + b"x" * 90 + b"</t></si>"] * texts, b"</sst>"]
    return bombs.workbook({"Svar": [bombs.FIRST]}, xl__sharedStrings_xml=shared)


TIGHT = Limits(memory_mb=80, ratio=100_000, seconds=120)
TOO_MUCH = [("oversized-workbook", "Filen är för stor för att vi ska kunna läsa den: den skulle ta mer än 80 MB minne att läsa.")]


def told(found: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(one.rule, message(one, "sv")) for one in found]


def test_a_file_that_eats_memory_is_told() -> None:
    """And the next file gets a new process."""
    with IsolatedReader(TIGHT) as reader:
        returned, found = reader.read(eat_memory())
        assert (returned, told(found)) == (None, TOO_MUCH)
        assert not reader.started
        assert reader.read(ODD)[0] is not None


def test_what_a_process_holds_of_files_before_is_not_held_against_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    with IsolatedReader(TIGHT) as reader:
        assert reader.read(ODD)[0] is not None
        first = reader.process_id
        monkeypatch.setattr(process_watch, "_measure_memory", lambda seen: (200 << 20) if seen.pid == first else 0)
        returned, found = reader.read(eat_memory(300_000))
        assert (returned is not None, found) == (True, ())
        assert reader.process_id != first


UNIXLESS = """
import json, sys
from pathlib import Path
from styrxl.model.findings import message
from styrxl.model.limits import Limits
from styrxl.returns.isolated import IsolatedReader

try:
    import resource
except ImportError:
    with IsolatedReader(Limits(**json.loads(sys.argv[1]))) as reader:
        for name in sys.argv[2:]:
            returned, found = reader.read(Path(name).read_bytes())
            print(json.dumps([returned and returned.sheets[0].rows, [(one.rule, message(one, "sv")) for one in found]]))
"""


def test_no_module_of_unix_alone_is_needed(tmp_path: Path) -> None:
    """As on Windows: where nothing can have the system limit what a process takes, the same is told of the same files."""
    files = {"odd.xlsx": ODD, "large.xlsx": eat_memory(), "far.xlsx": bombs.hidden_corners()}
    paths = [tmp_path / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    command = [sys.executable, "-c", UNIXLESS, json.dumps(asdict(TIGHT)), *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=make_unixless())
    far = "Filen är för stor för att vi ska kunna läsa den: det står något längre ned än rad 20\xa0000."
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        [[[7.0]], []],
        [None, [list(TOO_MUCH[0])]],
        [None, [["oversized-workbook", far]]],
    ]


def test_an_answer_is_made_of_values_alone() -> None:
    """All kinds of cells come through; a function does not."""
    cells = ["text", 1.5, 2, True, "", date(2027, 1, 1), datetime(2027, 1, 1, 12), time(8, 30), timedelta(hours=2)]  # noqa: DTZ001 -- as a cell has it
    sheet = SheetCells("A", 0, 0, [cells], marks=SheetMarks({"A1": "#REF!"}, frozenset({"A2"}), frozenset({3}), frozenset({4})))
    answer = (ReturnedWorkbook({"form": "unit_plan"}, (sheet,)), (finding("external-link", files=["a"]),))
    assert isolated.AnswerUnpickler(io.BytesIO(pickle.dumps(answer))).load() == answer
    with pytest.raises(pickle.UnpicklingError):
        isolated.AnswerUnpickler(io.BytesIO(pickle.dumps(os.system))).load()


# what must not slip by: cells that are written otherwise than programs write them

ODDLY: Mapping[str, Callable[[str], str]] = {
    "single quotes": lambda cell: f"<c r='{cell}'><v>1</v></c>",
    "another order": lambda cell: f'<c s="0" r="{cell}"><v>1</v></c>',
    "spaces": lambda cell: f'<c  r = "{cell}" ><v>1</v></c>',
    "a line": lambda cell: f'<c\nr="{cell}"><v>1</v></c>',
    "a prefix": lambda cell: f'<x:c xmlns:x="{bombs.MAIN}" r="{cell}"><v>1</v></x:c>',
    "small letters": lambda cell: f'<c r="{cell.lower()}"><v>1</v></c>',
}


@pytest.mark.parametrize("name", ODDLY)
def test_no_cell_far_away_is_read_here(name: str) -> None:
    """Whatever its XML looks like: reading it could end the program."""
    data = bombs.workbook({"Svar": [bombs.FIRST, f'<row r="2">{ODDLY[name]("XFD2")}</row>'.encode()]})
    try:
        returned, found = read_workbook(data, ordinary_only=True)
    except NotOrdinaryError:
        return
    assert (returned, [f.rule for f in found]) == (None, ["oversized-workbook"])


@pytest.mark.parametrize(
    "written",
    [
        lambda styles: styles,
        lambda styles: ET.tostring(ET.fromstring(styles)),  # with a prefix before each name
        lambda styles: styles + b"<what is this",
    ],
    ids=["openpyxl's", "prefixed", "broken at its end"],
)
def test_a_number_is_a_date_by_its_stylesheet(written: Callable[[bytes], bytes]) -> None:
    """The reader is given what it needs of a stylesheet: the formats, also those that a program made up."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row, shown in enumerate(("d mmmm yyyy", "0.00", "General"), start=1):
        sheet.cell(row, 1, 46447).number_format = shown
    parts = read_parts(save_workbook(book))

    returned, _ = read_workbook(zip_parts({**parts, "xl/styles.xml": written(parts["xl/styles.xml"])}), ordinary_only=True)

    assert returned is not None
    assert returned.sheets[0].rows == [[date(2027, 3, 1)], [46447], [46447]]
