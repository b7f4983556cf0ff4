"""Notes and comments in a package, wherever their parts lie."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from styrxl.model.limits import STANDARD
from styrxl.returns.package.cell_notes import read_notes
from styrxl.returns.package.unpack import Package

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MICROSOFT = "http://schemas.microsoft.com/office/2017/10/relationships"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
RELATIONS = "xl/worksheets/_rels/sheet1.xml.rels"


def relate(**targets: str) -> str:
    """Return a sheet's relations."""
    kinds = {"notes": f"{OFFICE}/comments", "comments": f"{MICROSOFT}/threadedComment", "drawing": f"{OFFICE}/vmlDrawing"}
    entries = (f'<Relationship Id="r{n}" Type="{kinds[kind]}" Target="{target}"/>' for n, (kind, target) in enumerate(targets.items()))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(entries)}</Relationships>'


def write_notes(notes: Mapping[str, str], prefix: str = "") -> str:
    """Return notes by one author, in two pieces each."""
    p = f"{prefix}:" if prefix else ""
    listed = "".join(
        f'<{p}comment ref="{cell}" authorId="0"><{p}text><{p}r><{p}t>Nämnden:</{p}t></{p}r><{p}r><{p}t xml:space="preserve">\n{text}</{p}t></{p}r></{p}text></{p}comment>'  # noqa: E501
        for cell, text in notes.items()
    )
    declared = f"xmlns:{prefix}" if prefix else "xmlns"
    authors = f"<{p}authors><{p}author>Nämnden</{p}author></{p}authors>"
    return f'<{p}comments {declared}="{MAIN}">{authors}<{p}commentList>{listed}</{p}commentList></{p}comments>'


THREAD = (
    f'<ThreadedComments xmlns="{THREADS}">'
    '<threadedComment ref="H5" dT="2027-01-04T08:00:00.00" personId="{P}" id="{A}"><text>Stämmer det?</text></threadedComment>'
    '<threadedComment ref="H5" dT="2027-01-04T09:00:00.00" personId="{P}" id="{B}" parentId="{A}"><text>Ja.</text></threadedComment>'
    "</ThreadedComments>"
)
OLD = "[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment"


@pytest.mark.parametrize(
    "parts, notes",
    [
        ({}, {}),
        ({RELATIONS: relate(drawing="../drawings/vmlDrawing1.vml")}, {}),
        (
            {RELATIONS: relate(notes="../comments1.xml"), "xl/comments1.xml": write_notes({"B5": "Byts i augusti."})},
            {"B5": "Byts i augusti."},
        ),
        (
            {RELATIONS: relate(notes="/xl/comments/comment7.xml"), "xl/comments/comment7.xml": write_notes({"B5": "En", "C6": "Två"}, "x")},
            {"B5": "En", "C6": "Två"},
        ),
        (
            {
                RELATIONS: relate(comments="../threadedComments/threadedComment1.xml", notes="../comments1.xml"),
                "xl/comments1.xml": write_notes({"H5": OLD, "B5": "Byts i augusti."}),
                "xl/threadedComments/threadedComment1.xml": THREAD,
            },
            {"H5": "Stämmer det? – Ja.", "B5": "Byts i augusti."},
        ),
        ({RELATIONS: relate(notes="../comments1.xml")}, {}),
        ({RELATIONS: relate(notes="../comments1.xml"), "xl/comments1.xml": "<comments"}, {}),
    ],
)
def test_notes(parts: Mapping[str, str], notes: Mapping[str, str]) -> None:
    """Their texts by cell, without the author; a comment once, with its answers."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"xl/workbook.xml": "<workbook/>", **parts}.items():
            archive.writestr(name, text)
    assert read_notes(Package(out.getvalue(), STANDARD), "xl/worksheets/sheet1.xml") == notes
