"""What a sender may have done to a workbook: to its identity, its locked cells, its hidden corners; and what of it is ever shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from mutants import Base, base_of, with_cell
from styrxl.commands.findings_report import format_json, format_page, format_text
from styrxl.model.findings import Remark, finding, fix, message
from styrxl.model.judged import Judged, JudgedRound
from styrxl.model.prefill import Prefill
from styrxl.returns.typed_frames import TypedBatch
from styrxl.returns.workbook import read_workbook
from styrxl.sample.opened import open_sheets, open_workbook, save_workbook, write_text
from styrxl.validation.rules.rows import check_locked
from town import ROUND, Town

OWNER = "UBN-ÖST"
PERSON, TWELVE = "811218-9876", "198112189876"  # Skatteverket's own example


@pytest.fixture(scope="module")
def base(shared_full: Town) -> Base:
    """Return a unit's valid return."""
    return base_of(OWNER, shared_full.filled(OWNER), shared_full.form(OWNER), shared_full.forms, "sv")


@pytest.fixture(scope="module")
def board(shared_full: Town) -> Base:
    """Return a board's valid return."""
    return base_of("UBN", shared_full.filled("UBN"), shared_full.form("UBN"), shared_full.forms, "sv")


def _one(town: Town, data: bytes) -> Judged:
    [judged] = town.judge(("x.xlsx", data)).returns
    return judged


def _found(judged: Judged) -> list[tuple[str, str | None, str | None]]:
    return [(f.rule, f.sheet, f.cell) for f in judged.findings]


def _edited(data: bytes, edit: Callable[[Workbook], object]) -> bytes:
    book = open_workbook(data)
    edit(book)
    return save_workbook(book)


# identity


def _reidentified(data: bytes, facts: Mapping[str, str]) -> bytes:
    """Return a workbook that says something else of itself in its hidden sheet, and nothing in its properties."""
    book = open_workbook(data)
    _write_identity(book, facts)
    properties: Any = getattr(book, "custom_doc_props")  # noqa: B009 -- the stubs do not know it
    for name in properties.names:
        del properties[name]
    return save_workbook(book)


def _write_identity(book: Workbook, facts: Mapping[str, str]) -> None:
    for row in book["_styrxl"].iter_rows():
        if row[0].value in facts:
            row[1].value = facts[str(row[0].value)]


def _properties(base: Base, *pairs: tuple[str, str]) -> bytes:
    content = base.parts["docProps/custom.xml"].decode()
    for old, new in pairs:
        assert old in content
        content = content.replace(old, new)
    return base.packed({"docProps/custom.xml": content.encode()})


def test_an_identity_in_two_minds_is_forged(shared_full: Town, base: Base) -> None:
    """The hidden sheet says one owner, the document properties another: a sheet was moved between workbooks."""
    assert _found(_one(shared_full, _properties(base, (f">{OWNER}<", ">UBN-ÅBY<")))) == [("forged-identity", None, None)]
    issue = read_workbook(base.data)[0]
    assert issue is not None
    assert _found(_one(shared_full, _properties(base, (issue.identity["issue"], "0" * 16)))) == [("forged-identity", None, None)]


@pytest.mark.parametrize("lost", ["docProps/custom.xml", None])
def test_either_identity_is_enough(shared_full: Town, base: Base, lost: str | None) -> None:
    """Google Sheets drops the properties; somebody deletes the hidden sheet."""
    data = base.packed({lost: None}) if lost else _edited_keeping_properties(base)
    judged = _one(shared_full, data)
    assert (judged.verdict, judged.owner, judged.findings) == ("accepted", OWNER, ())


def _edited_keeping_properties(base: Base) -> bytes:
    """Without the hidden sheet, but with the properties, which openpyxl would keep as well."""
    book = re.sub(rb'<sheet [^>]*name="_styrxl"[^>]*/>', b"", base.parts["xl/workbook.xml"])
    return base.packed({"xl/workbook.xml": book})


FORGED: Sequence[tuple[Mapping[str, str], str]] = (
    ({"owner": "UBN-ÅBY"}, "forged-identity"),
    ({"issue": "0123456789abcdef"}, "forged-identity"),
    ({"signature": ""}, "forged-identity"),
    ({"signature": "å" * 64}, "forged-identity"),
    ({"round": "2028-plan"}, "wrong-round"),
    ({"owner": "FEL"}, "unknown-owner"),
    ({"version": "99"}, "unknown-version"),
    ({"form": "../../etc/passwd"}, "unknown-form"),
)


@pytest.mark.parametrize("facts, rule", FORGED)
def test_what_is_not_signed_is_forged(shared_full: Town, facts: Mapping[str, str], rule: str) -> None:
    """Whichever part of it was changed; what is wrong in a more telling way is told so."""
    assert _found(_one(shared_full, _reidentified(shared_full.filled(OWNER), facts))) == [(rule, None, None)]


def test_a_signature_from_another_workbook_does_not_fit(shared_full: Town, base: Base) -> None:
    """Nor does all of another's identity but its owner."""
    other = read_workbook(shared_full.filled("UBN-ÅBY"))[0]
    assert other is not None
    for facts in ({"signature": other.identity["signature"]}, {**other.identity, "owner": OWNER}):
        assert _found(_one(shared_full, _reidentified(base.data, facts))) == [("forged-identity", None, None)]


def test_a_lost_identity_can_be_told(full: Town, base: Base) -> None:
    """Without it the workbook is unknown; the controller's word makes it somebody's."""
    path = full.root / "okänd.xlsx"
    book = re.sub(rb'<sheet [^>]*name="_styrxl"[^>]*/>', b"", base.parts["xl/workbook.xml"])
    path.write_bytes(base.packed({"xl/workbook.xml": book, "docProps/custom.xml": None}))
    said = ["validate", str(path), "--round", ROUND, "--format", "json"]
    [unknown] = json.loads(full.run(*said, expect=1).stdout)["workbooks"]
    assert [f["rule"] for f in unknown["findings"]] == ["unknown-form"]
    [known] = json.loads(full.run(*said, "--owner", OWNER, "--form", "unit_plan").stdout)["workbooks"]
    assert (known["verdict"], known["owner"], known["rows"]["commitments"], known["findings"]) == ("accepted", OWNER, 2, [])


# locked cells, formulas, validations


def _sheet(base: Base, key: str) -> tuple[str, str, Mapping[str, int], int]:
    """Return a sheet's name, its part, its columns and its first row of data."""
    spot = next(spot for spot in base.spots if spot.sheet.key == key)
    return spot.place.sheet, base.sheet_parts[spot.place.sheet], spot.place.columns, spot.place.heading_row + 1


def _changed(base: Base, key: str, field: str, cell: str, row: int = 0) -> tuple[bytes, str, str]:
    name, part, columns, first = _sheet(base, key)
    data = base.packed({part: with_cell(base.parts[part], first + row, columns[field], cell)})
    return data, name, f"{'ABCDEFGHIJ'[columns[field] - 1]}{first + row}"


def test_what_was_issued_counts_where_a_locked_cell_was_changed(shared_full: Town, board: Base) -> None:
    """Protection can be taken away; what stands in the ledger cannot."""
    data, name, cell = _changed(board, "goal_responses", "text", ' t="inlineStr"><is><t>Något helt annat</t></is>')
    judged = shared_full.judge(("x.xlsx", data))
    assert (judged.returns[0].verdict, _found(judged.returns[0])) == ("accepted", [("locked-cell-changed", name, cell)])
    assert "Något helt annat" not in set(judged.tables["goal_responses"]["text"])


@pytest.mark.parametrize("number", ["-1e15", "-999999999999.5", "-Infinity"])
def test_a_date_that_no_calendar_has_is_told_at_its_cell(
    shared_full: Town, board: Base, number: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The reader would panic on it, and write a trace of its own on the terminal; the rest of the file is read."""
    data, name, cell = _changed(board, "commitments", "start", f"><v>{number}</v>")
    judged = _one(shared_full, data)
    assert (judged.verdict, _found(judged)) == ("rejected", [("wrong-type", name, cell)])
    assert number in message(judged.findings[0], "sv")
    assert capfd.readouterr().err == ""


def test_an_amount_far_below_zero_is_told_at_its_cell(shared_full: Town, board: Base) -> None:
    """One that anybody could mean stays a number."""
    data, name, cell = _changed(board, "budget", "revenue", ' t="n"><v>-1e12</v>')
    assert ("wrong-type", name, cell) in _found(_one(shared_full, data))
    data, name, cell = _changed(board, "budget", "revenue", "><v>-99000000000</v>")
    assert ("wrong-type", name, cell) not in _found(_one(shared_full, data))


def test_a_formula_of_ours_is_worked_out_anew(shared_full: Town, board: Base) -> None:
    """Whatever was pasted over it; a sum of ours is never an answer."""
    data, _, _ = _changed(board, "budget", "net", "><v>1</v>")
    judged = shared_full.judge(("x.xlsx", data))
    assert (judged.returns[0].verdict, _found(judged.returns[0])) == ("accepted", [])
    assert list(judged.tables["budget"]["net"]) == [800.5, 150.25]


def test_what_a_validation_would_have_stopped_is_found_without_it(shared_full: Town, board: Base) -> None:
    """Pasting replaces a cell's validation along with its value."""
    stripped = {
        part: re.sub(rb"<dataValidations.*</dataValidations>", b"", xml, flags=re.DOTALL)
        for part, xml in board.parts.items()
        if "sheets/" in part
    }
    bare = Base(board.owner, board.form, board.data, {**board.parts, **stripped}, board.sheet_parts, board.spots)
    for field, cell, rule in (
        ("priority", "><v>4</v>", "not-in-list"),
        ("parent_id", ' t="inlineStr"><is><t>KF-M77</t></is>', "unknown-parent"),
        ("from_year", ' t="inlineStr"><is><t>snart</t></is>', "wrong-type"),
    ):
        data, name, place = _changed(bare, "goals", field, cell)
        assert _found(_one(shared_full, data)) == [(rule, name, place)], field


@pytest.mark.parametrize(
    "cell, rule",
    [
        (' t="e"><v>#REF!</v>', "cell-error"),
        (' t="e"><f>1/0</f><v>#DIV/0!</v>', "cell-error"),
        ("><f>A1&amp;B1</f><v></v>", "formula-not-calculated"),
        ("><f>A1&amp;B1</f>", "formula-not-calculated"),
        ('><f t="shared" si="0"/>', "formula-not-calculated"),
    ],
)
def test_a_cell_that_shows_no_answer_is_told(shared_full: Town, base: Base, cell: str, rule: str) -> None:
    """Errors that a formula has left, and formulas that no program has worked out: open it, save it, send it again."""
    data, name, place = _changed(base, "commitments", "text", cell)
    judged = _one(shared_full, data)
    assert (judged.verdict, _found(judged)) == ("rejected", [(rule, name, place)])
    if rule == "formula-not-calculated":
        assert "spara den och skicka den igen" in fix(judged.findings[0], "sv")


def test_a_formula_of_the_senders_counts_by_what_it_showed(shared_full: Town, base: Base) -> None:
    """Its value is the answer; one that gave an empty text is an empty answer, not a formula that was never worked out."""
    data, _, _ = _changed(base, "commitments", "expected_result", ' t="str"><f>"En "&amp;"dag"</f><v>En dag</v>')
    judged = shared_full.judge(("x.xlsx", data))
    assert (judged.returns[0].verdict, judged.returns[0].findings) == ("accepted", ())
    assert "En dag" in set(judged.tables["commitments"]["expected_result"])
    data, _, _ = _changed(base, "commitments", "expected_result", ' t="str"><f>""</f><v></v>')
    assert _found(_one(shared_full, data)) == []


def _hide(edit: Callable[[Worksheet, int, str], None]) -> Callable[[Base], bytes]:
    def hidden(base: Base) -> bytes:
        name, _, columns, first = _sheet(base, "commitments")
        letter = "ABCDEFGHIJ"[columns["text"] - 1]
        return _edited(base.data, lambda book: edit(book[name], first, letter))

    return hidden


HIDDEN: Sequence[tuple[Callable[[Base], bytes], str]] = (
    (_hide(lambda sheet, first, _: setattr(sheet.row_dimensions[first], "hidden", True)), "B{first}"),
    (_hide(lambda sheet, _, letter: setattr(sheet.column_dimensions[letter], "hidden", True)), "B{first}"),
    (_hide(lambda sheet, _first, _letter: setattr(sheet, "sheet_state", "hidden")), "B{first}"),
)


@pytest.mark.parametrize("hidden, cell", HIDDEN, ids=["row", "column", "sheet"])
def test_hidden_answers_count_and_are_told(shared_full: Town, base: Base, hidden: Callable[[Base], bytes], cell: str) -> None:
    """A filter may have hidden them, or somebody may have."""
    name, _, _, first = _sheet(base, "commitments")
    judged = _one(shared_full, hidden(base))
    assert (judged.verdict, _found(judged)) == ("accepted", [("hidden-data", name, cell.format(first=first))])
    assert judged.rows["commitments"] == 2


# what is shown


class _Page(HTMLParser):
    """Tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action", "style", "onclick"}]


EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"


def test_nothing_of_a_senders_becomes_html(shared_full: Town, base: Base) -> None:
    """Not a value, a heading, a sheet's name, a file's name or an owner."""
    _, part, columns, first = _sheet(base, "commitments")
    heading = with_cell(base.parts[part], first - 1, 1 + max(columns.values()), f' t="inlineStr"><is><t>{_xml(EVIL)}</t></is>')
    cell = with_cell(heading, first, columns["parent_id"], f' t="inlineStr"><is><t>{_xml(EVIL)}</t></is>')
    judged = shared_full.judge((EVIL, base.packed({part: cell})), ("forged.xlsx", _reidentified(base.data, {"owner": EVIL})))
    assert "unknown-parent" in {f.rule for r in judged.returns for f in r.findings}
    page = _Page()
    html = format_page(judged, "sv", {EVIL: EVIL}, EVIL, "0B5563")
    page.feed(html)
    assert not {"script", "img", "a", "iframe", "form"} & page.tags
    assert "&lt;script&gt;" in html


def _xml(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def test_nothing_of_a_senders_steers_the_terminal(shared_full: Town, base: Base) -> None:
    """Excel writes an escape character as _x001B_; it must not reach a screen as one."""
    _, part, columns, first = _sheet(base, "commitments")
    cell = with_cell(base.parts[part], first, columns["parent_id"], ' t="inlineStr"><is><t>_x001B_[2J\u202eKF-M1</t></is>')
    judged = shared_full.judge(("x.xlsx", base.packed({part: cell})))
    for text in (format_text(judged, "sv", {}), format_json(judged, "sv"), format_page(judged, "sv", {}, "x", "0B5563")):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\u001b" not in text


def _with_persons(base: Base) -> bytes:
    """Write a personal identity number everywhere that something can be written."""

    def spoil(book: Workbook) -> None:
        places = open_sheets(book, base.form)
        grid = places["commitments"]
        for field in ("text", "parent_id", "responsible", "expected_result", "start", "end"):
            write_text(grid.cell(field), f"Stöd till {PERSON} och {TWELVE}")
        write_text(grid.cell("commitment_id"), PERSON)
        assert grid.sheet is not None
        grid.sheet.cell(grid.heading_row, 15).value = f"Elev {PERSON}"
        own = book.create_sheet(f"Elev {PERSON}")
        assert isinstance(own, Worksheet)
        own.cell(1, 1, TWELVE)

    return _edited(base.data, spoil)


def test_a_personal_identity_number_is_never_shown_in_full(shared_full: Town, base: Base) -> None:
    """Warned about, and hidden: in values, messages, headings, names of sheets, in every form of the report and both languages."""
    judged = shared_full.judge(("x.xlsx", _with_persons(base)))
    rules = [f.rule for f in judged.returns[0].findings]
    assert {"personal-identity-number", "unknown-sheet", "unknown-column", "wrong-type"} <= set(rules)
    for language in ("sv", "en"):
        for text in (format_text(judged, language, {}), format_json(judged, language), format_page(judged, language, {}, "x", "0B5563")):
            assert "9876" not in text
            assert "81****-****" in text


def test_a_number_that_no_reader_knows_is_still_json() -> None:
    """Infinity in a cell is written as a word: JSON has none."""
    found = finding("wrong-type", "B", "A1", "Kostnad", float("inf"), wanted="ett tal", such_as=", till exempel 1200", empty="")
    assert "inf" in message(found, "sv")
    judged = Judged(0, "x.xlsx", "", "rejected", (found,))
    json.loads(format_json(JudgedRound("", (judged,), {}), "sv"), parse_constant=pytest.fail)


# what the program does when it fails itself


def test_a_return_on_which_the_program_fails_is_named_and_the_rest_goes_on(
    shared_full: Town, base: Base, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The trace is in the log; where it fails on each of them it is no file's fault, and the error comes out."""

    def failing(parsed: TypedBatch, issued: Mapping[int, Prefill]) -> tuple[TypedBatch, list[Remark]]:
        if any("BOMB" in str(value) for values in parsed.batch.columns.values() for value in values):
            raise ZeroDivisionError
        return check_locked(parsed, issued)

    monkeypatch.setattr("styrxl.validation.examine.check_locked", failing)
    bad, _, _ = _changed(base, "commitments", "text", ' t="inlineStr"><is><t>BOMB</t></is>')
    files = [("bad.xlsx", bad), ("good.xlsx", base.data), ("UBN.xlsx", shared_full.filled("UBN"))]
    judged = shared_full.judge(*files)
    assert [(r.path, r.verdict) for r in judged.returns] == [
        ("bad.xlsx", "unreadable"),
        ("good.xlsx", "accepted"),
        ("UBN.xlsx", "accepted"),
    ]
    assert message(judged.returns[0].findings[0], "sv").endswith("den är så skadad att läsningen avbröts.")
    assert not (judged.tables["commitments"]["_source"] == 0).any()
    assert [record.exc_info and record.exc_info[0] for record in caplog.records] == [ZeroDivisionError]
    with pytest.raises(ZeroDivisionError):
        shared_full.judge(("bad.xlsx", bad), ("worse.xlsx", bad + b" "))
