"""The words of mails: Jinja templates in plain text with a few marks, into blocks that become text and HTML alike.

A template is what a controller can read and change: ``# heading``, ``> the first thing to do``, ``1. step``, ``- point``,
``| a | table |``, ``=> an address``, ``**bold**``, blank lines between paragraphs, and ``Subject:`` on its first line. The signs count
as marks only where they stand in the template itself: those in a value are never marks, so that no name or answer can change a mail's
make-up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from styrxl.mail.outgoing.blocks import ESCAPED, UNESCAPED, TextBlock, choose_wrapping, parse_blocks, render_text
from styrxl.mail.plain_text import to_one_line
from styrxl.model.errors import StyrxlError

FRAME = "frame.html.jinja"

_MONTHS = {
    "sv": ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}


@dataclass(frozen=True, slots=True)
class LetterContent:
    """What a letter says: its subject, and its body as text, as HTML, and as its template wrote it (so that it can stand in another)."""

    subject: str
    text: str
    html: str
    body: str = ""


class Wording:
    """The templates of all letters; ``render`` fills one in."""

    def __init__(self, templates: Mapping[str, str], places: Mapping[str, str] | None = None, checked: Collection[str] = ()) -> None:
        """Take templates by name (``reminder.sv.jinja``, ``frame.html.jinja``); raises StyrxlError (template-broken).

        ``checked`` are those that are known to be sound: checking takes a while.
        """
        self._places = places or {}
        self._plain = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_escape
        )
        self._html = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
        )
        for name in templates.keys() - set(checked):
            self._compile(name)

    def render(self, kind: str, language: str, facts: Mapping[str, Any], bodies: Iterable[tuple[str, str]] = ()) -> LetterContent:
        """Return a letter's content, and after it the bodies of others, each under its heading.

        Raises StyrxlError (template-broken) where the template names what is not there, or says nothing.
        """
        name = f"{kind}.{language}.jinja"
        try:
            template = self._plain.get_template(name)
            text = template.render({**_clean(facts), "day": lambda value: format_day(value, language)})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._make_error(name, error) from error
        head, _, body = text.lstrip("\n").partition("\n")
        word, colon, subject = head.partition(":")
        body = "\n\n".join([body, *(f"# {_escape(to_one_line(heading))}\n\n{inner.strip()}" for heading, inner in bodies)])
        blocks = parse_blocks(body)
        if word.strip().lower() not in {"subject", "ämne"} or not colon or not subject.strip() or not blocks:
            raise StyrxlError("template-broken", file=self._find_file(name), line=1, why="Subject: …")
        shown = _unescape(subject)
        return LetterContent(shown, render_text(blocks), self._render_html(blocks, shown, language, facts), body)

    def _render_html(self, blocks: Sequence[TextBlock], subject: str, language: str, facts: Mapping[str, Any]) -> str:
        page_facts = {"blocks": blocks, "subject": subject, "language": language, "wrapping": choose_wrapping}
        try:
            return self._html.get_template(FRAME).render({**_clean(facts), **page_facts})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._make_error(FRAME, error) from error

    def _compile(self, name: str) -> None:
        try:
            self._plain.get_template(name)
        except (TemplateError, RecursionError) as error:
            raise self._make_error(name, error) from error

    def _make_error(self, name: str, error: Exception) -> StyrxlError:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _find_line(error)
        return StyrxlError("template-broken", file=self._find_file(name), line=line, why=str(error) or type(error).__name__)

    def _find_file(self, name: str) -> str:
        return self._places.get(name, name)


def read_wording(standard: Path, own: Path) -> Wording:
    """Return the templates in the standard folder, a workspace's own over them file by file.

    Raises StyrxlError: template-broken; template-unknown for a file of the workspace that would never be used; not-readable.
    """
    paths = {path.name: path for path in standard.iterdir() if path.suffix == ".jinja"}
    for path in sorted(own.glob("*.jinja")):
        if path.name not in paths:
            raise StyrxlError("template-unknown", path=str(path), known=", ".join(sorted(paths)))
        paths[path.name] = path
    try:
        texts = {name: path.read_text("utf-8-sig") for name, path in paths.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise StyrxlError("not-readable", path=str(own), why=str(error)) from error
    places = tuple((name, str(path)) for name, path in paths.items())
    return _make_wording(tuple(texts.items()), places, frozenset(name for name, path in paths.items() if path.parent != own))


@lru_cache(maxsize=4)
def _make_wording(templates: tuple[tuple[str, str], ...], places: tuple[tuple[str, str], ...], checked: frozenset[str]) -> Wording:
    """Return the templates of all letters, made once for the same ones: a desk shows one letter after the other."""
    return Wording(dict(templates), dict(places), checked)


def format_day(value: date | None, language: str) -> str:
    """Return a day as people write it: 30 november 2026."""
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}" if value else ""


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return to_one_line(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_clean(inner) for inner in value]
    return value


def _escape(value: Any) -> Any:
    """Return a value with its signs escaped, so that they are no marks. An undefined one is returned as it is, for Jinja to refuse."""
    if isinstance(value, str):
        return value.translate(ESCAPED)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").translate(ESCAPED)
    if isinstance(value, date | int | float) and not isinstance(value, bool):
        return str(value).translate(ESCAPED)
    return "" if value is None else value


def _unescape(text: str) -> str:
    return " ".join(text.translate(UNESCAPED).split())


def _find_line(error: Exception) -> int:
    """Return the line of the template in which an error arose: Jinja puts the template's own frames into the traceback."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in {"<template>", "<unknown>"} or trace.tb_frame.f_code.co_filename.endswith(".jinja"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or 1
