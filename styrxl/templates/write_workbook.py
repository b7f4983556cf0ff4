"""A form's workbook, written with openpyxl: what a context says stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty

from styrxl.excel import form_styles
from styrxl.excel.archive import cut_parts, stamp
from styrxl.excel.beyond_libraries import complete_workbook
from styrxl.excel.look import STANDARD, Look
from styrxl.excel.sheet import SheetBuilder
from styrxl.model.forms import Form
from styrxl.model.naming.sheet_names import IDENTITY_SHEET, LISTS_SHEET
from styrxl.model.prefill import Prefill
from styrxl.templates import form_sheet, start_sheet
from styrxl.templates.drop_downs import OwnSheets, write_lists
from styrxl.templates.save_parts import save_parts
from styrxl.templates.start_sheet import Header
from styrxl.templates.words import Terms
from styrxl.templates.workbook_context import WorkbookContext

IDENTITY = ("form", "version", "edition", "profile", "language", "round", "owner", "issue", "signature")


@dataclass(frozen=True, slots=True)
class OpenWorkbook:
    """A workbook that has been written, and may be marked before it is saved; ``pages``: its form's sheets by key."""

    book: Workbook
    pages: Mapping[str, SheetBuilder]
    others: list[SheetBuilder]
    picture: str

    def put_first_sheet(self, name: str) -> SheetBuilder:
        """Return a new sheet before all others, in place of one that has its name."""
        for page in [page for page in self.others if page.name == name]:
            self.book.remove(page.sheet)
            self.others.remove(page)
        self.others.append(SheetBuilder(self.book.create_sheet(name, 0)))
        return self.others[-1]

    @property
    def formulas(self) -> dict[str, set[str]]:
        """The cells that hold a formula, by the sheet's name."""
        return {page.name: page.formulas for page in self._all_pages()}

    def save(self) -> dict[str, bytes]:
        """Return the workbook's parts, with tokens in them."""
        return complete_workbook(save_parts(self.book), self._all_pages(), self.picture)

    def stamped(self, values: Mapping[str, str]) -> bytes:
        """Return the workbook of an owner; ``values``: what comes in place of each token."""
        return stamp(cut_parts(self.save()), values)

    def _all_pages(self) -> list[SheetBuilder]:
        by_name = {page.name: page for page in (*self.others, *self.pages.values())}
        return [by_name[name] for name in self.book.sheetnames]


def write_workbook(context: WorkbookContext, shown: Look = STANDARD) -> OpenWorkbook:
    """Return the workbook in which stands what a context says, with tokens where owners that share it differ."""
    form, common, terms, layouts = context.form, context.prefill, context.terms, context.layouts
    book = _new_workbook(form, common, terms, shown)
    start = SheetBuilder(book.create_sheet(terms.text("start")))
    pages = {sheet.key: SheetBuilder(book.create_sheet(layouts[sheet.key].name)) for sheet in form.sheets}
    counts = {key: form_sheet.write_form_sheet(page, layouts[key], context) for key, page in pages.items()}
    start_sheet.write_start_sheet(start, form, Header(common, context.lines, shown), context, counts)
    identity = SheetBuilder(book.create_sheet(IDENTITY_SHEET))
    _write_identity(identity, common)
    dropdowns = SheetBuilder(book.create_sheet(LISTS_SHEET))
    write_lists(dropdowns, form, context.lists, OwnSheets(layouts, context.rows), terms)
    for hidden in (identity, dropdowns):
        hidden.sheet.sheet_state = "veryHidden"
        hidden.protect()
    return OpenWorkbook(book, pages, [start, identity, dropdowns], shown.name or common.municipality if shown.logo else "")


def _new_workbook(form: Form, prefill: Prefill, terms: Terms, shown: Look) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for style in form_styles.named_styles(shown):
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
