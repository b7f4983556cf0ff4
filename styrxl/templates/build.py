"""Form and prefill become a workbook.

A workbook is built once with tokens where one owner differs from the next, and stamped for each owner: `build` is
`build_all` of one, so that the two cannot differ.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from styrxl.excel import look, measure
from styrxl.excel.archive import SkeletonPart, make_skeleton, read_parts, stamp
from styrxl.excel.finish import add_alternative_texts, finish_parts, rounded_number
from styrxl.excel.look import STANDARD, Look
from styrxl.excel.sheet import SheetBuilder, clean, footer_text, token
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form, Words, select_columns, select_sheets
from styrxl.model.prefill import Prefill
from styrxl.templates import form_sheet, start_sheet
from styrxl.templates.cell_texts import clean_prefill, compute_formula, list_cell_values, sum_planned
from styrxl.templates.drop_downs import LISTS_SHEET, DropDown, OwnSheets, list_entries, make_drop_downs, write_lists
from styrxl.templates.layout import SheetLayout, lay_out_sheets
from styrxl.templates.start_sheet import Header
from styrxl.templates.words import Terms
from styrxl.templates.workbook_context import WorkbookContext

IDENTITY_SHEET = "_styrxl"
IDENTITY = ("form", "version", "edition", "profile", "language", "round", "owner", "issue", "signature")
PLACEHOLDER_OWNER, PLACEHOLDER_YEAR = "XXX", "20XX"
_OWN_FIELDS = ("owner", "owner_name", "contact", "due", "issue", "signature")  # what differs between owners of one skeleton
_NOT_SHARED = ("frames", "first", "numbers", "memory", "based_on")  # what is stamped, and what is not shown
_MOST_KEPT = 16  # skeletons kept at a time; owners usually come board by board


WriteFirstSheet = Callable[[SheetBuilder, Terms], None]  # writes a sheet before all others


@dataclass(frozen=True, slots=True)
class SharedTemplate:
    """A skeleton, what must be known to stamp it, and what it was made from, for whoever fills it in."""

    parts: tuple[SkeletonPart, ...]
    numbered: Mapping[str, tuple[str, int]]  # sheet key -> pattern of its ids, how many
    planned: Mapping[str, tuple[str, float]]  # sheet key -> frame, sum held against it as issued (tkr)
    form: Form
    context: WorkbookContext
    header: Header
    lists: Mapping[str, DropDown]
    sheets: Mapping[str, str]  # a sheet's name -> its part


class SharedTemplates:
    """Shared templates, each made when it is first asked for; owners that share lists and rows share one, and the last few are kept."""

    def __init__(self, shown: Look = STANDARD, lead: WriteFirstSheet | None = None) -> None:
        """Take the municipality's look, and what writes a sheet before all others, if there is to be one."""
        self._shown, self._lead = shown, lead
        self._known: OrderedDict[str, SharedTemplate] = OrderedDict()

    def of(self, form: Form, prefill: Prefill) -> SharedTemplate:
        """Return the template of an owner's workbook."""
        form = select_columns(form, prefill.rows)
        form = select_sheets(form, prefill.rows) if prefill.round else form  # a blank template shows all that there may be
        shared = _SharingKey.of(form, prefill)
        key = f"{form.edition} {[sheet.rows for sheet in form.sheets]} {shared.key(prefill)}"
        if key not in self._known:
            self._known[key] = make_template(form, prefill, shared, self._shown, self._lead)
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def build(form: Form, prefill: Prefill, shown: Look = STANDARD) -> bytes:
    """Return an owner's workbook; the same form and prefill give the same bytes."""
    return next(build_all(form, [prefill], shown))[1]


def build_all(form: Form, prefills: Iterable[Prefill], shown: Look = STANDARD) -> Iterator[tuple[Prefill, bytes]]:
    """Yield each prefill with its workbook, in order; owners that share lists and rows share a skeleton."""
    templates = SharedTemplates(shown)
    for prefill in prefills:
        template = templates.of(form, prefill)
        yield prefill, stamp(template.parts, token_values(prefill, template))


def build_blank(form: Form, language: str, shown: Look = STANDARD) -> bytes:
    """Return a form's standard template: no owner, nothing filled in."""
    prefill = Prefill(
        form=form.name,
        version=form.version,
        profile=form.profile,
        language=language,
        round="",
        round_name="",
        year=0,
        owner=PLACEHOLDER_OWNER,
        owner_name="",
        board_id=None,
        board_name=None,
        municipality=shown.name,
        contact="",
    )
    return build(form, prefill, shown)


def build_blank_templates(forms: Forms, shown: Look = STANDARD) -> dict[str, bytes]:
    """Return the standard templates of all forms and profiles in all languages, by file name (``unit_plan.skola.en.xlsx``)."""
    return {
        f"{'.'.join(filter(None, (name, profile, kind, language)))}.xlsx": build_blank(forms.form(name, profile, kind), language, shown)
        for name in forms.names()
        for profile in (None, *forms.profiles(name))
        for kind in list_blank_kinds(forms.form(name, profile))
        for language in LANGUAGES
    }


def list_blank_kinds(form: Form) -> tuple[str | None, ...]:
    """Return the kinds of rounds that a form has a standard template for: the first and the last, where they are several."""
    return (form.rounds[0], form.rounds[-1]) if len(form.rounds) > 1 else (None,)


@dataclass(frozen=True, slots=True)
class _SharingKey:
    """What a skeleton takes from owners' own values: how many lines they need, which are empty, who is over a frame."""

    lines: tuple[tuple[str, int], ...]
    empty: tuple[str, ...]
    over: frozenset[str]

    @classmethod
    def of(cls, form: Form, prefill: Prefill) -> _SharingKey:
        texts = _header_texts(prefill, form.words)
        return cls(
            lines=tuple((name, measure.count_lines(text, start_sheet.find_text_width(name))) for name, text in texts.items()),
            empty=tuple(name for name in _OWN_FIELDS if not getattr(prefill, name)),
            over=frozenset(_sheets_over_frame(form, prefill)),
        )

    def key(self, prefill: Prefill) -> str:
        """Return what two prefills have in common if they can share a skeleton."""
        rest = [getattr(prefill, name) for name in Prefill.__slots__ if name not in {*_OWN_FIELDS, *_NOT_SHARED}]
        frames = sorted(name for name, amount in prefill.frames.items() if amount is None)
        given = sorted(name for name, amount in prefill.frames.items() if amount is not None)
        return json.dumps([self.lines, self.empty, sorted(self.over), frames, given, rest], ensure_ascii=False, default=str)


def _header_texts(prefill: Prefill, words: Words) -> dict[str, str]:
    return {
        "who": _owner_text(prefill),
        "board_name": prefill.board_name or "",
        "round_name": prefill.round_name,
        "due": prefill.due or "",
        "contact": prefill.contact,
        "more_rows": words.text("more_rows", prefill.language, contact=prefill.contact),
    }


def _owner_text(prefill: Prefill) -> str:
    return f"{prefill.owner_name} ({prefill.owner})" if prefill.owner_name and prefill.owner else prefill.owner_name or prefill.owner


def _sheets_over_frame(form: Form, prefill: Prefill) -> Iterator[str]:
    """Yield the keys of sheets whose sum as issued is over the owner's frame."""
    for sheet in form.sheets:
        frame = prefill.frames.get(sheet.limit.frame) if sheet.limit else None
        if sheet.limit and frame is not None:
            rows = prefill.rows.get(sheet.key, ())
            column = sheet.column(sheet.limit.column)
            made = [{**row, column.field: compute_formula(column, row)} if column.formula else row for row in rows]
            closing = next(iter(prefill.rows.get(sheet.closing.table, ())), None) if sheet.closing else None
            if frame - sum_planned(sheet, made, closing) < 0:
                yield sheet.key


def make_template(form: Form, prefill: Prefill, shared: _SharingKey, shown: Look, lead: WriteFirstSheet | None) -> SharedTemplate:
    """Return the template of an owner, with tokens where owners that share it differ."""
    own = {name: token(name) for name in _OWN_FIELDS if name not in shared.empty}
    common = replace(clean_prefill(prefill), **own, **dict.fromkeys(shared.empty, ""))  # type: ignore[arg-type] # fields of text, all
    terms = Terms(form.words, form.lists, prefill.language, prefill.limits, prefill.board_limits)
    where = lay_out_sheets(form, common, form.words)
    rows = list_cell_values(form, common, where, terms)
    lists = make_drop_downs(form, common.lists)
    context = WorkbookContext(
        terms=terms,
        year=prefill.year,
        layouts=where,
        rows=rows,
        entries=list_entries(form, lists, OwnSheets(where, rows), terms),
        frames=prefill.frames,
        over=shared.over,
        footer=token("footer"),
    )
    book = _new_workbook(form, common, terms, shown)
    leads = [SheetBuilder(book.create_sheet())] if lead else []
    if lead:
        lead(leads[0], terms)
    start = SheetBuilder(book.create_sheet(terms.text("start")))
    pages = [SheetBuilder(book.create_sheet(where[sheet.key].name)) for sheet in form.sheets]
    counts = {
        sheet.key: form_sheet.write_form_sheet(page, where[sheet.key], context) for sheet, page in zip(form.sheets, pages, strict=True)
    }
    header = Header(common, dict(shared.lines), shown)
    start_sheet.write_start_sheet(start, form, header, context, counts)
    identity = SheetBuilder(book.create_sheet(IDENTITY_SHEET))
    _write_identity(identity, common)
    dropdowns = SheetBuilder(book.create_sheet(LISTS_SHEET))
    write_lists(dropdowns, form, lists, OwnSheets(where, rows), terms)
    for hidden in (identity, dropdowns):
        hidden.sheet.sheet_state = "veryHidden"
        hidden.protect()
    parts = read_parts(_save(book))
    if shown.logo:
        parts = add_alternative_texts(parts, [shown.name or common.municipality])
    every = [*leads, start, *pages, identity, dropdowns]
    return SharedTemplate(
        parts=make_skeleton(finish_parts(parts, every)),
        numbered=dict(_count_numbered(form, prefill, where)),
        planned={s.key: (s.limit.frame, sum_planned(s, *where[s.key].part_rows(rows[s.key]))) for s in form.sheets if s.limit},
        form=form,
        context=context,
        header=header,
        lists=lists,
        sheets={page.name: f"xl/worksheets/sheet{number}.xml" for number, page in enumerate(every, 1)},
    )


def _count_numbered(form: Form, prefill: Prefill, where: Mapping[str, SheetLayout]) -> Iterator[tuple[str, tuple[str, int]]]:
    for sheet in form.sheets:
        pattern = sheet.columns[0].number
        if pattern:
            given = [row for row in prefill.rows.get(sheet.key, ()) if row.get(sheet.columns[0].field)]
            yield sheet.key, (pattern, where[sheet.key].rows - len(given))


def _new_workbook(form: Form, prefill: Prefill, terms: Terms, shown: Look) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in look.named_styles(shown):
        book.add_named_style(style)
    properties = book.properties
    properties.title = " · ".join(part for part in (form.title[terms.language], prefill.round_name) if part)
    properties.language = terms.language
    properties.creator = shown.name or prefill.municipality or "styrxl"
    properties.created = datetime(2000, 1, 1)  # noqa: DTZ001 -- openpyxl wants no zone; a rebuild must give the same bytes
    for name in IDENTITY:
        book.custom_doc_props.append(  # type: ignore[attr-defined] # newer than its types
            StringProperty(name=f"styrxl_{name}", value=_identity_text(prefill, name))
        )
    return book


def _identity_text(prefill: Prefill, name: str) -> str:
    value = getattr(prefill, name)
    return "" if value is None else str(value)


def _write_identity(page: SheetBuilder, prefill: Prefill) -> None:
    for row, name in enumerate(IDENTITY, 1):
        page.put(f"A{row}", name, "help")
        page.put(f"B{row}", _identity_text(prefill, name), "help")


def _save(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def token_values(prefill: Prefill, template: SharedTemplate) -> dict[str, str]:
    """Return what comes in place of each token."""
    made = {name: clean(str(getattr(prefill, name) or "")).strip() for name in _OWN_FIELDS}
    made["who"] = _owner_text(prefill)
    made["footer"] = footer_text(_owner_text(prefill))
    for frame, amount in prefill.frames.items():
        made[f"frame:{frame}"] = rounded_number(amount or 0)
    for key, (frame, total) in template.planned.items():
        made[f"remaining:{key}"] = rounded_number((prefill.frames.get(frame) or 0) - total)
    for key, (pattern, count) in template.numbered.items():
        for place, number in enumerate(prefill.list_numbers(key, count)):
            made[f"id:{key}:{place}"] = pattern.format(owner=prefill.owner, year=prefill.year or PLACEHOLDER_YEAR, n=number)
    return made
