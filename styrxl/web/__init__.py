"""What is read in a browser: pages as HTML, from the same values as workbooks are made from. Nothing is decided here."""
