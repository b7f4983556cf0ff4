"""Rows of pages as hypothesis draws them: cells of every kind, in every shape of row."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import strategies as st

from styrxl.excel.pages import BOLD, PLAIN, SHADED, Field, Link, Row

TEXTS = st.text("ab åÅ-=✓!\n<&\r\x01\ue000\N{NO-BREAK SPACE}", max_size=40)
AMOUNTS = st.one_of(st.integers(-3, 10**6), st.floats(-1e6, 1e6))
LINKS = st.builds(Link, TEXTS, st.sampled_from(["inbox/a.xlsx", "inbox/b.xlsx"]), st.sampled_from([None, "'x'!A1"]))
CELLS = st.one_of(
    st.none(),
    TEXTS,
    LINKS,
    AMOUNTS,
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 -- a cell's moment has no zone
)
FIELDS = (Field("a", "text", 9, indented=True), Field("b", "money"), Field("c", "link"), Field("d", "status", span=2), Field("e", "note"))
ROWS = st.lists(
    st.builds(
        Row,
        st.tuples(CELLS, st.one_of(st.none(), AMOUNTS), st.one_of(st.none(), TEXTS, LINKS), CELLS, st.one_of(st.none(), TEXTS)),
        st.one_of(st.none(), st.integers(0, 3)),
        level=st.sampled_from([0, 0, 1, 9, 300]),
        indent=st.integers(0, 2),
        weight=st.sampled_from([PLAIN, PLAIN, SHADED, BOLD]),
        amounts=st.sampled_from([(), (), (1.5, 2.0)]),
        sums=st.booleans(),
        again=st.booleans(),
    ),
    max_size=12,
)
