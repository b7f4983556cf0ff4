"""Forms from the YAML in ``sheets/`` (how a workbook looks) and ``schemas/`` (what must hold in a table).

A workspace's own ``sheets/`` and ``schemas/`` lie over the standard ones, file by file; a profile lies over its form, key by key, and so
does a file that says ``extends: NAME`` over the one that it names (its own name: the standard one).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from styrxl.model.catalogue import list_waivable_rules
from styrxl.model.earlier_forms import list_earlier_editions
from styrxl.model.errors import StyrxlError
from styrxl.model.form_editions import FormEdition, make_words
from styrxl.model.forms import LANGUAGES, Form, Text
from styrxl.model.levels import LEVELS, USUAL
from styrxl.model.rounds import RoundKind, RoundKinds, read_round_kinds
from styrxl.model.standard_folder import standard_folder
from styrxl.model.yaml_files import read_yaml

RULES = "waivable_rule"  # the list of rules, which the catalogue has
_EXTENDS = re.compile(r"^extends:", re.MULTILINE)


class Forms:
    """All forms and profiles, from the standard folders and over them a workspace's."""

    def __init__(self, folders: Sequence[Path], kept: Mapping[str, str] | None = None) -> None:
        """Take folders that hold ``sheets/`` and ``schemas/``, later ones over earlier ones, and editions that were issued (id -> JSON)."""
        self.folders = self._folders = tuple(folders)
        self.kept = kept or {}
        self._found: dict[str, FormEdition | None] = {}
        if len(self._folders) > 1 and _holds_only_standard(self._folders):
            self._share(_read_standard())
            return
        self._present: dict[tuple[str, str | None], FormEdition] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._texts: dict[str, Mapping[str, Any]] = {}
        self._names: list[str] | None = None
        self._profiles: dict[str, list[str]] = {}
        self.rounds = read_round_kinds(self._folders)
        self._raw_words = self._whole("words")
        self.words = make_words(self._raw_words)

    def _share(self, other: Forms) -> None:
        """Take what others that come of the same files have made, and what they will make: files that are added later are not read."""
        self._folders = other.folders
        self._present, self._schemas, self._texts = other._present, other._schemas, other._texts
        self._names, self._profiles = other.names(), other._profiles
        self.rounds, self._raw_words, self.words = other.rounds, other._raw_words, other.words
        self._sources, self.mark = other._sources, other.mark

    def form(self, name: str, profile: str | None = None, round_: str | None = None, edition: str | None = None) -> Form:
        """Return a form, in a profile if one is named and exists for it, as it is in a round (its id, or its kind).

        Without a round it holds all that it has in any: every column, and every word that a list may hold. ``edition``: the id of the one
        that is meant; the present one where none is named, or one that nobody knows.
        Raises StyrxlError (source-missing, source-broken).
        """
        kind = self.rounds.kind_of(round_) or self.rounds.get(round_ or "")
        present = self.edition(name, profile) if name in self.names() else None
        if edition and (present is None or edition != present.id):
            asked = self.find_edition(edition)
            present = asked if asked and asked.name == name else present
        return (present or self.edition(name, profile)).form(kind)

    def knows(self, name: str, edition: str | None = None) -> bool:
        """Whether there is a form of a name: now, or in an edition that was issued."""
        asked = self.find_edition(edition) if edition and name not in self.names() else None
        return name in self.names() or (asked is not None and asked.name == name)

    def titles(self) -> dict[str, Text]:
        """Return what each form is called, those that were issued and are no more with them, by name."""
        gone = (edition for edition in map(self.find_edition, self.kept) if edition and edition.name not in self.names())
        return {edition.name: edition.form(None).title for edition in gone} | {name: self.form(name).title for name in self.names()}

    def edition(self, name: str, profile: str | None = None) -> FormEdition:
        """Return a form as it is now, in a profile if one is named and exists for it.

        Raises StyrxlError (source-missing, source-broken).
        """
        if profile and profile not in self.profiles(name):
            profile = None
        if (name, profile) not in self._present:
            self._present[name, profile] = self._make_edition(name, profile)
        return self._present[name, profile]

    def standard(self, name: str, round_: str | None = None) -> Form | None:
        """Return a form as the standard has it, in a round as ``form`` has it; None for a form of one's own."""
        kind = self.rounds.kind_of(round_) or self.rounds.get(round_ or "")
        return next((edition.form(kind) for edition in self._standard if edition.name == name), None)

    def earlier(self, name: str, profile: str | None, round_: str | None = None) -> Form | None:
        """Return a standard form as it was before forms were kept, in a profile if it had that, in a round as ``form`` has it."""
        kind = self.rounds.kind_of(round_) or self.rounds.get(round_ or "")
        named = {edition.profile: edition for edition in self._earlier if edition.name == name}
        edition = named.get(profile, named.get(None))
        return edition.form(kind) if edition else None

    def find_edition(self, edition: str) -> FormEdition | None:
        """Return an edition by its id: a present, an issued, a standard or an earlier one; None where it is not known."""
        if edition not in self._found:
            self._found[edition] = self._find_edition(edition)
        return self._found[edition]

    def list_gone(self) -> list[str]:
        """Return the ids of editions that were issued and are no more what the forms say."""
        return sorted(code for code in self.kept if self._is_gone(code))

    def _is_gone(self, code: str) -> bool:
        try:
            one = self.find_edition(code)
        except (KeyError, ValueError, TypeError, AttributeError):  # damaged: whoever needs it is told
            return True
        return one is None or self._present.get((one.name, one.profile)) is not one

    def _find_edition(self, edition: str) -> FormEdition | None:
        if edition not in self.kept:
            return next((one for one in self._list_known() if one.id == edition), None)
        kept = FormEdition.from_json(self.kept[edition], self.rounds, self._raw_words)
        present = self._find_present(kept.name, kept.profile)
        return present if present and present.id == edition else kept

    def _list_known(self) -> Iterator[FormEdition]:
        """Yield all editions that need not be issued to be known."""
        present = (self._find_present(name, profile) for name in self.names() for profile in (None, *self.profiles(name)))
        yield from filter(None, present)
        yield from self._standard
        yield from self._earlier

    def _find_present(self, name: str, profile: str | None) -> FormEdition | None:
        """Return a form as it is now, in a profile; None where there is none, or it cannot be read: whoever needs it is told."""
        with suppress(StyrxlError, TypeError, ValueError):
            return self.edition(name, profile) if name in self.names() else None
        return None

    @cached_property
    def _standard(self) -> tuple[FormEdition, ...]:
        """The forms as the standard has them, without profiles; none where a workspace lies over nothing."""
        forms = Forms(self._folders[:1]) if len(self._folders) > 1 else self
        return tuple(forms.edition(name) for name in forms.names())

    @cached_property
    def _earlier(self) -> tuple[FormEdition, ...]:
        return list_earlier_editions(self.rounds, self._raw_words)

    def _make_edition(self, name: str, profile: str | None) -> FormEdition:
        raw = self._whole(name)
        if profile:
            raw = lay_over(raw, self._profile(name, profile, raw))
        try:
            return make_edition(name, profile, raw, self._raw_words, self.schema, self.rounds)
        except (KeyError, TypeError, AttributeError) as error:
            file = f"sheets/{name}{'.' + profile if profile else ''}.yaml"
            raise StyrxlError("source-broken", file=file, why=repr(error)) from error

    def label(self, list_: str, code: str) -> Text:
        """Return what a list calls a code; one that has been taken out of it is called what it was called when something was issued."""
        if code in self.words.lists.get(list_, {}):
            return self.words.lists[list_][code]
        kept = (edition.words.lists.get(list_, {}) for edition in map(self.find_edition, self.kept) if edition)
        return next((texts[code] for texts in kept if code in texts), dict.fromkeys(LANGUAGES, code))

    def names(self) -> list[str]:
        """Names of the forms there are, without profiles."""
        if self._names is None:
            stems = {path.stem for folder in self._folders for path in (folder / "sheets").glob("*.yaml")}
            self._names = sorted(name for name in stems if "." not in name and name not in {"words", "report", "rounds"})
        return self._names

    def texts(self, stem: str) -> Mapping[str, Any]:
        """Return ``sheets/STEM.yaml`` as it stands, for texts that belong to no form.

        Raises StyrxlError (source-missing, source-broken).
        """
        if stem not in self._texts:
            self._texts[stem] = self._whole(stem)
        return self._texts[stem]

    def profiles(self, name: str) -> list[str]:
        """Names of the profiles of a form."""
        if name not in self._profiles:
            stems = {path.stem for folder in self._folders for path in (folder / "sheets").glob(f"{name}.*.yaml")}
            self._profiles[name] = sorted(stem.split(".", 1)[1] for stem in stems)
        return self._profiles[name]

    def for_level(self, level: str, kind: RoundKind) -> tuple[str, ...]:
        """Names of the forms that owners of a level get in a kind of round: those that name it, else those that name what it is like.

        The standard's come before a workspace's own; such as others designed are never handed out.
        """
        return self._list_serving(level, kind, foreign=False)

    def awaited(self, level: str, kind: RoundKind) -> tuple[str, ...]:
        """Names of the forms that owners of a level answer in a kind of round: those handed out or, where none is, those of others."""
        return self.for_level(level, kind) or self._list_serving(level, kind, foreign=True)

    def takes_others_alone(self, kind: RoundKind) -> bool:
        """Tell whether in a kind of round nothing is handed out, but forms that others designed come in."""
        return not any(self.for_level(level, kind) for level in USUAL) and any(self.awaited(level, kind) for level in LEVELS)

    def _list_serving(self, level: str, kind: RoundKind, *, foreign: bool) -> tuple[str, ...]:
        forms = [form for form in map(self.form, self.names()) if form.level == level and form.foreign is foreign]
        serving = (tuple(form.name for form in forms if key in form.rounds) for key in kind.keys)
        return tuple(sorted(next((names for names in serving if names), ()), key=lambda name: (not self._is_standard(name), name)))

    def _is_standard(self, name: str) -> bool:
        return (self._folders[0] / "sheets" / f"{name}.yaml").is_file()

    def schema(self, table: str) -> dict[str, Any]:
        """Return a table's schema as its YAML has it (for pandera, and for kinds and limits)."""
        if table not in self._schemas:
            self._schemas[table] = self._yaml("schemas", table)
        return self._schemas[table]

    def sources(self) -> dict[str, str]:
        """Return all that forms are made of: ``sheets/unit_plan.yaml`` -> what it says, of each the one that counts."""
        return dict(self._sources)

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        paths: dict[str, Path] = {}
        for folder in self._folders:
            for kind in ("sheets", "schemas"):
                paths |= {f"{kind}/{path.name}": path for path in sorted((folder / kind).glob("*.yaml"))}
        texts = {name: path.read_text("utf-8") for name, path in paths.items()}
        stems = [name[7:-5] for name, text in texts.items() if name.startswith("sheets/") and _EXTENDS.search(text)]
        whole = {f"sheets/{stem}.yaml": self._whole(stem) for stem in stems if "." not in stem}
        return texts | {name: yaml.safe_dump(raw, allow_unicode=True, sort_keys=False) for name, raw in whole.items()}

    @cached_property
    def mark(self) -> str:
        """A hash of all that forms are made of, by name."""
        parts = (f"{name}\0{content}" for name, content in sorted(self._sources.items()))
        return hashlib.sha256("\0\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def path(self, kind: str, stem: str) -> Path | None:
        """Path of ``kind/stem.yaml`` in the last folder that has it, or None."""
        for folder in reversed(self._folders):
            path = folder / kind / f"{stem}.yaml"
            if path.is_file():
                return path
        return None

    def _whole(self, stem: str) -> dict[str, Any]:
        """Return what ``sheets/STEM.yaml`` describes, with what it extends below it; a profile is laid over its form elsewhere."""
        raw = self._yaml("sheets", stem)
        extended = None if "." in stem else raw.get("extends")
        if extended is None:
            return raw
        base = Forms(self._folders[:-1])._yaml("sheets", stem) if extended == stem else self._whole(extended)  # noqa: SLF001 -- its own kind
        return lay_over(base, {key: value for key, value in raw.items() if key != "extends"})

    def _profile(self, name: str, profile: str, form: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a profile says; a standard one brings nothing back that a workspace's own form has taken away."""
        raw = self._yaml("sheets", f"{name}.{profile}")
        own, below = self.path("sheets", name), Forms(self._folders[:1])
        if own in (None, below.path("sheets", name)) or self.path("sheets", f"{name}.{profile}") != below.path(
            "sheets", f"{name}.{profile}"
        ):
            return raw
        return prune_profile(raw, below._yaml("sheets", name), form)

    def _yaml(self, kind: str, stem: str) -> dict[str, Any]:
        path = self.path(kind, stem)
        if path is None:
            raise StyrxlError("source-missing", file=f"{kind}/{stem}.yaml")
        try:
            content = read_yaml(path.read_text("utf-8"))
        except yaml.YAMLError as error:
            raise StyrxlError("source-broken", file=str(path), why=str(error)) from error
        if not isinstance(content, dict):
            raise StyrxlError("source-broken", file=str(path), why="a mapping is needed")
        return content


def _holds_only_standard(folders: Sequence[Path]) -> bool:
    """Whether no folder has a file that lies over the standard ones."""
    own = (path for folder in folders[1:] for kind in ("sheets", "schemas") for path in (folder / kind).glob("*.yaml"))
    return folders[0] == standard_folder() and next(own, None) is None


@cache
def _read_standard() -> Forms:
    """Return the standard forms, made once a process: most workspaces have no others, and a desk opens one for each page."""
    return Forms([standard_folder()])


def make_edition(
    name: str,
    profile: str | None,
    raw: Mapping[str, Any],
    words: Mapping[str, Any],
    schema: Callable[[str], Mapping[str, Any]],
    rounds: RoundKinds,
) -> FormEdition:
    """Return a form, in a profile if one is named, as its YAML has it (``raw``, with all that it is laid over)."""
    if uses_rules(raw):  # an edition holds them as they are now called
        raw = {**raw, "lists": {**raw.get("lists", {}), RULES: list_waivable_rules()}}
    tables = [sheet["table"] for sheet in raw["sheets"].values() if sheet.get("table")]
    return FormEdition(name, profile, {"form": raw, "words": words, "schemas": {table: schema(table) for table in tables}}, rounds)


def uses_rules(form: Mapping[str, Any]) -> bool:
    """Whether a form, as its YAML has it, has a column of rules."""
    return any(column.get("list") == RULES for sheet in form["sheets"].values() for column in sheet["columns"].values())


def lay_over(base: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a description over another: mappings merge, ``omit`` leaves out, ``after`` places, all else replaces."""
    merged = dict(base)
    for key, value in above.items():
        if isinstance(value, Mapping) and value.get("omit"):
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = lay_over(merged[key], value)
        else:
            merged[key] = value
    return _move_after(merged)


def prune_profile(profile: Mapping[str, Any], standard: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """Return a profile of the standard form without what another form does not have any more."""
    pruned = {}
    for key, value in profile.items():
        base, own = standard.get(key), form.get(key)
        if key in standard and key not in form:
            continue
        if isinstance(value, Mapping) and isinstance(base, Mapping) and isinstance(own, Mapping):
            pruned[key] = prune_profile(value, base, own)
        else:
            pruned[key] = value
    return pruned


def _move_after(merged: dict[str, Any]) -> dict[str, Any]:
    for key, value in list(merged.items()):
        after = value.get("after") if isinstance(value, Mapping) else None
        if isinstance(after, str) and after in merged:
            names = [name for name in merged if name != key]
            names.insert(names.index(after) + 1, key)
            merged = {name: merged[name] for name in names}
    return merged
