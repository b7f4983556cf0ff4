"""A YAML file's content together with the lines on which it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from styrxl.descriptions.mistakes import Mistake, Path, Problem
from styrxl.model.yaml_files import Loader

_TRUTH = {True: {"yes", "true", "on"}, False: {"no", "false", "off"}}


@dataclass(frozen=True, slots=True)
class MarkedYaml:
    """The content of a YAML file, and the nodes that it was made of."""

    name: str
    content: dict[Any, Any]
    node: yaml.MappingNode

    def find(self, path: Path, kind: tuple[str, ...] = ()) -> tuple[int, int]:
        """Return how many parts of a path stand in the file, and on which line the last of them does.

        ``kind``: keys of a kind of round, whose part counts where a value differs between rounds.
        """
        node: yaml.Node = self.node
        depth, line = 0, node.start_mark.line + 1
        for part in path:
            pair = _find_part(node, part)
            while pair is None and (other := next((p for key in kind if (p := _find_part(node, key))), None)):
                node = other[1]
                pair = _find_part(node, part)
            if pair is None:
                break
            depth, line, node = depth + 1, pair[0].start_mark.line + 1, pair[1]
        return depth, line


def _find_part(node: yaml.Node, part: object) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if _is_key(key, part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None


def _is_key(key: yaml.Node, part: object) -> bool:
    return key.value == str(part) or (isinstance(part, bool) and str(key.value).lower() in _TRUTH[part])


def read_marked(name: str, data: bytes) -> tuple[MarkedYaml | None, list[Mistake]]:
    """Return what a YAML file holds, with its lines, or None and why it cannot be read; keys that stand twice are told in any case."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [Mistake(name, data.count(b"\n", 0, error.start) + 1, Problem((), "not-utf8"))]
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            problem = Problem((), "empty-file" if node is None else "no-mapping")
            return None, [Mistake(name, node.start_mark.line + 1 if node else None, problem)]
        doubled = [Mistake(name, line, problem) for line, problem in _find_doubled(node, (), set())]
        return MarkedYaml(name, loader.construct_document(node), node), doubled
    except yaml.MarkedYAMLError as error:
        return None, [_tell_syntax(name, error, text)]
    except (yaml.YAMLError, RecursionError, ValueError, TypeError) as error:  # a sign that YAML does not know, a date that there is none
        return None, [Mistake(name, None, Problem((), "yaml-broken", {"why": str(error), "text": ""}))]
    finally:
        loader.dispose()


def _tell_syntax(name: str, error: yaml.MarkedYAMLError, text: str) -> Mistake:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    lines = text.splitlines()
    written = lines[line - 1] if line and line <= len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())]:
        return Mistake(name, line, Problem((), "tab", {"text": written.strip()}))
    return Mistake(name, line, Problem((), "yaml-broken", {"why": error.problem or error.context or "", "text": written.strip()}))


def _find_doubled(node: yaml.Node, path: Path, above: set[int]) -> Iterator[tuple[int, Problem]]:
    if id(node) in above:  # what is named by an alias is looked at where it stands first
        return
    above.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _find_doubled(value, (*path, number), above)
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, yaml.ScalarNode) and key.value in first and key.tag != "tag:yaml.org,2002:merge":
                yield line, Problem((*path, key.value), "doubled-key", {"key": key.value, "first": first[key.value]})
            first.setdefault(str(key.value), line)
            yield from _find_doubled(value, (*path, key.value), above)
