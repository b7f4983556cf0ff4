"""The workbook that goes back to be mended: a fresh template, filled with what its sender had written, and marked.

Nothing of the sender's file is saved anew: openpyxl would drop drop-downs and pictures. The owner's skeleton is filled cell by
cell instead, so that pasted-over formulas are whole again and answers from an older version of the form find their places.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

from styrxl.annotated import to_mend_sheet
from styrxl.annotated.carry import Carried, Fresh, Source, carry, roomy
from styrxl.annotated.left_behind import Left, drawn_in, formulas, left_behind, package_of, things
from styrxl.annotated.point import OF_ROWS, Placed, Pointer, cell_of, resolved
from styrxl.annotated.recalculate import Figures, figures
from styrxl.annotated.still_unchanged import still
from styrxl.annotated.to_mend_sheet import Item
from styrxl.excel import look, measure, notes
from styrxl.excel.archive import Part, stamped, whole, with_parts
from styrxl.excel.cells import LONGEST, Canvas, Pen, Sheet, Strings, Styles, as_number
from styrxl.excel.look import STANDARD, Look
from styrxl.excel.notes import Ground, Note
from styrxl.model.findings import Finding, fix_here, message
from styrxl.model.forms import Form, Words
from styrxl.model.grouped import told
from styrxl.model.limits import STANDARD as LIMITS
from styrxl.model.limits import Limits
from styrxl.model.prefill import Prefill
from styrxl.returns.locate import Locator
from styrxl.returns.tables import blank
from styrxl.returns.workbook import Returned
from styrxl.templates.build import Mould, Moulds, values
from styrxl.templates.cell_texts import Written
from styrxl.templates.layout import Place
from styrxl.templates.words import Terms

UNKNOWN = frozenset({"unreadable-workbook", "unknown-form", "unknown-version", "unknown-owner", "wrong-round", "forged-identity"})
_MOST_WATCHED = 20  # cells of one line of the list that are watched for changes
_STRINGS, _STYLES, _TYPES = "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"
_FADE = (
    f'<dxf><font><color rgb="00{look.INK}"/></font><fill><patternFill patternType="solid"><bgColor rgb="00{look.INPUT}"/>'
    "</patternFill></fill></dxf>"
)
_TONES = {"mend": look.MEND, "watch": look.WATCH}


@dataclass(frozen=True, slots=True)
class Back:
    """A return that goes back: its form, what was issued (signed), the return read and as bytes, what was found, and its file's name."""

    form: Form
    prefill: Prefill
    returned: Returned
    data: bytes
    findings: tuple[Finding, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Plate:
    """A mould whose parts have been taken apart, so that cells can be put into it."""

    mould: Mould
    canvases: Mapping[str, Canvas]  # by the sheet's name
    styles: Sheet
    strings: str
    types: str
    drawn: int

    @classmethod
    def of(cls, mould: Mould) -> Plate:
        """Take a mould apart."""
        parts = {part.name.decode("ascii"): whole(part) for part in mould.parts}
        return cls(
            mould,
            {name: Canvas.of(parts[part]) for name, part in mould.sheets.items()},
            Sheet.of(parts[_STYLES].decode()),
            parts[_STRINGS].decode(),
            parts[_TYPES].decode(),
            drawn_in(data for name, data in parts.items() if name.startswith("xl/drawings/drawing")),
        )


class Annotator:
    """Makes workbooks to send back; owners that share a template share the work."""

    def __init__(self, words: Words, shown: Look = STANDARD, limits: Limits = LIMITS) -> None:
        """Take the shared words, the municipality's look, and limits for looking into returns."""
        self._words, self._shown, self._limits = words, shown, limits
        self._moulds = Moulds(words, shown, to_mend_sheet.lead)
        self._plates: dict[int, Plate] = {}
        self._locators: dict[tuple[str, str | None, int], Locator] = {}

    def annotate(self, back: Back) -> bytes:
        """Return the workbook; the same return and findings give the same bytes."""
        returned, package = back.returned, package_of(back.data, self._limits)
        tables, _ = self._locator(back.form).locate(returned, back.prefill.language)
        wanted = [(t.place.sheet, t.place.cell(name, row) or "") for t in tables for (name, row), shown in t.marks.items() if not shown]
        source = Source(returned, tables, back.findings, formulas(package, wanted))
        plate = self._plate(back.form, back.prefill)
        carried = carry(source, _fresh(plate.mould, back.prefill), back.prefill)
        if carried.room:
            plate = self._plate(roomy(back.form, carried.room), back.prefill)
            carried = carry(source, _fresh(plate.mould, back.prefill), back.prefill)
        mine = [text for key in ("mend_error", "mend_warning") for text in self._words.texts[key].values()]
        own = left_behind(returned, back.form, tables, back.findings, self._words)
        left = [*own, *things(package, plate.drawn, mine), *_cut(carried)]
        return _Copy(plate, back, carried, left, self._shown).made()

    def _locator(self, form: Form) -> Locator:
        key = (form.name, form.profile, id(form))
        if key not in self._locators:
            self._locators[key] = Locator(form, self._words)
        return self._locators[key]

    def _plate(self, form: Form, prefill: Prefill) -> Plate:
        mould = self._moulds.of(form, prefill)
        if id(mould) not in self._plates:
            if len(self._plates) >= 16:
                self._plates.clear()
            self._plates[id(mould)] = Plate.of(mould)
        return self._plates[id(mould)]


def _fresh(mould: Mould, prefill: Prefill) -> dict[str, Fresh]:
    stamps = values(prefill, mould)
    made = {}
    for sheet in mould.form.sheets:
        column = sheet.id_column
        rows = mould.context.written[sheet.key]
        ids = [resolved(row[column.field], stamps) if column else "" for row in rows]
        made[sheet.key] = Fresh(sheet, ids, len(prefill.rows.get(sheet.key, ())))
    return made


def _cut(carried: Carried) -> Iterator[Left]:
    texts = [v for rows in carried.answers.values() for row in rows.values() for v in row.values() if isinstance(v, str)]
    long = sum(len(text) > LONGEST for text in texts)
    if long:
        yield Left("left_cut", long)


class _Copy:
    """One workbook while it is made."""

    def __init__(self, plate: Plate, back: Back, carried: Carried, left: Sequence[Left], shown: Look) -> None:
        self.plate, self.mould, self.back, self.carried, self.left, self.shown = plate, plate.mould, back, carried, left, shown
        self.terms: Terms = self.mould.context.terms
        self.places: Mapping[str, Place] = self.mould.context.places
        self.stamps = values(back.prefill, self.mould)
        first = re.search(r' uniqueCount="(\d+)"', plate.strings)
        self.pen = Pen(Strings(int(first[1]) if first else 0), Styles(plate.styles))

    def made(self) -> bytes:
        rows, changed = self._rows()
        worked = figures(self.mould, self.back.prefill, rows, changed)
        pointer = Pointer(self.places, self.mould.context.written, self.stamps, self.terms)
        found = [one for one in (pointer.placed(found, self.carried.lines) for found in self.back.findings) if one is not None]
        marks = self._marks(found)
        parts: dict[str, bytes] = {}
        noted = []
        for number, (name, part) in enumerate(self.mould.sheets.items(), 1):
            xml = self._sheet(name, worked, marks.get(name, {}))
            if name in marks:
                noted.append(number)
                xml = notes.linked(xml)
                parts |= self._notes(name, number, marks[name])
            if xml is not self.plate.canvases[name].text:
                parts[part] = xml.encode()
        lead = next(iter(self.mould.sheets))
        parts[self.mould.sheets[lead]] = to_mend_sheet.painted(self.plate.canvases[lead], self.pen, self._told(found), self.terms).encode()
        parts[_STRINGS] = self.pen.strings.added(self.plate.strings).encode()
        parts[_STYLES] = self.pen.styles.xml(_FADE).encode()
        if noted:
            parts[_TYPES] = notes.typed(self.plate.types, noted).encode()
        skeleton: tuple[Part, ...] = with_parts(self.mould.parts, parts)
        return stamped(skeleton, {**self.stamps, **worked.stamped})

    # answers

    def _rows(self) -> tuple[dict[str, list[Written]], dict[str, set[int]]]:
        """Return what stands in all rows, for the formulas, and which rows the sender had written in."""
        rows: dict[str, list[Written]] = {key: list(some) for key, some in self.mould.context.written.items()}
        changed: dict[str, set[int]] = {}
        for key, answers in self.carried.answers.items():
            column = self.places[key].sheet.id_column
            for index, row in answers.items():
                made = dict(rows[key][index])
                if column:
                    made[column.field] = resolved(made[column.field], self.stamps)
                for field, value in row.items():
                    if self._keeps(key, index, field, value):
                        made[field] = _for_formulas(value)
                rows[key][index] = made
                changed.setdefault(key, set()).add(index)
        return rows, changed

    def _keeps(self, key: str, index: int, field: str, value: Any) -> bool:
        """Whether an answer takes the place of what was issued: an answer that was given beforehand and erased stands as issued."""
        column = self.places[key].sheet.column(field)
        return not blank(value) or (not column.locked_when_prefilled and not blank(self.mould.context.written[key][index][field]))

    def _sheet(self, name: str, worked: Figures, marks: Mapping[str, Mark]) -> str:
        canvas = self.plate.canvases[name]
        cells: dict[str, str] = {}
        for ref, value in worked.values.get(name, {}).items():
            slot = canvas.slots.get(ref)
            if slot and slot.formula:
                cells[ref] = self.pen.cell(ref, slot.style, value, formula=slot.formula)
        heights: dict[int, float] = {}
        place = next((place for place in self.places.values() if place.name == name), None)
        if place:
            for ref, (value, tone, free) in self._answers(place, marks).items():
                cells[ref] = self.pen.cell(ref, canvas.slots[ref].style, value, tone=tone, free=free)
            heights = self._heights(place, worked.said.get(place.sheet.key, {}))
            cells |= {ref: xml for ref, xml in self._marked(canvas, marks).items() if ref not in cells}
        if not cells:
            return canvas.text
        return self._faded(canvas.painted(cells, heights), marks)

    def _answers(self, place: Place, marks: Mapping[str, Mark]) -> dict[str, tuple[Any, str, bool]]:
        found = {}
        for index, row in self.carried.answers.get(place.sheet.key, {}).items():
            for field, value in row.items():
                ref = place.cell(field, index)
                if self._keeps(place.sheet.key, index, field, value):
                    mark = marks.get(ref)
                    found[ref] = (None if blank(value) else value, mark.tone if mark else "", mark is not None)
        return found

    def _marked(self, canvas: Canvas, marks: Mapping[str, Mark]) -> dict[str, str]:
        """Return cells that are marked and hold what was issued: an empty answer, an id, a heading."""
        found = {}
        for ref, mark in marks.items():
            slot = canvas.slots[ref]
            xml = canvas.text[slot.start : slot.end]
            style = self.pen.styles.like(slot.style, tone=mark.tone, free=mark.asked)
            found[ref] = xml.replace(f' s="{slot.style}"', f' s="{style}"', 1)
        return found

    def _heights(self, place: Place, said: Mapping[int, str]) -> dict[int, float]:
        """Return the heights that rows need for what the sender had written."""
        found: dict[int, float] = {}
        answers = self.carried.answers.get(place.sheet.key, {})
        for index in answers.keys() | said.keys():
            if place.down:
                continue
            texts = [(v, place.width(f)) for f, v in answers.get(index, {}).items() if isinstance(v, str)]
            texts.append((said.get(index, ""), place.widths[-1]))
            found[place.first + index] = _height(texts)
        if place.down:
            for index, column in enumerate(place.sheet.columns):
                value = answers.get(0, {}).get(column.field)
                texts = [(value, place.widths[1])] if isinstance(value, str) else []
                found[place.first + index] = _height([*texts, (said.get(index, ""), place.widths[2])])
        return found

    # the list

    def _told(self, found: Sequence[Placed]) -> to_mend_sheet.Told:
        prefill = self.back.prefill
        who = " · ".join(part for part in (f"{prefill.owner_name} ({prefill.owner})", prefill.round_name) if part)
        return to_mend_sheet.Told(who, self.back.file, list(self._items(found)), self.left, self.carried.strays)

    def _items(self, found: Sequence[Placed]) -> Iterator[Item]:
        spots = {id(one.finding): one.spot for one in found}
        for group in told([one.finding for one in found], self.terms.language, fix_here):
            first = group.group[0]
            cells = str(first.facts.get("cell_here", group.cells))
            watched = [spot for one in group.group if (spot := spots[id(one)]) is not None]
            still = self._still_all(first, watched)
            yield Item(group.severity == "error", first.sheet or "", cells, group.message, group.fix, still)

    def _still_all(self, first: Finding, spots: Sequence[tuple[str, int | None, str]]) -> str:
        """Return the formula that holds as long as one of the cells is as it was; empty where it cannot be told."""
        if not spots or len(spots) > _MOST_WATCHED or first.rule in OF_ROWS:
            return ""
        parts = []
        for key, index, field in spots:
            if index is None or not self.places[key].sheet.column(field).asked:
                return ""
            place = self.places[key]
            parts.append(still(place.remote(place.cell(field, index)), self._value(key, index, field)))
        other = first.facts.get("earlier_cell")
        if isinstance(other, str) and len(parts) == 1:
            place = self.places[spots[0][0]]
            row, before = _index(place, other)
            if before:
                parts[0] = f"AND({parts[0]},{still(place.remote(other), self._value(place.sheet.key, row, before))})"
        return f"OR({','.join(parts)})"

    def _value(self, key: str, index: int, field: str) -> Any:
        """Return what stands in an answer's cell."""
        row = self.carried.answers.get(key, {}).get(index, {})
        if field in row and self._keeps(key, index, field, row[field]):
            return row[field]
        return self.mould.context.written[key][0 if self.places[key].down else index][field]

    # marks

    def _marks(self, found: Iterable[Placed]) -> dict[str, dict[str, Mark]]:
        """Return the marks by sheet and cell; several findings on a cell share one."""
        made: dict[str, dict[str, Mark]] = {}
        for one in found:
            if one.spot is None:
                continue
            key, index, field = one.spot
            place = self.places[key]
            ref = cell_of(place, index, field)
            if ref not in self.plate.canvases[place.name].slots:
                continue
            here = made.setdefault(place.name, {})
            text = _paragraph(one.finding, self.terms.language)
            before = here.get(ref)
            tone = "mend" if one.finding.severity == "error" or (before and before.tone == "mend") else "watch"
            texts = (*before.texts, text) if before else (text,)
            asked = place.sheet.column(field).asked and index is not None
            fades = asked and one.finding.rule not in OF_ROWS
            value = self._value(key, index, field) if fades and index is not None else None
            here[ref] = Mark(tone, texts, asked=asked, still=still(_fixed(ref), value) if fades else "")
        return made

    def _faded(self, xml: str, marks: Mapping[str, Mark]) -> str:
        """Return the sheet with marks that go out when somebody changes their cells."""
        fading = {ref: mark.still for ref, mark in marks.items() if mark.still}
        if not fading:
            return xml
        last = max((int(number) for number in re.findall(r' priority="(\d+)"', xml)), default=0)
        look_of_old = self.pen.styles.conditions
        rules = "".join(
            f'<conditionalFormatting sqref="{ref}"><cfRule type="expression" priority="{last + number}" dxfId="{look_of_old}">'
            f"<formula>NOT({escape(formula)})</formula></cfRule></conditionalFormatting>"
            for number, (ref, formula) in enumerate(fading.items(), 1)
        )
        at = next(xml.index(tag) for tag in ("<dataValidations", "<hyperlinks", "<printOptions", "<pageMargins") if tag in xml)
        return xml[:at] + rules + xml[at:]

    def _notes(self, name: str, number: int, marks: Mapping[str, Mark]) -> dict[str, bytes]:
        words = {tone: self.terms.text(f"mend_{key}") for tone, key in (("mend", "error"), ("watch", "warning"))}
        said = {ref: Note(words[mark.tone], mark.texts, _TONES[mark.tone]) for ref, mark in marks.items()}
        place = next(place for place in self.places.values() if place.name == name)
        ground = Ground(place.widths, {row: height for row, (_, _, height) in self.plate.canvases[name].rows.items()})
        return {
            f"xl/comments{number}.xml": notes.texts(said, self.shown.name or "styrxl").encode(),
            f"xl/drawings/vmlDrawing{number}.vml": notes.boxes(said, ground, number).encode(),
            f"xl/worksheets/_rels/sheet{number}.xml.rels": notes.relations(number).encode(),
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """How a cell is marked; ``still`` is a formula that holds until somebody changes it, empty where the mark stays."""

    tone: str
    texts: tuple[str, ...]
    asked: bool
    still: str


def _paragraph(found: Finding, language: str) -> str:
    return f"{message(found, language)}\n{fix_here(found, language)}"


def _height(texts: Iterable[tuple[Any, float]]) -> float:
    most = max((measure.lines(text, width) for text, width in texts), default=1)
    return measure.row_height(most) + (3 if most > 1 else 0)


def _index(place: Place, cell: str) -> tuple[int, str | None]:
    """Return the row of data and the field of a cell in the fresh workbook."""
    if place.down:
        return 0, next((c.field for c in place.sheet.columns if place.cell(c.field) == cell), None)
    letters = cell.rstrip("0123456789")
    index = int(cell[len(letters) :]) - place.first
    return index, next((field for field, letter in place.letters.items() if letter == letters), None)


def _fixed(ref: str) -> str:
    letters = ref.rstrip("0123456789")
    return f"${letters}${ref[len(letters) :]}"


def _for_formulas(value: Any) -> Any:
    """Return an answer as the formulas of its row see it."""
    match value:
        case bool():
            return str(value).upper()
        case float() if value.is_integer():
            return int(value)
        case datetime() | time() | timedelta():
            return as_number(value)[0]
    return None if blank(value) else value
