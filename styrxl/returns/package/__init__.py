"""A workbook's parts, whatever kind of file it is and however they are spelled, as its reader is given them."""
