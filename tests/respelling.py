"""Workbooks (xlsx) put together as other programs and gateways might: the same cells, spelled otherwise by chance."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from workbook_parts import read_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = "http://www.w3.org/XML/1998/namespace"
ROOT, TYPES = "_rels/.rels", "[Content_Types].xml"
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1", "windows-1252")
QUOTES = {'"': "&quot;", "'": "&apos;"}
WHOLE = frozenset({"t", "v", "f"})  # elements whose text is an answer


def respell(data: bytes, seed: int) -> bytes:
    """Return a workbook spelled anew; the seed says how."""
    chance = Random(seed)  # noqa: S311 -- no secret
    parts = read_parts(data)
    book = _Package(parts, chance)
    if chance.random() < 0.5:
        book.swap_strings()
    book.rename_parts()
    return _zip(book.spelled(), chance)


@dataclass(slots=True)
class _Spelling:
    """How one part is written."""

    chance: Random
    prefix: str
    quote: str
    indent: str
    turned: bool
    encoding: str
    references: float  # how often a letter is written as a number
    remarks: float  # how often a comment, or another such thing, stands where it may

    @classmethod
    def drawn(cls, chance: Random) -> _Spelling:
        encoding = chance.choice(ENCODINGS)
        return cls(
            chance, chance.choice(["", "", "x:", "ss:"]), chance.choice("\"\"'"), chance.choice(["", "", "\n", "\r\n  ", "\t"]),
            chance.random() < 0.4, encoding, chance.choice([0, 0, 0.02, 0.2]), chance.choice([0, 0, 0.05]),
        )  # fmt: skip

    def write(self, root: ET.Element) -> bytes:
        """Return a tree as XML."""
        names = {name.partition("}")[0][1:] for e in root.iter() for name in (e.tag, *e.attrib) if name.startswith("{")} - {XML}
        main = root.tag.partition("}")[0][1:]
        prefixes = {uri: self.prefix if uri == main else f"n{i}:" for i, uri in enumerate(sorted(names))}
        declared = {f"xmlns{':' + prefix[:-1] if prefix else ''}": uri for uri, prefix in prefixes.items()}
        named = "UTF-8" if "utf-8" in self.encoding else "UTF-16" if "16" in self.encoding else self.encoding
        body = "".join(self._element(root, {**prefixes, XML: "xml:", "": ""}, declared))
        text = f"<?xml version={self.quote}1.0{self.quote} encoding={self.quote}{named}{self.quote}?>{self.indent}{body}"
        mark = b"\xfe\xff" if self.encoding == "utf-16-be" else b""
        return mark + text.encode(self.encoding, "xmlcharrefreplace")

    def _element(self, element: ET.Element, prefixes: Mapping[str, str], declared: Mapping[str, str]) -> Iterator[str]:
        uri, _, local = element.tag.rpartition("}")
        name = prefixes[uri[1:]] + local
        attributes = [*declared.items(), *((self._name(key, prefixes), value) for key, value in element.items())]
        if self.turned:
            self.chance.shuffle(attributes)
        space = self.chance.choice([" ", " ", self.indent or " "])
        yield f"<{name}" + "".join(f"{space}{key}={self._quoted(value)}" for key, value in attributes)
        if not len(element) and not element.text:
            yield self.chance.choice(["/>", " />", f"></{name}>"])
            return
        yield ">"
        yield (
            self._text(element.text or "")
            if local in WHOLE
            else escape((element.text or "").strip() if len(element) else element.text or "")
        )
        for child in element:
            yield self._between()
            yield from self._element(child, prefixes, {})
        yield self._between() if len(element) else ""
        yield f"</{name}{self.chance.choice(['', '', ' '])}>"

    def _name(self, key: str, prefixes: Mapping[str, str]) -> str:
        uri, _, local = key.rpartition("}")
        return prefixes[uri[1:]] + local

    def _quoted(self, value: str) -> str:
        letters = (f"&#{ord(c)};" if c in "\n\t" or self.chance.random() < self.references else escape(c, QUOTES) for c in value)
        return self.quote + "".join(letters) + self.quote

    def _text(self, text: str) -> str:
        if self.remarks and "]]>" not in text and self.chance.random() < self.remarks and "\r" not in text and text.isascii():
            cut = self.chance.randint(0, len(text))
            return f"{escape(text[:cut])}<![CDATA[{text[cut:]}]]>"
        if self.remarks and self.chance.random() < self.remarks:
            cut = self.chance.randint(0, len(text))
            return f"{escape(text[:cut])}<!-- 17 -->{escape(text[cut:])}"
        return "".join(f"&#{ord(c)};" if c == "\r" or self.chance.random() < self.references else escape(c) for c in text)

    def _between(self) -> str:
        remark = self.chance.choice(["<!-- <v>17</v> -->", "<?x 17?>"]) if self.chance.random() < self.remarks else ""
        return self.indent + remark


class _Package:
    """The parts of a workbook as trees, and their names."""

    def __init__(self, parts: Mapping[str, bytes], chance: Random) -> None:
        self.chance = chance
        self.other = {name: content for name, content in parts.items() if not name.endswith((".xml", ".rels"))}
        self.trees = {name: ET.fromstring(content) for name, content in parts.items() if name not in self.other}
        self.names = {name: name for name in parts}

    @property
    def sheets(self) -> list[str]:
        """The names of the parts that are sheets."""
        return [name for name in self.trees if name.startswith("xl/worksheets/sheet")]

    def swap_strings(self) -> None:
        """Write shared texts in the cells, and texts in the cells as shared ones."""
        texts = self.trees.get("xl/sharedStrings.xml")
        if texts is None:
            return
        items = list(texts)
        for sheet in self.sheets:
            for cell in self.trees[sheet].iter(f"{{{MAIN}}}c"):
                if cell.get("t") == "s":
                    item = items[int(cell.findtext(f"{{{MAIN}}}v", ""))]
                    cell[:] = []
                    cell.set("t", "inlineStr")
                    inline = ET.SubElement(cell, f"{{{MAIN}}}is")
                    inline.extend(list(item))
                elif cell.get("t") == "inlineStr" and (found := cell.find(f"{{{MAIN}}}is")) is not None:
                    item = ET.SubElement(texts, f"{{{MAIN}}}si")
                    item.extend(list(found))
                    cell[:] = []
                    cell.set("t", "s")
                    ET.SubElement(cell, f"{{{MAIN}}}v").text = str(len(texts) - 1)

    def rename_parts(self) -> None:
        """Give the workbook, its sheets and what they share other names, and say so where they are named."""
        for n, name in enumerate([*self.sheets, "xl/sharedStrings.xml", "xl/styles.xml"]):
            if name in self.trees and self.chance.random() < 0.5:
                own = f"xl/worksheets/_rels/{posixpath.basename(name)}.rels" in self.trees
                names = [f"xl/part{n}.xml", f"xl/worksheets/Blad {n}.XML", f"del/x y/p{n}.xml", name.upper()]
                self.names[name] = name if own else self.chance.choice(names)
        if self.chance.random() < 0.3:
            self.names["xl/workbook.xml"], self.names["xl/_rels/workbook.xml.rels"] = "xl/bok22.xml", "xl/_rels/bok22.xml.rels"
        for relations, base in ((ROOT, ""), ("xl/_rels/workbook.xml.rels", "xl/")):
            for entry in self.trees[relations]:
                part = self._find(base, entry.get("Target", ""))
                if part is not None:
                    entry.set("Target", self._target(self.names[part], base))
        for entry in self.trees[TYPES]:
            part = self._find("", entry.get("PartName", ""))
            if part is not None:
                entry.set("PartName", "/" + self.names[part].replace(" ", "%20"))

    def _find(self, base: str, target: str) -> str | None:
        path = posixpath.normpath(target if target.startswith("/") else f"/{base}{target}").lstrip("/")
        return path if path in self.names else None

    def _target(self, name: str, base: str) -> str:
        plain = self.chance.choice([name, name.lower()]) if self.chance.random() < 0.3 else name
        plain = plain.replace(" ", "%20")
        inside = plain[len(base) :] if base and plain.startswith(base) else None
        ways = [f"/{plain}", f"{'../' if base else ''}{plain}", *([inside, f"./{inside}"] if inside else [])]
        return self.chance.choice(ways)

    def spelled(self) -> dict[str, bytes]:
        """Return the parts as they go into the zip."""
        written = {}
        for name, tree in self.trees.items():
            usual = not name.startswith("xl/") or "/theme/" in name or "/drawings/" in name
            spelling = _Spelling(self.chance, "", '"', "", turned=False, encoding="utf-8", references=0, remarks=0)
            written[self.names[name]] = (spelling if usual else _Spelling.drawn(self.chance)).write(tree)
        return written | {self.names[name]: content for name, content in self.other.items()}


class _Stream(io.RawIOBase):
    """What can only be written on and on, so that sizes come after what they are of."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return len(self.pieces[-1])


def _zip(parts: Mapping[str, bytes], chance: Random) -> bytes:
    target = _Stream()
    plain = io.BytesIO()
    large, streamed = chance.random() < 0.3, chance.random() < 0.3
    with zipfile.ZipFile(target if streamed else plain, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            with archive.open(name, "w", force_zip64=large) as part:
                part.write(content)
    data = b"".join(target.pieces) if streamed else plain.getvalue()
    return with_large_directory(data) if large else data


def with_large_directory(data: bytes) -> bytes:
    """Return a zip that ends as those do that are too large for the usual end, as some gateways always write it."""
    end = data.rfind(b"PK\5\6")
    parts, size, start = struct.unpack("<HLL", data[end + 10 : end + 20])
    large = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, parts, parts, size, start)
    pointer = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    return data[:end] + large + pointer + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
