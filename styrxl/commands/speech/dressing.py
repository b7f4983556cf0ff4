"""Commands, their arguments and options, with their texts in a language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import click

from styrxl.commands.speech.language import read_texts

_PLACEHOLDER = re.compile(r"[A-ZÅÄÖ]{2,}")
_TYPES = {  # click's names of types, and how a value of them is named
    click.types.IntParamType: {"sv": "heltal", "en": "integer"},
    click.types.FloatParamType: {"sv": "tal", "en": "number"},
}
_PATHS = {  # whether it may be a file, and a folder
    (True, False): {"sv": "filen", "en": "file"},
    (False, True): {"sv": "mappen", "en": "directory"},
    (True, True): {"sv": "sökvägen", "en": "path"},
}


def dress(root: click.Group, language: str) -> None:
    """Give commands, arguments and options their texts in a language; those that have none keep what the code says."""
    words = _placeholders(language)
    for name, command in list_commands(root):
        context = click.Context(command, **root.context_settings)
        command.options_metavar = _replace(command.options_metavar or "", words)
        if isinstance(command, click.Group):
            command.subcommand_metavar = _replace(command.subcommand_metavar, words)
        if help_option := command.get_help_option(context):
            help_option.help = find_text(name, "help", language)  # newer click keeps the one that it made
        for param in command.params:
            _dress_param(name, param, language, words)
        about = find_text(name, "about", language)
        if about is not None:
            command.short_help = first_sentence(about)
            command.help = about + _list_arguments(name, command, language)


def list_commands(root: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield the commands by name, as they are typed after the program's name; the program itself as ``styrxl``."""
    yield before.strip() or "styrxl", root
    for name, command in root.commands.items():
        if isinstance(command, click.Group):
            yield from list_commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def find_text(command: str, key: str, language: str) -> str | None:
    """Return a command's text on one of its arguments and options or on itself, else what several commands say; None where neither is."""
    texts = read_texts()
    found = texts.get(command, {}).get(key) or (texts["shared"].get(key) if key != "about" else None)
    return found[language] if found else None


def first_sentence(text: str) -> str:
    """Return what the list of commands shows."""
    return re.split(r"(?<=[.]) (?=[A-ZÅÄÖ])|\n", text.strip())[0].rstrip(".")


def _dress_param(command: str, param: click.Parameter, language: str, words: Mapping[str, str]) -> None:
    if isinstance(param, click.Option):
        param.help = find_text(command, param.name or "", language) or param.help
    if param.metavar:
        param.metavar = _replace(param.metavar, words)
    if isinstance(param.type, click.Path):
        param.type.name = _PATHS[param.type.file_okay, param.type.dir_okay][language]
    for kind, names in _TYPES.items():
        if isinstance(param.type, kind):
            param.type.name = names[language]


def _list_arguments(name: str, command: click.Command, language: str) -> str:
    """Return a paragraph on the arguments, its lines kept: click describes options alone, but for its newest."""
    named = [
        (each.metavar or "", find_text(name, each.name or "", language)) for each in command.params if isinstance(each, click.Argument)
    ]
    told = [(metavar.strip("[]."), text) for metavar, text in named if text]
    if not told:
        return ""
    width = max(len(metavar) for metavar, _ in told)
    lines = [f"  {metavar.ljust(width)}  {text}" for metavar, text in told]
    return "\n".join(["\n\n\b", read_texts()["words"]["arguments"][language], *lines])


def _placeholders(language: str) -> dict[str, str]:
    """Return what stands for a value, by what stands for it in either language."""
    return {each[other]: each[language] for each in read_texts()["placeholders"] for other in ("sv", "en")}


def _replace(metavar: str, words: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: words.get(match[0], match[0]), metavar)
