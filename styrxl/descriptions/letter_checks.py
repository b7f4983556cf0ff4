"""A workspace's own words of letters: Jinja that can be read, with a subject, that names nothing but what letters know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from jinja2 import TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from styrxl.descriptions.mistakes import Mistake, Problem, suggest, unknown_name

_FRAME = "frame.html.jinja"
_ALWAYS = frozenset({"owner"})  # known to all letters, and named by none of the standard ones


def check_letters(files: Mapping[str, bytes]) -> Iterator[Mistake]:
    """Yield what is wrong with letters' templates: ``mail/reminder.sv.jinja`` -> its bytes."""
    standard = _read_standard()
    for name, data in files.items():
        stem = name.removeprefix("mail/")
        if stem not in standard:
            yield Mistake(name, None, Problem((), "unread-file", {"nearest": suggest(stem, standard)}))
            continue
        try:
            yield from (Mistake(name, line, problem) for line, problem in _check_template(data.decode("utf-8-sig"), frame=stem == _FRAME))
        except UnicodeDecodeError as error:
            yield Mistake(name, data.count(b"\n", 0, error.start) + 1, Problem((), "not-utf8"))


def _check_template(text: str, *, frame: bool) -> Iterator[tuple[int, Problem]]:
    environment = ImmutableSandboxedEnvironment()
    try:
        tree = environment.parse(text)
        environment.compile(text)
    except TemplateSyntaxError as error:
        yield error.lineno, Problem((), "letter-broken", {"why": error.message or ""})
        return
    known = _find_known()
    for name in sorted(meta.find_undeclared_variables(tree) - known):
        line = next(node.lineno for node in tree.find_all(nodes.Name) if node.name == name)
        yield line, unknown_name((), "a_fact", name, sorted(known))
    first = next((line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("{%", "{#"))), "")
    if not frame and first.partition(":")[0].casefold() not in {"subject", "ämne"}:
        yield 1, Problem((), "letter-subject")


@cache
def _read_standard() -> Mapping[str, str]:
    folder = resources.files("styrxl").joinpath("mail", "words")
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".jinja")}


@cache
def _find_known() -> frozenset[str]:
    """Return what letters know: whatever a standard one names."""
    environment = ImmutableSandboxedEnvironment()
    named = (meta.find_undeclared_variables(environment.parse(text)) for text in _read_standard().values())
    return _ALWAYS.union(*named)
