"""What Excel has no room for beyond: its own limits, each in this one place."""

MOST_ROWS = 1_048_576  # on a sheet
MOST_LINKS = 65_530  # on a sheet
MOST_LETTERS = 32_767  # in a cell
MOST_LEVELS = 7  # of an outline
HIGHEST_ROW = 409.0  # points
