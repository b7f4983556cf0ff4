"""All that knows OOXML: the look, sheets, charts, widths, and how a workbook is written."""
