"""What people see of a cell beside its value: its number format, notes, lines through it, merged cells."""
