"""Own forms whose workbooks Excel would not open: a formula of theirs would be longer than it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from styrxl.descriptions.files_below import LaidFiles, name_file
from styrxl.descriptions.marked_yaml import read_marked
from styrxl.descriptions.mistakes import Mistake, Problem
from styrxl.excel.limits import LONGEST_FORMULA
from styrxl.model.form_files import make_edition
from styrxl.model.forms import LANGUAGES, Form
from styrxl.model.rounds import RoundKind
from styrxl.templates.build import make_blank_prefill
from styrxl.templates.cell_texts import RowValues, build_closing_formula, build_formula
from styrxl.templates.kontroll import check_sheet
from styrxl.templates.layout import SheetLayout
from styrxl.templates.start_sheet import build_counts
from styrxl.templates.workbook_context import WorkbookContext, make_context

LONGEST_OWN = LONGEST_FORMULA - 692  # letters: what a copy that goes back says first in Kontroll has room beside it
_FAR_DOWN = 90_000  # a row whose number has as many digits as any that a form has
_NOTHING: RowValues = {}
_WORDS = "words"


def check_formulas(files: Mapping[str, bytes]) -> Iterator[Mistake]:
    """Yield the sheets with too long a formula; ``files``: those of a workspace, without other mistakes, ``sheets/words.yaml`` -> bytes."""
    marked = ((name, read_marked(name, data)[0]) for name, data in files.items())
    laid = LaidFiles({name: one for name, one in marked if one}, frozenset())
    shared = any(name == name_file(_WORDS) or name.startswith("schemas/") for name in laid.own)
    for stem in laid.stems:
        whole = laid.whole(stem)
        parts = [stem, stem.partition(".")[0], str(laid.content(name_file(stem)).get("extends"))]
        names = [name_file(part) for part in (*dict.fromkeys(parts), _WORDS)]
        if (shared or any(name in laid.own for name in names)) and not whole.get("foreign"):
            form, _, profile = stem.partition(".")
            edition = make_edition(
                form, profile or None, whole, laid.words, lambda table: laid.content(f"schemas/{table}.yaml"), laid.rounds
            )
            kinds: list[RoundKind | None] = [kind for kind in laid.rounds.values() if any(key in whole["rounds"] for key in kind.keys)]
            for kind in kinds or [None]:
                yield from laid.place(_find_problems(edition.form(kind)), names, kind.keys if kind else ())


def _find_problems(form: Form) -> Iterator[Problem]:
    for key, length in find_lengths(form).items():
        if length > LONGEST_OWN:
            yield Problem(("sheets", key), "formula-too-long", {"length": length, "longest": LONGEST_OWN})


def find_lengths(form: Form) -> dict[str, int]:
    """Return how many letters the longest formula about each sheet has, in either language and on whichever row."""
    contexts = [_lay_out_far_down(form, language) for language in LANGUAGES]
    return {sheet.key: max(len(one) for context in contexts for one in ("", *_list_formulas(sheet.key, context))) for sheet in form.sheets}


def _lay_out_far_down(form: Form, language: str) -> WorkbookContext:
    """Return a blank workbook with a row on each sheet, so far down that no formula is longer for any owner."""
    form = replace(form, sheets=tuple(replace(sheet, rows=min(sheet.rows, 1)) for sheet in form.sheets))
    context = make_context(form, make_blank_prefill(form, language), {}, "")
    layouts = {key: _move_down(layout) for key, layout in context.layouts.items()}
    return replace(context, layouts=layouts, issued={key: [_NOTHING] * (1 + layout.closes) for key, layout in layouts.items()})


def _move_down(layout: SheetLayout) -> SheetLayout:
    rows = layout.rows if layout.is_downwards else 1
    frame = layout.frame_row and _FAR_DOWN - 10
    return replace(layout, heading_row=_FAR_DOWN, frame_row=frame, rows=rows, closes=layout.sheet.closing is not None)


def _list_formulas(key: str, context: WorkbookContext) -> Iterator[str]:
    layout = context.layouts[key]
    sheet = layout.sheet
    if layout.check_letter:
        yield from (check.formula for check in check_sheet(layout, context.issued[key], context.terms, context.entries))
        yield from build_counts(_FAR_DOWN, layout, context)
    for column in sheet.columns:
        if column.formula:
            cells = {other.field: layout.cell(other.field) for other in sheet.columns}
            yield build_closing_formula(sheet, column, cells) if layout.closes else build_formula(column, cells)
