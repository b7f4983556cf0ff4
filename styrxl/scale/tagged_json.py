"""Values as JSON and back, also packed: words, days and times are tagged. JSON holds values and never runs code, whoever wrote it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from styrxl.model.catalogue import Word

_TAG = "$"
_QUICK_LEVEL = 1  # of zlib's levels
_LONE_SURROGATES = "surrogatepass"  # a workbook may hold half a letter


def to_json(raw: Any) -> str:
    """Return a value as JSON; TypeError for one that is neither JSON's nor tagged."""
    return json.dumps(raw, default=_tag_value, separators=(",", ":"), ensure_ascii=False)


def from_json(text: str) -> Any:
    """Return the value that ``to_json`` wrote, lists in place of tuples; ValueError or KeyError for a text that holds none."""
    return _decoder.decode(text)


def pack_json(raw: Any) -> bytes:
    """Return a value as packed JSON; raises as ``to_json``."""
    return zlib.compress(to_json(raw).encode("utf-8", _LONE_SURROGATES), _QUICK_LEVEL)


def unpack_json(data: bytes, most: int) -> Any:
    """Return the value that ``pack_json`` made bytes of; ValueError or KeyError for bytes that hold none, or more than so many of JSON."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, most)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if not unpacker.eof:
        raise ValueError("cut short")
    return from_json(text.decode("utf-8", _LONE_SURROGATES))


def _tag_value(value: Any) -> Any:
    if isinstance(value, Word):
        return {_TAG: "word", "v": value.key, "facts": dict(value.facts)}
    if isinstance(value, datetime):  # before date, which it is as well
        return {_TAG: "datetime", "v": value.isoformat()}
    if isinstance(value, date | time):
        return {_TAG: type(value).__name__, "v": value.isoformat()}
    if isinstance(value, timedelta):
        return {_TAG: "timedelta", "v": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a reading does not hold {type(value).__name__}")


def _untag_value(raw: dict[str, Any]) -> Any:
    tag = raw.get(_TAG)
    if tag is None:
        return raw
    if tag == "word":
        return Word(raw["v"], raw["facts"])
    if tag == "timedelta":
        return timedelta(*raw["v"])
    return _ISO[tag].fromisoformat(raw["v"])


_ISO: Mapping[str, type[date | time]] = {"datetime": datetime, "date": date, "time": time}
_decoder = json.JSONDecoder(object_hook=_untag_value)
