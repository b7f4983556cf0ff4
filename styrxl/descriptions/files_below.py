"""A workspace's own descriptions laid over the standard ones, and where in them something stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.descriptions.marked_yaml import MarkedYaml, read_marked
from styrxl.descriptions.mistakes import Mistake, Path, Problem
from styrxl.descriptions.parts import as_map
from styrxl.descriptions.round_checks import lay_rounds, name_kinds
from styrxl.model.form_files import lay_over, prune_profile
from styrxl.model.rounds import RoundKinds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

SHARED = ("words", "report", "rounds")  # files in sheets/ that are no forms
ROUNDS = "sheets/rounds.yaml"


def name_file(stem: str) -> str:
    """Return the name of the file that describes a form, a profile, or what forms share."""
    return f"sheets/{stem}.yaml"


@dataclass(frozen=True)
class LaidFiles:
    """A workspace's own files that can be read, ``sheets/unit_plan.yaml`` -> content, and the standard ones below them."""

    own: Mapping[str, MarkedYaml]
    unreadable: frozenset[str]

    @cached_property
    def standard(self) -> Mapping[str, Mapping[str, Any]]:
        """What the standard files say, by name."""
        paths = [path for kind in ("sheets", "schemas") for path in sorted((standard_folder() / kind).glob("*.yaml"))]
        return {f"{path.parent.name}/{path.name}": read_yaml(path.read_text("utf-8")) for path in paths}

    @cached_property
    def rounds(self) -> RoundKinds:
        """The kinds of rounds, as far as they can be told."""
        standard = read_yaml((standard_folder() / ROUNDS).read_text("utf-8"))
        laid = lay_rounds(standard, self.own[ROUNDS].content) if ROUNDS in self.own else standard
        return name_kinds(as_map(laid.get("rounds")) or standard["rounds"])

    @cached_property
    def words(self) -> Mapping[Any, Any]:
        """What all workbooks share."""
        return self.whole("words")

    @cached_property
    def stems(self) -> list[str]:
        """Forms and profiles: ``unit_plan``, ``unit_plan.skola``."""
        names = {name for name in (*self.standard, *self.own, *self.unreadable) if name.startswith("sheets/")}
        return sorted(stem for name in names if (stem := name[7:-5]).partition(".")[0] not in SHARED)

    @cached_property
    def forms(self) -> list[str]:
        """Names of forms, without profiles."""
        return [stem for stem in self.stems if "." not in stem]

    @cached_property
    def tables(self) -> frozenset[str]:
        """Names of the tables that have a schema."""
        return frozenset(name[8:-5] for name in {*self.standard, *self.own, *self.unreadable} if name.startswith("schemas/"))

    def content(self, name: str) -> Mapping[Any, Any]:
        """Return what a file says, the workspace's own before the standard one; nothing of one that cannot be read."""
        if name in self.own:
            return self.own[name].content
        return self.standard.get(name, {}) if name not in self.unreadable else {}

    def is_readable(self, stem: str) -> bool:
        """Tell whether all can be read that a form or profile is made of."""
        return not self.unreadable & {name_file(part) for part in (stem, stem.partition(".")[0])}

    def base(self, stem: str, seen: tuple[str, ...] = ()) -> Mapping[Any, Any] | None:
        """Return what a file is laid over, or None where it stands for the whole."""
        form, _, profile = stem.partition(".")
        if profile:
            return self.whole(form)
        if stem == "rounds":
            return self.standard[ROUNDS]
        extended = self.content(name_file(stem)).get("extends")
        if not isinstance(extended, str) or stem in seen:
            return None
        return self.standard.get(name_file(stem), {}) if extended == stem else self.whole(extended, (*seen, stem))

    def whole(self, stem: str, seen: tuple[str, ...] = ()) -> Mapping[Any, Any]:
        """Return what a file describes, with all that it is laid over."""
        content, base = self.content(name_file(stem)), self.base(stem, seen)
        if base is None:
            return content
        form = name_file(stem.partition(".")[0])
        if "." in stem and form in self.own and name_file(stem) not in self.own:
            content = prune_profile(content, self.standard.get(form, {}), base)
        return lay_over(base, content)

    def extends_in_a_circle(self, stem: str) -> bool:
        """Tell whether a file extends another that, in the end, extends it."""
        seen = [stem]
        while isinstance(above := self.content(name_file(seen[-1])).get("extends"), str) and above != seen[-1]:
            if above in seen:
                return True
            seen.append(above)
        return False

    def has(self, path: Path, names: Iterable[str], kind: tuple[str, ...] = ()) -> bool:
        """Tell whether a path stands in one of the named files of the workspace's own; ``kind`` as in ``place``."""
        return any(self.own[name].find(path, kind)[0] == len(path) for name in names if name in self.own)

    def place(self, problems: Iterable[Problem], names: Sequence[str], kind: tuple[str, ...] = ()) -> Iterator[Mistake]:
        """Yield problems as mistakes: each in that of the named files of the workspace's own that has most of the path, else the first.

        ``kind``: the keys of the kind of round in which the problem is met. What no own file is part of is nobody's mistake.
        """
        own = [name for name in names if name in self.own]
        for problem in problems if own else ():
            if omitted := self._place_omitted(problem, own):
                yield omitted
                continue
            places = [(self.own[name].find(problem.path, kind), name) for name in own]
            (_, line), name = max(places, key=lambda place: place[0][0])
            yield Mistake(name, line, problem)

    def _place_omitted(self, problem: Problem, names: Sequence[str]) -> Mistake | None:
        """Return as a mistake that something is not there: where it was taken away, if it was."""
        missing = str(problem.facts.get("name", "")).removeprefix("own:") if problem.code == "unknown-name" else ""
        for name in names if missing else ():
            if path := _find_omitted(self.own[name].content, missing):
                return Mistake(name, self.own[name].find(path)[1], problem)
        return None


def read_kinds(files: Mapping[str, bytes]) -> RoundKinds:
    """Return the kinds of rounds that a workspace has, as far as they can be told."""
    marked = read_marked(ROUNDS, files[ROUNDS])[0] if ROUNDS in files else None
    return LaidFiles({ROUNDS: marked} if marked else {}, frozenset()).rounds


def _find_omitted(content: Mapping[Any, Any], key: str) -> Path:
    """Return the path at which something of a key is taken away; empty where nothing is."""
    if as_map(content.get(key)).get("omit") is True:
        return (key,)
    inner = ((name, _find_omitted(part, key)) for name, part in content.items() if isinstance(part, Mapping))
    return next(((name, *path) for name, path in inner if path), ())
