"""A form as it is at a time, whole: its sheets, its schemas, its lists and words; and the values that are made of them.

What is issued is judged by the form that it was issued with, whatever becomes of the form later: the ledger keeps each edition once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from styrxl.model.errors import StyrxlError
from styrxl.model.forms import (
    LANGUAGES,
    AtLeast,
    ClosingRow,
    Column,
    Condition,
    Form,
    Given,
    Limit,
    OwnerCell,
    Past,
    Placing,
    RowSource,
    Sheet,
    Text,
    Words,
)
from styrxl.model.rounds import RoundKind, RoundKinds

_KIND_OF_DTYPE = {"str": "text", "Int64": "integer", "float64": "number", "datetime64[ns]": "date", "object": "number"}
_WITH_WORDS = "object"  # of a column of numbers in which words of a list may stand
_ID_LENGTH = 16


class FormEdition:
    """A form, in one of its profiles, as it is at a time.

    ``content``: ``form`` (as ``sheets/FORM.yaml`` has it, its profile laid over it), ``words`` (as ``sheets/words.yaml``) and ``schemas``
    (table -> as ``schemas/TABLE.yaml`` has it).
    """

    def __init__(self, name: str, profile: str | None, content: Mapping[str, Any], rounds: RoundKinds) -> None:
        """Take the form's name and profile, its content, and the kinds of rounds that there are."""
        self.name, self.profile, self.content = name, profile, content
        self._rounds = rounds
        self._forms: dict[str | None, Form] = {}

    @cached_property
    def id(self) -> str:
        """What tells it from others: a hash of all that it holds."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:_ID_LENGTH]

    def to_json(self) -> str:
        """Return all of it as JSON, for the ledger; what stands in an order keeps it."""
        return json.dumps({"name": self.name, "profile": self.profile, **self.content}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str, rounds: RoundKinds, words: Mapping[str, Any]) -> FormEdition:
        """Return the edition that ``to_json`` wrote; ``words``: those of now, for kinds of words that there were none of then."""
        raw = json.loads(text)
        edition = cls(raw.pop("name"), raw.pop("profile"), raw, rounds)
        edition.words = make_words({**words, **raw["words"]})
        return edition

    @cached_property
    def words(self) -> Words:
        """Lists, units and texts that its workbooks share with others of their time."""
        return make_words(self.content["words"])

    def schema(self, table: str) -> Mapping[str, Any]:
        """Return the schema of one of its tables, as pandera reads it."""
        schema: Mapping[str, Any] = self.content["schemas"][table]
        return schema

    def form(self, kind: RoundKind | None) -> Form:
        """Return the form as it is in a kind of round; in none in particular, with all that it has in any.

        Raises StyrxlError (source-broken) when its YAML does not hold together.
        """
        key = kind.key if kind else None
        if key not in self._forms:
            try:
                self._forms[key] = self._make(kind)
            except (KeyError, TypeError, ValueError) as error:
                file = f"sheets/{self.name}{'.' + self.profile if self.profile else ''}.yaml"
                raise StyrxlError("source-broken", file=file, why=repr(error)) from error
        return self._forms[key]

    def _make(self, kind: RoundKind | None) -> Form:
        raw = dict(self.content["form"])
        if raw.get("foreign"):
            raw = _complete_foreign(raw)
        served = [self._rounds[key] for key in raw["rounds"] if key in self._rounds]
        kind = kind if kind and len(served) > 1 and any(key in raw["rounds"] for key in kind.keys) else None
        lists = {**self.words.lists, **raw.get("lists", {})}
        select = RoundSelector(self._rounds, kind, lists)
        raw |= {key: select.part(raw[key]) for key in ("title", "purpose", "steps", "sheets")}
        return Form(
            name=self.name,
            version=raw["version"],
            level=raw["level"],
            rounds=tuple(raw["rounds"]),
            title=raw["title"],
            purpose=raw["purpose"],
            steps=tuple(raw["steps"]),
            sheets=tuple(self._sheet(key, sheet, raw["sheets"]) for key, sheet in raw["sheets"].items()),
            lists=lists,
            profile=self.profile,
            kind=kind.key if kind else None,
            edition=self.id,
            words=self.words,
            followup=bool(served) and all(k.follows for k in served),
            final=bool(served) and all(k.final for k in ([kind] if kind else served)),
            foreign=raw.get("foreign", False),
            blank=tuple(raw.get("blank", ())),
            units=tuple(raw.get("units", ())),
            owner_cell=_read_owner_cell(raw["identity"]) if "identity" in raw else None,
        )

    def _sheet(self, key: str, raw: Mapping[str, Any], sheets: Collection[str]) -> Sheet:
        table = raw.get("table")
        schema = self.schema(table)["columns"] if table else {}
        columns = tuple(_read_column(field, column, schema, sheets) for field, column in raw["columns"].items())
        names = ("name", "layout", "help", "rows", "prefilled", "needs_rows", "optional", "at_least", "frame", "break_before")
        plain = {k: raw[k] for k in names if k in raw}
        return Sheet(
            key=key,
            table=table,
            columns=columns,
            unless={field: tuple(str(code) for code in codes) for field, codes in raw.get("unless", {}).items()},
            order=tuple((first, second) for first, second in raw.get("order", ())),
            unique=tuple(raw.get("unique", ())),
            limit=Limit(**raw["limit"]) if "limit" in raw else None,
            limits=tuple(raw.get("limits", ())),
            placing=_read_placing(raw) if self.content["form"].get("foreign") else None,
            prefill=_read_source(raw["prefill"]) if "prefill" in raw else None,
            closing=_read_closing(raw["closing"]) if "closing" in raw else None,
            **plain,
        )


def _read_closing(raw: Mapping[str, Any]) -> ClosingRow:
    return ClosingRow(raw["table"], tuple(raw["names"]), _read_condition(raw.get("asked_when", {})))


def _complete_foreign(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form that others designed with what every form has: a name or heading in their own words is the same in both languages."""
    sheets = {}
    for key, sheet in raw["sheets"].items():
        columns = {name: {**column, "heading": _in_both_languages(column["heading"])} for name, column in sheet["columns"].items()}
        sheets[key] = {"layout": "rows", **sheet, "name": _in_both_languages(sheet["name"]), "columns": columns}
    return {"purpose": {}, "steps": [], **raw, "title": _in_both_languages(raw["title"]), "sheets": sheets}


def _in_both_languages(text: str | Text) -> Text:
    return dict.fromkeys(LANGUAGES, text) if isinstance(text, str) else text


def _read_placing(raw: Mapping[str, Any]) -> Placing:
    until = raw.get("until", "")
    [(field, text)] = until.items() if isinstance(until, Mapping) else [("", until)]
    below = raw.get("answers") == "below"
    return Placing(raw.get("from", ""), text, field, raw.get("heading_rows", 1), tuple(raw.get("skip", ())), below)


def _read_owner_cell(raw: Mapping[str, str]) -> OwnerCell:
    return OwnerCell(raw["sheet"], raw.get("cell", ""), raw.get("label", ""), raw.get("answers") == "below")


def make_words(raw: Mapping[str, Any]) -> Words:
    """Return what ``sheets/words.yaml`` says."""
    return Words(
        lists=raw["lists"],
        units=raw["units"],
        unit_spellings={text: unit for unit, texts in raw["unit_spellings"].items() for text in texts},
        placeholders=frozenset(raw["placeholders"]),
        dittos=frozenset(raw["dittos"]),
        pointers=raw["pointers"],
        sum_words=frozenset(raw["sum_words"]),
        whole_names=frozenset(raw.get("whole_names", ())),  # editions of before have none
        days=raw["days"],
        texts=raw["texts"],
    )


def _read_column(field: str, raw: Mapping[str, Any], schema: Mapping[str, Any], sheets: Collection[str]) -> Column:
    """Return a column; of the workbook's own sheets it offers those that there are."""
    described = schema.get(field)
    checks = (described or {}).get("checks") or {}
    kind = raw.get("type") or _KIND_OF_DTYPE[(described or {}).get("dtype", "str")]
    whole = kind == "integer" and "list" in raw
    if raw.get("list") and kind != "number":
        kind = "choice"
    elif raw.get("source"):
        kind = "ref"
    low, high = _read_range(checks)
    attributes = {key: value for key, value in raw.items() if key not in {"type", "after", "omit", "rounds"}}
    if kind == "number" and (described or {}).get("dtype") != _WITH_WORDS:
        attributes.pop("list", None)  # in a workspace's own schema there are numbers alone
    for key in ("source", "kinds", "also"):
        attributes[key] = tuple(attributes.get(key, ()))
    attributes["source"] = tuple(name for name in attributes["source"] if not name.startswith("own:") or name[4:] in sheets)
    for key in ("required_when", "asked_when"):
        attributes[key] = _read_condition(attributes.get(key, {}))
    if "answers_by" in attributes:
        attributes["answers_by"] = {
            field: {code: _read_codes(fitting) for code, fitting in by_code.items()} for field, by_code in raw["answers_by"].items()
        }
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
    return {field: _read_comparison(when) if isinstance(when, Mapping) else _read_codes(when) for field, when in raw.items()}


def _read_codes(raw: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(code) for code in raw)


def _read_comparison(raw: Mapping[str, Any]) -> Past | AtLeast | Given:
    [(which, with_what)] = raw.items()
    if which == "given":
        return Given()
    return AtLeast(float(with_what)) if which == "at_least" else Past(with_what, deficit={"past": False, "below": True}[which])


def _read_source(raw: Mapping[str, Any]) -> RowSource:
    where = {field: _read_codes(codes) for field, codes in raw.get("where", {}).items()}
    return RowSource(**{**raw, "rows": tuple(raw.get("rows", ())), "where": where})


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
        named = part.get("rounds")
        return self.kind is None or not isinstance(named, list) or any(key in named for key in self.kind.keys)

    def _value(self, raw: Mapping[str, Any]) -> Any:
        if self.kind is not None:
            return raw[next(key for key in (*self.kind.keys, *raw) if key in raw)]
        values = list(raw.values())
        if not all(isinstance(value, str) and value in self.lists for value in values):
            return values[0]
        names = list(dict.fromkeys(values))
        self.lists.setdefault("_".join(names), {code: text for name in names for code, text in self.lists[name].items()})
        return "_".join(names)
