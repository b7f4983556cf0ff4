"""What Excel has no room for beyond: its own limits, each in this one place, and one of ours."""

MOST_ROWS = 1_048_576  # on a sheet
MOST_LINKS = 65_530  # on a sheet
LONGEST_ADDRESS = 2_079  # letters of what a link leads to
MOST_LETTERS = 32_767  # in a cell
MOST_LEVELS = 7  # of an outline
HIGHEST_ROW = 409.0  # points
LONGEST_TABLE = 100_000  # rows of ours: XlsxWriter keeps all cells in memory, and nobody scrolls through more
