"""Which module finds a rule: what the catalogue says of it, and what the code does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import styrxl
from styrxl.model.catalogue import catalogue

PACKAGE = Path(styrxl.__file__).parent
RULES = catalogue()["rules"]
# What makes a finding or a remark, and at which place it takes the name of its rule.
MAKERS = {"finding": 0, "Finding": 0, "Remark": 4, "remark": 3}


class Module:
    """The source of a module, in which the names of rules are looked for."""

    def __init__(self, source: str) -> None:
        self._nodes = list(ast.walk(ast.parse(source)))
        functions = [node for node in self._nodes if isinstance(node, ast.FunctionDef)]
        self._function = {node: function for function in functions for node in ast.walk(function) if node is not function}

    def rules(self) -> set[str]:
        """Return the rules of which the module makes findings or remarks; raises LookupError where a name cannot be seen."""
        return {rule for name, position in MAKERS.items() for rule in self._given(name, position, "rule")}

    def _given(self, function: str, position: int, name: str) -> Iterator[str]:
        """Yield what a parameter is given by the calls of a function."""
        for call in (node for node in self._nodes if isinstance(node, ast.Call) and _called(node) == function):
            keywords = [keyword.value for keyword in call.keywords if keyword.arg == name]
            if any(isinstance(value, ast.Starred) for value in call.args):
                continue  # a copy of one that was made elsewhere
            yield from self._values((keywords or call.args[position : position + 1])[0])

    def _values(self, value: ast.expr) -> Iterator[str]:
        """Yield the texts that an expression may be."""
        match value:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=first, orelse=second):
                yield from (*self._values(first), *self._values(second))
            case ast.Dict(values=values):
                for each in values:
                    yield from self._values(each)
            case ast.Subscript(value=table) | ast.Call(func=ast.Attribute(value=table, attr="get")):
                yield from self._values(table)
            case ast.Attribute(attr="rule"):
                pass  # of a finding or remark that was made elsewhere
            case ast.Name(id=name):
                yield from self._named(value, name)
            case _:
                raise LookupError(ast.unparse(value))

    def _named(self, node: ast.expr, name: str) -> Iterator[str]:
        function = self._function.get(node)
        parameters = [argument.arg for argument in function.args.args if argument.arg != "self"] if function else []
        if function and name in parameters:
            if function.name not in MAKERS:  # whose calls are looked for in every module
                yield from self._given(function.name, parameters.index(name), name)
            return
        values = [assigned for assigned, scope in self._assigned(name) if scope in {function, None}]
        if not values:
            raise LookupError(name)
        for value in values:
            yield from self._values(value)

    def _assigned(self, name: str) -> Iterator[tuple[ast.expr, ast.FunctionDef | None]]:
        for node in self._nodes:
            if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
                yield node.value, self._function.get(node)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def found_in_code() -> dict[str, list[str]]:
    """Return for each rule the modules that make findings or remarks of it, as ``validation/rules/copies``."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for rule in Module(path.read_text("utf-8")).rules():
            found.setdefault(rule, []).append(path.relative_to(PACKAGE).with_suffix("").as_posix())
    return found


def test_each_rule_names_the_modules_that_find_it_and_no_other() -> None:
    """No rule without a finder, no finder without a rule."""
    told = {rule: [texts["found_by"]] if isinstance(texts["found_by"], str) else texts["found_by"] for rule, texts in RULES.items()}
    assert found_in_code() == told


@pytest.mark.parametrize(
    "source, rules",
    [
        ('finding("a", cell="B2")', {"a"}),
        ('Remark(0, "goals", 7, "text", "a")', {"a"}),
        ('Remark(0, "goals", 7, "text", rule="a")', {"a"}),
        ('return_.remark("goals", 7, "text", "a" if late else "b", 0)', {"a", "b"}),
        ('RULE = "a"\ndef check(): return finding(RULE)', {"a"}),
        ('RULES = {"isin": "a", "less_than": "b"}\ndef check(case):\n    rule = RULES.get(case)\n    return finding(rule)', {"a", "b"}),
        ('def at(rule, row): return finding(rule, row=row)\nat("a", 1)\nat(rule="b", row=2)', {"a", "b"}),
        ("finding(remark.rule)\nRemark(*parts)", set()),
        ('findings.append("a")\nword("b")', set()),
    ],
)
def test_rules_are_seen_however_they_are_named(source: str, rules: set[str]) -> None:
    """As a text, a choice, a constant, a table's value or what a function is called with; copies are nobody's."""
    assert Module(source).rules() == rules


@pytest.mark.parametrize("source", ['finding("a" + kind)', "finding(facts.pop('rule'))", "def check(cell): return finding(rule_of(cell))"])
def test_a_rule_whose_name_cannot_be_seen_is_refused(source: str) -> None:
    """A name that is put together or handed around as data would have no finder."""
    with pytest.raises(LookupError):
        Module(source).rules()


@pytest.mark.parametrize("path", sorted((PACKAGE / "validation" / "rules").glob("[!_]*.py")), ids=lambda path: path.stem)
def test_a_module_of_rules_begins_with_their_names(path: Path) -> None:
    """Whoever looks for a rule's place reads no further."""
    source = path.read_text("utf-8")
    assert set(re.findall(r"``([a-z-]+)``", ast.get_docstring(ast.parse(source)) or "")) == Module(source).rules()
