"""A round's report, to be read: the pages of the council's workbook as one page and as PDF, with what the controller says to them."""
