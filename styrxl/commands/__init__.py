"""The terminal: one module a command, under the command's name; nothing here decides."""
