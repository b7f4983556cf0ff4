"""Forms from the YAML in ``sheets/`` (how a workbook looks) and ``schemas/`` (what must hold in a table).

A workspace's own ``sheets/`` and ``schemas/`` lie over the standard ones, file by file; a profile lies over its form, key by key, and so
does a file that says ``extends: NAME`` over the one that it names (its own name: the standard one).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from styrxl.model.errors import StyrxlError
from styrxl.model.forms import Column, Condition, Form, Limit, Past, Sheet, Text, Words
from styrxl.model.rounds import RoundKind, RoundKinds, read_round_kinds
from styrxl.model.yaml_files import read_yaml

_EXTENDS = re.compile(r"^extends:", re.MULTILINE)
_KIND_OF_DTYPE = {"str": "text", "Int64": "integer", "float64": "number", "datetime64[ns]": "date"}


class Forms:
    """All forms and profiles, from the standard folders and over them a workspace's."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Take folders that hold ``sheets/`` and ``schemas/``; later ones lie over earlier ones."""
        self._folders = tuple(folders)
        self._forms: dict[tuple[str, str | None, str | None], Form] = {}
        self._schemas: dict[str, dict[str, Any]] = {}
        self._texts: dict[str, Mapping[str, Any]] = {}
        self._names: list[str] | None = None
        self._profiles: dict[str, list[str]] = {}
        self.rounds = read_round_kinds(self._folders)
        raw = self._whole("words")
        self.words = Words(
            lists=raw["lists"],
            units=raw["units"],
            unit_spellings={text: unit for unit, texts in raw["unit_spellings"].items() for text in texts},
            placeholders=frozenset(raw["placeholders"]),
            dittos=frozenset(raw["dittos"]),
            pointers=raw["pointers"],
            sum_words=frozenset(raw["sum_words"]),
            days=raw["days"],
            texts=raw["texts"],
        )

    def form(self, name: str, profile: str | None = None, round_: str | None = None) -> Form:
        """Return a form, in a profile if one is named and exists for it, as it is in a round (its id, or its kind).

        Without a round it holds all that it has in any: every column, and every word that a list may hold.
        Raises StyrxlError when the form's YAML does not hold together.
        """
        if profile and profile not in self.profiles(name):
            profile = None
        kind = self.rounds.kind_of(round_) or self.rounds.get(round_ or "")
        key = kind.key if kind else None
        if (name, profile, key) not in self._forms:
            self._forms[name, profile, key] = self._load(name, profile, kind)
        return self._forms[name, profile, key]

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

    def for_level(self, level: str, kind: RoundKind) -> str | None:
        """Name of the form that owners of a level get in a kind of round: one that names it, else one that names what it is like."""
        forms = [form for form in map(self.form, self.names()) if form.level == level]
        return next((form.name for key in kind.keys for form in forms if key in form.rounds), None)

    def schema(self, table: str) -> dict[str, Any]:
        """Return a table's schema as its YAML has it (for pandera, and for kinds and limits)."""
        if table not in self._schemas:
            self._schemas[table] = self._yaml("schemas", table)
        return self._schemas[table]

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that hold ``sheets/`` and ``schemas/``, later ones over earlier ones."""
        return self._folders

    def sources(self) -> dict[str, str]:
        """Return all that forms are made of: ``sheets/unit_plan.yaml`` -> what it says, of each the one that counts."""
        paths: dict[str, Path] = {}
        for folder in self._folders:
            for kind in ("sheets", "schemas"):
                paths |= {f"{kind}/{path.name}": path for path in sorted((folder / kind).glob("*.yaml"))}
        texts = {name: path.read_text("utf-8") for name, path in paths.items()}
        stems = [name[7:-5] for name, text in texts.items() if name.startswith("sheets/") and _EXTENDS.search(text)]
        whole = {f"sheets/{stem}.yaml": self._whole(stem) for stem in stems if "." not in stem}
        return texts | {name: yaml.safe_dump(raw, allow_unicode=True, sort_keys=False) for name, raw in whole.items()}

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

    def _load(self, name: str, profile: str | None, kind: RoundKind | None) -> Form:
        raw = self._whole(name)
        if profile:
            raw = lay_over(raw, self._profile(name, profile, raw))
        try:
            served = [self.rounds[key] for key in raw["rounds"] if key in self.rounds]
            kind = kind if kind and len(served) > 1 and any(key in raw["rounds"] for key in kind.keys) else None
            lists = {**self.words.lists, **raw.get("lists", {})}
            select = RoundSelector(self.rounds, kind, lists)
            raw |= {key: select.part(raw[key]) for key in ("title", "purpose", "steps", "sheets")}
            return Form(
                name=name,
                version=raw["version"],
                level=raw["level"],
                rounds=tuple(raw["rounds"]),
                title=raw["title"],
                purpose=raw["purpose"],
                steps=tuple(raw["steps"]),
                sheets=tuple(self._sheet(key, sheet, raw["sheets"]) for key, sheet in raw["sheets"].items()),
                lists=lists,
                profile=profile,
                kind=kind.key if kind else None,
                followup=bool(served) and all(k.follows for k in served),
                final=bool(served) and all(k.final for k in ([kind] if kind else served)),
            )
        except (KeyError, TypeError, ValueError) as error:
            file = f"sheets/{name}{'.' + profile if profile else ''}.yaml"
            raise StyrxlError("source-broken", file=file, why=repr(error)) from error

    def _sheet(self, key: str, raw: Mapping[str, Any], sheets: Collection[str]) -> Sheet:
        table = raw.get("table")
        schema = self.schema(table)["columns"] if table else {}
        columns = tuple(_read_column(field, column, schema, sheets) for field, column in raw["columns"].items())
        plain = {
            k: raw[k] for k in ("name", "layout", "help", "rows", "prefilled", "optional", "at_least", "frame", "break_before") if k in raw
        }
        return Sheet(
            key=key,
            table=table,
            columns=columns,
            unless={field: tuple(str(code) for code in codes) for field, codes in raw.get("unless", {}).items()},
            order=tuple((first, second) for first, second in raw.get("order", ())),
            unique=tuple(raw.get("unique", ())),
            limit=Limit(**raw["limit"]) if "limit" in raw else None,
            limits=tuple(raw.get("limits", ())),
            **plain,
        )


def _read_column(field: str, raw: Mapping[str, Any], schema: Mapping[str, Any], sheets: Collection[str]) -> Column:
    """Return a column; of the workbook's own sheets it offers those that there are."""
    described = schema.get(field)
    checks = (described or {}).get("checks") or {}
    kind = raw.get("type") or _KIND_OF_DTYPE[(described or {}).get("dtype", "str")]
    whole = kind == "integer" and "list" in raw
    if raw.get("list"):
        kind = "choice"
    elif raw.get("source"):
        kind = "ref"
    low, high = _read_range(checks)
    attributes = {key: value for key, value in raw.items() if key not in {"type", "after", "omit", "rounds"}}
    for key in ("source", "kinds", "also"):
        attributes[key] = tuple(attributes.get(key, ()))
    attributes["source"] = tuple(name for name in attributes["source"] if not name.startswith("own:") or name[4:] in sheets)
    attributes["required_when"] = _read_condition(attributes.get("required_when", {}))
    if "formula" in attributes:
        attributes["formula"] = {sign: tuple(fields) for sign, fields in attributes["formula"].items()}
    length = (checks.get("str_length") or {}).get("max_value")
    return Column(field=field, kind=kind, own=described is None, whole=whole, low=low, high=high, max_length=length, **attributes)


def _read_range(checks: Mapping[str, Any]) -> tuple[float | None, float | None]:
    bounds = checks.get("in_range") or {}
    low = bounds.get("min_value", checks.get("greater_than_or_equal_to"))
    high = bounds.get("max_value", checks.get("less_than_or_equal_to"))
    return low, high


def _read_condition(raw: Mapping[str, Any]) -> Condition:
    return {field: _read_past(when) if isinstance(when, Mapping) else tuple(str(code) for code in when) for field, when in raw.items()}


def _read_past(raw: Mapping[str, str]) -> Past:
    [(which, base)] = raw.items()
    return Past(base, deficit={"past": False, "below": True}[which])


@dataclass(frozen=True, slots=True)
class RoundSelector:
    """Selects what a form has in a kind of round; for none in particular, all that it has in any.

    ``rounds`` says in which a sheet or column is there at all; ``{t1: …, t2: …, year: …}`` in place of a value, which one it has.
    """

    rounds: RoundKinds
    kind: RoundKind | None
    lists: dict[str, Mapping[str, Text]]

    def part(self, raw: Any) -> Any:
        """Return a part of a form as it is in the kind of round."""
        if isinstance(raw, list):
            return [self.part(each) for each in raw]
        if not isinstance(raw, Mapping):
            return raw
        if raw and raw.keys() <= self.rounds.keys():
            return self.part(self._value(raw))
        return {key: self.part(each) for key, each in raw.items() if not isinstance(each, Mapping) or self._is_there(each)}

    def _is_there(self, part: Mapping[str, Any]) -> bool:
        return self.kind is None or "rounds" not in part or any(key in part["rounds"] for key in self.kind.keys)

    def _value(self, raw: Mapping[str, Any]) -> Any:
        if self.kind is not None:
            return raw[next(key for key in (*self.kind.keys, *raw) if key in raw)]
        values = list(raw.values())
        if not all(isinstance(value, str) and value in self.lists for value in values):
            return values[0]
        names = list(dict.fromkeys(values))
        self.lists.setdefault("_".join(names), {code: text for name in names for code, text in self.lists[name].items()})
        return "_".join(names)


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
        if after in merged:
            names = [name for name in merged if name != key]
            names.insert(names.index(after) + 1, key)
            merged = {name: merged[name] for name in names}
    return merged
