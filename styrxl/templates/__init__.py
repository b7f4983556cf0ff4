"""A form and the answers given beforehand, as a workbook."""
