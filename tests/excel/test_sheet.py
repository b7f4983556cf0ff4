"""Texts as a sheet's XML has them."""

from __future__ import annotations

from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from drawn_rows import TEXTS
from styrxl.excel.sheet import clean, escape_clean


@given(st.one_of(TEXTS, st.text(max_size=20)))
def test_most_texts_are_xml_as_they_stand(text: str) -> None:
    assert escape_clean(text) == escape(clean(text))
    assert len(escape_clean("x" * 40_000)) == 32_767
