"""Commands that take care of what is kept."""
