"""On which line what a TOML file says stands, in whatever way it is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.descriptions.mistakes import Path
from styrxl.descriptions.settings_checks import check_owners
from styrxl.descriptions.toml_lines import find_line, find_lines
from styrxl.store.settings_file import write_new_settings

ODD = '''\
# a comment = 1
title = "x # no comment" # [no] header

a.b."c.d" = 1
'a'.e = { f = [1, 2], "g\\u00e4" = {h = 'i'} }
[ x . "y\\"z" ]
many = [ # one
  1, [2,
  3], # [4]
  {k = "]",
   l = """
# m = 1
"quoted\\"""\\
"""},
]
lone = \'\'\'
[no]
\'\'\'\'
day = 2027-01-20 12:00:00
[[p]]
who = 1
[p.of]
n = 1
[[ p ]]
[[p.q]]
[[p.q]]
r = """"two""\\\\"""""
[a.later]
s = inf
'''.replace('{k = "]",\n   l', '{k = "]", l')  # lines end nowhere else in what stands in braces
LINES: dict[Path, int] = {
    ("title",): 2,
    ("a",): 4,
    ("a", "b"): 4,
    ("a", "b", "c.d"): 4,
    ("a", "e"): 5,
    ("a", "e", "f"): 5,
    ("a", "e", "f", 0): 5,
    ("a", "e", "f", 1): 5,
    ("a", "e", "gä"): 5,
    ("a", "e", "gä", "h"): 5,
    ("x",): 6,
    ("x", 'y"z'): 6,
    ("x", 'y"z', "many"): 7,
    ("x", 'y"z', "many", 0): 8,
    ("x", 'y"z', "many", 1): 8,
    ("x", 'y"z', "many", 1, 0): 8,
    ("x", 'y"z', "many", 1, 1): 9,
    ("x", 'y"z', "many", 2): 10,
    ("x", 'y"z', "many", 2, "k"): 10,
    ("x", 'y"z', "many", 2, "l"): 10,
    ("x", 'y"z', "lone"): 15,
    ("x", 'y"z', "day"): 18,
    ("p",): 19,
    ("p", 0): 19,
    ("p", 0, "who"): 20,
    ("p", 0, "of"): 21,
    ("p", 0, "of", "n"): 22,
    ("p", 1): 23,
    ("p", 1, "q"): 24,
    ("p", 1, "q", 0): 24,
    ("p", 1, "q", 1): 25,
    ("p", 1, "q", 1, "r"): 26,
    ("a", "later"): 27,
    ("a", "later", "s"): 28,
}


def list_paths(content: Any, above: Path = ()) -> Iterator[Path]:
    """Yield the paths of all that a content holds."""
    for key, part in content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ():
        yield (*above, key)
        yield from list_paths(part, (*above, key))


def test_each_part_of_a_file_has_its_line() -> None:
    """In dots, braces and brackets, in quotation marks of each kind, in sections that come several times and in none."""
    assert find_lines(ODD) == LINES
    assert {*list_paths(tomllib.loads(ODD))} == LINES.keys()


def test_windows_ends_of_lines_make_no_difference() -> None:
    assert find_lines(ODD.replace("\n", "\r\n")) == LINES


@pytest.mark.parametrize("path, line", [(("p", 1, "q", 9), 24), (("p", 0, "of", "none"), 21), (("none",), 1), ((), 1)])
def test_what_is_not_there_is_where_it_would_be(path: Path, line: int) -> None:
    assert find_line(LINES, path) == line


def test_new_settings_have_a_line_for_all_that_they_say() -> None:
    text = write_new_settings("Åköping", "sv", "Controller")
    assert find_lines(text).keys() == {*list_paths(tomllib.loads(text))}


WRITTEN = {
    "a": ["a", '"a"'],
    "b": ["b"],
    "c-1": ["c-1", "'c-1'"],
    "å.ä": ['"å.ä"', '"\\u00e5.ä"'],
    "d]": ["'d]'"],
    '"e': ['"\\"e"'],
    "#": ['"#"'],
}
KEYS = st.sampled_from(sorted(name for names in WRITTEN.values() for name in names))
SPACES = st.sampled_from(["", " ", "\t "])
TEXTS = st.sampled_from(['"x"', "'#'", '"""\n[a]\nb = 1\n"""', "'''\n]'''", '"\\\\"', '""', '"""a"""', '""""""', '""""b"""""'])
PLAIN = st.sampled_from(["1", "-0.5", "true", "2027-01-20", "2027-01-20 12:00:00", "nan"]) | TEXTS
ONE_LINE = PLAIN.filter(lambda text: "\n" not in text)


def _write_pairs(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    dotted = st.lists(KEYS, min_size=1, max_size=3).map(" . ".join)
    return st.builds("{}{}={}{}".format, dotted, SPACES, SPACES, values)


VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[ # x\n" + ",\n# ]\n".join(parts) + "\n]")
        | st.lists(_write_pairs(inner), max_size=2).map(lambda parts: "{ " + ", ".join(parts) + " }")
    ),
    max_leaves=6,
)
HEADERS = st.builds(
    lambda keys, several: f"[[{'.'.join(keys)}]]" if several else f"[{' . '.join(keys)}] # [x]",
    st.lists(KEYS, min_size=1, max_size=3),
    st.booleans(),
)
FILES = st.lists(_write_pairs(VALUES) | HEADERS | st.sampled_from(["", "# c = 1", "  # [c]"]), max_size=9).map("\n".join)


def find_by_prefixes(text: str, path: Path) -> int:
    """Return the line on which a key begins: the first with which reading finds it, of those after what can be read without it."""
    lines, whole = text.split("\n"), 0
    for count in range(1, len(lines) + 1):
        try:
            content = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if path in list_paths(content):
            return next(n for n in range(whole + 1, count + 1) if lines[n - 1].strip() and not lines[n - 1].lstrip().startswith("#"))
        whole = count
    raise AssertionError(path)


@given(FILES)
def test_whatever_can_be_read_has_its_lines(text: str) -> None:
    """Every path of it and no other; a key stands on its line, and not before reading the file line by line would find it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines, written = find_lines(text), text.split("\n")
    assert lines.keys() == {*list_paths(content)}
    for path, line in lines.items():
        if isinstance(path[-1], str):
            assert any(name in written[line - 1] for name in WRITTEN[path[-1]])
            assert line >= find_by_prefixes(text, path)


def test_a_file_is_read_once_however_many_mistakes_are_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for a line means no reading from the beginning again."""
    owners = [f"UBN-{number}" for number in range(300)]
    text = '[rounds."2027-plan".due_owner]\n' + "".join(f"{owner} = 2027-02-01\n" for owner in owners)
    loads = Mock(wraps=tomllib.loads)
    monkeypatch.setattr(tomllib, "loads", loads)
    mistakes = [*check_owners(text.encode(), {"KS"})]
    assert [mistake.line for mistake in mistakes] == [*range(2, 302)]
    assert loads.call_count == 1
