"""The workbook that goes back to its sender: what was written carried to its places, what to mend marked and listed."""
