"""The kinds of rounds with a workspace's own laid over them, and what must hold between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from styrxl.descriptions.mistakes import Path, Problem, unknown_name
from styrxl.descriptions.parts import as_list, as_map
from styrxl.model.forms import LANGUAGES
from styrxl.model.rounds import NOT_INHERITED, RoundKind, RoundKinds


def lay_rounds(standard: Mapping[str, Any], own: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the content of ``rounds.yaml`` with a workspace's own laid over it; what a kind is like says what it does not say itself."""
    below, above = standard["rounds"], own.get("rounds")
    if not isinstance(above, Mapping):
        return dict(own)
    laid = dict(below)
    for key, kind in above.items():
        laid[key] = {**as_map(below.get(key)), **kind} if isinstance(kind, Mapping) else kind
    for key, kind in laid.items():
        like = laid.get(kind["like"]) if isinstance(kind, Mapping) and isinstance(kind.get("like"), str) else None
        if isinstance(like, Mapping) and like is not kind:
            laid[key] = {**{name: value for name, value in like.items() if name not in NOT_INHERITED}, **kind}
    return {**own, "rounds": laid}


def name_kinds(described: Mapping[Any, Any]) -> RoundKinds:
    """Return the kinds as far as their names and likeness can be told, for forms to be looked at in."""
    kinds: dict[str, RoundKind] = {}
    for number, key in enumerate(_put_in_order(described)):
        kind = as_map(described[key])
        names, short = ({k: str(text) for k, text in as_map(kind.get(name)).items()} for name in ("name", "short_name"))
        words = tuple(map(str, as_list(kind.get("words"))))
        kinds[str(key)] = RoundKind(number, str(key), names, short or names, 1, 1, words, like=kinds.get(str(kind.get("like"))))
    return RoundKinds(tuple(kinds.values()))


def check_kinds(kinds: Mapping[Any, Any], standard: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what kinds refer to that is not there, or not before them, and words by which two of them are meant."""
    order = _put_in_order(kinds)
    for number, key in enumerate(order):
        kind = as_map(kinds.get(key))
        for name in ("like", "follows"):
            if isinstance(kind.get(name), str) and kind[name] not in order[:number]:
                yield unknown_name(("rounds", key, name), "a_round_before", kind[name], order[:number])
        if isinstance(kind.get("after"), str) and (kind["after"] not in kinds or kind["after"] == key):
            yield unknown_name(("rounds", key, "after"), "a_known_round", kind["after"], [other for other in order if other != key])
    yield from _check_words(kinds, standard, order)


def _check_words(kinds: Mapping[Any, Any], standard: Mapping[str, Any], order: list[str]) -> Iterator[Problem]:
    """Yield words that mean two kinds; a kind's own key goes before a word of the standard's."""
    meant: dict[str, str] = {_fold(key): key for key in order}
    for key in order:
        usual = {_fold(word) for word in as_list(as_map(standard.get(key)).get("words"))}
        for path, text in _name_texts(as_map(kinds.get(key))):
            other = meant.setdefault(_fold(text), key)
            if other != key and _fold(text) not in usual:
                yield Problem(("rounds", key, *path), "shared-word", {"word": str(text), "other": other})


def _name_texts(kind: Mapping[Any, Any]) -> Iterator[tuple[Path, object]]:
    for number, word in enumerate(as_list(kind.get("words"))):
        yield ("words", number), word
    for name in ("name", "short_name"):
        for language in LANGUAGES:
            if as_map(kind.get(name)).get(language):
                yield (name, language), kind[name][language]


def _put_in_order(kinds: Mapping[Any, Any]) -> list[str]:
    order: list[str] = []
    for key, kind in kinds.items():
        after = as_map(kind).get("after")
        order.insert(order.index(after) + 1 if after in order else len(order), key)
    return order


def _fold(word: object) -> str:
    return "".join(str(word).casefold().split()).rstrip(".")
