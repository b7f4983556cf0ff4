"""What Excel has no room for beyond: its own limits, each in this one place, and one of ours."""

MOST_LINKS = 65_530  # on a sheet
LONGEST_ADDRESS = 2_079  # letters of what a link leads to
MOST_LETTERS = 32_767  # in a cell
MOST_LEVELS = 7  # of an outline
HIGHEST_ROW = 409.0  # points
LONGEST_FORMULA = 8_192  # letters, with its first sign
LONGEST_LITERAL = 255  # letters of a text in a formula
LONGEST_COLUMN_NAME = 255  # letters of a column's name in a table
LONGEST_MESSAGE = 255  # letters in the message that comes up at a cell, and in the one after a mistake
LONGEST_TITLE = 32  # letters above either
# Rows of a table of ours. XlsxWriter keeps all cells until the file is written: with two tables as long as this a process takes up to 1 GB.
LONGEST_TABLE = 65_000
