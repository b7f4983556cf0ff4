"""The pages of returns: one return, its owner, what has happened, and what a controller decides about them."""
