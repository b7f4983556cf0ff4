"""The list of all kinds of letters: each has its words, and a name in the log."""

from __future__ import annotations

from importlib import resources

import pytest

from styrxl.mail.outgoing.combined import TEMPLATE
from styrxl.mail.outgoing.kinds import MAILINGS
from styrxl.model.catalogue import word

KINDS = [kind.name for kinds in MAILINGS.values() for kind in kinds]


def test_every_template_is_of_a_kind_that_is_listed() -> None:
    """In both languages, and beside them the frame alone."""
    templates = [f"{kind}.{language}.jinja" for kind in [*KINDS, TEMPLATE, "check"] for language in ("sv", "en")]
    words = resources.files("styrxl.mail").joinpath("words")
    assert sorted(path.name for path in words.iterdir()) == sorted(["frame.html.jinja", *templates])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_in_the_log(kind: str) -> None:
    assert {bool(word(f"log_mail_{kind}", language, path="x")) for language in ("sv", "en")} == {True}
