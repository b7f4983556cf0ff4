"""How people type: goals by their ids alone, lower case, ``1 200,50``, ``1/3 2027``, a stray space. All of it is read kindly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

from styrxl.model.forms import Column, Form
from styrxl.sample.fill import Answers, AsTyped
from styrxl.sample.material import luck

_MONTHS = ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december")
_NO_BREAK = "\u00a0"


def type_by_habit(answers: Answers, form: Form, language: str, seed: str) -> dict[str, list[dict[str, Any]]]:
    """Return answers as somebody types them: now and then otherwise than the list or the cell's format has it."""
    rng = luck(seed, "typed")
    return {
        key: [
            {field: _type_value(value, form.sheet(key).column(field), form, language, rng) for field, value in row.items()} for row in rows
        ]
        for key, rows in answers.items()
    }


def _type_value(value: Any, column: Column, form: Form, language: str, rng: Random) -> Any:
    if value is None or isinstance(value, AsTyped) or (column.kind == "number" and isinstance(value, str)):
        return value  # a word in place of a number, such as that there are too few to be shown, is chosen, not typed
    habits: Mapping[str, tuple[float, Callable[[], Any]]] = {
        "text": (0.06, lambda: rng.choice([f"{value} ", f"  {value}"])),
        "ref": (0.35, lambda: rng.choice([value, value, str(value).lower(), f"{value} "])),
        "choice": (0.20, lambda: rng.choice([str.lower, str.upper])(str(form.lists[column.list or ""][str(value)][language]))),
        "number": (0.15, lambda: _type_amount(value, column, language, rng)),
        "date": (0.30, lambda: _type_day(value, language, rng, of_a_year=bool(form.rounds) and not column.any_year)),
        "integer": (0.05, lambda: f"{value} "),
    }
    chance, otherwise = habits["choice" if column.takes_words and isinstance(value, str) else column.kind]
    return AsTyped(otherwise()) if rng.random() < chance else value


def _type_amount(value: float, column: Column, language: str, rng: Random) -> str:
    whole, point = f"{value:,.0f}", "." if language == "en" else ","
    spaced = whole.replace(",", " ") if value == int(value) else f"{value}".replace(".", point)
    ways = [spaced, spaced.replace(" ", _NO_BREAK)]
    if column.unit:
        ways += [f"{value:.0f} tkr", f"{spaced}{point}00"]
    return rng.choice(ways)


def _type_day(value: date, language: str, rng: Random, *, of_a_year: bool) -> str:
    ways = [value.isoformat(), f"{value.day}/{value.month} {value.year}"]
    if language == "sv":
        ways += [f"{value.day} {_MONTHS[value.month - 1]} {value.year}", *([f"{value.day}/{value.month}"] if of_a_year else [])]
    return rng.choice(ways)
