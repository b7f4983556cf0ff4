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
from styrxl.model.forms import LANGUAGES, Form, Words
from styrxl.model.prefill import Prefill
from styrxl.templates import form_sheet, start_sheet
from styrxl.templates.cell_texts import cleaned, planned, worked_out, written
from styrxl.templates.drop_downs import LISTS_SHEET, DropList, Own, drop_lists, held
from styrxl.templates.drop_downs import write as write_lists
from styrxl.templates.layout import Place, places
from styrxl.templates.start_sheet import Header
from styrxl.templates.words import Terms

IDENTITY_SHEET = "_styrxl"
IDENTITY = ("form", "version", "profile", "language", "round", "owner", "issue", "signature")
PLACEHOLDER_OWNER, PLACEHOLDER_YEAR = "XXX", "20XX"
_OWN = ("owner", "owner_name", "contact", "due", "issue", "signature")  # what differs between owners of one skeleton
_KEPT = 16  # skeletons kept at a time; owners usually come board by board


Lead = Callable[[SheetBuilder, Terms], None]  # writes a sheet before all others


@dataclass(frozen=True, slots=True)
class Mould:
    """A skeleton, what must be known to stamp it, and what it was made from, for whoever fills it in."""

    parts: tuple[SkeletonPart, ...]
    numbered: Mapping[str, tuple[str, int]]  # sheet key -> pattern of its ids, how many
    planned: Mapping[str, tuple[str, float]]  # sheet key -> frame, sum held against it as issued (tkr)
    form: Form
    context: form_sheet.Context
    header: Header
    lists: Mapping[str, DropList]
    sheets: Mapping[str, str]  # a sheet's name -> its part


class Moulds:
    """Moulds, each made when it is first asked for; owners that share lists and rows share one, and the last few are kept."""

    def __init__(self, words: Words, shown: Look = STANDARD, lead: Lead | None = None) -> None:
        """Take the shared words, the municipality's look, and what writes a sheet before all others, if there is to be one."""
        self._words, self._shown, self._lead = words, shown, lead
        self._known: OrderedDict[str, Mould] = OrderedDict()

    def of(self, form: Form, prefill: Prefill) -> Mould:
        """Return the mould of an owner's workbook."""
        shared = _Shared.of(form, prefill, self._words)
        key = f"{[sheet.rows for sheet in form.sheets]} {shared.key(prefill)}"
        if key not in self._known:
            self._known[key] = _mould(form, prefill, shared, self._words, self._shown, self._lead)
        self._known.move_to_end(key)
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return self._known[key]


def build(form: Form, prefill: Prefill, words: Words, shown: Look = STANDARD) -> bytes:
    """Return an owner's workbook; the same form and prefill give the same bytes."""
    return next(build_all(form, [prefill], words, shown))[1]


def build_all(form: Form, prefills: Iterable[Prefill], words: Words, shown: Look = STANDARD) -> Iterator[tuple[Prefill, bytes]]:
    """Yield each prefill with its workbook, in order; owners that share lists and rows share a skeleton."""
    moulds = Moulds(words, shown)
    for prefill in prefills:
        mould = moulds.of(form, prefill)
        yield prefill, stamp(mould.parts, values(prefill, mould))


def blank(form: Form, language: str, words: Words, shown: Look = STANDARD) -> bytes:
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
    return build(form, prefill, words, shown)


def blank_templates(forms: Forms, shown: Look = STANDARD) -> dict[str, bytes]:
    """Return the standard templates of all forms and profiles in all languages, by file name (``unit_plan.skola.en.xlsx``)."""
    return {
        f"{'.'.join(filter(None, (name, profile, kind, language)))}.xlsx": blank(
            forms.form(name, profile, kind), language, forms.words, shown
        )
        for name in forms.names()
        for profile in (None, *forms.profiles(name))
        for kind in blank_kinds(forms.form(name, profile))
        for language in LANGUAGES
    }


def blank_kinds(form: Form) -> tuple[str | None, ...]:
    """Return the kinds of rounds that a form has a standard template for: the first and the last, where they are several."""
    return (form.rounds[0], form.rounds[-1]) if len(form.rounds) > 1 else (None,)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a skeleton takes from owners' own values: how many lines they need, which are empty, who is over a frame."""

    lines: tuple[tuple[str, int], ...]
    empty: tuple[str, ...]
    over: frozenset[str]

    @classmethod
    def of(cls, form: Form, prefill: Prefill, words: Words) -> _Shared:
        texts = _header_texts(prefill, words)
        return cls(
            lines=tuple((name, measure.count_lines(text, start_sheet.width_of(name))) for name, text in texts.items()),
            empty=tuple(name for name in _OWN if not getattr(prefill, name)),
            over=frozenset(_over(form, prefill)),
        )

    def key(self, prefill: Prefill) -> str:
        """Return what two prefills have in common if they can share a skeleton."""
        rest = [getattr(prefill, name) for name in Prefill.__slots__ if name not in {*_OWN, "frames", "first", "memory", "based_on"}]
        frames = sorted(name for name, amount in prefill.frames.items() if amount is None)
        given = sorted(name for name, amount in prefill.frames.items() if amount is not None)
        return json.dumps([self.lines, self.empty, sorted(self.over), frames, given, rest], ensure_ascii=False, default=str)


def _header_texts(prefill: Prefill, words: Words) -> dict[str, str]:
    return {
        "who": _who(prefill),
        "board_name": prefill.board_name or "",
        "round_name": prefill.round_name,
        "due": prefill.due or "",
        "contact": prefill.contact,
        "more_rows": words.text("more_rows", prefill.language, contact=prefill.contact),
    }


def _who(prefill: Prefill) -> str:
    return f"{prefill.owner_name} ({prefill.owner})" if prefill.owner_name else prefill.owner


def _over(form: Form, prefill: Prefill) -> Iterator[str]:
    """Yield the keys of sheets whose sum as issued is over the owner's frame."""
    for sheet in form.sheets:
        frame = prefill.frames.get(sheet.limit.frame) if sheet.limit else None
        if sheet.limit and frame is not None:
            rows = prefill.rows.get(sheet.key, ())
            column = sheet.column(sheet.limit.column)
            made = [{**row, column.field: worked_out(column, row)} if column.formula else row for row in rows]
            if frame - planned(sheet, made) < 0:
                yield sheet.key


def _mould(form: Form, prefill: Prefill, shared: _Shared, words: Words, shown: Look, lead: Lead | None) -> Mould:
    own = {name: token(name) for name in _OWN if name not in shared.empty}
    common = replace(cleaned(prefill), **own, **dict.fromkeys(shared.empty, ""))  # type: ignore[arg-type] # fields of text, all
    terms = Terms(words, form.lists, prefill.language, prefill.limits)
    where = places(form, common, words)
    rows = written(form, common, where, terms)
    lists = drop_lists(form, common.lists)
    context = form_sheet.Context(
        terms=terms,
        year=prefill.year,
        places=where,
        written=rows,
        entries=held(form, lists, Own(where, rows), terms),
        frames=prefill.frames,
        over=shared.over,
        footer=token("footer"),
    )
    book = _book(form, common, terms, shown)
    leads = [SheetBuilder(book.create_sheet())] if lead else []
    if lead:
        lead(leads[0], terms)
    start = SheetBuilder(book.create_sheet(terms.text("start")))
    pages = [SheetBuilder(book.create_sheet(where[sheet.key].name)) for sheet in form.sheets]
    tallies = {sheet.key: form_sheet.write(page, where[sheet.key], context) for sheet, page in zip(form.sheets, pages, strict=True)}
    header = Header(common, dict(shared.lines), shown)
    start_sheet.write(start, form, header, context, tallies)
    identity = SheetBuilder(book.create_sheet(IDENTITY_SHEET))
    _identity(identity, common)
    dropdowns = SheetBuilder(book.create_sheet(LISTS_SHEET))
    write_lists(dropdowns, form, lists, Own(where, rows), terms)
    for hidden in (identity, dropdowns):
        hidden.sheet.sheet_state = "veryHidden"
        hidden.protect()
    parts = read_parts(_saved(book))
    if shown.logo:
        parts = add_alternative_texts(parts, [shown.name or common.municipality])
    every = [*leads, start, *pages, identity, dropdowns]
    return Mould(
        parts=make_skeleton(finish_parts(parts, every)),
        numbered=dict(_numbered(form, prefill, where)),
        planned={s.key: (s.limit.frame, planned(s, rows[s.key])) for s in form.sheets if s.limit},
        form=form,
        context=context,
        header=header,
        lists=lists,
        sheets={page.name: f"xl/worksheets/sheet{number}.xml" for number, page in enumerate(every, 1)},
    )


def _numbered(form: Form, prefill: Prefill, where: Mapping[str, Place]) -> Iterator[tuple[str, tuple[str, int]]]:
    for sheet in form.sheets:
        pattern = sheet.columns[0].number
        if pattern:
            given = [row for row in prefill.rows.get(sheet.key, ()) if row.get(sheet.columns[0].field)]
            yield sheet.key, (pattern, where[sheet.key].rows - len(given))


def _book(form: Form, prefill: Prefill, terms: Terms, shown: Look) -> Workbook:
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
            StringProperty(name=f"styrxl_{name}", value=_fact(prefill, name))
        )
    return book


def _fact(prefill: Prefill, name: str) -> str:
    value = getattr(prefill, name)
    return "" if value is None else str(value)


def _identity(page: SheetBuilder, prefill: Prefill) -> None:
    for row, name in enumerate(IDENTITY, 1):
        page.put(f"A{row}", name, "help")
        page.put(f"B{row}", _fact(prefill, name), "help")


def _saved(book: Workbook) -> bytes:
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def values(prefill: Prefill, mould: Mould) -> dict[str, str]:
    """Return what comes in place of each token."""
    made = {name: clean(str(getattr(prefill, name) or "")).strip() for name in _OWN}
    made["who"] = _who(prefill)
    made["footer"] = footer_text(_who(prefill))
    for frame, amount in prefill.frames.items():
        made[f"frame:{frame}"] = rounded_number(amount or 0)
    for key, (frame, total) in mould.planned.items():
        made[f"remaining:{key}"] = rounded_number((prefill.frames.get(frame) or 0) - total)
    for key, (pattern, count) in mould.numbered.items():
        first = prefill.first.get(key, 1)
        for number in range(count):
            made[f"id:{key}:{number}"] = pattern.format(owner=prefill.owner, year=prefill.year or PLACEHOLDER_YEAR, n=first + number)
    return made
