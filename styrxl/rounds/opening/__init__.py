"""A workspace opened to work in: once, by a command, or again and again, by a process that lives long."""
