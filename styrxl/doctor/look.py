"""One look at one thing: whether it is well, what is so, and what is to be done about it, in words of ``looks.yaml``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, cast

from styrxl.descriptions.mistakes import Mistake
from styrxl.model.catalogue import Word, error_text, facts_in_words, fit_to_show
from styrxl.model.errors import StyrxlError
from styrxl.model.yaml_files import read_yaml

GOOD, WATCH, MEND = "good", "watch", "mend"
PROGRAM, COMPUTER, FOLDER, OWN_FILES, LEDGER, MAIL = "program", "computer", "folder", "own_files", "ledger", "mail"
OWN_FILES_BROKEN = "own-files-broken"  # the code of an error
PARTS = (PROGRAM, COMPUTER, FOLDER, OWN_FILES, LEDGER, MAIL)  # as they are told


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a thing: in which part, how it is (GOOD, WATCH or MEND), and the key of what is said, with its facts.

    ``error``: what commands would stop with; it is told as it is where the key is its code, else as the fact ``why``.
    """

    part: str
    state: str
    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: StyrxlError | None = None


def look_at_error(part: str, error: StyrxlError) -> Look:
    """Return the look that tells an error; mistakes and findings are counted, and told by the command ``check``."""
    if "judged" in error.facts:
        return Look(part, MEND, error.code, {"path": Path(str(error.facts["path"])).name, "n": error.facts["errors"]})
    if "mistakes" in error.facts:
        mistakes = cast("Sequence[Mistake]", error.facts["mistakes"])
        return Look(part, MEND, error.code, {"n": len(mistakes), "names": list(dict.fromkeys(one.file for one in mistakes))})
    return Look(part, MEND, error.code, error=error)


def look_safely(part: str, looking: Callable[[], Iterable[Look]]) -> Iterator[Look]:
    """Yield what a look gives; what stops it is told as what it is, so that nothing keeps the other looks from being taken."""
    try:
        yield from looking()
    except StyrxlError as error:
        yield look_at_error(part, error)
    except OSError as error:
        yield Look(part, MEND, "unreadable", {"path": error.filename or "?", "why": error.strerror or str(error)})
    except Exception as error:  # noqa: BLE001 -- whatever is wrong is to be found, not to end the looking
        yield Look(part, MEND, "unforeseen", {"why": f"{type(error).__name__}: {error}"})


@cache
def read_texts() -> Mapping[str, Mapping[str, Any]]:
    """Return the texts: the ``parts``' names and, by key, what ``looks`` say (``say``), what to do (``do``) and the command (``run``)."""
    content: Mapping[str, Mapping[str, Any]] = read_yaml(resources.files("styrxl.doctor").joinpath("looks.yaml").read_text("utf-8"))
    return content


def name_part(part: str, language: str) -> str:
    """Return what a part is called."""
    return str(read_texts()["parts"][part][language])


def describe(look: Look, language: str) -> str:
    """Return what is so, in a sentence or two."""
    why = error_text(look.error.code, look.error.facts, language) if look.error else ""
    own = _find_texts(look).get("say")
    return _fill(own, replace(look, facts={**look.facts, "why": why} if why else look.facts), language) if own else why


def describe_remedy(look: Look, language: str) -> str:
    """Return what is to be done; nothing where the sentence says it, or nothing is."""
    texts = _find_texts(look).get("do")
    return _fill(texts, look, language) if texts else ""


def find_command(look: Look, language: str) -> str:
    """Return the command that goes with the remedy, as it is typed; nothing where there is none."""
    texts = _find_texts(look).get("run")
    return _fill(dict.fromkeys(("sv", "en"), texts) if isinstance(texts, str) else texts, look, language) if texts else ""


def _find_texts(look: Look) -> Mapping[str, Any]:
    """Return a look's own texts; an error that is told as it is has none, although a look may bear the same name."""
    if look.error and look.error.code == look.key:
        return {}
    found: Mapping[str, Any] = read_texts()["looks"][look.key]
    return found


def _fill(texts: Mapping[str, str], look: Look, language: str) -> str:
    words = facts_in_words({name: fact for name, fact in look.facts.items() if isinstance(fact, Word | Mapping | list | tuple)}, language)
    return texts[language].format(**fit_to_show({**look.facts, **words}, language))


def say_word(key: str, language: str, **facts: Any) -> str:
    """Return a word or phrase around the looks."""
    return str(read_texts()["words"][key][language]).format(**fit_to_show(facts, language))
