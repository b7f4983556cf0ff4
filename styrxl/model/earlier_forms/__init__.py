"""The standard forms as 0.1 had them, which did not keep in the ledger what it handed out: a return of then is judged by its own form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from styrxl.model.form_editions import FormEdition
from styrxl.model.rounds import RoundKinds


def list_earlier_editions(rounds: RoundKinds, words: Mapping[str, Any]) -> tuple[FormEdition, ...]:
    """Return each form and profile of then; ``rounds``: the kinds that there are, ``words``: those of now, as ``from_json`` takes them."""
    raw = json.loads(resources.files(__name__).joinpath("0.1.json").read_text("utf-8"))
    editions = []
    for form in raw["forms"]:
        tables = {sheet["table"] for sheet in form["form"]["sheets"].values() if "table" in sheet}
        schemas = {table: schema for table, schema in raw["schemas"].items() if table in tables}
        text = json.dumps({**form, "words": raw["words"], "schemas": schemas})
        editions.append(FormEdition.from_json(text, rounds, words))
    return tuple(editions)
