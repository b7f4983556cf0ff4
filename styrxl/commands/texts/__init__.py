"""What commands print where that is much: results as text."""
