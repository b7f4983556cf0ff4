"""A round's figures for other programs: tables with stable English names and their schemas, as a data package. Nothing is decided here."""
