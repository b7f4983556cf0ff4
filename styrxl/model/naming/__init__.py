"""Names that files may have on every system."""
