"""The pages of a plan's workbook, one a module."""
