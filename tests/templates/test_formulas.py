"""Formulas of workbooks, whatever texts a municipality has of its own: each is one that Excel reads, and says just those texts."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.formula import Tokenizer
from openpyxl.utils import quote_sheetname

from office import Office
from styrxl.descriptions.mistakes import describe_mistake
from styrxl.excel.limits import LONGEST_FORMULA, LONGEST_LITERAL, LONGEST_MESSAGE, LONGEST_TITLE
from styrxl.model.errors import StyrxlError
from styrxl.model.form_files import Forms
from styrxl.model.forms import Form, Text
from styrxl.model.prefill import Prefill
from styrxl.model.standard_folder import standard_folder
from styrxl.rounds.own_files import OwnFiles, find_mistakes
from styrxl.templates.build import build_blank, build_filled, lay_out_workbook, list_blank_templates, make_blank_prefill, token_values
from styrxl.templates.formula_lengths import LONGEST_OWN, check_formulas, find_lengths
from styrxl.templates.start_counts import build_begun_count
from styrxl.templates.workbook_context import Answers, put_answers
from styrxl.templates.write_workbook import write_workbook

FORMS = Forms([standard_folder()])
BLANK = {name: form for name, (form, language) in list_blank_templates(FORMS).items() if language == "sv"}
ODD = ' "x" & \'y\' <å> {{ ; ~*?"'
SHEET_END = " 'n' & \"x\"."
_MOST_ROWS = 3  # of a sheet: what they say is alike


def put_in_words(form: Form, odd: str, sheet_end: str = SHEET_END) -> Form:
    """Return a form all of whose texts end oddly; those that others are put into too."""

    def end(texts: Text) -> Text:
        return {language: f"{text}{odd}" for language, text in texts.items()}

    words = replace(
        form.words,
        texts={key: texts if key in {"start", "mend_sheet", "lists_sheet"} else end(texts) for key, texts in form.words.texts.items()},
        units={key: end(texts) for key, texts in form.words.units.items()},
    )
    lists = {
        name: {code: {**word, **end({k: word[k] for k in ("sv", "en")})} for code, word in words_.items()}
        for name, words_ in form.lists.items()
    }
    sheets = tuple(
        replace(
            sheet,
            name={language: f"{name[:18]}{sheet_end}" for language, name in sheet.name.items()},
            columns=tuple(replace(c, heading=end(c.heading), help=end(c.help) if c.help else c.help) for c in sheet.columns),
        )
        for sheet in form.sheets
    )
    return replace(form, words=words, lists=lists, sheets=sheets)


def shorten(form: Form) -> Form:
    return replace(form, sheets=tuple(replace(sheet, rows=min(sheet.rows, _MOST_ROWS)) for sheet in form.sheets))


def fill_in(form: Form) -> Prefill:
    """Return a prefill with a row on each sheet that has any only so, and with a frame."""
    rows: dict[str, tuple[dict[str, Any], ...]] = {sheet.key: ({},) for sheet in form.sheets if sheet.prefilled}
    rows |= {sheet.closing.table: ({},) for sheet in form.sheets if sheet.closing}
    return replace(
        make_blank_prefill(form, "sv"), rows=rows, frames={"operating_frame": 1000.0, "investment_frame": None, "unit_frame": 50.0}
    )


def list_formulas(form: Form) -> Iterator[tuple[str, str]]:
    """Yield every formula of a form's workbook with where it stands: in cells, conditions, drop-downs and names."""
    book = write_workbook(lay_out_workbook(form, fill_in(form))).book
    for number, sheet in enumerate(book.worksheets):
        for row in sheet.iter_rows():
            yield from ((f"{number} {cell.coordinate}", str(cell.value)) for cell in row if cell.data_type == "f")
        for place in sheet.conditional_formatting:
            yield from ((f"{number} condition {place.sqref}", f"={one}") for rule in place.rules for one in rule.formula)
        for validation in sheet.data_validations.dataValidation:
            yield from ((f"{number} validation {validation.sqref}", f"={one}") for one in (validation.formula1, validation.formula2) if one)
            messages = ((validation.error, LONGEST_MESSAGE), (validation.prompt, LONGEST_MESSAGE))
            titles = ((validation.errorTitle, LONGEST_TITLE), (validation.promptTitle, LONGEST_TITLE))
            assert all(len((text or "").encode("utf-16-le")) // 2 <= most for text, most in (*messages, *titles))
    yield from ((name, f"={defined.attr_text}") for name, defined in book.defined_names.items())


def take_apart(formula: str, names: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Return what a formula does, with ``T`` where a text stands, and the texts; ``names``: what sheets, quoted, are called instead."""
    does, texts = list[str](), list[str]()
    for item in Tokenizer(formula).items:
        if item.type == "OPERAND" and item.subtype == "TEXT":
            assert len(item.value.encode("utf-16-le")) // 2 - 2 <= LONGEST_LITERAL
            text = item.value[1:-1].replace('""', '"')
            if does[-2:] == ["T", "&"]:
                does.pop()
                texts[-1] += text
            else:
                does.append("T")
                texts.append(text)
        else:
            assert item.type != "ERROR"
            before, mark, cell = item.value.rpartition("!")
            does.append(f"{names.get(before, before)}{mark}{cell}")
    return does, texts


@pytest.mark.parametrize("name", BLANK)
def test_a_formula_does_the_same_whatever_the_texts_are(name: str) -> None:
    """And says each of them as it is; all that is standard stays within what Excel reads."""
    form = shorten(BLANK[name])
    odd = put_in_words(form, ODD)
    names = {quote_sheetname(two.name["sv"]): quote_sheetname(one.name["sv"]) for one, two in zip(form.sheets, odd.sheets, strict=True)}
    plain, others = dict(list_formulas(form)), dict(list_formulas(odd))
    assert plain.keys() == others.keys()
    assert max(map(len, plain.values())) <= LONGEST_OWN
    for place, formula in plain.items():
        does, texts = take_apart(formula, {})
        does_too, odd_texts = take_apart(others[place], names)
        assert does_too == does, place
        assert [text.replace(ODD.replace("{{", "{"), "").replace(ODD, "") for text in odd_texts] == texts, place


def test_long_texts_are_put_together() -> None:
    """Quotation marks, which are written twice, and signs that count as two."""
    form = shorten(BLANK["authority_report.t1.sv.xlsx"])
    for odd in ('"' * 190, "\U0001f600" * 190):
        plain, others = dict(list_formulas(form)), dict(list_formulas(put_in_words(form, odd, "")))
        for place, formula in plain.items():
            assert [text.replace(odd, "") for text in take_apart(others[place], {})[1]] == take_apart(formula, {})[1]


def test_messages_at_cells_have_as_many_letters_as_excel_reads() -> None:
    """Also where own words are longer; ``list_formulas`` looks at them."""
    form = shorten(BLANK["annual_plan.sv.xlsx"])
    for odd in ("x" * 300, "\U0001f600" * 150):
        texts = {key: {"sv": f"{form.words.texts[key]['sv']}{odd}"} for key in form.words.texts if key.startswith("error_")}
        columns = {sheet.key: tuple(replace(c, help={"sv": odd}) for c in sheet.columns) for sheet in form.sheets}
        sheets = tuple(replace(sheet, columns=columns[sheet.key]) for sheet in form.sheets)
        assert [*list_formulas(replace(form, sheets=sheets, words=replace(form.words, texts={**form.words.texts, **texts})))]


def test_libreoffice_says_what_stands_there(office: Office) -> None:
    """Of a plan in odd words in which some things are right, wrong and missing."""
    form = put_in_words(FORMS.form("annual_plan"), ODD)
    prefill = replace(fill_in(form), year=2027, owner="UBN")
    context = lay_out_workbook(form, prefill)
    answers: Answers = {
        "commitments": {0: {"text": "Läslyft", "start": "snart"}},
        "budget": {0: {"activity": "Skola", "cost": 1001}, 1: {"cost": "mycket"}},
        "goals": {0: {"text": "Mål"}},
    }
    data = build_filled(put_answers(context, answers, token_values(prefill, context)), prefill)
    assert_nothing_else_is_worked_out(office, data)


def assert_nothing_else_is_worked_out(office: Office, data: bytes) -> None:
    """Hold what each formula is said to give to what LibreOffice makes of it."""
    before, after = (load_workbook(io.BytesIO(one), data_only=True) for one in (data, office.fill(data, {"Start": {}})))
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            shown, worked_out = (book[sheet.title][cell.coordinate].value or "" for book in (before, after))
            assert shown == worked_out, f"{sheet.title} {cell.coordinate}"


# How long they may become


def list_rounds() -> Iterator[tuple[str, str | None, str | None]]:
    for name in FORMS.names():
        for profile in (None, *FORMS.profiles(name)):
            yield from ((name, profile, kind) for kind in FORMS.form(name, profile).rounds or (None,))


@pytest.mark.parametrize("name, profile, kind", [*list_rounds()])
def test_formulas_of_standard_forms_are_far_from_too_long(name: str, profile: str | None, kind: str | None) -> None:
    """On whichever row, and in either language: no more than half of what there may be."""
    assert max(find_lengths(FORMS.form(name, profile, kind)).values()) <= LONGEST_OWN // 2


@pytest.mark.parametrize("name", BLANK)
def test_no_row_has_a_longer_formula_than_was_found(name: str) -> None:
    form = shorten(BLANK[name])
    longest, context = find_lengths(form), lay_out_workbook(form, fill_in(form))
    assert all(len(check.formula) <= longest[key] for key, checks in context.checks.items() for check in checks)


WIDE = """\
extends: internal_control
sheets:
  wide:
    name: {{sv: Bred, en: Wide}}
    table: wide
    layout: rows
    rows: 10
    columns:
      wide_id: {{heading: {{sv: Id, en: Id}}, locked: true, number: "{{owner}}-B{{n}}", width: 15}}
{columns}"""
COLUMN = "      n{0}: {{heading: {{sv: Antal plaster av slag {0}, en: Number of places of kind {0}}}, type: integer, required: true}}\n"
SCHEMA = "schema_type: dataframe\nversion: 0.35.0\ncolumns:\n  wide_id: {dtype: str, nullable: true}\nstrict: false\n"


def describe(columns: int, heading: Callable[[int], str] = COLUMN.format) -> dict[str, bytes]:
    text = WIDE.format(columns="".join(heading(number) for number in range(columns)))
    return {"sheets/internal_control.yaml": text.encode(), "schemas/wide.yaml": SCHEMA.encode()}


def test_a_sheet_whose_formulas_become_too_long_is_told() -> None:
    """With file and line and what to do; and with fewer columns nothing is."""
    assert find_mistakes(OwnFiles(describe(15), ())) == ()
    [mistake] = find_mistakes(OwnFiles(describe(60), ()))
    said = describe_mistake(mistake, "sv")
    assert said.startswith("sheets/internal_control.yaml, rad 3: sheets.wide: en formel för bladet blir ")
    assert f"högst{LONGEST_OWN}," in "".join(said.split())
    assert "eget blad" in said
    assert describe_mistake(mistake, "en").startswith("sheets/internal_control.yaml, line 3: sheets.wide: a formula for the sheet becomes ")


@pytest.mark.parametrize("columns", range(15, 60, 5))
def test_what_is_not_told_can_be_made(columns: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """And what is told is no more than Excel has to refuse, but for what a copy that goes back has to say first."""
    root = tmp_path_factory.mktemp("own")
    for name, data in describe(columns).items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    form = Forms([standard_folder(), root]).form("internal_control")
    if [*check_formulas(describe(columns))]:
        assert max(len(formula) for _, formula in list_formulas_or_raise(form)) > LONGEST_OWN - 700  # rows far down have longer addresses
    else:
        assert build_blank(form, "sv")


def list_formulas_or_raise(form: Form) -> Iterator[tuple[str, str]]:
    try:
        yield from list_formulas(shorten(form))
    except StyrxlError as error:
        assert error.code == "formula-too-long"  # noqa: PT017 -- either will do
        yield "", "x" * int(str(error.facts["length"]))


def test_no_workbook_is_made_that_excel_would_not_open() -> None:
    """Whatever own files were let through."""
    form = FORMS.form("internal_control")
    [sheet] = form.sheets
    columns = tuple(replace(c, heading={"sv": "x" * 1_500, "en": "x"}) for c in sheet.columns)
    with pytest.raises(StyrxlError) as raised:
        build_blank(replace(form, sheets=(replace(sheet, columns=columns),)), "sv")
    assert raised.value.code == "formula-too-long"
    assert int(str(raised.value.facts["length"])) > LONGEST_FORMULA


# Rows that were answered beforehand


def test_many_rows_answered_beforehand_are_counted(office: Office) -> None:
    """A row counts as begun when its owner has written in it, also where there are more such rows than a formula could name one by one."""
    form = FORMS.form("board_followup", None, "t1")
    sheet = form.sheet("commitment_status")
    rows = tuple(
        {sheet.columns[0].field: f"UBN-2027-A{n}", "status": "late" if n % 50 else None, "comment": "Sagt" if n in {3, 7, 8} else None}
        for n in range(1, 201)
    )
    prefill = replace(make_blank_prefill(form, "sv"), round="2027-t1", owner="UBN", rows={sheet.key: rows})
    context = lay_out_workbook(form, prefill)
    formula = build_begun_count(context.layouts[sheet.key], context.issued[sheet.key])
    assert len(formula) < 1_500
    answers = {sheet.key: {0: {"comment": "Kommer"}, 49: {"status": "Försenat"}, 120: {"comment": "Kommer"}}}
    data = build_filled(put_answers(context, answers, token_values(prefill, context)), prefill)
    assert_nothing_else_is_worked_out(office, data)
