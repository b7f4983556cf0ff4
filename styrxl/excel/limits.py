"""What Excel has no room for beyond: its own limits, each in this one place, and one of ours."""

MOST_LINKS = 65_530  # on a sheet
LONGEST_ADDRESS = 2_079  # letters of what a link leads to
MOST_LETTERS = 32_767  # in a cell
MOST_LEVELS = 7  # of an outline
HIGHEST_ROW = 409.0  # points
# Rows of a table of ours. XlsxWriter keeps all cells until the file is written: with two tables as long as this a process takes up to 1 GB.
LONGEST_TABLE = 65_000
