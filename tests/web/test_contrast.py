"""Text on a municipality's colour can be read, whatever colour it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrxl.excel import look
from styrxl.web.contrast import ENOUGH, contrast_with_white, make_readable


@pytest.mark.parametrize("colour, contrast", [("000000", 21.0), ("FFFFFF", 1.0), ("767676", 4.54), ("FF0000", 4.0), (look.ACCENT, 8.42)])
def test_contrast_is_as_the_guidelines_have_it(colour: str, contrast: float) -> None:
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    assert contrast_with_white(parts) == pytest.approx(contrast, abs=0.01)


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_becomes_readable_and_one_that_is_stays(number: int) -> None:
    colour = f"{number:06X}"
    parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    made = make_readable(colour)
    assert contrast_with_white([int(made[at : at + 2], 16) for at in (0, 2, 4)]) >= ENOUGH
    if contrast_with_white(parts) >= ENOUGH:
        assert made == colour
