"""A look at all that a workspace rests on, and what is to be mended; nothing is changed."""
