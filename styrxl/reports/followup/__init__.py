"""The pages of a follow-up's workbook, one a module."""
