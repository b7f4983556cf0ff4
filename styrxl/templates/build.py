"""Form and prefill become a workbook, and answers with them where there are any.

A workbook that is issued is built once with tokens where one owner differs from the next, and stamped for each owner: `build` is
`build_all` of one, so that the two cannot differ. One with answers in it is built in the same way, by itself.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from styrxl.excel import measure
from styrxl.excel.archive import TemplatePart, cut_parts, stamp
from styrxl.excel.cells import FOOTER_LETTERS, clean, footer_text, rounded_number, token
from styrxl.excel.look import STANDARD, Look
from styrxl.model.form_files import Forms
from styrxl.model.forms import LANGUAGES, Form, Words, select_columns, select_sheets
from styrxl.model.prefill import Prefill
from styrxl.templates import start_sheet
from styrxl.templates.cell_texts import clean_prefill, compute_formula, sum_planned
from styrxl.templates.workbook_context import WorkbookContext, make_context
from styrxl.templates.write_workbook import write_workbook

PLACEHOLDER_OWNER, PLACEHOLDER_YEAR = "XXX", "20XX"
_OWN_FIELDS = ("owner", "owner_name", "contact", "due", "issue", "signature")  # what differs between owners of one template
_NOT_SHARED = ("frames", "first", "numbers", "memory", "based_on")  # what is stamped, and what is not shown
_MOST_KEPT = 16  # templates kept at a time; owners usually come board by board


@dataclass(frozen=True, slots=True)
class SharedTemplate:
    """A workbook's parts with tokens in them, and what stands in it, which says how it is stamped."""

    parts: tuple[TemplatePart, ...]
    context: WorkbookContext


class SharedTemplates:
    """Shared templates, each made when it is first asked for; owners that share lists and rows share one, and the last few are kept."""

    def __init__(self, shown: Look = STANDARD) -> None:
        """Take the municipality's look."""
        self._shown = shown
        self._known: OrderedDict[str, SharedTemplate] = OrderedDict()

    def of(self, form: Form, prefill: Prefill) -> SharedTemplate:
        """Return the template of an owner's workbook."""
        form = _select_parts(form, prefill)
        shared = _SharingKey.of(form, prefill)
        key = f"{form.edition} {[sheet.rows for sheet in form.sheets]} {shared.key(prefill)}"
        if key not in self._known:
            self._known[key] = make_template(form, prefill, shared, self._shown)
        self._known.move_to_end(key)
        if len(self._known) > _MOST_KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def _select_parts(form: Form, prefill: Prefill) -> Form:
    form = select_columns(form, prefill.rows)
    return select_sheets(form, prefill.rows) if prefill.round else form  # a blank template shows all that there may be


def build(form: Form, prefill: Prefill, shown: Look = STANDARD) -> bytes:
    """Return an owner's workbook; the same form and prefill give the same bytes."""
    return next(build_all(form, [prefill], shown))[1]


def build_all(form: Form, prefills: Iterable[Prefill], shown: Look = STANDARD) -> Iterator[tuple[Prefill, bytes]]:
    """Yield each prefill with its workbook, in order; owners that share lists and rows share a template."""
    templates = SharedTemplates(shown)
    for prefill in prefills:
        template = templates.of(form, prefill)
        yield prefill, stamp(template.parts, token_values(prefill, template.context))


def build_blank(form: Form, language: str, shown: Look = STANDARD) -> bytes:
    """Return a form's standard template: no owner, nothing filled in."""
    return build(form, make_blank_prefill(form, language, shown.name), shown)


def make_blank_prefill(form: Form, language: str, municipality: str = "") -> Prefill:
    """Return what a form's standard template is filled in with: nothing."""
    return Prefill(
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
        municipality=municipality,
        contact="",
    )


def build_blank_templates(forms: Forms, shown: Look = STANDARD) -> dict[str, bytes]:
    """Return the standard templates of all forms and profiles in all languages, by file name (``unit_plan.skola.en.xlsx``)."""
    return {name: build_blank(form, language, shown) for name, (form, language) in list_blank_templates(forms).items()}


def list_blank_templates(forms: Forms) -> dict[str, tuple[Form, str]]:
    """Return which standard templates there are: form and language, by file name."""
    return {
        f"{'.'.join(filter(None, (name, profile, kind, language)))}.xlsx": (forms.form(name, profile, kind), language)
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
    """What a template takes from owners' own values: how many lines they need, which are empty, who is over a frame."""

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
        """Return what two prefills have in common if they can share a template."""
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


def _short_owner_text(prefill: Prefill) -> str:
    """Return the owner as a footer has room for it: of a long name the beginning, and the id whole."""
    more = len(_owner_text(prefill)) - FOOTER_LETTERS
    if more <= 0 or not prefill.owner_name:
        return _owner_text(prefill)
    return _owner_text(replace(prefill, owner_name=f"{prefill.owner_name[: -more - 1].rstrip()}…"))


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


def make_template(form: Form, prefill: Prefill, shared: _SharingKey, shown: Look) -> SharedTemplate:
    """Return the template of an owner, with tokens where owners that share it differ."""
    context = _lay_out(form, prefill, shared)
    return SharedTemplate(cut_parts(write_workbook(context, shown).save()), context)


def lay_out_workbook(form: Form, prefill: Prefill) -> WorkbookContext:
    """Return what stands in an owner's workbook as issued."""
    form = _select_parts(form, prefill)
    return _lay_out(form, prefill, _SharingKey.of(form, prefill))


def _lay_out(form: Form, prefill: Prefill, shared: _SharingKey) -> WorkbookContext:
    own = {name: token(name) for name in _OWN_FIELDS if name not in shared.empty}
    common = replace(clean_prefill(prefill), **own, **dict.fromkeys(shared.empty, ""))  # type: ignore[arg-type] # fields of text, all
    return make_context(form, common, dict(shared.lines), token("footer"))


def build_filled(context: WorkbookContext, prefill: Prefill, shown: Look = STANDARD) -> bytes:
    """Return the workbook of an owner in which stands what a context says; ``prefill``: what was issued, signed."""
    return write_workbook(context, shown).stamped(token_values(prefill, context))


def token_values(prefill: Prefill, context: WorkbookContext) -> dict[str, str]:
    """Return what comes in place of each token."""
    made = {name: clean(str(getattr(prefill, name) or "")).strip() for name in _OWN_FIELDS}
    made["who"] = _owner_text(prefill)
    made["footer"] = footer_text(_short_owner_text(prefill))
    for frame, amount in prefill.frames.items():
        made[f"frame:{frame}"] = rounded_number(amount or 0)
    for sheet in context.form.sheets:
        if sheet.limit:
            total = sum_planned(sheet, *context.layouts[sheet.key].part_rows(context.rows[sheet.key]))
            made[f"remaining:{sheet.key}"] = rounded_number((prefill.frames.get(sheet.limit.frame) or 0) - total)
        if pattern := sheet.columns[0].number:
            given = [row for row in prefill.rows.get(sheet.key, ()) if row.get(sheet.columns[0].field)]
            numbers = prefill.list_numbers(sheet.key, context.layouts[sheet.key].rows - len(given))
            year = prefill.year or PLACEHOLDER_YEAR
            made |= {f"id:{sheet.key}:{place}": pattern.format(owner=prefill.owner, year=year, n=n) for place, n in enumerate(numbers)}
    return made
