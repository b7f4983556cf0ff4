"""The words of mails: Jinja templates in plain text with a few marks, into blocks that become text and HTML alike.

A template is what a controller can read and change: ``# heading``, ``> the first thing to do``, ``1. step``, ``- point``,
``| a | table |``, ``**bold**``, blank lines between paragraphs, and ``Subject:`` on its first line. The signs count as marks only
where they stand in the template itself: those in a value are never marks, so that no name or answer can change a mail's make-up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from styrxl.mail.outgoing.blocks import LITERAL, READABLE, Block, as_text, parsed, wrapping
from styrxl.mail.plain_text import one_line
from styrxl.model.errors import StyrxlError
from styrxl.model.forms import LANGUAGES

KINDS = ("templates", "answer", "reminder", "escalation", "summary", "notice")
FRAME = "frame.html.jinja"

_MONTHS = {
    "sv": ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says: its subject, and its body as text and as HTML."""

    subject: str
    text: str
    html: str


class Wording:
    """All templates; ``say`` fills one in."""

    def __init__(self, templates: Mapping[str, str], places: Mapping[str, str] | None = None, tried: Collection[str] = ()) -> None:
        """Take templates by name (``reminder.sv.jinja``, ``frame.html.jinja``); raises StyrxlError (template-broken).

        ``tried`` are those that need no look before they are used: that takes a while.
        """
        self._places = places or {}
        self._plain = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_literal
        )
        self._html = ImmutableSandboxedEnvironment(
            loader=DictLoader(dict(templates)), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=True
        )
        for name in templates.keys() - set(tried):
            self._compiled(name)

    def say(self, kind: str, language: str, facts: Mapping[str, Any]) -> Said:
        """Return a mail's words; raises StyrxlError (template-broken) where the template names what is not there, or says nothing."""
        name = f"{kind}.{language}.jinja"
        try:
            template = self._plain.get_template(name)
            text = template.render({**_cleaned(facts), "day": lambda value: day(value, language)})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._broken(name, error) from error
        head, _, body = text.lstrip("\n").partition("\n")
        word, colon, subject = head.partition(":")
        blocks = parsed(body)
        if word.strip().lower() not in {"subject", "ämne"} or not colon or not subject.strip() or not blocks:
            raise StyrxlError("template-broken", file=self._file(name), line=1, why="Subject: …")
        said = _readable(subject)
        return Said(said, as_text(blocks), self._framed(blocks, said, language, facts))

    def _framed(self, blocks: Sequence[Block], subject: str, language: str, facts: Mapping[str, Any]) -> str:
        of_page = {"blocks": blocks, "subject": subject, "language": language, "wrapping": wrapping}
        try:
            return self._html.get_template(FRAME).render({**_cleaned(facts), **of_page})
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, RecursionError) as error:
            raise self._broken(FRAME, error) from error

    def _compiled(self, name: str) -> None:
        try:
            self._plain.get_template(name)
        except (TemplateError, RecursionError) as error:
            raise self._broken(name, error) from error

    def _broken(self, name: str, error: Exception) -> StyrxlError:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _line(error)
        return StyrxlError("template-broken", file=self._file(name), line=line, why=str(error) or type(error).__name__)

    def _file(self, name: str) -> str:
        return self._places.get(name, name)


def read_wording(standard: Path, own: Path) -> Wording:
    """Return the templates in the standard folder, a workspace's own over them file by file.

    Raises StyrxlError: template-broken; template-unknown for a file of the workspace that would never be used; not-readable.
    """
    found = {path.name: path for path in standard.iterdir() if path.suffix == ".jinja"}
    for path in sorted(own.glob("*.jinja")):
        if path.name not in found:
            raise StyrxlError("template-unknown", path=str(path), known=", ".join(sorted(found)))
        found[path.name] = path
    try:
        texts = {name: path.read_text("utf-8-sig") for name, path in found.items()}
    except (OSError, UnicodeDecodeError) as error:
        raise StyrxlError("not-readable", path=str(own), why=str(error)) from error
    return Wording(texts, {name: str(path) for name, path in found.items()}, [name for name, path in found.items() if path.parent != own])


def names() -> list[str]:
    """Return the names of all templates."""
    return [FRAME, *(f"{kind}.{language}.jinja" for kind in KINDS for language in LANGUAGES)]


def day(value: date | None, language: str) -> str:
    """Return a day as one writes it: 30 november 2026."""
    return f"{value.day} {_MONTHS[language][value.month - 1]} {value.year}" if value else ""


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_cleaned(inner) for inner in value]
    return value


def _literal(value: Any) -> Any:
    """Return a value as it is put out: signs in it are no marks. What is undefined is let through, for Jinja to refuse."""
    if isinstance(value, str):
        return value.translate(LITERAL)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").translate(LITERAL)
    if isinstance(value, date | int | float) and not isinstance(value, bool):
        return str(value).translate(LITERAL)
    return "" if value is None else value


def _readable(text: str) -> str:
    return " ".join(text.translate(READABLE).split())


def _line(error: Exception) -> int:
    """Return the line of the template in which an error arose: Jinja puts the template's own frames into the traceback."""
    trace, line = error.__traceback__, 0
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in {"<template>", "<unknown>"} or trace.tb_frame.f_code.co_filename.endswith(".jinja"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line or 1
