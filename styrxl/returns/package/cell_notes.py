"""Notes on a sheet's cells, and the comments with answers that Microsoft 365 has: what was written beside the answers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from styrxl.model.forms import Words
from styrxl.returns.package.relations import resolve
from styrxl.returns.package.unpack import Package, RefusedError

_NOTES = "/comments"
_COMMENTS = "/threadedComment"
_BETWEEN = " – "  # a comment and the answers to it


def read_notes(package: Package, part: str) -> Mapping[str, str]:
    """Return the notes on the cells of a sheet, by address, given its part; those that cannot be read are none.

    A comment of Microsoft 365 has a note beside it, for older programs, that says it once more: the comment is kept.
    """
    folder, name = posixpath.split(part)
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in package:
        return {}
    notes: dict[str, str] = {}
    comments: dict[str, str] = {}
    for kind, target in _find_parts(_read(package, relations), folder):
        root = _read(package, target) if target in package else None
        if kind.endswith(_NOTES):
            notes |= dict(_read_notes(root))
        elif kind.endswith(_COMMENTS):
            comments |= _read_comments(root)
    return notes | comments


def list_own_notes(words: Words) -> tuple[str, ...]:
    """Return the words with which the notes in a workbook that was sent back begin: they are not the sender's."""
    return tuple(text for key in ("mend_error", "mend_warning") for text in words.texts[key].values())


def _read(package: Package, part: str) -> ET.Element | None:
    try:
        return ET.fromstring(package.part(part))  # noqa: S314 -- without a document type, so that there are no entities: see ``unpack``
    except (RefusedError, ET.ParseError, ValueError, LookupError):
        return None


def _find_parts(relations: ET.Element | None, folder: str) -> Iterator[tuple[str, str]]:
    """Yield the kind and the part of each relation."""
    for relation in relations if relations is not None else ():
        yield relation.get("Type", ""), resolve(f"{folder}/", relation.get("Target", ""))


def _read_notes(root: ET.Element | None) -> Iterator[tuple[str, str]]:
    if root is None:
        return
    authors = [author.text or "" for author in root.iterfind("{*}authors/{*}author")]
    for note in root.iterfind("{*}commentList/{*}comment"):
        text = "".join(piece.text or "" for piece in note.iterfind("{*}text//{*}t")).strip()
        index = note.get("authorId", "")
        author = authors[int(index)] if index.isdecimal() and int(index) < len(authors) else ""
        text = text.removeprefix(f"{author}:").strip() if author else text  # as Excel begins a note
        if text:
            yield note.get("ref", "").upper(), text


def _read_comments(root: ET.Element | None) -> dict[str, str]:
    texts: dict[str, list[str]] = {}
    for comment in root.iterfind("{*}threadedComment") if root is not None else ():
        if text := (comment.findtext("{*}text") or "").strip():
            texts.setdefault(comment.get("ref", "").upper(), []).append(text)
    return {cell: _BETWEEN.join(said) for cell, said in texts.items()}
