"""Look through all that a workspace describes itself, and tell every mistake in it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from styrxl.descriptions.files_below import ROUNDS, SHARED, LaidFiles, name_file
from styrxl.descriptions.find_problems import find_problems
from styrxl.descriptions.foreign_models import ForeignForm, is_foreign
from styrxl.descriptions.form_checks import check_form, check_list
from styrxl.descriptions.marked_yaml import MarkedYaml, read_marked
from styrxl.descriptions.mistakes import Mistake, Path, Problem, sort_mistakes, suggest, unknown_name
from styrxl.descriptions.models import Form, Rounds, Words
from styrxl.descriptions.notation import YAML
from styrxl.descriptions.parts import as_list, as_map, find_part
from styrxl.descriptions.round_checks import check_kinds, lay_rounds
from styrxl.descriptions.sheet_name_checks import check_form_names, check_report_names, check_words_names
from styrxl.descriptions.table_model import Table
from styrxl.descriptions.text_checks import check_shape, check_workbook_texts
from styrxl.model.catalogue import Word
from styrxl.model.council_plan import STANDARD_FORMS
from styrxl.model.form_editions import RoundSelector
from styrxl.model.naming.file_names import is_reserved
from styrxl.model.rounds import RoundKind

_PROFILE = re.compile(r"[a-z0-9_]+")  # as the schema of the organisation has it
_WORDS, _REPORT = "sheets/words.yaml", "sheets/report.yaml"


def check_descriptions(files: Mapping[str, bytes]) -> tuple[Mistake, ...]:
    """Return the mistakes in a workspace's own YAML files: ``sheets/words.yaml`` -> its bytes."""
    own: dict[str, MarkedYaml] = {}
    mistakes: list[Mistake] = []
    for name, data in files.items():
        marked, found = read_marked(name, data)
        mistakes += found
        if marked:
            own[name] = marked
    return sort_mistakes([*mistakes, *_Check(LaidFiles(own, frozenset(files.keys() - own.keys()))).check()])


@dataclass(frozen=True, slots=True)
class _Check:
    """What holds a workspace's own files against the models and against each other."""

    files: LaidFiles

    def check(self) -> Iterator[Mistake]:
        """Yield all mistakes."""
        for name in self.files.own:
            yield from self.files.place(self._check_name(name), [name])
        yield from self._check_shared()
        for stem in self.files.stems:
            if self.files.is_readable(stem):
                yield from self._check_safely(stem)
        yield from self._check_tables()

    def _check_safely(self, stem: str) -> Iterator[Mistake]:
        """Yield what is wrong with a form; where it cannot be put together at all, that."""
        try:
            yield from self._check_form(stem)
        except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as error:
            names = [name_file(part) for part in dict.fromkeys((stem, stem.partition(".")[0]))]
            yield from self.files.place([Problem((), "other", {"why": f"{type(error).__name__}: {error}"})], names)

    def _check_name(self, name: str) -> Iterator[Problem]:
        """Yield where a file's name, what it is laid over and what it takes away from that do not go together."""
        file = name.rpartition("/")[2]
        if is_reserved(file):
            yield Problem((), "file-name-reserved", {"name": file})
        if not name.startswith("sheets/"):
            return
        stem, content = name[7:-5], self.files.own[name].content
        form, _, profile = stem.partition(".")
        says = {"profile": profile} if profile else {} if stem in SHARED else {"form": form}
        for key, wanted in says.items():
            if key in content and content[key] != wanted:
                yield Problem((key,), "name-differs", {"key": key, "value": str(content[key]), "wanted": wanted})
        if profile and (not _PROFILE.fullmatch(profile) or profile == STANDARD_FORMS):
            yield Problem((), "bad-profile", {"name": profile})
        if profile and form not in self.files.forms:
            yield unknown_name((), "a_form", form, self.files.forms)
        elif "extends" in content:
            yield from self._check_extended(stem, content["extends"])
        base = self.files.base(stem)
        if base is not None:
            yield from _check_omitted((), content, base)

    def _check_extended(self, stem: str, extended: object) -> Iterator[Problem]:
        form, _, profile = stem.partition(".")
        wanted = form if profile or stem in SHARED else None
        if wanted and extended != wanted:
            yield Problem(("extends",), "name-differs", {"key": "extends", "value": str(extended), "wanted": wanted})
        elif not wanted and not self._can_extend(stem, extended):
            yield unknown_name(("extends",), "a_form", extended, [other for other in self.files.forms if other != stem])

    def _can_extend(self, stem: str, extended: object) -> bool:
        if extended == stem:
            return name_file(stem) in self.files.standard
        return extended in self.files.forms and not self.files.extends_in_a_circle(stem)

    def _check_shared(self) -> Iterator[Mistake]:
        """Yield what is wrong with rounds, words, and the texts of reports."""
        files = self.files
        if ROUNDS in files.own:
            whole, standard = lay_rounds(files.standard[ROUNDS], files.own[ROUNDS].content), files.standard[ROUNDS]["rounds"]
            yield from files.place([*find_problems(Rounds, whole), *check_kinds(as_map(whole.get("rounds")), standard)], [ROUNDS])
        if _WORDS in files.own:
            yield from files.place(self._check_words(), [_WORDS])
        if _REPORT in files.own:
            whole = {key: value for key, value in files.whole("report").items() if key != "extends"}
            yield from files.place(_tell_of_extending("report", check_shape((), files.standard[_REPORT], whole)), [_REPORT])
            yield from files.place(check_report_names(whole, files.own[_REPORT].content), [_REPORT])

    def _check_words(self) -> Iterator[Problem]:
        words, standard = self.files.words, self.files.standard[_WORDS]
        yield from _tell_of_extending("words", find_problems(Words, words))
        for key, entries in as_map(words.get("lists")).items():
            yield from check_list(("lists", key), as_map(entries))
        yield from check_words_names(words, self.files.own[_WORDS].content)
        for part in ("texts", "days"):
            if isinstance(words.get(part), Mapping):
                yield from _tell_of_extending("words", check_shape((part,), standard[part], words[part]))
        yield from check_workbook_texts(("texts",), standard["texts"], as_map(words.get("texts")))

    def _check_form(self, stem: str) -> Iterator[Mistake]:
        """Yield what is wrong with a form, in whichever kind of round."""
        form = stem.partition(".")[0]
        extended = self.files.content(name_file(form)).get("extends")
        names = [name_file(part) for part in dict.fromkeys((stem, form, str(extended or form)))]
        whole = self.files.whole(stem)
        yield from self.files.place(self._check_rounds_named(whole), names)
        for kind in self._find_kinds(whole):
            problems = self._find_problems(whole, kind, self.files.base(stem) if names[0] in self.files.own else None, names)
            if extended is None and name_file(form) in self.files.own and name_file(form) in self.files.standard:
                problems = _hint_at_extending(form, problems, told=stem != form)
            yield from self.files.place(problems, [*names, _WORDS], kind.keys if kind else ())

    def _find_problems(
        self, whole: Mapping[Any, Any], kind: RoundKind | None, base: Mapping[Any, Any] | None, names: Sequence[str]
    ) -> Iterator[Problem]:
        lists = {**as_map(self.files.words.get("lists")), **as_map(whole.get("lists"))}
        select = RoundSelector(self.files.rounds, kind, lists)
        form = {key: select.part(value) if key in {"title", "purpose", "steps", "sheets"} else value for key, value in whole.items()}
        problems = _gather_new(find_problems(ForeignForm if is_foreign(form) else Form, form), base)
        yield from problems
        new = [problem.path for problem in problems if problem.code == "new-lacks"]
        standard = self.files.standard.get(name_file(str(whole.get("form"))), {})
        gone = as_map(standard.get("sheets")).keys() - as_map(whole.get("sheets")).keys()
        for problem in check_form(form, self.files.words, self.files.tables, gone):
            if not any(problem.path[: len(path)] == path for path in new):
                yield problem
        if not is_foreign(form):  # others may call their sheets as they like, and have several tables on one
            texts, keys = as_map(self.files.words.get("texts")), kind.keys if kind else ()
            yield from check_form_names(as_map(form.get("sheets")), texts, lambda path: self.files.has(path, names, keys))

    def _find_kinds(self, whole: Mapping[Any, Any]) -> list[RoundKind | None]:
        named = as_list(whole.get("rounds"))
        return [kind for kind in self.files.rounds.values() if any(key in named for key in kind.keys)] or [None]

    def _check_rounds_named(self, whole: Mapping[Any, Any]) -> Iterator[Problem]:
        """Yield rounds that there are none of, where a form, a sheet or a column says in which it is there."""
        known = list(self.files.rounds)
        parts = [((), whole), *_find_parts(as_map(whole.get("sheets")))]
        for path, part in parts:
            named = part.get("rounds")
            if path and not isinstance(named, list):
                yield Problem((*path, "rounds"), "wrong-kind", {"value": YAML.show(named), "wanted": Word("wanted_list")})
            for number, key in enumerate(as_list(named)):
                if key not in known:
                    yield unknown_name((*path, "rounds", number), "a_known_round", key, known)
        for key, sheet in as_map(whole.get("sheets")).items():
            of = as_map(as_map(sheet).get("prefill")).get("of")
            if isinstance(of, str) and of not in known:
                yield unknown_name(("sheets", key, "prefill", "of"), "a_known_round", of, known)

    def _check_tables(self) -> Iterator[Mistake]:
        """Yield what is wrong with schemas, and those that no form has a use for."""
        sheets = [sheet for stem in self.files.stems for sheet in as_map(self.files.whole(stem).get("sheets")).values()]
        used = {str(as_map(sheet).get("table")) for sheet in sheets} - {"None"}
        for name, marked in self.files.own.items():
            if name.startswith("schemas/"):
                yield from self.files.place(find_problems(Table, marked.content), [name])
                if name[8:-5] not in used:
                    yield Mistake(name, None, Problem((), "unread-table", {"table": name[8:-5], "nearest": suggest(name[8:-5], used)}))


def _tell_of_extending(name: str, problems: Sequence[Problem] | Iterator[Problem]) -> Iterator[Problem]:
    """Yield problems; of what is missing, that a file need not hold all of it."""
    for problem in problems:
        tells = problem.code == "missing-key"
        yield Problem(problem.path, problem.code, {**problem.facts, "nearest": Word("or_extend", {"name": name})}) if tells else problem


def _gather_new(problems: Sequence[Problem], base: Mapping[Any, Any] | None) -> list[Problem]:
    """Return problems, those of a new sheet or column that lacks what any has as one: its name may be a misspelt one."""
    if base is None:
        return list(problems)
    new: dict[Path, list[str]] = {}
    for problem in problems:
        path = problem.path
        if problem.code == "missing-key" and len(path) in {2, 4} and path[0] == "sheets" and find_part(base, path) is None:
            new.setdefault(path, []).append(str(problem.facts["key"]))
    kept = [p for p in problems if not any(p.path[: len(path)] == path for path in new)]
    return kept + [
        Problem(
            path, "new-lacks", {"name": str(path[-1]), "keys": keys, "nearest": _suggest_part(path[-1], as_map(find_part(base, path[:-1])))}
        )
        for path, keys in new.items()
    ]


def _suggest_part(name: Any, parts: Mapping[Any, Any]) -> Word | str:
    """Return which part may be meant: the one whose sheet or column is called so, or whose own name is near."""
    called = {str(text).casefold(): key for key, part in parts.items() for text in _list_titles(as_map(part))}
    meant = called.get(str(name).casefold())
    return suggest(meant, [meant]) if meant else suggest(name, parts)


def _list_titles(part: Mapping[Any, Any]) -> Iterator[Any]:
    for key in ("name", "heading"):
        yield from as_map(part.get(key)).values()


def _hint_at_extending(stem: str, problems: Iterator[Problem], *, told: bool) -> Iterator[Problem]:
    """Yield problems of a file that stands for a whole standard form; of all that it lacks, one: it may be meant to hold what differs.

    ``told``: that is told of the form already, where a profile lies over it.
    """
    found = [*problems]
    keys = [str(problem.facts["key"]) for problem in found if problem.code == "missing-key" and problem.path == ()]
    if keys and not told:
        yield Problem((), "whole-lacks", {"keys": keys, "nearest": Word("or_extend", {"name": stem})})
    yield from (problem for problem in found if not keys or problem.code != "missing-key")


def _check_omitted(path: Path, above: Mapping[Any, Any], base: Mapping[Any, Any]) -> Iterator[Problem]:
    """Yield what is taken away without being there, or is not quite taken away."""
    for key, value in above.items():
        here = (*path, key)
        if not isinstance(value, Mapping):
            continue
        if "omit" not in value:
            yield from _check_omitted(here, value, as_map(base.get(key)))
        elif value != {"omit": True}:
            yield Problem((*here, "omit"), "omit-alone")
        elif key not in base:
            yield unknown_name(here, "a_part", key, base)


def _find_parts(sheets: Mapping[Any, Any]) -> Iterator[tuple[Path, Mapping[Any, Any]]]:
    """Yield the sheets and columns that say in which rounds they are there."""
    for key, sheet in sheets.items():
        path: Path = ("sheets", key)
        columns = [((*path, "columns", name), as_map(column)) for name, column in as_map(as_map(sheet).get("columns")).items()]
        yield from ((place, part) for place, part in [(path, as_map(sheet)), *columns] if "rounds" in part)
