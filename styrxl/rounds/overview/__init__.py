"""What a controller sees first: how each round stands, what is to be done next, and its owners as a table."""
