"""A workbook as text: what it shows and says, whichever library wrote it, so that ``dump`` can compare two that were written differently.

Sizes are in pixels of a screen, colours are the last six signs of their names, and what a reader takes for granted is left out. What no
reader sees is left out too: ids, how parts are called, the order of styles.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree as ET

Parts = Mapping[str, bytes]

_DIGIT, _COLUMN, _ROW, _EMU = 7, 64, 20, 9525  # pixels: of a column's unit, of a column, of a row; and EMU in one
_CODES = {"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%", "14": "mm-dd-yy", "49": "@"}
_LOCKS = {"formatCells", "formatColumns", "formatRows", "insertColumns", "insertRows", "insertHyperlinks", "deleteColumns", "deleteRows"}
_LOCKS |= {"sort", "autoFilter", "pivotTables"}  # what a protected sheet forbids unless it says otherwise


def bare(name: str) -> str:
    """Return a name without its namespace."""
    return name.rpartition("}")[2]


def attributes(element: ET.Element, but: Iterable[str] = ()) -> str:
    """Return an element's attributes in the order of their names."""
    return "".join(f" {key}={value!r}" for key, value in sorted((bare(k), v) for k, v in element.items()) if key not in but)


def tidy(element: ET.Element) -> str:
    """Return an element on a line; parts that say nothing are left out."""
    inner = [text for child in element if (text := tidy(child)) != f"<{bare(child.tag)}>"]
    said = (element.text or "") if (element.text or "").strip() else ""
    return f"<{bare(element.tag)}{attributes(element)}>" + (repr(said) if said else "") + (f"({' '.join(inner)})" if inner else "")


def relations(parts: Parts, part: str) -> Mapping[str, tuple[str, str]]:
    """Return what a part is tied to: id -> kind and target (a part's name, where it is one)."""
    folder, _, name = part.rpartition("/")
    found = {}
    for one in ET.fromstring(parts.get(f"{folder}/_rels/{name}.rels", b"<none/>")):
        target = one.get("Target", "")
        if one.get("TargetMode") != "External":
            target = target[1:] if target.startswith("/") else os.path.normpath(f"{folder}/{target}")
        found[one.get("Id", "")] = (one.get("Type", "").rpartition("/")[2], target)
    return found


def summed(content: bytes) -> str:
    """Return what tells some bytes from others, in capitals, so that it is not taken for a hash that may differ."""
    return f"{len(content)} bytes, {hashlib.sha256(content).hexdigest()[:12].upper()}"


# small things


def child(element: ET.Element | None, *names: str) -> ET.Element | None:
    """Return what lies under an element by these names, one under the other; None where it is not there."""
    for name in names:
        element = next((one for one in element if bare(one.tag) == name), None) if element is not None else None
    return element


def children(element: ET.Element | None, name: str) -> list[ET.Element]:
    """Return what lies right under an element by a name."""
    return [one for one in element if bare(one.tag) == name] if element is not None else []


def value(element: ET.Element | None, *names: str, default: str = "") -> str:
    """Return the ``val`` of what lies under an element."""
    found = child(element, *names)
    return found.get("val", "1") if found is not None else default


def yes(text: str | None) -> bool:
    """Tell whether an attribute says yes."""
    return text in {"1", "true"}


def number(text: str) -> str:
    """Return a number as Excel holds it, to fifteen digits."""
    return f"{float(text):.15g}"


def plain(reference: str) -> str:
    """Return a reference without what only has to stand around some sheets' names, and one cell as one."""
    bare_ = re.sub(r"'((?:[^']|'')*)'!", lambda m: m[1].replace("''", "'") + "!", reference).replace("$", "")
    return re.sub(r"(?<=!)([A-Z]+[0-9]+):\1$", r"\1", bare_)


def colour(element: ET.Element | None) -> str:
    """Return a colour of a style."""
    if element is None:
        return ""
    return (element.get("rgb") or "")[-6:].upper() or tidy(element)


@dataclass(slots=True)
class Legend:
    """What is said once in a workbook and pointed to from its cells: ``s`` styles, ``f`` formulas; numbered as they come."""

    letter: str
    known: dict[str, int] = field(default_factory=dict)

    def of(self, what: str) -> str:
        """Return what points to it; the empty one is not named."""
        return f"{self.letter}{self.known.setdefault(what, len(self.known) + 1)}" if what else ""

    def lines(self) -> list[str]:
        """Return the legend."""
        return [f"{self.letter}{number_} {what}" for what, number_ in self.known.items()]


# looks


def font(element: ET.Element | None) -> str:
    """Return letters: name, size, weight and colour."""
    if element is None:
        return ""
    size = value(element, "sz")
    marks = [name for name in ("b", "i", "strike") if yes(value(element, name, default="0"))]
    marks += [f"u={kind}" for one in children(element, "u") if (kind := one.get("val", "single")) != "none"]
    return " ".join(filter(None, [value(element, "name"), size and number(size), *marks, colour(child(element, "color"))]))


def fill(element: ET.Element | None, usual: str = "none") -> str:
    """Return a cell's ground; ``usual``: its pattern where none is named."""
    pattern = child(element, "patternFill")
    kind = pattern.get("patternType", usual) if pattern is not None else "none"
    if kind == "none":
        return ""
    inks = [colour(child(pattern, name)) for name in ("fgColor", "bgColor")]
    return f"fill={inks[0] or inks[1]}" if kind == "solid" else f"fill={kind}:{inks[0]}:{inks[1]}"


def border(element: ET.Element | None) -> str:
    """Return the lines around a cell."""
    sides = {bare(one.tag): f"{one.get('style')} {colour(child(one, 'color'))}".strip() for one in element or () if one.get("style")}
    if len(sides) == 4 and len(set(sides.values())) == 1:
        return f"box={next(iter(sides.values()))}"
    return " ".join(f"{side}={line}" for side, line in sorted(sides.items()))


def alignment(xf: ET.Element) -> str:
    """Return where in its cell a text stands, and whether the cell is open to typing."""
    aligned = child(xf, "alignment")
    told = dict(aligned.items()) if aligned is not None else {}
    found = [told.get("horizontal", ""), told.get("vertical", "").replace("bottom", ""), "wrap" if yes(told.get("wrapText")) else ""]
    found += [f"indent={told['indent']}"] if told.get("indent", "0") not in {"0", "0.0"} else []
    protection = child(xf, "protection")
    if protection is not None:
        found += ["open"] if protection.get("locked") in {"0", "false"} else []
        found += ["hidden"] if yes(protection.get("hidden")) else []
    return " ".join(filter(None, found))


class Styles:
    """A workbook's styles, as what they look like."""

    def __init__(self, parts: Parts) -> None:
        """Read them."""
        root = ET.fromstring(parts.get("xl/styles.xml", b"<none/>"))
        self.groups: dict[str, list[ET.Element]] = {bare(group.tag): list(group) for group in root}
        self.formats = {one.get("numFmtId"): one.get("formatCode", "") for one in self.groups.get("numFmts", ())}
        self.cells = [self._look(one) for one in self.groups.get("cellXfs", ())]
        self.differences = [self._difference(one) for one in self.groups.get("dxfs", ())]

    def gallery(self) -> Iterator[str]:
        """Yield the styles that have names."""
        of = self.groups.get("cellStyleXfs", [])
        for one in self.groups.get("cellStyles", ()):
            yield f"gallery {one.get('name')}: {self._look(of[int(one.get('xfId', '0'))])}"

    def _code(self, number_: str) -> str:
        code = self.formats.get(number_, _CODES.get(number_, number_))
        return "" if code == "General" else f"number={code!r}"

    def _look(self, xf: ET.Element) -> str:
        found = [font(self._part("fonts", xf.get("fontId"))), fill(self._part("fills", xf.get("fillId")))]
        found += [border(self._part("borders", xf.get("borderId"))), self._code(xf.get("numFmtId", "0")), alignment(xf)]
        return " ".join(filter(None, [*found, "quoted" if yes(xf.get("quotePrefix")) else ""]))

    def _part(self, group: str, number_: str | None) -> ET.Element | None:
        known = self.groups.get(group, [])
        return known[int(number_)] if number_ is not None and int(number_) < len(known) else None

    def _difference(self, dxf: ET.Element) -> str:
        form = child(dxf, "numFmt")
        found = [font(child(dxf, "font")), fill(child(dxf, "fill"), "solid"), border(child(dxf, "border"))]
        return " ".join(filter(None, [*found, form.get("formatCode", "") if form is not None else ""]))

    def difference(self, number_: str | None) -> str:
        """Return a look that comes on a condition."""
        return self.differences[int(number_)] if number_ is not None and int(number_) < len(self.differences) else ""


# a sheet


@dataclass(slots=True)
class Sheet:
    """A sheet of a workbook on its way to lines."""

    parts: Parts
    part: str
    styles: Styles
    shared: Sequence[str]
    style: Legend
    formula: Legend
    widths: dict[int, int] = field(default_factory=dict)  # pixels, by column from 0
    heights: dict[int, int] = field(default_factory=dict)  # by row from 0

    def lines(self) -> Iterator[str]:
        """Yield the sheet."""
        root = ET.fromstring(self.parts[self.part])
        tied = relations(self.parts, self.part)
        yield from self._view(root)
        yield from self._columns(child(root, "cols"))
        merged = sorted(one.get("ref", "") for one in children(child(root, "mergeCells"), "mergeCell"))
        yield from self._rows(child(root, "sheetData"), {cell for span in merged for cell in covered(span)})
        yield from (f"merged {span}" for span in merged)
        yield from sorted(_link(one, tied) for one in children(child(root, "hyperlinks"), "hyperlink"))
        yield from self._rules(root)
        yield from _printing(root)
        yield from self._tied(tied)

    def _view(self, root: ET.Element) -> Iterator[str]:
        outline, view = child(root, "sheetPr", "outlinePr"), child(root, "sheetViews", "sheetView")
        if outline is not None and outline.get("summaryBelow") in {"0", "false"}:
            yield "outline: sums above"
        tab = colour(child(root, "sheetPr", "tabColor"))
        if tab:
            yield f"tab {tab}"
        if view is not None:
            told = {key: view.get(key) for key in ("showGridLines", "zoomScale", "rightToLeft", "view", "showRowColHeaders")}
            yield "view" + "".join(f" {key}={said}" for key, said in told.items() if said not in {None, "100"})
        for pane in children(view, "pane"):
            yield f"pane{attributes(pane, ['activePane'])}"
        for protection in children(root, "sheetProtection"):
            allowed = [name for name in sorted(_LOCKS) if protection.get(name) in {"0", "false"}]
            barred = [name for name in ("objects", "scenarios", "selectLockedCells", "selectUnlockedCells") if yes(protection.get(name))]
            if yes(protection.get("sheet")):
                yield f"protected, but {' '.join(allowed)}; barred {' '.join(barred)}"

    def _columns(self, columns: ET.Element | None) -> Iterator[str]:
        lines = []
        for one in children(columns, "col"):
            width = round(float(one.get("width", _COLUMN / _DIGIT)) * _DIGIT)
            look = f" {self.style.of(self.styles.cells[int(one.get('style', '0'))])}" if one.get("style", "0") != "0" else ""
            more = " hidden" if yes(one.get("hidden")) else ""
            for at in range(int(one.get("min", "1")), min(int(one.get("max", "1")), 200) + 1):
                self.widths[at - 1] = 0 if more else width
                lines.append((letters(at), f"{width} px{look}{more}" if not more else f"hidden{look}"))
        for said, group in itertools.groupby(lines, key=lambda line: line[1]):
            names = [name for name, _ in group]
            yield f"column {names[0]}{f':{names[-1]}' if len(names) > 1 else ''} {said}"

    def _rows(self, data: ET.Element | None, hidden: set[str]) -> Iterator[str]:
        """Yield the rows; several in a row that are alike but for their number stand once."""
        rows = [(int(row.get("r", "0")), self._row(row, hidden)) for row in data] if data is not None else []
        said = ((number_, lines) for number_, lines in rows if lines != ("",))
        for lines, group in itertools.groupby(said, key=lambda pair: pair[1]):
            numbers = [number_ for number_, _ in group]
            yield f"row {numbers[0]}{f'-{numbers[-1]}' if len(numbers) > 1 else ''}{lines[0]}"
            yield from lines[1:]

    def _row(self, row: ET.Element, hidden: set[str]) -> tuple[str, ...]:
        own = row.get("r", "0")
        height = int(float(row.get("ht", _ROW * 0.75)) * 4 / 3 + 0.5)
        self.heights[int(own) - 1] = 0 if yes(row.get("hidden")) else height
        cells = [said for cell in row if (said := self._cell(cell, own, hidden))[1]]
        told = [f"{height} px"] if height != _ROW else []
        told += ["grows"] if cells and not yes(row.get("customHeight")) else []
        told += [f"level={row.get('outlineLevel')}"] if row.get("outlineLevel", "0") != "0" else []
        told += [name for name in ("hidden", "collapsed") if yes(row.get(name))]
        told += [self.style.of(self.styles.cells[int(row.get("s", "0"))])] if yes(row.get("customFormat")) else []
        return ("".join(f" {one}" for one in told), *_joined(cells))

    def _cell(self, cell: ET.Element, own: str, hidden: set[str]) -> tuple[str, str]:
        kind, reference, said, formula = cell.get("t", "n"), cell.get("r", ""), "", ""
        for one in cell:
            name, text = bare(one.tag), one.text or ""
            if name == "v":
                said = self.shared[int(text)] if kind == "s" else number(text) if kind == "n" and text else repr(text)
            elif name == "f":
                near = re.compile(rf"(?<=[A-Z$]){own}(?![0-9(])")
                formula = "=" + self.formula.of(near.sub("#", text) + attributes(one))
            else:
                said += text_of(one)
        told = "" if kind in {"s", "n", "inlineStr", "str"} else f"{kind}:"
        look = self.styles.cells[int(cell.get("s", "0"))] if self.styles.cells else ""
        if reference in hidden and not said and not re.search(r"box=|fill=|(left|right|top|bottom)=", look):
            return reference.removesuffix(own), ""
        shown = self.style.of(look) if cell.get("s", "0") != "0" else ""
        return reference.removesuffix(own), " ".join(
            filter(None, (formula and f"{formula} ->", told + said if said or told else "", shown))
        )

    def _rules(self, root: ET.Element) -> Iterator[str]:
        for one in children(child(root, "dataValidations"), "dataValidation"):
            kept = {key: said for key, said in sorted(one.items()) if said not in {"0", "false"} and (key, said) != ("errorStyle", "stop")}
            yield f"validation{''.join(f' {key}={said!r}' for key, said in kept.items())} {' '.join(map(tidy, one))}"
        for group in children(root, "conditionalFormatting"):
            for rule in group:
                look = self.styles.difference(rule.get("dxfId"))
                formulas = " ".join(map(tidy, rule))
                yield f"condition {group.get('sqref')}{attributes(rule, ['dxfId', 'priority'])} {formulas} -> {look}"
        for name in ("ignoredErrors", "protectedRanges", "autoFilter"):
            yield from (f"{name} {tidy(one)}" for one in children(root, name))

    def _tied(self, tied: Mapping[str, tuple[str, str]]) -> Iterator[str]:
        for kind, target in sorted(tied.values()):
            content = self.parts.get(target, b"")
            if kind == "table":
                yield from _table(ET.fromstring(content))
            elif kind == "drawing":
                yield from self._drawing(target)
            elif kind == "comments":
                notes = [one for one in ET.fromstring(content).iter() if bare(one.tag) == "comment"]
                yield from sorted(f"note {one.get('ref')} {note(one)}" for one in notes)
            elif kind == "vmlDrawing":
                yield from sorted(_boxes(ET.fromstring(content)))
            elif kind != "hyperlink":
                yield f"{kind}: {summed(content)}"

    def _drawing(self, part: str) -> Iterator[str]:
        tied = relations(self.parts, part)
        for anchor in ET.fromstring(self.parts[part]):
            about = next((one for one in anchor.iter() if bare(one.tag) == "cNvPr"), None)
            where = child(anchor, "from")
            at = f"{letters(int(_text(child(where, 'col'))) + 1)}{int(_text(child(where, 'row'))) + 1}"
            wide, high = self._size(anchor)
            told = f"at {at}, {wide} × {high} px, alternative text {(about.get('descr') if about is not None else None)!r}"
            for one in anchor.iter():
                known = [said for key, said in one.items() if bare(key) in {"id", "embed"}] if bare(one.tag) in {"chart", "blip"} else []
                reference = known[0] if known else ""
                if reference in tied:
                    kind, target = tied[reference]
                    yield f"{kind} {told}"
                    yield from chart(self.parts[target]) if kind == "chart" else [f"  {summed(self.parts[target])}"]

    def _size(self, anchor: ET.Element) -> tuple[int, int]:
        extent = child(anchor, "ext")
        if extent is not None:
            return round(int(extent.get("cx", "0")) / _EMU), round(int(extent.get("cy", "0")) / _EMU)
        start, end = child(anchor, "from"), child(anchor, "to")

        def spot(of: ET.Element | None, axis: str, sizes: Mapping[int, int], usual: int) -> float:
            at = int(_text(child(of, axis)))
            return sum(sizes.get(n, usual) for n in range(at)) + int(_text(child(of, f"{axis}Off"))) / _EMU

        return (
            round(spot(end, "col", self.widths, _COLUMN) - spot(start, "col", self.widths, _COLUMN)),
            round(spot(end, "row", self.heights, _ROW) - spot(start, "row", self.heights, _ROW)),
        )


def letters(column: int) -> str:
    """Return a column's letters, counted from 1."""
    return (letters((column - 1) // 26) if column > 26 else "") + chr(65 + (column - 1) % 26)


def covered(span: str) -> Iterator[str]:
    """Yield the cells of a range but for the first."""
    ends = [re.fullmatch(r"([A-Z]+)([0-9]+)", end) for end in span.split(":")]
    (left, top), (right, bottom) = ((column(m[1]), int(m[2])) for m in ends if m)
    cells = (f"{letters(c)}{r}" for r in range(top, bottom + 1) for c in range(left, right + 1))
    next(cells)
    yield from cells


def column(name: str) -> int:
    """Return a column's number, counted from 1."""
    found = 0
    for letter in name:
        found = found * 26 + ord(letter) - 64
    return found


def _joined(cells: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield cells; several beside each other that look alike and are empty stand on one line."""
    for said, group in itertools.groupby(cells, key=lambda pair: pair[1]):
        columns = [name for name, _ in group]
        if re.fullmatch(r"s[0-9]+", said) or len(columns) == 1:
            yield f"  {columns[0]}{f':{columns[-1]}' if len(columns) > 1 else ''} {said}"
        else:
            yield from (f"  {name} {said}" for name in columns)


def text_of(element: ET.Element) -> str:
    """Return a text of a cell; one with looks of its own as it is."""
    plain_ = [one for one in element if bare(one.tag) == "t"]
    return repr(plain_[0].text or "") if len(plain_) == len(element) == 1 else tidy(element)


def _text(element: ET.Element | None) -> str:
    return (element.text or "") if element is not None else ""


def _link(element: ET.Element, tied: Mapping[str, tuple[str, str]]) -> str:
    found = {bare(key): said for key, said in element.items()}
    target = tied.get(found.get("id", ""), ("", ""))[1]
    where = " # ".join(filter(None, (target, found.get("location", ""))))
    return f"link {found.get('ref')} -> {where}" + (f" ({found['tooltip']})" if found.get("tooltip") else "")


def _printing(root: ET.Element) -> Iterator[str]:
    setup, fits = child(root, "pageSetup"), child(root, "sheetPr", "pageSetUpPr")
    if setup is not None:
        fitted = fits is not None and yes(fits.get("fitToPage"))
        size = f"fits {setup.get('fitToWidth', '1')} × {setup.get('fitToHeight', '1')}" if fitted else f"scale {setup.get('scale', '100')}"
        yield f"printed {setup.get('orientation', 'portrait')}, paper {setup.get('paperSize')}, {size}"
    for one in children(root, "pageMargins"):
        yield f"margins{attributes(one)}"
    for one in children(root, "headerFooter"):
        yield from (f"{bare(part.tag)} {part.text!r}" for part in one if part.text)
    for name in ("rowBreaks", "colBreaks"):
        breaks = dict.fromkeys(said.get("id", "") for said in children(child(root, name), "brk"))
        yield from [f"{name} {' '.join(breaks)}"] if breaks else []
    yield from (tidy(one) for one in children(root, "printOptions") if one.items())


def _table(root: ET.Element) -> Iterator[str]:
    style = child(root, "tableStyleInfo")
    filter_ = child(root, "autoFilter")
    names = [one.get("name", "").replace("_x000a_", "\n") for one in children(child(root, "tableColumns"), "tableColumn")]
    named = style.get("name") if style is not None else None
    yield f"table {root.get('displayName')} {root.get('ref')}, filter {filter_.get('ref') if filter_ is not None else None}, style {named}"
    yield from (f"  {name!r}" for name in names)


def note(comment: ET.Element) -> str:
    """Return what a note says, with its looks."""
    runs = [one for one in comment.iter() if bare(one.tag) == "r"]
    if not runs:
        return repr("".join(one.text or "" for one in comment.iter() if bare(one.tag) == "t"))
    told = []
    for run in runs:
        looks = child(run, "rPr")
        bold = "b " if yes(value(looks, "b", default="0")) else ""
        told.append(f"{bold}{value(looks, 'rFont')} {value(looks, 'sz')} {_text(child(run, 't'))!r}")
    return " | ".join(told)


def _boxes(root: ET.Element) -> Iterator[str]:
    for shape in (one for one in root if bare(one.tag) == "shape"):
        cell = next((one for one in shape if bare(one.tag) == "ClientData"), None)
        sizes = dict(part.split(":", 1) for part in shape.get("style", "").split(";") if ":" in part)
        at = f"{letters(int(_text(child(cell, 'Column'))) + 1)}{int(_text(child(cell, 'Row'))) + 1}"
        yield f"box {at} {sizes.get('width')} × {sizes.get('height')} {sizes.get('visibility')} {shape.get('fillcolor')}"


# charts


def ink(element: ET.Element | None) -> str:
    """Return a colour of a chart."""
    found = [one for one in element.iter() if bare(one.tag) in {"srgbClr", "schemeClr", "prstClr"}] if element is not None else []
    return found[0].get("val", "") if found else ""


def paint(shape: ET.Element | None) -> str:
    """Return how a part of a chart is filled and outlined."""
    if shape is None:
        return "as usual"
    pattern, line = child(shape, "pattFill"), child(shape, "ln")
    found = "none" if child(shape, "noFill") is not None else ink(child(shape, "solidFill"))
    if pattern is not None:
        found = f"{pattern.get('prst')} {ink(child(pattern, 'fgClr'))} on {ink(child(pattern, 'bgClr'))}"
    outline = "" if line is None else "none" if child(line, "noFill") is not None else ink(child(line, "solidFill"))
    return f"{found}" + (f", line {outline}" if outline else "")


def type_(element: ET.Element | None) -> str:
    """Return the letters of a chart's text."""
    runs = [one for one in element.iter() if bare(one.tag) in {"defRPr", "rPr"}] if element is not None else []
    if not runs:
        return ""
    face = child(runs[-1], "latin")
    size, bold = runs[-1].get("sz", ""), " b" if yes(runs[-1].get("b")) else ""
    return f"{face.get('typeface') if face is not None else ''} {size}{bold} {ink(child(runs[-1], 'solidFill'))}"


def cached(reference: ET.Element | None) -> str:
    """Return where the figures of a chart stand, and what they are."""
    inner = next(iter(reference), None) if reference is not None else None
    points = [one for one in inner.iter() if bare(one.tag) == "pt"] if inner is not None else []
    figures = [_text(child(one, "v")) for one in points]
    said = [number(text) if re.fullmatch(r"-?[0-9.]+(E[-+]?[0-9]+)?", text, re.IGNORECASE) else text for text in figures]
    return f"{plain(_text(child(inner, 'f')))} {said}"


def chart(content: bytes) -> Iterator[str]:
    """Yield a chart."""
    root = ET.fromstring(content)
    whole, area = child(root, "chart"), child(root, "chart", "plotArea")
    said = joined(child(whole, "title"), "t")
    yield f"  title {said!r} {type_(child(whole, 'title'))}"
    yield f"  ground {paint(child(root, 'spPr'))}"
    layout = child(area, "layout", "manualLayout")
    inner = [f"{float(value(layout, key, default='0')):.4f}" for key in "xywh"]
    yield f"  inner {' '.join(inner)}"
    legend = child(whole, "legend")
    yield f"  legend {value(legend, 'legendPos')} {type_(legend)}" if legend is not None else "  no legend"
    for bars in children(area, "barChart"):
        grouping = value(bars, "grouping")
        overlap = f", overlap {value(bars, 'overlap')}" if len(children(bars, "ser")) > 1 else ""
        yield f"  bars {value(bars, 'barDir')} {grouping}, gap {value(bars, 'gapWidth')}{overlap}"
        for series in children(bars, "ser"):
            yield from _series(series, "ctr" if "tacked" in grouping else "outEnd")
    for axis in [*children(area, "catAx"), *children(area, "valAx")]:
        yield from _axis(axis)


def joined(element: ET.Element | None, name: str) -> str:
    """Return what all elements by a name say that lie somewhere under one."""
    return "".join(one.text or "" for one in element.iter() if bare(one.tag) == name) if element is not None else ""


def _series(series: ET.Element, usual: str) -> Iterator[str]:
    yield f"  series {joined(child(series, 'tx'), 'v')!r} {paint(child(series, 'spPr'))}"
    yield f"    names {cached(child(series, 'cat'))}"
    yield f"    figures {cached(child(series, 'val'))}"
    for point in children(series, "dPt"):
        yield f"    point {value(point, 'idx')} {paint(child(point, 'spPr'))}"
    labels = child(series, "dLbls")
    if labels is None:
        return
    form = child(labels, "numFmt")
    single = children(labels, "dLbl")
    gone = [value(one, "idx") for one in single if yes(value(one, "delete", default="0")) or value(one, "showVal", default="0") == "0"]
    where, code = value(labels, "dLblPos", default=usual), form.get("formatCode") if form is not None else ""
    ground = paint(child(labels, "spPr")) if child(labels, "spPr") is not None else ""
    shown = [name for name in ("showVal", "showCatName", "showSerName", "showPercent") if yes(value(labels, name, default="0"))]
    yield f"    labels {shown} {code!r} {where} {type_(child(labels, 'txPr'))} {ground}{f' without {gone}' if gone else ''}"


def _axis(axis: ET.Element) -> Iterator[str]:
    if yes(value(axis, "delete", default="0")):
        scale = child(axis, "scaling")
        ends = [f"{float(said):.6g}" if (said := value(scale, name)) else "" for name in ("min", "max")]
        yield f"  {bare(axis.tag)} not shown, {ends}, lines {child(axis, 'majorGridlines') is not None}"
        return
    marks = [value(axis, name) for name in ("majorTickMark", "minorTickMark", "tickLblPos", "tickLblSkip")]
    yield f"  {bare(axis.tag)} {value(axis, 'scaling', 'orientation')} {marks} {paint(child(axis, 'spPr'))} {type_(child(axis, 'txPr'))}"


# all of it


def workbook(data: bytes) -> str:
    """Return a workbook as text: what it is, its sheets, and the legend of styles and formulas; the length of what is none."""
    if not zipfile.is_zipfile(BytesIO(data)):
        return f"{len(data)} bytes\n"
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    styles, style, formula = Styles(parts), Legend("s"), Legend("f")
    shared = [text_of(one) for one in ET.fromstring(parts.get("xl/sharedStrings.xml", b"<sst/>")) if bare(one.tag) == "si"]
    book, tied = ET.fromstring(parts["xl/workbook.xml"]), relations(parts, "xl/workbook.xml")
    lines = [*_properties(parts), *_book(book)]
    for one in children(child(book, "sheets"), "sheet"):
        part = tied[next(said for key, said in one.items() if bare(key) == "id" and key != "id")][1]
        lines += ["", f"## {one.get('name')} ({one.get('state', 'visible')})"]
        lines += Sheet(parts, part, styles, shared, style, formula).lines()
    return "\n".join([*lines, "", "## Legend", *formula.lines(), *style.lines(), *styles.gallery()]) + "\n"


def _properties(parts: Parts) -> Iterator[str]:
    core = ET.fromstring(parts.get("docProps/core.xml", b"<none/>"))
    told = {bare(one.tag): one.text for one in core}
    yield from (f"property {key} {told[key]!r}" for key in ("title", "creator", "language", "created", "modified") if key in told)
    for one in ET.fromstring(parts.get("docProps/custom.xml", b"<none/>")):
        yield f"property {one.get('name')} {''.join(inner.text or '' for inner in one)!r}"


def _book(book: ET.Element) -> Iterator[str]:
    names = [one.get("name", "") for one in children(child(book, "sheets"), "sheet")]
    found = []
    for one in children(child(book, "definedNames"), "definedName"):
        of = one.get("localSheetId")
        hidden = " (hidden)" if yes(one.get("hidden")) else ""
        found.append(f"name {names[int(of)] + '!' if of else ''}{one.get('name')}{hidden} = {plain(one.text or '')}")
    yield from sorted(found)
    view, protection, calculation = child(book, "bookViews", "workbookView"), child(book, "workbookProtection"), child(book, "calcPr")
    yield f"first seen {view.get('activeTab', '0') if view is not None else '0'}"
    if protection is not None and protection.items():
        yield f"protected{attributes(protection)}"
    if calculation is not None:
        yield f"calculated on opening {yes(calculation.get('fullCalcOnLoad'))}, {calculation.get('calcMode', 'auto')}"
