"""How many lines texts take: the quick estimate against measuring word by word."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from styrxl.excel import measure
from styrxl.excel.widths import LongTexts, count_row_lines, count_text_lines

ROWS = 4
WORDS = st.text(st.sampled_from("abcdeghilmnorstuvåäöÅW-–'€,.0123"), min_size=1, max_size=14)
TEXTS = st.lists(st.one_of(WORDS, WORDS, WORDS, st.just("\n")), min_size=1, max_size=40).map(" ".join)
CELLS = st.lists(st.tuples(st.integers(0, ROWS - 1), TEXTS, st.sampled_from([9.0, 14.0, 17.0, 30.0, 60.0])), max_size=8)


@given(CELLS, st.lists(st.booleans(), min_size=ROWS, max_size=ROWS))
@example([(0, "0 0000000000000", 14.0)], [False] * ROWS)  # a word that is broken
def test_rows_together_take_as_many_lines_as_their_texts_measured_one_by_one(cells: list[tuple[int, str, float]], bold: list[bool]) -> None:
    """A row is as high as the longest of its texts, whichever column it stands in; a row without long texts is of one line."""
    long = LongTexts([row for row, _, _ in cells], [text for _, text, _ in cells], [width for _, _, width in cells])

    found = count_row_lines(long, bold)

    measured = [[measure.count_lines(text, width, bold=bold[row]) for row, text, width in cells if row == n] for n in range(ROWS)]
    assert found == [max([1, *those]) for those in measured]


def test_a_letter_of_no_western_alphabet_is_measured_as_a_digit() -> None:
    assert count_text_lines("ж" * 30, 20.0) == count_text_lines("0" * 30, 20.0) == 2


def test_bold_letters_are_wider() -> None:
    text = "nnn nnn nnn nnn nnnl"
    assert (count_text_lines(text, 20.0), count_text_lines(text, 20.0, bold=True)) == (1, 2)
