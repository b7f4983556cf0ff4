"""Two versions of a workbook that two people have filled in become one: sheets, rows, and what a controller decides."""
